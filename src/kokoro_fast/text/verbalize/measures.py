"""Measures: a number with the sign of its unit. The names are those of CLDR, by Babel."""

from __future__ import annotations

import re
from functools import lru_cache

from kokoro_fast.text.verbalize import spelling
from kokoro_fast.text.verbalize.fractions import FRACTION, NEEDED, fraction
from kokoro_fast.text.verbalize.nouns import describes, follows_determiner, precedes_noun
from kokoro_fast.text.verbalize.ranges import PREFIX, PREFIXES, amount
from kokoro_fast.text.verbalize.rule import AMOUNT, DASH, NUMBER, rule
from kokoro_fast.text.verbalize.stops import ends_here

UNITS = {
    "kg": "mass-kilogram", "g": "mass-gram", "mg": "mass-milligram", "µg": "mass-microgram", "μg": "mass-microgram",
    "lb": "mass-pound", "lbs": "mass-pound", "oz": "mass-ounce",
    "km": "length-kilometer", "m": "length-meter", "cm": "length-centimeter", "mm": "length-millimeter",
    "µm": "length-micrometer", "μm": "length-micrometer", "nm": "length-nanometer", "mi": "length-mile",
    "ft": "length-foot", "in": "length-inch", "yd": "length-yard",
    "yds": "length-yard", "qt": "volume-quart", "pt": "volume-pint", "fl oz": "volume-fluid-ounce",
    "km²": "area-square-kilometer", "m²": "area-square-meter", "cm²": "area-square-centimeter", "ha": "area-hectare",
    "km2": "area-square-kilometer", "m2": "area-square-meter", "m³": "volume-cubic-meter", "m3": "volume-cubic-meter",
    "cm³": "volume-cubic-centimeter", "ml": "volume-milliliter", "mL": "volume-milliliter", "cl": "volume-centiliter",
    "l": "volume-liter", "L": "volume-liter", "gal": "volume-gallon", "tbsp": "volume-tablespoon",
    "tsp": "volume-teaspoon", "sq ft": "area-square-foot", "sq mi": "area-square-mile",
    "km/h": "speed-kilometer-per-hour", "kph": "speed-kilometer-per-hour", "kmh": "speed-kilometer-per-hour",
    "mph": "speed-mile-per-hour", "m/s": "speed-meter-per-second",
    "mpg": "consumption-mile-per-gallon",
    "°C": "temperature-celsius", "℃": "temperature-celsius", "°F": "temperature-fahrenheit",
    "℉": "temperature-fahrenheit", "°": "angle-degree",
    "V": "electric-volt", "mA": "electric-milliampere", "Ω": "electric-ohm",
    "W": "power-watt", "kW": "power-kilowatt", "MW": "power-megawatt", "GW": "power-gigawatt", "mW": "power-milliwatt",
    "hp": "power-horsepower", "kWh": "energy-kilowatt-hour", "J": "energy-joule", "kJ": "energy-kilojoule",
    "kcal": "energy-kilocalorie", "cal": "energy-calorie",
    "Hz": "frequency-hertz", "kHz": "frequency-kilohertz", "MHz": "frequency-megahertz", "GHz": "frequency-gigahertz",
    "kB": "digital-kilobyte", "KB": "digital-kilobyte", "MB": "digital-megabyte",
    "GB": "digital-gigabyte", "TB": "digital-terabyte", "PB": "digital-petabyte", "Mb": "digital-megabit",
    "Gb": "digital-gigabit", "kb": "digital-kilobit",
    "Pa": "pressure-pascal", "hPa": "pressure-hectopascal", "kPa": "pressure-kilopascal", "MPa": "pressure-megapascal",
    "mbar": "pressure-millibar", "N": "force-newton",
    "ms": "duration-millisecond", "µs": "duration-microsecond", "ns": "duration-nanosecond",
    "sec": "duration-second", "secs": "duration-second", "min": "duration-minute", "mins": "duration-minute",
    "h": "duration-hour", "hr": "duration-hour", "hrs": "duration-hour", "yr": "duration-year", "yrs": "duration-year",
    "px": "graphics-pixel", "MP": "graphics-megapixel", "dpi": "graphics-dot-per-inch", "lm": "light-lumen",
    "lx": "light-lux", "mol": "concentr-mole",
}  # fmt: skip
"""Sign -> unit of CLDR."""

RATES = {
    "Mbps": "megabits per second", "Gbps": "gigabits per second", "kbps": "kilobits per second",
    "MB/s": "megabytes per second", "GB/s": "gigabytes per second", "Mbit/s": "megabits per second",
    "fps": "frames per second", "rpm": "R P M", "psi": "pounds per square inch", "dB": "decibels",
    "bpm": "beats per minute",
    "mg/L": "milligrams per liter", "g/L": "grams per liter", "mg/kg": "milligrams per kilogram",
    "kg/m³": "kilograms per cubic meter", "GiB": "gibibytes", "MiB": "mebibytes", "KiB": "kibibytes",
    "Ah": "ampere hours", "mAh": "milliampere hours", "eV": "electron volts", "sq m": "square meters",
    "m/s²": "meters per second squared", "km/s": "kilometers per second", "kg/m3": "kilograms per cubic meter",
    "Wh": "watt hours", "km/hr": "kilometers per hour", "lb/ft": "pounds per foot",
     "cc": "C C", "mmHg": "millimeters of mercury", "ppm": "parts per million",
}  # fmt: skip
"""Signs that CLDR has no unit for."""

_LETTERS = frozenset(["A", "B", "N", "in", "J", "W", "MP"])
"""Signs that after a space are letters or words more often than units."""

_DESCRIBING = frozenset(["V", "W", "MP", "hp", "kW", "MW", "mAh", "Hz", "mm"])
"""Units that stand before a noun more often than alone: "12V battery"."""

_PER = {
    "d": "day", "h": "hour", "hr": "hour", "s": "second", "sec": "second", "min": "minute", "wk": "week",
    "mo": "month", "yr": "year", "kg": "kilogram", "lb": "pound", "sq ft": "square foot", "m²": "square meter",
    "m2": "square meter", "L": "liter", "GB": "gigabyte", "kWh": "kilowatt hour", "mi": "mile", "km": "kilometer",
    "oz": "ounce", "gal": "gallon", "pp": "person", "ea": "each",
}  # fmt: skip

_WHOLE_PER = (
    "day|week|month|year|hour|minute|second|night|person|head|user|unit|mile|pound|kilo|gallon|liter|litre|each|seat|"
    "ounce|ticket|page|word|child|adult|couple|session|quarter|annum|item|piece|shift|acre"
)
PER = rf"(?:/(?P<per>{_WHOLE_PER}|{'|'.join(map(re.escape, sorted(_PER, key=len, reverse=True)))})(?!\w))?"
"""What a price or measure is counted by."""


def per(match: re.Match[str]) -> str:
    """The words for `PER`: "/hr" -> " per hour"."""
    return f" per {_PER.get(match['per'], match['per'])}" if match["per"] else ""


_SIGN = "|".join(map(re.escape, sorted([*UNITS, *RATES], key=len, reverse=True)))


@lru_cache
def unit(sign: str, one: bool) -> str:
    """The name of a unit."""
    if sign in RATES:
        return RATES[sign]
    from babel.units import format_unit

    return (
        str(format_unit(1 if one else 2, UNITS[sign], length="long", locale="en")).split(" ", 1)[-1].replace("-", " ")
    )


def _describes(match: re.Match[str], sign: str) -> bool:
    """Whether the measure stands before the noun that it describes, as in "a 5kg bag", "12V battery"."""
    text, start, end = match.string, match.start(), match.end()
    return describes(text, start, end) or (sign in _DESCRIBING and precedes_noun(text, end))


def _measure(match: re.Match[str]) -> str | None:
    sign, number, space = match["unit"], match["number"], match["space"]
    if (space == " " and sign in _LETTERS) or (space == "-" and not precedes_noun(match.string, match.end())):
        return None
    return _measured(match, sign, number)


def _measured(match: re.Match[str], sign: str, number: str) -> str:
    single = spelling.is_one(number) or match["space"] == "-" or _describes(match, sign)
    return f"{PREFIXES[(match['prefix'] or '').strip()]}{amount(number)} {unit(sign, single)}{per(match)}"


def _with_stop(match: re.Match[str]) -> str | None:
    """ "12 in. long": the full stop belongs to the unit, unless it also ends the sentence."""
    if ends_here(match.string, match.end(), match["unit"]) or match["unit"] not in _STOPPED:
        return None
    return _measured(match, match["unit"], match["number"])


_STOPPED = frozenset(
    ["in", "ft", "oz", "lb", "lbs", "yd", "yds", "mi", "gal", "qt", "pt", "tsp", "tbsp", "sec", "secs", "min", "mins",
     "hr", "hrs", "yr", "yrs", "sq ft", "fl oz", "cm", "mm", "kg"]
)  # fmt: skip
"""Units that are written with a full stop."""


def _part(match: re.Match[str]) -> str | None:
    """ "1/2 lb", "2 1/2 in."."""
    words, sign = fraction(match), match["unit"]
    if words is None or (sign in _LETTERS and sign != "in"):
        return None
    name = "percent" if sign == "%" else unit("in" if sign in ('"', "”") else sign, match["whole"] is None)
    return f"{words} {name}"


def _between(match: re.Match[str]) -> str | None:
    """ "5kg–10kg", "20°-25°C"."""
    if match["first"] not in (match["unit"], "°"):
        return None
    sign = match["unit"]
    name = "percent" if sign == "%" else unit(sign, _describes(match, sign))
    return f"{spelling.number(match['low'])} to {spelling.number(match['high'])} {name}"


def _feet(match: re.Match[str]) -> str:
    feet, inches = match["feet"], match["inches"]
    words = f"{amount(feet)} foot"
    return f"{words} {amount(inches)}" if inches else words


def _degrees(match: re.Match[str]) -> str:
    number, scale = match["number"], match["unit"]
    single = spelling.is_one(number) or describes(match.string, match.start(), match.end())
    name = unit(f"°{scale}", single) if scale != "K" else "kelvins"
    return f"{PREFIXES[(match['prefix'] or '').strip()]}{amount(number)} {name}"


_MOST_LOOKED_AT = 2000
"""Characters before an inch sign in which a quotation may begin."""


def _inches(match: re.Match[str]) -> str | None:
    """An inch sign, unless it closes a quotation that is open."""
    text, start = match.string, match.start()
    furthest = max(0, start - _MOST_LOOKED_AT)
    if text.count('"', furthest, start) % 2 or "“" in text[furthest:start]:
        return None
    return f"{amount(match['n'])} {unit('in', follows_determiner(text, start) or precedes_noun(text, match.end()))}"


def _foot(match: re.Match[str]) -> str | None:
    """ "6' tall"."""
    return f"{amount(match['n'])} {unit('ft', spelling.is_one(match['n']) or match['noun'] is not None)}"


def _per_word(match: re.Match[str]) -> str | None:
    """ "pills/day", but not "day/night"."""
    before = re.search(r"[a-z]+\Z", match.string[max(0, match.start() - 12) : match.start()])
    return None if before is None or before[0] in _WHOLE_PER else f" per {match['per']}"


_PARTS = {"%": "percent", "‰": "per mille"}

_START = r"(?<![\w.,/$£€<>≤≥~≈+±-])"
_UNIT = rf"(?P<unit>{_SIGN})"
_AFTER = r"(?![\w/²³^'’-])"

RULES = (
    rule(rf"{FRACTION}\s?(?P<unit>{_SIGN}|[\"”%])(?:\.(?=\s[a-z]))?{_AFTER}", _part, needs=NEEDED),
    rule(
        rf"(?<![\w.,/$£€-])(?P<low>{NUMBER})\s?(?P<first>{_SIGN}|%){DASH}"
        rf"(?P<high>{NUMBER})\s?(?P<unit>{_SIGN}|%){_AFTER}",
        _between,
        also=tuple("-–—~"),
    ),
    rule(
        r"(?<![\w.,'\"])(?P<f>\d{1,2})\s?(?:ft|feet|foot)\.?\s(?P<i>\d{1,2})\s?in(?:\.|ches)?(?!\w)",
        lambda m: f"{amount(m['f'])} feet {amount(m['i'])} inches",
        also=("ft", "feet", "foot"),
    ),
    rule(
        r"(?<![\w.,'\"])(?P<feet>\d)\s?(?:ft|foot)\.?\s(?P<inches>\d{1,2})(?=\s(?:tall|and)|[.,])",
        _feet,
        also=("ft", "foot"),
    ),
    rule(r"(?<![\w.,'\"])(?P<feet>\d{1,2})'\s?(?P<inches>\d{1,2})(?:\"|''|”)?(?![\w'])", _feet, also=("'",)),
    rule(r"(?<![\w.,'\"])(?P<n>\d{1,3}(?:\.\d+)?)(?:\"|”)(?=[\s.,;)-])", _inches, also=('"', "”")),
    rule(
        r"(?<![\w.,'\"‘])(?P<n>\d{1,3})'"
        r"(?=\s(?:tall|long|high|deep|wide|x|by)\b|-\w|(?P<noun>\s(?:ceiling|pole|rope|ladder|table|tree)))",
        _foot,
        also=("'",),
    ),
    rule(rf"{_START}{PREFIX}(?P<number>{AMOUNT})\s?(?:°|º)\s?(?P<unit>[CFK])\b", _degrees, also=("°", "º")),
    rule(
        rf"{_START}{PREFIX}(?P<number>{AMOUNT})(?P<space>[\s-]?){_UNIT}{PER}\.(?=[\s,;:)]|\Z)", _with_stop, also=(".",)
    ),
    rule(rf"{_START}{PREFIX}(?P<number>{AMOUNT})(?P<space>[\s-]?){_UNIT}{PER}{_AFTER}", _measure),
    rule(
        rf"{_START}{PREFIX}(?P<number>{AMOUNT})\s?(?P<sign>[%‰])",
        lambda m: f"{PREFIXES[(m['prefix'] or '').strip()]}{amount(m['number'])} {_PARTS[m['sign']]}",
        also=("%", "‰"),
    ),
    rule(r"(?<=\d)\s?%", lambda _: " percent", also=("%",)),
    rule(rf"(?<=[a-z]{{3}})/(?P<per>{_WHOLE_PER})\b", _per_word, needs=("/",)),
)
