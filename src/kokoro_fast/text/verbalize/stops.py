"""Whether the full stop of an abbreviation ends a sentence too: then it stays in the text, and its pause is heard."""

from __future__ import annotations

import re

from kokoro_fast.text.sentence_ends import ends_sentence

_NOTHING_MORE = re.compile(r"[\"'”’)\]]*\s*\Z")


def ends_here(text: str, stop: int, word: str) -> bool:
    """Whether a sentence ends at `stop`, behind the full stop of the abbreviation `word`."""
    if text[stop - 1] != ".":
        return False
    if _NOTHING_MORE.match(text, stop):
        return True
    if not text.startswith((" ", "\n"), stop):
        return False
    return ends_sentence(word, text, stop + 1, first=False, line_ends=text.startswith("\n", stop)) is True
