"""Roman numerals: after the names of rulers as ordinals, after words such as Chapter as numbers. Never the pronoun."""

from __future__ import annotations

import re

from kokoro_fast.text.verbalize import spelling
from kokoro_fast.text.verbalize.rule import rule

_ROMAN = r"(?=[IVXLCM]+\b)M{0,3}(?:C[MD]|D?C{0,3})(?:X[CL]|L?X{0,3})(?:I[XV]|V?I{0,3})"
_PARTS = (
    "Chapter Part Act Scene Book Volume Vol Section Article Appendix Canto Stage Phase Type Class Level Title Season "
    "Episode Unit Table Figure Fig Plate Psalm Schedule Annex Grade Tier Mark Apollo Saturn Gemini Rocky "
    "CHAPTER PART ACT SCENE BOOK VOLUME SECTION ARTICLE"
).split()
_WARS = r"World War|Super Bowl|WrestleMania|Final Fantasy|Street Fighter|Civilization|Mark|Titan|Type"
_RULERS = (
    "Alexander Alexandra Alfonso Andrew Anne Benedict Boniface Carl Catherine Charles Christian Clement Constantine "
    "Edward Elizabeth Eric Ferdinand Francis Frederick George Gregory Gustav Haakon Harald Henry Innocent Isabella "
    "Ivan James Joan Joao John Joseph Julius Juan Leo Leopold Louis Ludwig Margaret Maria Mary Matthew Maximilian "
    "Mehmed Michael Murad Napoleon Nicholas Olaf Otto Paul Pedro Peter Philip Pius Ramesses Ramses Richard Robert "
    "Rudolf Selim Sigismund Suleiman Theodore Thomas Thutmose Umberto Urban Victor Wilhelm William Xerxes Darius "
    "Cleopatra Ptolemy Ptolemies Elizabeth Emmanuel Kong Baldwin Conrad Louis"
).split()
_TITLES = "King|Queen|Pope|Emperor|Empress|Tsar|Czar|Kaiser|Sultan|Prince|Princess|Pharaoh|Duke|Shah|Saint|St\\."
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def value(numeral: str) -> int:
    """ "XIV" -> 14."""
    numbers = [_VALUES[letter] for letter in numeral]
    pairs = zip(numbers, [*numbers[1:], 0], strict=True)
    return sum(-one if one < following else one for one, following in pairs)


def _part(match: re.Match[str]) -> str | None:
    return spelling.cardinal(value(match["n"])) if match["n"] else None


def _ruler(match: re.Match[str]) -> str | None:
    numeral = match["n"]
    if not numeral or (numeral == "I" and not match.groupdict().get("title")):
        return None
    return f"the {spelling.ordinal(value(numeral))}" if value(numeral) < 40 else None


RULES = (
    rule(rf"\b(?:{'|'.join(_PARTS)})\.?\s(?P<n>{_ROMAN})(?![\w'])", _part, group="n", needs_digits=False),
    rule(rf"\b(?:{_WARS})\s(?P<n>{_ROMAN})(?![\w'])", _part, group="n", needs_digits=False),
    rule(rf"\b(?P<title>{_TITLES})\s(?:[A-Z]\w+\s){{1,3}}(?P<n>{_ROMAN})(?![\w'])", _ruler, group="n", needs_digits=False),
    rule(rf"\b(?:{'|'.join(_RULERS)})(?:\s[A-Z]\w+)?\s(?P<n>{_ROMAN})(?![\w'])", _ruler, group="n", needs_digits=False),
    rule(rf"(?:(?<=\n)|^)(?P<n>(?!I\b|C\b|D\b|M\b|V\b|X\b|L\b){_ROMAN})(?=\.\s)", _part, group="n", needs_digits=False),
)  # fmt: skip
