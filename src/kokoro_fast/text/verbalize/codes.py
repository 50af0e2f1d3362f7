"""Versions, IP addresses, codes of letters and digits, numbers with "#", references to verses and acts."""

from __future__ import annotations

import re

from kokoro_fast.text.verbalize import spelling
from kokoro_fast.text.verbalize.rule import rule

BOOKS = {
    "Gen": "Genesis", "Ex": "Exodus", "Exod": "Exodus", "Lev": "Leviticus", "Num": "Numbers", "Deut": "Deuteronomy",
    "Josh": "Joshua", "Judg": "Judges", "Ps": "Psalm", "Pss": "Psalms", "Prov": "Proverbs", "Eccl": "Ecclesiastes",
    "Isa": "Isaiah", "Jer": "Jeremiah", "Ezek": "Ezekiel", "Dan": "Daniel", "Hos": "Hosea", "Mic": "Micah",
    "Matt": "Matthew", "Mt": "Matthew", "Mk": "Mark", "Lk": "Luke", "Jn": "John", "Rom": "Romans",
    "Cor": "Corinthians", "Gal": "Galatians", "Eph": "Ephesians", "Phil": "Philippians", "Col": "Colossians",
    "Thess": "Thessalonians", "Tim": "Timothy", "Heb": "Hebrews", "Jas": "James", "Pet": "Peter", "Rev": "Revelation",
}  # fmt: skip
_WHOLE = (
    "Genesis Exodus Leviticus Numbers Deuteronomy Joshua Judges Ruth Samuel Kings Chronicles Ezra Nehemiah Esther Job "
    "Psalm Psalms Proverbs Ecclesiastes Isaiah Jeremiah Lamentations Ezekiel Daniel Hosea Joel Amos Obadiah Jonah Micah "
    "Nahum Habakkuk Zephaniah Haggai Zechariah Malachi Matthew Mark Luke John Acts Romans Corinthians Galatians "
    "Ephesians Philippians Colossians Thessalonians Timothy Titus Philemon Hebrews James Peter Jude Revelation Quran "
    "Surah Act Scene"
).split()
_BOOK = "|".join(sorted([*BOOKS, *_WHOLE], key=len, reverse=True))


def _verse(match: re.Match[str]) -> str:
    book = BOOKS.get(match["book"], match["book"])
    words = f"{book} {spelling.number(match['chapter'])} {spelling.number(match['verse'])}"
    return f"{words} to {spelling.number(match['to'])}" if match["to"] else words


def _dotted(text: str) -> str:
    """ "3.11.4" -> "three point eleven point four"; a part after the first is read digit by digit if it is no number."""
    return " point ".join(spelling.number(part) for part in text.split("."))


def _version(match: re.Match[str]) -> str:
    return f"version {_dotted(match['n'])}" if len(match["v"]) > 1 else f"V {_dotted(match['n'])}"


def _address(match: re.Match[str]) -> str | None:
    parts = match["address"].split(".")
    if any(int(part) > 255 for part in parts):
        return None
    words = " dot ".join(spelling.digits(part) if len(part) == 3 else spelling.cardinal(int(part)) for part in parts)
    return f"{words} port {spelling.digits(match['port'])}" if match["port"] else words


RULES = (
    rule(rf"\b(?P<book>{_BOOK})\.?\s(?P<chapter>\d{{1,3}}):(?P<verse>\d{{1,3}})(?:[-–](?P<to>\d{{1,3}}))?(?![\w:]|[.,]\d)",
         _verse),
    rule(r"(?<![\w.])(?P<address>\d{1,3}(?:\.\d{1,3}){3})(?::(?P<port>\d{1,5}))?(?![\w/]|\.\d)", _address),
    rule(r"(?<![\w.])(?P<v>[vV](?:er)?\.?\s?)(?P<n>\d+(?:\.\d+)+)(?!\w|\.\d)", _version),
    rule(r"(?<![\w.])(?P<v>v)(?P<n>\d+)(?!\w|\.\d)", _version),
    rule(r"(?<![\w.,])(?P<n>\d+\.\d+(?:\.\d+)+)(?!\w|\.\d)", lambda m: _dotted(m["n"])),
    rule(r"(?<![\w&])#(?P<n>\d{1,6})(?![\w-]|[.,]\d)", lambda m: f"number {spelling.number(m['n'])}"),
    rule(r"(?<![\w.,:/$-])(?P<n>0\d{2,})(?![\w,/-]|\.\d)", lambda m: spelling.digits(m["n"])),
    rule(r"(?<![\w.,:/$-])(?P<n>\d{16,})(?![\w,/-]|\.\d)", lambda m: spelling.digits(m["n"])),
    rule(r"(?<![\w.,:/$-])(?P<n>1080|2160|1440|720|480|360)(?P<scan>[pi])\b", lambda m: f"{_lines(m['n'])} {m['scan'].upper()}"),
)  # fmt: skip


def _lines(text: str) -> str:
    """ "1080" -> "ten eighty"."""
    if len(text) == 4:
        return f"{spelling.cardinal(int(text[:2]))} {spelling.cardinal(int(text[2:]))}"
    return f"{spelling.cardinal(int(text[0]))} {spelling.cardinal(int(text[1:]))}"
