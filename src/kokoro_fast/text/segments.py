"""Cuts a text into pieces small enough for one call of grapheme-to-phoneme conversion.

A book then needs no more memory than a page, and its first words are ready at once. A cut never changes the speech: it
falls at a blank line; in a longer paragraph after a sentence; and at white space where 2,000 characters have no certain
end of a sentence. Only a text without any white space is cut blindly.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from kokoro_fast.symbols import BLANK_LINE, CJK_SENTENCE_MARKS, CLOSERS, DANDA, SENTENCE_MARKS, character_class
from kokoro_fast.text.markup.edits import Edit, Hidden

FIRST_SEGMENT = 300
"""The length in characters that the first segment of a text aims at: two or three sentences, 5 ms of work."""

MAX_SEGMENT = 2000
"""The most characters of a segment: about a page, 30 ms of work, and far below spaCy's limit of 1,000,000."""

_END_MARK = character_class(SENTENCE_MARKS + CJK_SENTENCE_MARKS + DANDA)
_SURE_END_MARK = character_class(SENTENCE_MARKS.replace(".", "") + CJK_SENTENCE_MARKS + DANDA)
_CLOSER = character_class(CLOSERS)
_SENTENCE_END = re.compile(rf"{_END_MARK}{_CLOSER}*\s+")
_SURE_SENTENCE_END = re.compile(
    # An abbreviation, an initial or the number of a list is no certain end: a full stop needs four lower-case letters
    # or a closing mark before it. And a word must follow that begins with neither a lower-case letter nor a digit.
    rf"(?:(?:[^\W\d_A-Z]{{4}}|%|{_CLOSER})\.|{_SURE_END_MARK}){_CLOSER}*\s+(?=[\"'“‘«¿¡(]*+[^\W\d_a-z])"
)
_SPACE = re.compile(r"\s+")
_ANY_SPACE = re.compile(r"\s*")


def segments(text: str, edits: Sequence[Edit]) -> Iterator[tuple[int, int]]:
    """Half-open ranges that cover the text in order. White space stays with the words before it; markup stays whole.

    The first range aims at FIRST_SEGMENT characters, and each next one at twice as many, up to MAX_SEGMENT.
    """
    starts = [edit.start for edit in edits]
    paragraphs = [edit.end for edit in edits if isinstance(edit, Hidden) and "\n\n" in edit.space]
    start = 0
    aim = FIRST_SEGMENT
    while start < len(text):
        end = _cut(text, start, aim)
        paragraph = bisect_right(paragraphs, start)
        if paragraph < len(paragraphs):
            end = min(end, paragraphs[paragraph])
        before = bisect_right(starts, end - 1) - 1
        if before >= 0 and end < edits[before].end:
            end = edits[before].end
        end = _skip_space(text, end)
        yield start, end
        start = end
        aim = min(2 * aim, MAX_SEGMENT)


def _skip_space(text: str, position: int) -> int:
    match = _ANY_SPACE.match(text, position)
    return match.end() if match else position


def _cut(text: str, start: int, aim: int) -> int:
    """The end of the segment that begins at `start`, before white space and markup are considered."""
    window = min(start + MAX_SEGMENT, len(text))
    # White space at the start belongs to no word before it, so it is no place to cut.
    first_word = min(_skip_space(text, start), window)
    blank_line = BLANK_LINE.search(text, first_word, window)
    end = blank_line.end() if blank_line else window
    if end - start <= aim and (blank_line or window == len(text)):
        return end
    sure = [match.end() for match in _SURE_SENTENCE_END.finditer(text, first_word, end)]
    if sure:
        within = bisect_right(sure, start + aim)
        return sure[max(within - 1, 0)]
    if blank_line or window == len(text):
        return end
    for pattern in (_SENTENCE_END, _SPACE):
        ends = [match.end() for match in pattern.finditer(text, first_word, window)]
        if ends:
            return ends[-1]
    return window
