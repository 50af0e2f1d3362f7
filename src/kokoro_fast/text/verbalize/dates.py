"""Dates in ISO, American and European order, with abbreviated months and weekdays; decades, centuries' years, eras."""

from __future__ import annotations

import re

from kokoro_fast.text.verbalize import spelling
from kokoro_fast.text.verbalize.rule import AFTER, BEFORE, rule

_WRITTEN = "January February March April May June July August September October November December"
MONTHS = _WRITTEN.split()

_SHORT = {month[:3]: month for month in MONTHS} | {"Sept": "September"} | {month: month for month in MONTHS}
_SHORT_DAYS = {
    "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday", "Thur":
    "Thursday", "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip

_MONTH = "|".join(sorted(_SHORT, key=len, reverse=True))
_DAY = "|".join(sorted(_SHORT_DAYS, key=len, reverse=True))
_YEAR = r"1[0-9]\d\d|20\d\d"


def _day(text: str) -> str | None:
    number = int(re.sub(r"\D", "", text))
    return spelling.ordinal(number) if 1 <= number <= 31 else None


def _days(match: re.Match[str]) -> str:
    """ "Mon-Fri" -> "Monday to Friday"."""
    return f"{_SHORT_DAYS.get(match['low'], match['low'])} to {_SHORT_DAYS.get(match['high'], match['high'])}"


def _months(match: re.Match[str]) -> str | None:
    """ "Jan–Mar" -> "January to March"."""
    return f"{_SHORT[match['low']]} to {_SHORT[match['high']]}"


def _decades(match: re.Match[str]) -> str:
    """ "1990s-2000s"."""
    return " to ".join(spelling.plural(spelling.year(match[end])) for end in ("low", "high"))


def _season(match: re.Match[str]) -> str | None:
    """ "2019/20"."""
    if (int(match["year"][2:]) + 1) % 100 != int(match["following"]):
        return None
    return f"{spelling.year(match['year'])} {spelling.number(match['following'])}"


def _month_and_day(match: re.Match[str]) -> str | None:
    """ "on 5/15", which is no fraction of anything."""
    month, day = int(match["month"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31) or (month < day and day in (2, 3, 4, 5, 8, 10)):
        return None
    return f"{MONTHS[month - 1]} {spelling.ordinal(day)}"


def _iso(match: re.Match[str]) -> str | None:
    """With hyphens part by part, as people read what is written for machines: "twenty twenty four zero one fifteen"."""
    month, day = int(match["month"]), _day(match["day"])
    if not (1 <= month <= 12 and day):
        return None
    if match["sep"] == "/":
        return f"{MONTHS[month - 1]} {day}, {spelling.year(match['year'])}"
    return " ".join([spelling.year(match["year"]), spelling.number(match["month"]), spelling.number(match["day"])])


def _slashed(match: re.Match[str]) -> str | None:
    """With slashes, the American order unless the numbers say otherwise; with full stops, the European."""
    first, second = int(match["first"]), int(match["second"])
    month, day = (second, first) if match["sep"] == "." or first > 12 else (first, second)
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    year = match["year"]
    if match["sep"] == "-" and len(year) == 2:
        return None
    if len(year) == 2:
        year = ("20" if int(year) < 50 else "19") + year
    return f"{MONTHS[month - 1]} {spelling.ordinal(day)}, {spelling.year(year)}"


def _month_first(match: re.Match[str]) -> str | None:
    day = _day(match["day"])
    if day is None:
        return None
    to = _day(match["to"]) if match["to"] else None
    if match["month"] in MONTHS and not match["to"]:
        return None  # misaki reads it
    words = f"{_SHORT[match['month']]} {day}" + (f" to {to}" if to else "")
    return f"{words}, {spelling.year(match['year'])}" if match["year"] else words


def _day_first(match: re.Match[str]) -> str | None:
    day = _day(match["day"])
    if day is None or not match["day"].isdecimal():
        return None
    words = f"{spelling.cardinal(int(match['day']))} {_SHORT[match['month']]}"
    return f"{words} {spelling.year(match['year'])}" if match["year"] else words


def _decade(match: re.Match[str]) -> str | None:
    text = match["decade"]
    if len(text) == 2:
        return None if text == "00" else spelling.plural(spelling.cardinal(int(text)))
    words = spelling.year(text)
    return spelling.plural(words)


def _short_year(match: re.Match[str]) -> str:
    """ "'98", "'05"."""
    year = match["year"]
    return f"O {spelling.number(year[1])}" if year.startswith("0") else spelling.number(year)


_MONTHS = tuple(month[:3] for month in MONTHS)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_FULL_DAY = "|".join(sorted({*_SHORT_DAYS, *_SHORT_DAYS.values()}, key=len, reverse=True))

RULES = (
    rule(
        rf"(?<![\w./-])(?P<day>\d{{1,2}})-(?P<month>{_MONTH})-(?P<year>{_YEAR})(?![\w/-]|\.\d)",
        _day_first,
        also=_MONTHS,
    ),
    rule(
        rf"(?<![\w./-])(?P<year>{_YEAR})(?P<sep>[/-])(?P<month>\d\d)(?P=sep)(?P<day>\d\d)(?:T(?=\d\d:)|(?![\w/-]|\.\d))",
        _iso,
    ),
    rule(
        r"(?<![\w./-])(?P<first>\d{1,2})(?P<sep>[/.-])(?P<second>\d{1,2})(?P=sep)(?P<year>\d{4}|\d\d)(?![\w/-]|\.\d)",
        _slashed,
    ),
    rule(
        rf"\b(?P<month>{_MONTH})\.?\s(?P<day>\d{{1,2}}(?:st|nd|rd|th)?)(?:[-–](?P<to>\d{{1,2}}(?:st|nd|rd|th)?))?"
        rf"(?:,?\s(?P<year>{_YEAR}))?{AFTER}(?!\s?(?:%|percent|million|people))",
        _month_first,
        also=_MONTHS,
    ),
    rule(
        rf"{BEFORE}(?P<day>\d{{1,2}})\s(?P<month>{_MONTH})\b\.?(?:,?\s(?P<year>{_YEAR})(?!\w))?",
        _day_first,
        also=_MONTHS,
    ),
    rule(
        r"(?i:\b(?:on|by|until|since|before|after|due|dated?|from)\s)(?P<all>(?P<month>\d{1,2})/(?P<day>\d{1,2}))(?![\w/]|[.,]\d)",
        _month_and_day,
        group="all",
        also=("/",),
    ),
    rule(rf"(?<![\w./-])(?P<year>{_YEAR})/(?P<following>\d\d)(?![\w/-]|\.\d)", _season, also=("/",)),
    rule(rf"\((?P<word>b|d)\.(?=\s(?:{_YEAR})\b)", lambda m: {"b": "born", "d": "died"}[m["word"]], group="word"),
    rule(rf"\b(?P<word>b|d)\.(?=\s(?:{_YEAR})\b)", lambda m: {"b": "born", "d": "died"}[m["word"]]),
    rule(rf"\b(?P<low>{_FULL_DAY})\.?\s?[-–]\s?(?P<high>{_FULL_DAY})\b\.?(?=[\s,:;)]|\Z)", _days, needs=("-", "–")),
    rule(rf"\b(?P<low>{_MONTH})\.?\s?[-–]\s?(?P<high>{_MONTH})\b\.?(?=[\s,:;)]|\Z)", _months, needs=("-", "–")),
    rule(r"(?<![\w.,/])(?P<low>1[0-9]\d0|20\d0)s\s?[-–]\s?(?P<high>1[0-9]\d0|20\d0)s\b", _decades),
    rule(
        rf"\b(?P<month>{_MONTH})\.?\s(?P<year>{_YEAR}){AFTER}",
        lambda m: f"{_SHORT[m['month']]} {spelling.year(m['year'])}",
        needs=_MONTHS,
    ),
    rule(
        rf"\b(?P<day>{_DAY})(?:\.,?|,|(?=\s(?:{_MONTH})\b))(?=\s(?:{_MONTH}|\d))",
        lambda m: f"{_SHORT_DAYS[m['day']]},",
        needs=_DAYS,
    ),
    rule(rf"\b(?P<day>{_DAY})\.(?=\s[a-z]|,)", lambda m: _SHORT_DAYS[m["day"]], needs=(".",)),
    rule(
        rf"\b(?P<month>{'|'.join(month for month in _SHORT if month not in MONTHS)})\.(?=\s[a-z]|,)",
        lambda m: _SHORT[m["month"]],
        needs=(".",),
    ),
    rule(r"(?<![\w.,/])(?<!\d-)(?P<decade>1[0-9]\d0|20\d0)'?s\b", _decade),
    rule(r"(?<![\w'’])['’‘](?P<decade>[2-9]0)s\b", _decade),
    rule(r"(?<![\w'’])['’‘](?P<year>\d\d)(?![\w'’])", _short_year),
)
