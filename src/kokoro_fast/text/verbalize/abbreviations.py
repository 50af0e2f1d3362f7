"""Abbreviations by their context: titles before names, streets after them, page and volume before numbers.

The full stop of an abbreviation is left out of the reading, unless it also ends the sentence: then it stays in the
text, and its pause is heard.
"""

from __future__ import annotations

import re

from kokoro_fast.text.verbalize.rule import Sounds, rule
from kokoro_fast.text.verbalize.stops import ends_here

TITLES = {
    "Dr": "doctor", "Drs": "doctors", "Prof": "professor", "Gen": "general", "Col": "colonel", "Capt": "captain",
    "Cpt": "captain", "Lt": "lieutenant", "Sgt": "sergeant", "Cpl": "corporal", "Cmdr": "commander", "Adm": "admiral",
    "Maj": "major", "Sen": "senator", "Rep": "representative", "Gov": "governor", "Pres": "president",
    "Hon": "honorable", "Rev": "reverend", "Fr": "father", "Msgr": "monsignor", "Supt": "superintendent",
    "St": "Saint", "Ste": "Sainte", "Mt": "Mount", "Ft": "Fort", "Pt": "Point", "Messrs": "messers",
    "Rt": "right", "Mme": "madame", "Mlle": "mademoiselle",
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
    "Hwy": "highway", "Rte": "route", "ver": "version",
}  # fmt: skip

ANYWHERE = {
    "vs": "versus", "approx": "approximately", "dept": "department", "govt": "government", "Jr": "junior",
    "Sr": "senior", "Ltd": "limited", "Corp": "corporation", "Bros": "brothers", "Inc": "ink", "Co": "company",
    "etc": "etcetera", "est": "established", "assn": "association", "Assn": "association", "Dept": "department",
    "Univ": "university", "univ": "university", "max": "maximum", "min": "minimum", "avg": "average",
    "incl": "including",
    "excl": "excluding", "cf": "compare", "viz": "namely", "misc": "miscellaneous", "tbsp": "tablespoons",
    "tsp": "teaspoons", "Ave": "avenue", "Blvd": "boulevard", "Esq": "esquire", "resp": "respectively",
    "temp": "temperature", "tel": "telephone", "Tel": "telephone", "attn": "attention", "Attn": "attention",
    "Ph.D": "P H D", "M.D": "M D", "B.A": "B A", "M.A": "M A", "B.Sc": "B S C", "M.Sc": "M S C", "U.S": "U S",
    "U.K": "U K", "U.N": "U N", "U.S.A": "U S A", "D.C": "D C", "E.U": "E U", "L.A": "L A", "N.Y": "N Y",
    "a.m": "A M", "p.m": "P M", "A.M": "A M", "P.M": "P M", "B.C": "B C", "A.D": "A D", "i.e": "I E", "e.g": "E G",
    "a.k.a": "A K A", "q.v": "Q V", "R.I.P": "R I P", "al": "al",
}  # fmt: skip

WITHOUT_STOP = {
    "w/o": "without", "w/": "with", "b/c": "because", "c/o": "care of", "n/a": "N A", "N/A": "N A", "&c": "etcetera",
    "gov't": "government",
    "Gov't": "government", "int'l": "international", "Int'l": "international", "nat'l": "national",
    "y'know": "you know",
}  # fmt: skip


_STREET_NAME = re.compile(r"(?:\b[A-Z]\w*|\d(?:st|nd|rd|th))\s\Z")


def _is_street(match: re.Match[str]) -> bool:
    """Whether a name or an ordinal stands before the match."""
    return _STREET_NAME.search(match.string, max(0, match.start() - 30), match.start()) is not None


_BEFORE_NAME = re.compile(r"\s?[A-Z]")
_BEFORE_NUMBER = re.compile(r"\s(?:\d|[IVXLC]{2,}\b|[VX]\b|[ivxl]{2,}\b)")


def _words(match: re.Match[str], stop: int) -> str | None:
    """The words of an abbreviation whose full stop ends at `stop`, by what stands around it."""
    word, text = match["word"], match.string
    before_name = _BEFORE_NAME.match(text, stop)
    if word in STREETS and _is_street(match) and not (before_name and not _ends_sentence(text, stop, word)):
        return STREETS[word]
    if word in TITLES and before_name:
        return TITLES[word]
    if _BEFORE_NUMBER.match(text, stop) and (numbered := _before_number(word)):
        return numbered
    return ANYWHERE.get(word)


def _ends_sentence(text: str, stop: int, word: str) -> bool:
    """Whether the full stop before `stop` ends a sentence within its line: a name may go on in the next line."""
    return text.startswith(" ", stop) and ends_here(text, stop, word)


_LEAD_ON = frozenset(["Attn", "attn", "approx", "incl", "excl", "Hwy", "Rte", "Rt", "Mme", "Mlle"])
"""Abbreviations that something always follows."""


def _with_stop(match: re.Match[str]) -> str | None:
    words, word = _words(match, match.end()), match["word"]
    if words is not None and words == TITLES.get(word) and match.string.startswith("\n", match.end()):
        return words  # a name goes on in the next line
    if words is None or (
        word not in _LEAD_ON and words != _before_number(word) and ends_here(match.string, match.end(), word)
    ):
        return None
    return words


_COMPASS = {"N": "north", "S": "south", "E": "east", "W": "west"}


def _letter(match: re.Match[str]) -> str | Sounds | None:
    """ "plan A. Then", whose full stop is no initial's."""
    if not ends_here(match.string, match.end(), match["word"]):
        return None
    return match["word"] if match["word"] == "I" else Sounds("ˈA")


def _before_number(word: str) -> str | None:
    return BEFORE_NUMBERS.get(word) or BEFORE_NUMBERS.get(word.lower())


def _numbered(match: re.Match[str]) -> str | None:
    """ "p.12"."""
    words = _before_number(match["word"])
    return f"{words} {match['n']}" if words else None


_ABBREVIATION = r"(?<![\w.'])(?P<word>[A-Za-z]{1,7}(?:\.[A-Za-z]{1,2}){0,3})"

RULES = (
    rule(rf"{_ABBREVIATION}\.(?P<n>\d+)\b", _numbered),
    rule(rf"{_ABBREVIATION}\.(?!\w)", _with_stop, needs=(".",)),
    rule(rf"{_ABBREVIATION}(?=\.(?!\w))", lambda m: _words(m, m.end() + 1), needs=(".",)),
    rule(
        r"(?<![\w.'])(?P<word>Mt|St|Dr|Ft)(?= [A-Z][a-z])",
        lambda m: TITLES[m["word"]],
        needs=("Mt ", "St ", "Dr ", "Ft "),
    ),
    rule(r"(?<![\w.'])(?P<word>[AI])\.(?=\s)", _letter, group="word", needs=("I.", "A.")),
    rule(r"(?<=[a-z] )v\.(?= [A-Z][a-z])", lambda _: "versus", needs=(" v. ",)),
    rule(
        r"(?<![\w.'])(?P<word>[NSEW])\.?(?=\s(?:\d+(?:st|nd|rd|th)|[A-Z][a-z]+) "
        r"(?:St|Ave|Blvd|Rd|Dr|Street|Avenue|Road)\b)",
        lambda m: _COMPASS[m["word"]],
        needs=("St", "Ave", "Blvd", "R", "Dr"),
    ),
    rule(
        rf"(?<![\w/])(?P<word>{'|'.join(map(re.escape, WITHOUT_STOP))})(?![\w/])",
        lambda m: WITHOUT_STOP[m["word"]],
        needs=tuple(WITHOUT_STOP),
    ),
)
