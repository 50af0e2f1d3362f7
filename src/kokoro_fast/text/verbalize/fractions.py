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


def _fraction(match: re.Match[str]) -> str | None:
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

RULES = (
    rule(r"(?<![\w.,/$£€-])(?P<pair>24/7|9/11|50/50|20/20|10/10)(?![\w/]|[.,]\d)", lambda m: _PAIRS[m["pair"]]),
    rule(rf"{BEFORE}(?:(?P<whole>\d{{1,3}})[\s-]?)?(?:(?P<sign>[{_SIGNS}])|(?<![\d])(?P<over>\d{{1,2}})[/⁄](?P<under>{_DENOMINATORS}))"
         r"(?![\w/%]|[.,]\d)", _fraction, needs=()),
)  # fmt: skip
