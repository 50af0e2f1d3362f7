"""Decides whether the period after a word ends a sentence, or belongs to an abbreviation, an initial or a number.

The answer may depend on the word after the period. While that word has not come, the answer is None: wait.
"""

from __future__ import annotations

import re

from kokoro_fast.text.abbreviations import TIMES, Period, period_after

_OPENING = (
    "The This That These Those It He She We They You I In On At But And So Or If When While Then There Here What Who "
    "Why How Where My His Her Our Their Your Its For With As After Before However Also Now Yes No Not A An"
)
_OPENING_WORDS = frozenset(_OPENING.split())
"""Capitalized words that are hardly ever part of a name."""

_LONGEST_ABBREVIATION = 4
"""The most letters of an unknown abbreviation. A longer word that is no known abbreviation is a word."""

_ITEM = re.compile(r"\d{1,3}|[^\W\d_]")
_NUMBER = re.compile(r"\d+|[IVXLC]{2,}|[B-HJ-Z]")  # "Fig. B"; but "No. I said" and "no. A man" are sentences
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LAST_WORD = re.compile(r"[^\W_][\w.'’-]*$")
_NEXT_WORD = re.compile(r"[\"'“‘«(\[*_]*(\w*)([\s,'’])?")


def ends_sentence(before: str, text: str, following: int, *, first: bool, line_ends: bool) -> bool | None:
    """Whether the period after a word ends a sentence; None if that depends on text that has not come yet.

    Args:
        before: the text before the period, back to the white space.
        text: all text so far; the next word begins at `following`, which is its end if nothing has come.
        first: whether the word opens a line or a sentence, as the number of an item in a list does.
        line_ends: whether the period is the last thing on its line.
    """
    word = _last_word(before)
    if first and is_item(before):
        return False
    match period_after(word):
        case Period.NEVER:
            return False
        case Period.BEFORE_NUMBER:
            return _ends_before(text, following, _followed_by_number(text, following))
        case Period.BEFORE_TIME:
            return _ends_before(text, following, not line_ends and _followed_by_time(text, following))
        case Period.EITHER:
            return _ends_before(text, following, _followed_by_name(text, following, line_ends))
    if line_ends or (len(word) > _LONGEST_ABBREVIATION and _WORD.fullmatch(word)):
        return True
    return _ends_before(text, following, False)


def is_item(before: str) -> bool:
    """Whether a word could number an item of a list: "1", "12", "a"."""
    return _ITEM.fullmatch(_last_word(before)) is not None


def leads_on(before: str) -> bool:
    """Whether a word, without its period, is an abbreviation that something always follows."""
    return period_after(_last_word(before)) is Period.NEVER


def _last_word(before: str) -> str:
    """The last word, without the brackets, quotes and dashes before it."""
    word = _LAST_WORD.search(before)
    return word[0] if word else ""


def _ends_before(text: str, following: int, abbreviation: bool | None) -> bool | None:
    """Whether a sentence ends before the next word: not after an abbreviation, and not before lower case."""
    if following == len(text) or abbreviation is None:
        return None
    return not (abbreviation or text[following].islower())


def _followed_by_number(text: str, following: int) -> bool | None:
    number = _NUMBER.match(text, following)
    if not number or number[0].isdigit():
        return number is not None
    after = text[number.end() : number.end() + 1]
    return not after.isalnum() if after else None


def _followed_by_time(text: str, following: int) -> bool | None:
    """Whether the next word is one of `TIMES`."""
    match = _NEXT_WORD.match(text, following)
    if not match or (match.end() == len(text) and not match[2]):
        return None
    return match[1] in TIMES


def _followed_by_name(text: str, following: int, line_ends: bool) -> bool | None:
    """Whether the next word may continue what the abbreviation began. At the end of a line nothing does."""
    if line_ends:
        return False
    match = _NEXT_WORD.match(text, following)
    if not match or (match.end() == len(text) and not match[2]):
        return None
    return match[1] not in _OPENING_WORDS or not match[2]
