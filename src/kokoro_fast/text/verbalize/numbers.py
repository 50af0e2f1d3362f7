"""Numbers that no other class has read, and that stand where they would be misread: signs, large numbers, ordinals."""

from __future__ import annotations

import re

from kokoro_fast.text.verbalize import spelling
from kokoro_fast.text.verbalize.rule import AFTER, BEFORE, NUMBER, rule

_SCALES = {"k": "thousand", "K": "thousand", "M": "million", "bn": "billion", "B": "billion"}


def _scaled(match: re.Match[str]) -> str:
    return f"{spelling.number(match['n'])} {_SCALES[match['scale']]}"


_USUAL = re.compile(NUMBER)
_DECIMAL_COMMA = re.compile(r"\d{1,3},\d{1,2}")


def _unusual(match: re.Match[str]) -> str | None:
    """ "÷976.98", "2.60,2751,228": of a number that touches a sign or has odd groups misaki drops parts."""
    text, before = match["n"], match.string[max(0, match.start() - 1) : match.start()]
    if _USUAL.fullmatch(text):
        return None if before in ("", " ", "\n", "(", '"', "“", "‘") else spelling.number(text)
    if _DECIMAL_COMMA.fullmatch(text):
        return None
    return " ".join(spelling.number(part) for part in re.findall(r"\d+(?:\.\d+)?", text))


def _plain(match: re.Match[str]) -> str:
    """Four digits are read as a year, as misaki does: "2047" -> "twenty forty seven"."""
    text = match["n"]
    return spelling.year(text) if len(text) == 4 and text.isdecimal() else spelling.number(text)


def _ordinal(match: re.Match[str]) -> str:
    return spelling.ordinal(int(match["n"].replace(",", "")))


RULES = (
    rule(rf"{BEFORE}(?P<n>\d+\.\d*0){AFTER}", lambda m: spelling.number(m["n"])),
    rule(r"(?<![\w.,$£€-])~(?P<n>\d[\d,]*(?:\.\d+)?)(?!\w)", lambda m: f"tilde {spelling.number(m['n'])}"),
    rule(rf"(?<![\w.,$£€+-])\+(?P<n>\d+(?:\.\d+)?){AFTER}", lambda m: f"plus {spelling.number(m['n'])}"),
    rule(
        r"\b(?P<n>[48])k(?=\s(?:videos?|screens?|monitors?|tvs?|resolution|footage|display|uhd))",
        lambda m: f"{spelling.number(m['n'])} K",
    ),
    rule(r"(?<![\w.,$£€-])(?P<n>\d+(?:\.\d+)?)(?P<scale>k|M|bn|B|(?<=\d\d)K)(?=\s[a-z])(?!\w)", _scaled),
    rule(r"(?<![\d])(?P<n>\d+(?:[.,]\d+)+)(?!\d)", _unusual),
    rule(rf"{BEFORE}(?P<n>\d{{1,3}}(?:,\d{{3}})+|\d{{1,15}})(?:st|nd|rd|th){AFTER}", _ordinal),
    rule(rf"(?<![–≠]){BEFORE}(?P<n>{NUMBER}){AFTER}(?!–\d)", _plain),
)
