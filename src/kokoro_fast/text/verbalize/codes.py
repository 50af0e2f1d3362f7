"""Versions, IP addresses, codes with leading zeros, numbers with "#" and "§", postal codes, lines of a screen."""

from __future__ import annotations

import re

from kokoro_fast.text.verbalize import spelling
from kokoro_fast.text.verbalize.rule import rule


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


_STATES = (
    "(?:AL|AK|AZ|AR|CA|CO|CT|DC|DE|FL|GA|HI|IA|ID|IL|IN|KS|KY|LA|MA|MD|ME|MI|MN|MO|MS|MT|NC|ND|NE|NH|NJ|NM|NV|NY|OH|OK|OR|"
    "PA|RI|SC|SD|TN|TX|UT|VA|VT|WA|WI|WV|WY)"
)
"""The states before a postal code. Source: USPS Publication 28."""

RULES = (
    rule(r"(?<![\w.])(?P<address>\d{1,3}(?:\.\d{1,3}){3})(?::(?P<port>\d{1,5}))?(?![\w/]|\.\d)", _address),
    rule(r"(?<![\w.])(?P<v>[vV](?:er)?\.?\s?)(?P<n>\d+(?:\.\d+)+)(?!\w|\.\d)", _version),
    rule(r"(?<![\w.])(?P<v>v)(?P<n>\d+)(?!\w|\.\d)", _version),
    rule(r"(?<![\w.,])(?P<n>\d+\.\d+(?:\.\d+)+)(?!\w|\.\d)", lambda m: _dotted(m["n"])),
    rule(r"(?<![\w&])#(?P<n>\d{1,6})(?![\w-]|[.,]\d)", lambda m: f"number {spelling.number(m['n'])}"),
    rule(r"§\s?(?P<n>\d+(?:\.\d+)*)", lambda m: f"section {_dotted(m['n'])}"),
    rule(rf"\b(?:(?i:zip(?: code)?(?: is)?)|{_STATES})\s(?P<n>\d{{5}}(?:-\d{{4}})?)(?![\w-])",
         lambda m: spelling.digits(m["n"]), group="n"),
    rule(r"(?<![\w.,:/$-])(?P<n>0\d{2,})(?![\w,/-]|\.\d)", lambda m: spelling.digits(m["n"])),
    rule(r"(?<![\w.,:/$-])(?P<n>\d{16,})(?![\w,/-]|\.\d)", lambda m: spelling.digits(m["n"])),
    rule(r"(?<![\w.,:/$-])(?P<n>1080|2160|1440|720|480|360)(?P<scan>[pi])\b",
         lambda m: f"{_lines(m['n'])} {m['scan'].upper()}"),
)  # fmt: skip


def _lines(text: str) -> str:
    """ "1080" -> "ten eighty"."""
    if len(text) == 4:
        return f"{spelling.cardinal(int(text[:2]))} {spelling.cardinal(int(text[2:]))}"
    return f"{spelling.cardinal(int(text[0]))} {spelling.cardinal(int(text[1:]))}"
