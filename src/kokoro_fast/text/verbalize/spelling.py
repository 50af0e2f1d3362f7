"""Numbers in English words, by num2words."""

from __future__ import annotations

import re
from functools import lru_cache

LONGEST = 15
"""The most digits that are read as one number; a longer row is read digit by digit, as anyone would."""


@lru_cache(maxsize=4096)
def cardinal(number: int) -> str:
    """1250 -> "one thousand two hundred fifty"."""
    from num2words import num2words

    return _plain(num2words(number))


@lru_cache(maxsize=4096)
def ordinal(number: int) -> str:
    """21 -> "twenty first"."""
    from num2words import num2words

    return _plain(num2words(number, to="ordinal"))


def _plain(words: str) -> str:
    """Without the commas, hyphens and "and" that num2words writes: the voice makes pauses of them."""
    return words.replace(",", "").replace("-", " ").replace(" and ", " ")


def digits(text: str) -> str:
    """ "0042" -> "zero zero four two"; other characters are left out."""
    return " ".join(cardinal(int(char)) for char in text if char.isdecimal())


def number(text: str) -> str:
    """The words of a written number: "3,497", "2.50", "0042"."""
    whole, point, fraction = text.replace(",", "").partition(".")
    if len(whole) > LONGEST or (len(whole) > 1 and whole.startswith("0")):
        words = digits(whole)
    else:
        words = cardinal(int(whole)) if whole else "zero"
    return f"{words} point {digits(fraction)}" if point and fraction else words


def year(text: str) -> str:
    """The words of a year of up to four digits."""
    value = int(text)
    century, rest = divmod(value, 100)
    if len(text) != 4 or value < 1000:
        return cardinal(value)
    if rest == 0:
        return cardinal(value) if century % 10 == 0 else f"{cardinal(century)} hundred"
    if century % 10 == 0 and rest < 10:
        return cardinal(value)
    return f"{cardinal(century)} {f'O {cardinal(rest)}' if rest < 10 else cardinal(rest)}"


def pairs(text: str) -> str:
    """The words of a number of a room, a flight or a screen: "101" -> "one O one", "1080" -> "ten eighty"."""
    first, rest = int(text[:-2]), int(text[-2:])
    if rest == 0:
        return cardinal(int(text))
    return f"{cardinal(first)} {f'O {cardinal(rest)}' if rest < 10 else cardinal(rest)}"


def code(text: str) -> str:
    """The words of the digits in a code: "4" -> "four", "64" -> "sixty four", "264" -> "two sixty four"."""
    if text.startswith("0"):
        return digits(text)
    return cardinal(int(text)) if len(text) < 3 or text.endswith("00") else pairs(text)


def letters(text: str) -> str:
    """ "PDF" -> "P D F"."""
    return " ".join(text.upper())


def plural(words: str) -> str:
    """The plural of the last of these words: "nineteen eighty" -> "nineteen eighties"."""
    if words.endswith("y"):
        return f"{words[:-1]}ies"
    return f"{words}es" if words.endswith(("x", "s", "ch", "sh")) else f"{words}s"


def is_one(text: str) -> bool:
    """Whether a written number takes the singular."""
    return re.fullmatch(r"0*1(?:\.0+)?", text) is not None
