"""Versions, IP addresses, codes with leading zeros, numbers with "#" and "§", postal codes, lines of a screen."""

from __future__ import annotations

import re

from kokoro_fast.text.verbalize import spelling
from kokoro_fast.text.verbalize.rule import DIGITS, rule


def _dotted(text: str) -> str:
    """ "3.11.4" -> "three point eleven point four"."""
    return " point ".join(spelling.number(part) for part in text.split("."))


def _version(match: re.Match[str]) -> str:
    return f"version {_dotted(match['n'])}" if len(match["v"]) > 1 else f"V {_dotted(match['n'])}"


def _address(match: re.Match[str]) -> str | None:
    parts = match["address"].split(".")
    if any(int(part) > 255 for part in parts):
        return None
    words = " dot ".join(spelling.digits(part) if len(part) == 3 else spelling.cardinal(int(part)) for part in parts)
    return f"{words} port {spelling.digits(match['port'])}" if match["port"] else words


def _room(match: re.Match[str]) -> str:
    return spelling.pairs(match["n"])


def _mixed(match: re.Match[str]) -> str | None:
    """ "B2B" -> "B two B", "ES6" -> "E S six", "H2O" -> "H two O"."""
    text = match[0]
    word = text.rstrip("0123456789")
    if word in _WORDS or (len(word) == 3 and word[1] in "AEIOU"):
        return None
    parts = re.findall(r"\d+|[A-Z]+", text)
    return " ".join(spelling.code(part) if part.isdecimal() else spelling.letters(part) for part in parts)


_WORDS = frozenset(["TOP", "NO", "MAY", "JUN", "MAR", "DAY", "ACT", "AGE", "ROW", "BUS", "OF", "IN", "TO", "AT", "BY"])
"""Words in capitals that a number may follow."""


_STATES = (
    "(?:AL|AK|AZ|AR|CA|CO|CT|DC|DE|FL|GA|HI|IA|ID|IL|IN|KS|KY|LA|MA|MD|ME|MI|MN|MO|MS|MT|NC|ND|NE|NH|NJ|NM|NV|NY|OH|OK|OR|"
    "PA|RI|SC|SD|TN|TX|UT|VA|VT|WA|WI|WV|WY)"
)
"""The states before a postal code. Source: USPS Publication 28."""

RULES = (
    rule(
        r"(?<![\w.,:/$-])(?<!\d )(?P<n>[1-9]\d{0,2}(?: 000)+|[1-9]\d{0,2}(?: \d{3}){2,4})(?=\s[a-z])",
        lambda m: spelling.number(m["n"].replace(" ", "")),
        needs=tuple(f" {digit}" for digit in DIGITS),
    ),
    rule(r"(?<![\w.])(?P<address>\d{1,3}(?:\.\d{1,3}){3})(?::(?P<port>\d{1,5}))?(?![\w/]|\.\d)", _address),
    rule(r"(?<![\w.])(?P<v>[vV](?:er)?\.?\s?)(?P<n>\d+(?:\.\d+)+)(?!\w|\.\d)", _version),
    rule(r"(?<![\w.])(?P<v>v)(?P<n>\d+)(?!\w|\.\d)", _version),
    rule(r"(?<![\w.,])(?P<n>\d+\.\d+(?:\.\d+)+)(?!\w|\.\d)", lambda m: _dotted(m["n"])),
    rule(r"(?<![\w&])#(?P<n>\d{1,6})(?![\w-]|[.,]\d)", lambda m: f"number {spelling.number(m['n'])}"),
    rule(r"§\s?(?P<n>\d+(?:\.\d+)*)", lambda m: f"section {_dotted(m['n'])}"),
    rule(
        rf"\b(?:(?i:zip(?: code)?(?: is)?)|{_STATES})\s(?P<n>\d{{5}}(?:-\d{{4}})?)(?![\w-])",
        lambda m: spelling.digits(m["n"]),
        group="n",
    ),
    rule(
        r"\b(?:Room|Rm\.?|room|Flight|flight|Boeing|Airbus|Route|Highway|"
        r"Interstate|Suite|Apartment|Apt\.?|Bus|bus|Channel) "
        r"(?P<n>[1-9]\d\d)(?![\w,-]|\.\d)",
        _room,
        group="n",
    ),
    rule(r"(?<![\w@#/.-])(?:[A-Z]{1,3}\d{1,4}){1,3}[A-Z]{0,2}(?![\w/@]|\.\w|'\w)", _mixed),
    rule(r"(?<![\w.,])(?P<n>\d+)\.x\b", lambda m: f"{spelling.number(m['n'])} point X"),
    rule(
        r"(?<![\w.,:/$-])(?P<n>[1-9]\d{2,3})(?P<letter>[A-Z])?"
        r"(?= (?:[NSEW]\.? )?(?:[A-Z][a-z]+ ){1,2}(?:St|Ave|Blvd|Rd|Dr|Ln|Street|"
        r"Avenue|Road|Drive|Lane|Boulevard|Square)\b)",
        lambda m: f"{spelling.pairs(m['n'])} {m['letter'] or ''}".strip(),
    ),
    rule(r"(?<=[A-Za-z]-)(?P<n>\d+\.\d+)(?![\w.])", lambda m: spelling.number(m["n"])),
    rule(
        r"(?<![\w.,])(?P<n>\d+\.\d+(?:\.\d+)*)-(?P<stage>alpha|beta|rc|dev)(?P<more>\d*)(?!\w)",
        lambda m: f"{_dotted(m['n'])} {m['stage'].replace('rc', 'R C')} {m['more']}".strip(),
    ),
    rule(r"(?<![\w.,:/$-])(?P<n>0\d{2,})(?![\w,/-]|\.\d)", lambda m: spelling.digits(m["n"])),
    rule(r"(?<![\w.,:/$-])(?P<n>\d{16,})(?![\w,/-]|\.\d)", lambda m: spelling.digits(m["n"])),
    rule(
        r"(?<![\w.,:/$-])(?P<n>1080|2160|1440|720|480|360)(?P<scan>[pi])\b",
        lambda m: f"{spelling.pairs(m['n'])} {m['scan'].upper()}",
    ),
)
