"""The words of a text whose class is given: SSML's `<say-as interpret-as="telephone">`."""

from __future__ import annotations

import re
import unicodedata

from kokoro_fast.text.verbalize import dates, fractions, measures, money, spelling, times
from kokoro_fast.text.verbalize.verbalizer import in_words

_OF_CLASS = {
    "date": dates.RULES,
    "time": times.RULES,
    "duration": times.RULES,
    "fraction": fractions.RULES,
    "currency": money.RULES,
    "unit": measures.RULES,
}

_SIGNS = {".": "dot", "-": "dash", "_": "underscore", "/": "slash", "\\": "backslash", "@": "at", "#": "hash",
          "+": "plus", "*": "star", ":": "colon", ",": "comma", "&": "and", "%": "percent"}  # fmt: skip

_NUMBER = re.compile(r"([-+]?)(\d[\d,]*(?:\.\d+)?|\.\d+)")
_PAUSE = ", "


def say_as(kind: str, form: str, text: str) -> str:
    """The words of a text of a class.

    Args:
        kind: a value of `KINDS`.
        form: for a date the order of day, month and year, such as "dmy"; "" for the order that the text itself shows.
        text: what was written. Where it is not of the class, it is read as if nothing had been said of it.
    """
    text = text.strip()
    return KINDS[kind](text, form) or _of_class(kind, text) or in_words(text)


def _of_class(kind: str, text: str) -> str | None:
    for rule in _OF_CLASS.get(kind, ()):
        match = rule.pattern.fullmatch(text)
        if match and isinstance(said := rule.read(match), str) and said:
            return said
    return None


def _cardinal(text: str, _: str) -> str | None:
    match = _NUMBER.fullmatch(text)
    sign = {"-": "minus ", "+": "plus ", "": ""}
    return f"{sign[match[1]]}{spelling.number(match[2])}" if match else None


def _ordinal(text: str, _: str) -> str | None:
    number = text.replace(",", "").rstrip("stndrh.")
    return spelling.ordinal(int(number)) if number.isdecimal() and len(number) <= spelling.LONGEST else None


def _characters(text: str, _: str) -> str:
    return " ".join(_character(char) for char in text if not char.isspace())


def _character(char: str) -> str:
    if char.isdecimal():
        return spelling.digits(char)
    return char.upper() if char.isalpha() else _SIGNS.get(char, unicodedata.name(char, "").lower())


def _digits(text: str, _: str) -> str | None:
    return spelling.digits(text) or None


def _telephone(text: str, _: str) -> str | None:
    """The digits one by one, with a breath between the groups; letters as in "1-800-FLOWERS" are read as a word."""
    groups = re.findall(r"[0-9]+|[A-Za-z]+", text)
    words = _PAUSE.join(spelling.digits(group) if group.isdecimal() else group for group in groups)
    return f"plus {words}" if text.startswith("+") else words or None


def _date(text: str, form: str) -> str | None:
    """A date in the order of `form`; a form may lack parts: "md", "my", "y". A year in front needs no form."""
    form = form or ("ymd" if re.match(r"\d{4}\D", text) else "")
    order = [part for part in form.lower() if part in "ymd"]
    parts = dict(zip(order, re.findall(r"\d+", text), strict=False))
    if not order or len(parts) != len(re.findall(r"\d+", text)):
        return None
    month = int(parts.get("m", "1"))
    if not (1 <= month <= 12 and 1 <= int(parts.get("d", "1")) <= 31):
        return None
    named = [dates.MONTHS[month - 1]] if "m" in parts else []
    named += [spelling.ordinal(int(parts["d"]))] if "d" in parts else []
    words = " ".join(named)
    return ", ".join(part for part in (words, spelling.year(parts["y"]) if "y" in parts else "") if part)


def _by_rules(_: str, __: str) -> None:
    return None


KINDS = {
    "cardinal": _cardinal, "number": _cardinal, "ordinal": _ordinal, "digits": _digits,
    "characters": _characters, "spell-out": _characters, "verbatim": _characters,
    "telephone": _telephone, "date": _date,
    "time": _by_rules, "duration": _by_rules, "fraction": _by_rules, "currency": _by_rules, "unit": _by_rules,
    "address": _by_rules,
}  # fmt: skip
"""What can be said of a text, by the names of SSML's note on say-as and of the common services."""
