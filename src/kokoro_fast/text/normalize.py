"""Writes the characters of a text the way grapheme-to-phoneme conversion knows them, and remembers their origin.

Typographic apostrophes, odd spaces, soft hyphens, zero-width and control characters, line ends and decomposed accents
all read as their plain form. Every character of the result knows its range in the user's text: tokens can point there.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from kokoro_fast.text.markup import Link

_PLAIN = {
    # Apostrophes. U+2018 stays: as an opening quote it tells the tagger something.
    "\u2019": "'",
    "\u02bc": "'",
    "\uff07": "'",
    # Quotation marks of other languages: the vocabulary has “ and ”.
    "«": "“",
    "»": "”",
    "„": "“",
    "‟": "“",
    # Hyphens, minus and horizontal bar.
    "\u2010": "-",
    "\u2011": "-",
    "\u2212": "-",
    "\u2015": "—",
    # Full-width and ideographic punctuation.
    "\uff0c": ",",
    "、": ",",
    "。": ".",
    "\uff0e": ".",
    "\uff01": "!",
    "\uff1f": "?",
    "\uff1a": ":",
    "\uff1b": ";",
    "\uff08": "(",
    "\uff09": ")",
    # Line ends, so that a blank line is always two line feeds.
    "\x0b": "\n",
    "\x0c": "\n",
    "\x85": "\n",
    "\u2028": "\n",
    "\u2029": "\n\n",
}
_UNSPOKEN_MARKS = frozenset("\u034f" + "".join(map(chr, range(0xFE00, 0xFE10))))
"""Combining characters that only choose a glyph: grapheme joiner and variation selectors."""


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    """The plain form of one character; "" for what only matters on paper."""
    if char in _PLAIN:
        return _PLAIN[char]
    if char.isspace():
        return char
    if char in _UNSPOKEN_MARKS:
        return ""
    match unicodedata.category(char):
        case "Cc":
            return " "
        case "Cf":
            return ""
        case "Cs":
            return "\ufffd"  # Half a surrogate pair is no text: spaCy and espeak could not encode it.
        case _:
            return char


@dataclass(slots=True)
class NormalizedText:
    """What grapheme-to-phoneme conversion reads: no space at the start, every run of white space one space.

    Attributes:
        text: the plain characters; of a link only the word.
        links: range in `text` and phonemes of every link, in order.
    """

    text: str = ""
    links: list[tuple[int, int, str]] = field(default_factory=list)
    _starts: array[int] = field(default_factory=lambda: array("q"))
    _ends: array[int] = field(default_factory=lambda: array("q"))
    _spaces: dict[int, str] = field(default_factory=dict)

    def source_range(self, start: int, end: int) -> tuple[int, int]:
        """The range of the user's text that `text[start:end]` (not empty) came from."""
        return self._starts[start], self._ends[end - 1]

    def space_at(self, position: int) -> str:
        """The white space of the user's text that stands at `text[position]`; "" where a word goes on."""
        return self._spaces.get(position, "")


def normalize(source: str, start: int, end: int, links: Sequence[Link]) -> NormalizedText:
    """Normalize `source[start:end]`; `links` are those inside this range. Offsets count from the start of `source`."""
    builder = _Builder(source)
    position = start
    for link in links:
        builder.read(position, link.start)
        first = builder.length
        builder.read(link.word_start, link.word_end)
        if builder.length > first:
            builder.result.links.append((first, builder.length, link.phonemes))
        position = link.end
    builder.read(position, end)
    return builder.finish()


class _Builder:
    def __init__(self, source: str) -> None:
        self.source = source
        self.result = NormalizedText()
        self._chars: list[str] = []

    @property
    def length(self) -> int:
        return len(self._chars)

    def read(self, start: int, end: int) -> None:
        """Append `source[start:end]`."""
        while start < end:
            following, char = self._character(start, end)
            for plain in _plain(char):
                self._put(plain, start, following)
            start = following

    def _character(self, start: int, end: int) -> tuple[int, str]:
        """The character at `start`, composed with the accents that follow it, and where the next one starts."""
        char = self.source[start]
        if char == "\r" and self.source[start + 1 : start + 2] != "\n":
            return start + 1, "\n"
        following = start + 1
        while following < end and unicodedata.combining(self.source[following]):
            following += 1
        composed = unicodedata.normalize("NFC", self.source[start:following])
        return (following, composed) if len(composed) == 1 else (start + 1, char)

    def _put(self, char: str, start: int, end: int) -> None:
        result = self.result
        if not char.isspace():
            self._chars.append(char)
            result._starts.append(start)
            result._ends.append(end)
        elif self._chars and self._chars[-1] == " ":
            result._spaces[self.length - 1] += char
            result._ends[-1] = end
        elif self._chars:
            result._spaces[self.length] = char
            self._chars.append(" ")
            result._starts.append(start)
            result._ends.append(end)

    def finish(self) -> NormalizedText:
        self.result.text = "".join(self._chars)
        return self.result
