"""Times of day and durations."""

from __future__ import annotations

import re

from kokoro_fast.text.verbalize import spelling
from kokoro_fast.text.verbalize.rule import rule
from kokoro_fast.text.verbalize.stops import ends_here

_HALF = r"(?P<half>[AaPp])(?:\.\s?[Mm]\b(?P<stop>\.)?|[Mm]\b)"
_CLOCK = r"(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d))?"


def clock(hour: str, minute: str | None, half: str | None) -> str | None:
    """The words of a time: ("3", "05", "p") -> "three O five P.M."; None for what is none."""
    if int(hour) > (12 if half else 24) or (minute and int(minute) > 59):
        return None
    words = spelling.cardinal(int(hour))
    if minute and minute != "00":
        words += (
            f" O {spelling.cardinal(int(minute))}" if minute.startswith("0") else f" {spelling.cardinal(int(minute))}"
        )
    return f"{words} {half.upper()} M" if half else words


def _with_half(match: re.Match[str]) -> str | None:
    return clock(match["hour"], match["minute"], match["half"])


def _range_with_half(match: re.Match[str]) -> str | None:
    first_half = match["first_half"]
    first = clock(match["first"], match["first_minute"], first_half)
    last = clock(match["hour"], match["minute"], match["half"])
    return f"{first} to {last}" if first and last else None


def _plain(match: re.Match[str]) -> str | None:
    if int(match["hour"]) > 24:
        return None
    return clock(match["hour"], match["minute"], None)


def _duration(match: re.Match[str]) -> str | None:
    """ "00:07:30": hours are left out where there are none."""
    hours, minutes, seconds = (int(match[name]) for name in ("hours", "minutes", "seconds"))
    counted = [(hours, "hour"), (minutes, "minute"), (seconds, "second")]
    words = [f"{spelling.cardinal(n)} {unit}{'' if n == 1 else 's'}" for n, unit in counted if n]
    return " ".join(words) or None


def _counted(match: re.Match[str]) -> str:
    """ "2h 30m 5s"."""
    named = [(match["h"], "hour"), (match["m"], "minute"), (match["s"], "second")]
    return " ".join(f"{spelling.number(n)} {unit}{'' if spelling.is_one(n) else 's'}" for n, unit in named if n)


_HALF_BEFORE_STOP = r"(?P<half>[AaPp])\.\s?[Mm](?=\.)"
_FIRST = (
    r"(?<![\w.,:$/-])(?P<first>\d{1,2})(?:[:.](?P<first_minute>[0-5]\d))?\s?(?:(?P<first_half>[AaPp])\.?\s?[Mm]\.?)?"
    r"\s?[-–—]\s?"
)
"""The first time of a range, with its dash."""


def _ends(match: re.Match[str]) -> bool:
    return ends_here(match.string, match.end(), "P.M")


_HALVES = ("AM", "PM", "am", "pm", "A.", "P.", "a.", "p.", "Am", "Pm")

RULES = (
    rule(
        r"(?<![\w.,:$/-])(?P<h>\d+)\s?(?:h|hrs?)\s?(?P<m>\d{1,2})\s?(?:m|mins?)(?:\s?(?P<s>\d{1,2})\s?(?:s|secs?))?(?!\w)",
        _counted,
    ),
    rule(r"(?<![\w.,:$/-])(?P<h>)(?P<m>\d+)\s?(?:m|mins?)\s?(?P<s>\d{1,2})\s?(?:s|secs?)(?!\w)", _counted),
    rule(rf"{_FIRST}{_CLOCK}\s?{_HALF}", lambda m: None if _ends(m) else _range_with_half(m), also=_HALVES),
    rule(rf"{_FIRST}{_CLOCK}\s?{_HALF_BEFORE_STOP}", _range_with_half, also=_HALVES),
    rule(rf"(?<![\w.,:$/-]){_CLOCK}\s?{_HALF}", lambda m: None if _ends(m) else _with_half(m), also=_HALVES),
    rule(rf"(?<![\w.,:$/-]){_CLOCK}\s?{_HALF_BEFORE_STOP}", _with_half, also=_HALVES),
    rule(
        r"(?<![\w.,:$/-])(?P<hours>\d{1,2}):(?P<minutes>[0-5]\d):(?P<seconds>[0-5]\d)(?![\w:/-]|\.\d)",
        _duration,
        also=(":",),
    ),
    rule(
        r"(?<![\w.,:$/-])(?P<h1>\d{1,2}):(?P<m1>[0-5]\d)\s?[-–—]\s?(?P<h2>\d{1,2}):(?P<m2>[0-5]\d)(?![\w:/-]|\.\d)",
        lambda m: f"{clock(m['h1'], m['m1'], None)} to {clock(m['h2'], m['m2'], None)}",
        also=(":",),
    ),
    rule(r"(?<![\w.,:$/-])(?P<hour>\d{1,2})[:h](?P<minute>[0-5]\d)\s?h(?:rs)?\b", _plain),
    rule(r"(?<=\d\d-\d\dT)(?P<hour>\d\d):(?P<minute>[0-5]\d)(?::[0-5]\d(?:\.\d+)?)?Z?(?![\w:])", _plain, also=("T",)),
    rule(
        r"(?<!ratio of )(?<!odds of )(?<![\w.,:$/-])(?P<hour>\d{1,2}):(?P<minute>[0-5]\d)(?![\w:/-]|\.\d)",
        _plain,
        also=(":",),
    ),
)
