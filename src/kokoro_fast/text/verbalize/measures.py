"""Measures: a number with the sign of its unit. The names are those of CLDR, by Babel."""

from __future__ import annotations

import re
from functools import lru_cache

from kokoro_fast.text.verbalize import spelling
from kokoro_fast.text.verbalize.ranges import amount
from kokoro_fast.text.verbalize.rule import AMOUNT, NUMBER, rule

UNITS = {
    "kg": "mass-kilogram", "g": "mass-gram", "mg": "mass-milligram", "µg": "mass-microgram", "μg": "mass-microgram",
    "lb": "mass-pound", "lbs": "mass-pound", "oz": "mass-ounce",
    "km": "length-kilometer", "m": "length-meter", "cm": "length-centimeter", "mm": "length-millimeter",
    "µm": "length-micrometer", "μm": "length-micrometer", "nm": "length-nanometer", "mi": "length-mile",
    "ft": "length-foot", "in": "length-inch", "yd": "length-yard",
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
    "psi": "pressure-pound-force-per-square-inch", "mbar": "pressure-millibar", "N": "force-newton",
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
    "fps": "frames per second", "rpm": "R P M", "dB": "decibels", "bpm": "beats per minute",
    "mg/L": "milligrams per liter", "g/L": "grams per liter", "mg/kg": "milligrams per kilogram",
    "kg/m³": "kilograms per cubic meter", "GiB": "gibibytes", "MiB": "mebibytes", "KiB": "kibibytes",
    "Ah": "ampere hours", "mAh": "milliampere hours", "eV": "electron volts", "sq m": "square meters",
    "m/s²": "meters per second squared", "cc": "C C", "mmHg": "millimeters of mercury", "ppm": "parts per million",
}  # fmt: skip
"""Signs that CLDR has no unit for."""

_LETTERS = frozenset(["A", "B", "N", "in", "J", "W", "MP"])
"""Signs that after a space are letters or words more often than units."""

_DESCRIBING = frozenset(["V", "W", "MP", "hp", "kW", "MW", "mAh", "Hz", "mm"])
"""Units that stand before a noun more often than alone: "12V battery"."""

_PREFIXES = {None: "", "-": "minus ", "−": "minus ", "~": "about ", "≈": "about ", "+": "plus ", "±": "plus or minus "}

_PER = {
    "d": "day", "h": "hour", "s": "second", "min": "minute", "wk": "week", "mo": "month", "yr": "year",
    "kg": "kilogram",
}  # fmt: skip

PER = r"(?:/(?P<per>day|week|month|year|hour|minute|second|night|person|head|user|unit|mile|kg|d|h|s|min|wk|mo|yr)\b)?"
"""What a price or measure is counted by."""

_DETERMINER = re.compile(r"(?i:\b(?:an?|the|this|that|each|every|my|your|his|her|its|our|their|one)\s)\Z")
"""Before a measure that describes a noun: "a 5kg bag", which is no bag of kilograms."""

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


def _measure(match: re.Match[str]) -> str | None:
    sign, number = match["unit"], match["number"]
    if match["space"] and sign in _LETTERS:
        return None
    describes = match["noun"] is not None and (
        sign in _DESCRIBING or _DETERMINER.search(match.string, 0, match.start()) is not None
    )
    words = f"{_PREFIXES[match['prefix']]}{amount(number)} {unit(sign, spelling.is_one(number) or describes)}"
    return f"{words} per {_PER.get(match['per'], match['per'])}" if match["per"] else words


def _feet(match: re.Match[str]) -> str:
    feet, inches = match["feet"], match["inches"]
    words = f"{amount(feet)} foot"
    return f"{words} {amount(inches)}" if inches else words


RULES = (
    rule(r"(?<![\w.,'\"])(?P<f>\d{1,2})\s?(?:ft|feet|foot)\.?\s(?P<i>\d{1,2})\s?in(?:\.|ches)?(?!\w)",
         lambda m: f"{amount(m['f'])} feet {amount(m['i'])} inches"),
    rule(r"(?<![\w.,'\"])(?P<feet>\d{1,2})'\s?(?P<inches>\d{1,2})(?:\"|''|”)?(?![\w'])", _feet),
    rule(rf"(?<![\w.,'\"])(?P<n>{NUMBER})(?:\"|”)(?=\s[a-z])(?<=[\d][\"”])",
         lambda m: f"{amount(m['n'])} inch" if m.string.count('"', 0, m.start()) % 2 == 0 else None),
    rule(rf"(?<![\w.,/$£€-])(?P<minus>[-−])?(?P<number>{AMOUNT})\s?(?:°|º)\s?(?P<unit>[CFK])\b(?P<space>)(?P<noun>)",
         lambda m: f"{'minus ' if m['minus'] else ''}{amount(m['number'])} "
         f"{unit('°' + m['unit'], spelling.is_one(m['number'])) if m['unit'] != 'K' else 'kelvins'}"),
    rule(rf"(?<![\w.,/$£€~≈+±-])(?P<prefix>[-−~≈+±])?(?P<number>{AMOUNT})(?P<space>\s?)(?P<unit>{_SIGN}){PER}(?![\w/²³^'’-])"
         rf"(?P<noun>(?=\s[a-z]{{3,}}))?", _measure),
    rule(rf"(?<![\w.,/$£€<>≤≥~≈-])(?P<number>{AMOUNT})\s?%", lambda m: f"{amount(m['number'])} percent"),
    rule(r"(?<=\d)\s?%", lambda _: " percent"),
    rule(rf"(?<![\w.,/$£€-])(?P<number>{AMOUNT})\s?‰", lambda m: f"{amount(m['number'])} per mille"),
    rule(rf"(?<![\w.,])[-−](?P<number>{NUMBER})\s?%", lambda m: f"minus {amount(m['number'])} percent"),
)  # fmt: skip
