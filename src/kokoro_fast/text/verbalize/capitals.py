"""Sentences and headings in capitals are read as words, not letter by letter."""

from __future__ import annotations

import re

from kokoro_fast.text.verbalize.rule import rule

_SHORT = frozenset(
    "IT IS AM ARE WAS WERE BE BEEN DO DID HAS HAD HE SHE WE US ME MY HIS HER ITS OUR AN AND OR NOR BUT IF SO AS AT BY IN ON "
    "OF OFF TO UP OUT NO NOT YES ALL ANY CAN MAY WHO WHY HOW WHAT WHEN THE THIS THAT THEY THEM THEN THAN FOR FROM WITH "
    "YOU YOUR WILL SHALL GO GET GOT LET NOW NEW ONE TWO TEN OLD OUR OWN SAY SEE SET TOO USE WAY".split()
)
"""Words that misaki may spell, since they are also somebody's initials."""

_LINE = re.compile(r"[^.!?\n]*")


def _word(match: re.Match[str]) -> str | None:
    """A word of a line of three words or more, nearly all in capitals."""
    if match[0] not in _SHORT:
        return None
    text = match.string
    start = max(text.rfind(mark, 0, match.start()) for mark in ".!?\n") + 1
    line = _LINE.match(text, start)
    words = re.findall(r"[^\W\d_]{2,}", line[0] if line else "")
    return match[0].lower() if len(words) >= 3 and all(word.isupper() for word in words) else None


RULES = (rule(r"(?<![\w.'])[A-Z]{2,5}(?![\w.']|-\w)", _word, needs=()),)
