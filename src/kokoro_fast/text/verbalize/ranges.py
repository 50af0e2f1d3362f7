"""Ranges, scores, ratios and negative numbers; `amount` also reads the ranges in front of units and currencies."""

from __future__ import annotations

import re

from kokoro_fast.text.verbalize import spelling
from kokoro_fast.text.verbalize.rule import AFTER, BEFORE, DASH, NUMBER, rule

_RANGE = re.compile(rf"({NUMBER}){DASH}({NUMBER})")

PREFIXES = {
    None: "", "": "", "-": "minus ", "−": "minus ", "–": "minus ", "~": "about ", "≈": "about ", "+": "plus ",
    "±": "plus or minus ", "<": "less than ", ">": "more than ", "≤": "less than or equal to ",
    "≥": "greater than or equal to ",
}  # fmt: skip
"""Signs before a number with a unit or a currency."""

PREFIX = r"(?P<prefix>[+~≈±<>≤≥]\s?|[-−]|(?<=\s)–)?"

_COUNTED = r"(?=\s(?:to\b)?[a-z])"
"""Before a noun: "10-15 minutes"."""

_PLACES = (
    r"(?:pages?|pp?\.|chapters?|verses?|lines?|ages?|aged|grades?|years?|between|from|about|around|some|of|items?|"
    r"chap\.|vols?\.|figs?\.|nos?\.|figures?|questions?|steps?|levels?|rows?|seats?|weeks?|days?|numbers?|volumes?|parts?)"
)
"""Words before a range of anything but scores."""


def amount(text: str) -> str:
    """The words of a number or a range: "10-15" -> "ten to fifteen"."""
    ends = _RANGE.fullmatch(text)
    return f"{spelling.number(ends[1])} to {spelling.number(ends[2])}" if ends else spelling.number(text)


def _range(match: re.Match[str]) -> str | None:
    low, high = match["low"], match["high"]
    if len(low) == len(high) == 4 and "1000" <= low < "2100":
        return f"{spelling.year(low)} to {spelling.year(high)}"
    rises = float(low.replace(",", "")) < float(high.replace(",", ""))
    return f"{spelling.number(low)} to {spelling.number(high)}" if rises else None


def _letters(match: re.Match[str]) -> str | None:
    """ "A-F" -> "A to F"."""
    return f"{match['low']} to {match['high']}" if match["low"] < match["high"] else None


def _short_year(match: re.Match[str]) -> str | None:
    """ "1914-18" -> "nineteen fourteen to eighteen"."""
    if int(match["low"][2:]) >= int(match["high"]):
        return None
    return f"{spelling.year(match['low'])} to {spelling.cardinal(int(match['high']))}"


RULES = (
    rule(rf"{BEFORE}(?P<low>1[5-9]\d\d|20\d\d)[-–](?P<high>\d\d){AFTER}", _short_year),
    rule(rf"{BEFORE}(?P<low>{NUMBER})\s?[–~]\s?(?P<high>{NUMBER}){AFTER}", _range),
    rule(
        rf"{BEFORE}(?P<low>{NUMBER})-(?P<high>{NUMBER}){AFTER}{_COUNTED}(?!\s(?:win|loss|lead|victory|defeat|draw|in)\b)",
        lambda match: None if match.string.startswith((" today", " at "), match.end()) else _range(match),
    ),
    rule(
        rf"(?i:\b{_PLACES})\s(?P<all>(?P<low>{NUMBER})\s?-\s?(?P<high>{NUMBER})){AFTER}(?!\s?=)",
        _range,
        group="all",
        also=("-",),
    ),
    rule(
        r"(?i:\b(?:rows?|groups?|seats?|sections?|grades?|columns?|classes|letters|types?|from|files?|options?))\s"
        rf"(?P<all>(?P<low>[A-Z])\s?[-–]\s?(?P<high>[A-Z])){AFTER}",
        _letters,
        group="all",
        needs=("-", "–"),
    ),
    rule(r"\b(?P<all>(?P<low>A)[-–](?P<high>Z))\b", _letters, group="all", needs=("A-Z", "A–Z")),
    rule(
        rf"(?i:\b(?:open|works?|working|hours|weekdays|daily|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|mon|tue|wed|thu|fri|sat|"
        rf"sun)\b)[.,:]?\s(?P<all>(?P<low>\d{{1,2}})\s?[-–]\s?(?P<high>\d{{1,2}})){AFTER}",
        lambda m: f"{spelling.number(m['low'])} to {spelling.number(m['high'])}",
        group="all",
        also=("-", "–"),
    ),
    rule(rf"{BEFORE}(?P<low>1[5-9]\d\d|20\d\d)-(?P<high>1[5-9]\d\d|20\d\d){AFTER}", _range),
    rule(rf"{BEFORE}(\d{{1,3}}):(\d{{1,3}}){AFTER}(?<=\d:\d)", lambda m: f"{amount(m[1])} to {amount(m[2])}"),
    rule(
        rf"(?i:\b(?:ratio|odds|mixture|scale) of )(?P<all>(?P<a>\d+):(?P<b>\d+)){AFTER}",
        lambda m: f"{amount(m['a'])} to {amount(m['b'])}",
        group="all",
        also=(":",),
    ),
    rule(
        rf"(?<![\w.,)%°–-])(?<!\d\s)(?:[-−]|(?<=\s)–)(?P<number>{NUMBER}){AFTER}",
        lambda m: f"minus {spelling.number(m['number'])}",
    ),
)
