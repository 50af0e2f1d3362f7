"""What a rule is, and the pieces that patterns share."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
"""A number as it is written: "7", "1,250", "3.14"."""

DASH = r"\s?[-–—~]\s?"
"""What stands between the ends of a range."""

AMOUNT = rf"{NUMBER}(?:{DASH}{NUMBER})?"
"""A number or a range."""

DIGITS = tuple("0123456789")

BEFORE = r"(?<![\w.,/\\:#@$£€¥₹&=+%^~-])"
"""Before a number that is no part of a larger shape."""

AFTER = r"(?![\w@#/\\=%°]|[.,:'-]\w)"
"""After a number or word that is no part of a larger shape; a full stop that ends a sentence may follow."""


@dataclass(frozen=True)
class Sounds:
    """A reading in phonemes instead of words."""

    phonemes: str


class Unsaid(Enum):
    """A reading of what nobody says."""

    SIGN = "a sign, which belongs to the word that it touches"


def unsaid(_: object) -> Unsaid:
    """The reading of a rule for signs."""
    return Unsaid.SIGN


Said = str | Sounds | Unsaid
"""A reading: words, phonemes, or nothing."""

Read = Callable[[re.Match[str]], Said | None]


@dataclass(frozen=True)
class Rule:
    """A shape and its reading.

    Attributes:
        pattern: the shape. It may not backtrack without bound, since anything may be read.
        read: the reading of a match; None to leave the text as it is.
        group: the part of the match that the words stand for.
        needs: only a text with one of these can match, which is sooner seen than tried; () for any text.
        also: and with one of these, where not empty.
    """

    pattern: re.Pattern[str]
    read: Read
    group: str | int = 0
    needs: tuple[str, ...] = DIGITS
    also: tuple[str, ...] = ()


def rule(
    pattern: str,
    read: Read,
    group: str | int = 0,
    needs: tuple[str, ...] = DIGITS,
    also: tuple[str, ...] = (),
) -> Rule:
    """A rule from the text of its pattern."""
    return Rule(re.compile(pattern), read, group, needs, also)
