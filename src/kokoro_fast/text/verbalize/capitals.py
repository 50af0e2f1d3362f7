"""Sentences and headings in capitals are read as words, not letter by letter."""

from __future__ import annotations

import re

from kokoro_fast.text.verbalize.rule import rule

_WRITTEN = (
    "ALL AM AN AND ANY ARE AS AT BE BEEN BUT BY CAN DID DO FOR FROM GET GO GOT HAD HAS HE HER HIS HOW IF IN IS IT LED "
    "ITS LET MAY ME MY NEW NO NOR NOT NOW OF OFF OLD ON ONE OR OUR OUT OWN SAY SEE SET SHALL SHE SO TEN THAN THAT "
    "THE THEM THEN THEY THIS TO TOO TWO UP US USE WAS WAY WE WERE WHAT WHEN WHO WHY WILL WITH YES YOU YOUR"
)
_SHORT = frozenset(_WRITTEN.split())
"""Words that misaki may spell, since they are also somebody's initials."""

_MOST_LOOKED_AT = 100
"""Characters of the line that are looked at before and after a word."""

_LINE = re.compile(r"[^.!?\n]*")


def _word(match: re.Match[str]) -> str | None:
    """A word of a line of three words or more, nearly all in capitals."""
    if match[0] not in _SHORT:
        return None
    text = match.string
    furthest = max(0, match.start() - _MOST_LOOKED_AT)
    start = max(furthest - 1, *(text.rfind(mark, furthest, match.start()) for mark in ".!?\n")) + 1
    line = _LINE.match(text, start, match.end() + _MOST_LOOKED_AT)
    words = re.findall(r"[^\W\d_]{2,}", line[0] if line else "")
    return match[0].lower() if len(words) >= 3 and all(word.isupper() for word in words) else None


RULES = (rule(r"(?<![\w.'])[A-Z]{2,5}(?!\w|[.'-]\w)", _word, needs=()),)
