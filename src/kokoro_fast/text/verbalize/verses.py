"""References to verses and acts: "John 3:16", "Gen. 1:1-3"."""

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
    "Genesis Exodus Leviticus Numbers Deuteronomy Joshua Judges Ruth Samuel Kings Chronicles Ezra Nehemiah Esther "
    "Job Psalm Psalms Proverbs Ecclesiastes Isaiah Jeremiah Lamentations Ezekiel Daniel Hosea Joel Amos Obadiah "
    "Jonah Micah Nahum Habakkuk Zephaniah Haggai Zechariah Malachi Matthew Mark Luke John Acts Romans Corinthians "
    "Galatians Ephesians Philippians Colossians Thessalonians Timothy Titus Philemon Hebrews James Peter Jude "
    "Revelation Quran Surah Act Scene"
)
_NUMBERED = frozenset(["Samuel", "Kings", "Chronicles", "Corinthians", "Thessalonians", "Timothy", "Peter", "John"])
_NTH = {"1": "first", "2": "second", "3": "third", "I": "first", "II": "second", "III": "third"}
_BOOK = "|".join(sorted([*BOOKS, *_WHOLE.split()], key=len, reverse=True))


def _verse(match: re.Match[str]) -> str | None:
    book = BOOKS.get(match["book"], match["book"])
    if match["nth"] and book not in _NUMBERED:
        return None
    nth = f"{_NTH[match['nth']]} " if match["nth"] else ""
    words = f"{nth}{book} {spelling.number(match['chapter'])} {spelling.number(match['verse'])}"
    return f"{words} to {spelling.number(match['to'])}" if match["to"] else words


RULES = (
    rule(
        rf"(?<!\w)(?:(?P<nth>[123]|I{{1,3}})\s)?\b(?P<book>{_BOOK})\.?\s(?P<chapter>\d{{1,3}}):(?P<verse>\d{{1,3}})(?:[-–](?P<to>\d{{1,3}}))?(?![\w:]|[.,]\d)",
        _verse,
        also=(":",),
    ),
    rule(r"\bPs\.\s(?P<n>\d{1,3})\b(?!:)", lambda m: f"Psalm {spelling.number(m['n'])}", also=("Ps.",)),
)
