"""Abbreviations by their context: titles before names, streets after them, page and volume before numbers.

The full stop of an abbreviation is left out of the reading, unless it also ends the sentence: then it stays in the text,
and its pause is heard.
"""

from __future__ import annotations

import re

from kokoro_fast.text.verbalize.rule import Rule, rule
from kokoro_fast.text.verbalize.stops import ends_here

TITLES = {
    "Dr": "doctor", "Drs": "doctors", "Prof": "professor", "Gen": "general", "Col": "colonel", "Capt": "captain",
    "Cpt": "captain", "Lt": "lieutenant", "Sgt": "sergeant", "Cpl": "corporal", "Cmdr": "commander", "Adm": "admiral",
    "Maj": "major", "Sen": "senator", "Rep": "representative", "Gov": "governor", "Pres": "president",
    "Hon": "honorable", "Rev": "reverend", "Fr": "father", "Msgr": "monsignor", "Supt": "superintendent",
    "St": "Saint", "Ste": "Sainte", "Mt": "Mount", "Ft": "Fort", "Pt": "Point", "Messrs": "messers",
}  # fmt: skip
"""Before a name."""

STREETS = {
    "St": "street", "Dr": "drive", "Ave": "avenue", "Blvd": "boulevard", "Rd": "road", "Ln": "lane", "Ct": "court",
    "Pl": "place", "Hwy": "highway", "Pkwy": "parkway", "Sq": "square", "Ter": "terrace", "Mt": "mountain",
    "Apt": "apartment",
}  # fmt: skip
"""After a name or an ordinal."""

BEFORE_NUMBERS = {
    "p": "page", "pp": "pages", "pg": "page", "vol": "volume", "vols": "volumes", "no": "number", "nos": "numbers",
    "nr": "number", "fig": "figure", "figs": "figures", "ch": "chapter", "chap": "chapter", "sec": "section",
    "art": "article", "eq": "equation", "ed": "edition", "tab": "table", "para": "paragraph", "col": "column",
    "apt": "apartment", "ste": "suite", "rm": "room", "ext": "extension", "ca": "circa", "c": "circa",
    "Hwy": "highway", "Rte": "route",
}  # fmt: skip

ANYWHERE = {
    "vs": "versus", "approx": "approximately", "dept": "department", "govt": "government", "Jr": "junior",
    "Sr": "senior", "Ltd": "limited", "Corp": "corporation", "Bros": "brothers", "Inc": "ink", "Co": "company",
    "etc": "etcetera", "est": "established", "assn": "association", "Assn": "association", "Dept": "department",
    "Univ": "university", "max": "maximum", "min": "minimum", "avg": "average", "incl": "including",
    "excl": "excluding", "cf": "compare", "viz": "namely", "misc": "miscellaneous", "tbsp": "tablespoons",
    "tsp": "teaspoons", "Ave": "avenue", "Blvd": "boulevard", "Esq": "esquire", "resp": "respectively",
    "temp": "temperature", "tel": "telephone", "Tel": "telephone", "attn": "attention", "Attn": "attention",
    "Ph.D": "P H D", "M.D": "M D", "B.A": "B A", "M.A": "M A", "B.Sc": "B S C", "M.Sc": "M S C", "U.S": "U S",
    "U.K": "U K", "U.N": "U N", "U.S.A": "U S A", "D.C": "D C", "E.U": "E U", "L.A": "L A", "N.Y": "N Y",
    "a.m": "A M", "p.m": "P M", "A.M": "A M", "P.M": "P M", "B.C": "B C", "A.D": "A D", "i.e": "I E", "e.g": "E G",
    "a.k.a": "A K A", "q.v": "Q V", "R.I.P": "R I P", "et al": "et al",
}  # fmt: skip

WITHOUT_STOP = {"w/o": "without", "w/": "with", "b/c": "because", "c/o": "care of", "n/a": "N A", "N/A": "N A", "&c": "etcetera"}


_STREET_NAME = re.compile(r"(?:\b[A-Z]\w*|\d(?:st|nd|rd|th))\s\Z")


def _is_street(match: re.Match[str]) -> bool:
    """Whether a name or an ordinal stands before the match."""
    return _STREET_NAME.search(match.string, max(0, match.start() - 30), match.start()) is not None


def _before_number(word: str) -> str:
    return BEFORE_NUMBERS.get(word) or BEFORE_NUMBERS[word.lower()]


def _either(words: dict[str, str]) -> list[Rule]:
    """Two rules for abbreviations: with their full stop inside a sentence, and without it at a sentence's end."""
    names = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return [
        rule(rf"(?<![\w.])(?P<word>{names})\.", lambda m: None if ends_here(m, m["word"]) else words[m["word"]], needs_digits=False),
        rule(rf"(?<![\w.])(?P<word>{names})(?=\.)", lambda m: words[m["word"]], needs_digits=False),
    ]


_T = "|".join(sorted(TITLES, key=len, reverse=True))
_S = "|".join(sorted(STREETS, key=len, reverse=True))
_N = "|".join(sorted(BEFORE_NUMBERS, key=len, reverse=True))

RULES = (
    rule(rf"(?:(?<=\d(?:st|nd|rd|th) )|(?<=[a-z] ))(?P<word>{_S})\.(?=\s?[,;:a-z0-9)]|\s[a-z])",
         lambda m: STREETS[m["word"]] if _is_street(m) else None, needs_digits=False),
    rule(rf"(?<![\w.])(?P<word>{_S})\.(?=\s[A-Z])",
         lambda m: STREETS[m["word"]] if _is_street(m) and ends_here(m, m["word"]) else None, group="word", needs_digits=False),
    rule(rf"(?<![\w.])(?P<word>{_T})\.(?=\s?[A-Z])", lambda m: TITLES[m["word"]], needs_digits=False),
    rule(rf"(?<![\w.])(?P<word>{_T})(?=\s[A-Z][a-z])(?<=\bMt|\bSt|\bDr|\bFt)", lambda m: TITLES[m["word"]], needs_digits=False),
    rule(rf"(?<![\w.])(?i:(?P<word>{_N}))\.(?=\s(?:\d|[IVXLC]+\b))", lambda m: _before_number(m["word"])),
    rule(rf"(?<![\w.])(?i:(?P<word>{_N}))\.(?P<n>\d+)\b", lambda m: f"{_before_number(m['word'])} {m['n']}"),
    rule(rf"(?:(?<=[A-Z][a-z] )|(?<=[a-z] ))(?P<word>{_S})(?=\.)",
         lambda m: STREETS[m["word"]] if _is_street(m) else None, needs_digits=False),
    *_either(ANYWHERE),
    rule(r"(?<![\w.'])(?P<word>I)\.(?=\s)", lambda m: m["word"] if ends_here(m, m["word"]) else None, group="word",
         needs_digits=False),
    rule(rf"(?<![\w/])(?P<word>{'|'.join(map(re.escape, WITHOUT_STOP))})(?![\w/])", lambda m: WITHOUT_STOP[m["word"]], needs_digits=False),
)  # fmt: skip
