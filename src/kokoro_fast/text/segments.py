"""Cuts a text into pieces small enough for one call of grapheme-to-phoneme conversion.

A book then needs no more memory than a paragraph, and its first words are ready at once. A cut never changes what is
said: it falls at a blank line, or in a very long paragraph after a sentence, or at white space. Only a text without
any white space is cut blindly.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from kokoro_fast.text.markup import Link

MAX_SEGMENT = 2000
"""Characters. About a page: 30 ms of work, and far from the limits of spaCy (1,000,000) and of patience."""

_LINE_END = r"(?>\r\n|[\n\r\x0b\x0c\x85\u2028])"  # atomic: CR LF is one line end, never two
_BLANK_LINE = re.compile(rf"{_LINE_END}\s*?{_LINE_END}|\u2029")
_SENTENCE_END = re.compile(r"[.!?…।。！？][\"'”’)\]]*\s+")
_SPACE = re.compile(r"\s+")
_ANY_SPACE = re.compile(r"\s*")


def segments(text: str, links: Sequence[Link]) -> Iterator[tuple[int, int]]:
    """Half-open ranges that cover the text in order. White space stays with the words before it; links stay whole."""
    link_starts = [link.start for link in links]
    start = 0
    while start < len(text):
        end = _cut(text, start)
        before = bisect_right(link_starts, end - 1) - 1
        if before >= 0 and end < links[before].end:
            end = links[before].end
        end = _skip_space(text, end)
        yield start, end
        start = end


def _skip_space(text: str, position: int) -> int:
    match = _ANY_SPACE.match(text, position)
    return match.end() if match else position


def _cut(text: str, start: int) -> int:
    """Where the segment that begins at `start` should end, before white space and links are looked at."""
    window = min(start + MAX_SEGMENT, len(text))
    # White space at the start belongs to no word before it, so it is no place to cut.
    first_word = min(_skip_space(text, start), window)
    blank_line = _BLANK_LINE.search(text, first_word, window)
    if blank_line:
        return blank_line.end()
    if window == len(text):
        return window
    for pattern in (_SENTENCE_END, _SPACE):
        ends = [match.end() for match in pattern.finditer(text, first_word, window)]
        if ends:
            return ends[-1]
    return window
