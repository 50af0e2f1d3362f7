"""Fractions: "1/2", "¾", "2 1/2"."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction

from kokoro_fast.text.verbalize import spelling
from kokoro_fast.text.verbalize.rule import BEFORE, rule

_SIGNS = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒"
_DENOMINATORS = "(?:[2-9]|10|12|16|20|32|64|100)"


def _words(numerator: int, denominator: int) -> str:
    one = numerator == 1
    names = {2: ("half", "halves"), 4: ("quarter", "quarters")}
    single = spelling.ordinal(denominator)
    name = names.get(denominator, (single, f"{single}s"))[0 if one else 1]
    return f"{spelling.cardinal(numerator)} {name}"


def fraction(match: re.Match[str]) -> str | None:
    """The words of a match of `FRACTION`: "2 1/2" -> "two and a half"; None for what is none."""
    if match["sign"]:
        value = Fraction(unicodedata.numeric(match["sign"])).limit_denominator(20)
        part = (value.numerator, value.denominator)
    else:
        part = int(match["over"]), int(match["under"])
    if part[0] >= part[1]:
        return None
    if not match["whole"]:
        return _words(*part)
    words = "a half" if part == (1, 2) else "a quarter" if part == (1, 4) else _words(*part)
    return f"{spelling.number(match['whole'])} and {words}"


_PAIRS = {"24/7": "twenty four seven", "9/11": "nine eleven", "50/50": "fifty fifty", "20/20": "twenty twenty",
          "10/10": "ten out of ten"}  # fmt: skip
"""Pairs of numbers that are no fractions."""

FRACTION = (
    rf"{BEFORE}(?:(?P<whole>\d{{1,3}})[\s-]?)?"
    rf"(?:(?P<sign>[{_SIGNS}])|(?<!\d)(?P<over>\d{{1,2}})[/⁄](?P<under>{_DENOMINATORS})(?!\d))"
)
"""A fraction, after a whole number or without."""

NEEDED = ("/", "⁄", *_SIGNS)

_RATED = (
    r"(?i:\b(?:scor(?:ed?|ing)|rat(?:ed?|ing)|grade[ds]?|marks?|got|solid|gave|give|a|an|is)\b\s"
    r"(?:(?:it|me|a|an|of)\s){0,3})"
)
_COUNTED = r"(?i:\b(?:step|page|part|day|slide|round|episode|task|chapter|question|lesson|disc|thread)\s)"

RULES = (
    rule(
        rf"{_COUNTED}(?P<all>(?P<a>\d{{1,3}})/(?P<b>\d{{1,3}}))(?![\w/]|[.,]\d)",
        lambda m: f"{spelling.number(m['a'])} of {spelling.number(m['b'])}",
        group="all",
        also=("/",),
    ),
    rule(
        rf"{_RATED}(?P<all>(?P<a>\d{{1,2}})/(?P<b>10|20|100))(?![\w/]|[.,]\d)",
        lambda m: f"{spelling.number(m['a'])} out of {spelling.number(m['b'])}",
        group="all",
        also=("/",),
    ),
    rule(
        r"(?<![\w.,/$£€-])(?P<a>\d{1,2}(?:\.\d)?)/(?P<b>5|10|100)"
        r"(?=\s(?:points?|stars?|marks?|ratings?|scores?|reviews?)\b)",
        lambda m: f"{spelling.number(m['a'])} out of {spelling.number(m['b'])}",
        also=("/",),
    ),
    rule(
        r"(?<![\w.,/$£€-])(?P<a>\d{1,2})/(?P<b>2|4|8|16)(?=\]?\s(?:time|meter|metre|rhythm|beat|signature)\b)",
        lambda m: f"{spelling.number(m['a'])} {spelling.number(m['b'])}",
        also=("/",),
    ),
    rule(
        r"(?<![\w.,/$£€-])1/(?P<n>\d{1,4}(?:th|nd|rd))\b",
        lambda m: f"one {spelling.ordinal(int(m['n'][:-2]))}",
        also=("/",),
    ),
    rule(
        r"(?<![\w.,/$£€-])(?P<pair>24/7|9/11|50/50|20/20|10/10)(?![\w/]|[.,]\d)",
        lambda m: _PAIRS[m["pair"]],
        also=("/",),
    ),
    rule(rf"{FRACTION}(?![\w/%]|[.,]\d)", fraction, needs=NEEDED),
)
