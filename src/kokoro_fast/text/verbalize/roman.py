"""Roman numerals: after the names of rulers as ordinals, after words such as Chapter as numbers. Never the pronoun."""

from __future__ import annotations

import re

from kokoro_fast.text.verbalize import spelling
from kokoro_fast.text.verbalize.rule import rule
from kokoro_fast.text.verbalize.stops import ends_here

_ROMAN = r"(?=[IVXLCM]+\b)M{0,3}(?:C[MD]|D?C{0,3})(?:X[CL]|L?X{0,3})(?:I[XV]|V?I{0,3})"
_WRITTEN_PARTS = (
    "Chapter Part Act Scene Book Volume Vol Section Article Appendix Canto Stage Phase Type Class Level Title "
    "Season Episode Unit Table Figure Fig Plate Psalm Schedule Annex Grade Tier Mark Apollo Saturn Gemini Rocky "
    "Adventure Series Tome Lesson Exercise Symphony Sonata"
)
_PARTS = frozenset(_WRITTEN_PARTS.split())
_WARS = frozenset(["World War", "Super Bowl", "Final Fantasy", "Street Fighter"])
_WRITTEN_RULERS = (
    "Alexander Alexandra Alfonso Andrew Anne Benedict Boniface Carl Catherine Charles Christian Clement Constantine "
    "Edward Elizabeth Eric Ferdinand Francis Frederick George Gregory Gustav Haakon Harald Henry Innocent Isabella "
    "Ivan James Joan Joao John Joseph Julius Juan Leo Leopold Louis Ludwig Margaret Maria Mary Matthew Maximilian "
    "Mehmed Michael Murad Napoleon Nicholas Olaf Otto Paul Pedro Peter Philip Pius Ramesses Ramses Richard Robert "
    "Rudolf Selim Sigismund Suleiman Theodore Thomas Thutmose Umberto Urban Victor Wilhelm William Xerxes Darius "
    "Rameses Amenhotep Adrian Hadrian Henri Akbar Alfred Harold Edmund Basil Justinian Theodosius Dom "
    "Cleopatra Ptolemy Ptolemies Emmanuel Kong Baldwin Conrad"
)
_RULERS = frozenset(_WRITTEN_RULERS.split())
_WRITTEN_TITLES = "King Queen Pope Emperor Empress Tsar Czar Kaiser Sultan Prince Princess Pharaoh Duke Shah Saint St"
_TITLES = frozenset(_WRITTEN_TITLES.split())
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def value(numeral: str) -> int:
    """ "XIV" -> 14."""
    numbers = [_VALUES[letter] for letter in numeral]
    pairs = zip(numbers, [*numbers[1:], 0], strict=True)
    return sum(-one if one < following else one for one, following in pairs)


_NO_PRONOUN = re.compile(
    r"[,;:)]|'s\b|\s(?:of [A-Z]|ruled|reigned|died|lost|became|succeeded|abdicated|married|was|\()|\Z"
)
"""What follows "Charles I", and hardly "James, I"."""

_BEFORE = re.compile(r"(?:(?:(?P<third>\w+)\.?\s)?(?P<second>\w+)\.?\s)?(?P<first>\w+)\.?\s\Z")
_LONGEST_BEFORE = 50
"""Characters that are looked at before a numeral, for up to three words."""


def _is_no_pronoun(text: str, end: int) -> bool:
    return _NO_PRONOUN.match(text, end) is not None or (text.startswith(".", end) and ends_here(text, end + 1, "I"))


def _numeral(match: re.Match[str]) -> str | None:
    """A numeral after the words that ask for one."""
    text, start, numeral = match.string, match.start(), match["n"]
    before = _BEFORE.search(text, max(0, start - _LONGEST_BEFORE), start)
    if not numeral or before is None:
        return None
    first, second, third = before["first"], before["second"] or "", before["third"] or ""
    if f"{first} {numeral}" == "iPhone X" or f"{second} {first} {numeral}" == "Mac OS X":
        return "ten"
    if (first.capitalize() in _PARTS and not first.islower()) or f"{second} {first}" in _WARS:
        return spelling.cardinal(value(numeral))
    if not first[:1].isupper() or value(numeral) > _MOST_RULERS:
        return None
    first, second, third = (word.capitalize() if word.isupper() else word for word in (first, second, third))
    titled = second in _TITLES or (third in _TITLES and second[:1].isupper())
    named = first in _RULERS or (second in _RULERS and first[:1].isupper())
    named = named and (numeral != "I" or _is_no_pronoun(text, match.end("n")))
    if titled or named:
        return f"the {spelling.ordinal(value(numeral))}"
    return spelling.cardinal(value(numeral)) if len(numeral) > 1 and set(numeral) <= set("IVX") else None


_MOST_RULERS = 39
"""The largest number of a ruler."""

_PARTS_SEEN = ("hapter", "art ", "ct ", "cene", "ook ", "olume", "ol. ", "ection", "rticle", "age ", "ages ", "p. ",
               "anto", "ppendix", "igure")  # fmt: skip
"""What of the words before a small numeral is the same in capitals and without."""


def _small(match: re.Match[str]) -> str | None:
    """ "scene iii", but not "the best part i think"."""
    numeral = match["n"]
    if not numeral or (numeral == "i" and re.match(r"\s[a-z]", match.string[match.end() : match.end() + 2])):
        return None
    return spelling.cardinal(value(numeral.upper()))


RULES = (
    rule(
        rf"\b(?P<n>(?=M[CDXLIVM]{{3,}}\b){_ROMAN})(?![\w'-])",
        lambda m: spelling.year(str(value(m["n"]))),
        group="n",
        needs=("MC", "MD", "MM", "MX", "ML"),
    ),
    rule(
        rf"\b(?P<n>(?=[IVX]{{2,}}\b){_ROMAN}|V|X)(?=(?:th|st|nd|rd)?\s(?:century|centuries|Century|Olympi\w+|Dynasty|dynasty|Corps|"
        r"Congress|Legion|International))",
        lambda m: spelling.ordinal(value(m["n"])),
        group="n",
        needs=("I", "V", "X"),
    ),
    rule(rf"(?<=\w[\s.])(?:(?<=\.)\s)?(?P<n>{_ROMAN})(?![\w-]|'(?!s\b))", _numeral, group="n", needs=tuple("IVXLC")),
    rule(
        r"\b(?i:chapter|part|act|scene|book|volume|vol\.|section|article|page|pages|pp?\.|canto|appendix|figure)\s"
        r"(?P<n>(?=[ivxlc]+\b)(?:xl|l?x{0,3})(?:i[xv]|v?i{0,3}))(?![\w'-])",
        _small,
        group="n",
        needs=_PARTS_SEEN,
    ),
    rule(r"\bWW(?P<n>I{1,2})\b", lambda m: f"World War {spelling.cardinal(value(m['n']))}", needs=("WWI",)),
    rule(r"\bWW(?P<n>[12])\b", lambda m: f"World War {spelling.cardinal(int(m['n']))}", needs=("WW1", "WW2")),
    rule(
        rf"(?:(?<=\n)|\A)(?P<n>(?![ICDMVXL]\b){_ROMAN})(?=\.\s)",
        lambda m: spelling.cardinal(value(m["n"])),
        group="n",
        needs=("I", "V", "X"),
    ),
)
