"""Telephone numbers and their extensions, and rows of digits that are read one by one."""

from __future__ import annotations

import re

from kokoro_fast.text.verbalize import spelling
from kokoro_fast.text.verbalize.rule import rule

_CALLED = (
    r"(?i:\b(?:dial|call|phone|text|ring|fax|tel|telephone|hotline|extension|ext)\b[.:]?\s"
    r"(?:me at |us at |him at |her at |them at |us on |me on |on |at |no\.? |number )?)"
)


def _number(match: re.Match[str]) -> str:
    """Digit by digit, with a breath between the groups."""
    groups = [spelling.digits(group) for group in re.findall(r"\d+", match["phone"])]
    words = " ".join(groups)
    if match.groupdict().get("extension"):
        words += f" extension {spelling.digits(match['extension'])}"
    return f"plus {words}" if match["phone"].startswith("+") else words


_EXTENSION = r"(?:,?\s(?:ext\.?|x|extension)\s?(?P<extension>\d{1,6}))?"

_START = r"(?<![\w.,/$-])"
_COUNTRY = r"(?:\+?\d{1,3}[\s.-])?"
_END = r"(?![\w-]|[.,]\d)"

RULES = (
    rule(rf"{_START}(?P<phone>{_COUNTRY}\(\d{{3}}\)\s?\d{{3}}[\s.-]\d{{4}}){_EXTENSION}{_END}", _number),
    rule(rf"{_START}(?P<phone>{_COUNTRY}\d{{3}}(?P<sep>[\s.-])\d{{3}}(?P=sep)\d{{4}}){_EXTENSION}{_END}", _number),
    rule(rf"{_START}(?P<phone>\+\d{{1,3}}(?:[\s.-]?\(?\d{{2,5}}\)?){{2,5}}){_EXTENSION}{_END}", _number),
    rule(rf"{_START}(?P<phone>\d{{3}}-\d{{4}}){_EXTENSION}{_END}", _number),
    rule(rf"{_START}(?P<phone>\(0\d{{2,4}}\)\s?\d{{3,4}}[\s-]?\d{{3,4}}){_EXTENSION}{_END}", _number),
    rule(rf"{_START}(?P<phone>0\d{{2,4}}[\s-]\d{{3,4}}[\s-]?\d{{3,4}}){_EXTENSION}{_END}", _number),
    rule(
        rf"{_START}(?P<phone>(?:1-)?8\d\d-)(?P<word>[A-Z]{{3,7}}(?:-[A-Z]+)?)\b",
        lambda m: f"{spelling.digits(m['phone'])} {m['word'].lower()}",
    ),
    rule(r"(?i:\b(?P<ext>ext|extn)\.?\s)(?P<phone>\d{1,6})(?![\w,-]|\.\d)", lambda m: f"extension {_number(m)}"),
    rule(rf"{_CALLED}x(?P<phone>\d{{2,5}})\b", lambda m: m[0][: -len(m["phone"]) - 1] + f"extension {_number(m)}"),
    rule(rf"{_CALLED}(?P<phone>\d{{3,15}})(?![\w,-]|\.\d)", _number, group="phone"),
    rule(rf"{_START}(?P<phone>\d{{4}}(?:[\s-]\d{{4}}){{3}}){_END}", _number),
    rule(rf"{_START}(?P<phone>\d{{3}}-\d{{2}}-\d{{4}}){_END}", _number),
)
