"""Writes a text with the plain characters that grapheme-to-phoneme conversion knows, and remembers their origin.

Typographic apostrophes, odd spaces, soft hyphens, zero-width and control characters, line ends and decomposed accents
all read as their plain form. Every character of the result knows its range in the user's text, so tokens can point
there.
"""

from __future__ import annotations

import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from kokoro_fast.text.markup.edits import Alias, Character, Edit, Hidden, Hint, Link, Pause, Sign, Silent

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

_OPENERS = frozenset("“‘«([<")
"""The characters, besides letters and digits, before which a change of voice separates two words. Other marks belong to
the word before the change."""

_MOST_ACCENTS = 30
"""The most combining marks that are read after a letter. Real text has fewer; UAX 15 has this bound for streams."""


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    """The plain form of one character; "" for a character that only matters on paper."""
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
            return "\ufffd"  # half a surrogate pair is no text: spaCy and espeak could not encode it
        case _:
            return char


@dataclass(slots=True)
class NormalizedText:
    """The text that grapheme-to-phoneme conversion reads, with no space at its start and single spaces inside.

    Attributes:
        text: the plain characters; of a link only the word, of an alias its words, of any other markup nothing.
        links: range in `text` and phonemes of every given pronunciation, in order.
        aliases: range in `text` of every alias, in order. All its characters come from the word it stands for.
        hints: range in `text` of every word whose stress or number is to be read in a certain way, in order.
        edges: positions where markup stood. A token that reached over one would have the markup in its text.
        silent: range in the user's text of what is seen and not said, in order.
        pauses: for each pause the position in `text` before which it is made, its tag, and the white space after it.
    """

    text: str = ""
    links: list[tuple[int, int, str]] = field(default_factory=list)
    aliases: list[tuple[int, int]] = field(default_factory=list)
    hints: list[tuple[int, int, Hint]] = field(default_factory=list)
    edges: set[int] = field(default_factory=set)
    silent: list[tuple[int, int]] = field(default_factory=list)
    pauses: list[tuple[int, Pause, str]] = field(default_factory=list)
    _starts: array[int] = field(default_factory=lambda: array("q"))
    _ends: array[int] = field(default_factory=lambda: array("q"))
    _spaces: dict[int, str] = field(default_factory=dict)
    _before_pauses: dict[int, str] = field(default_factory=dict)

    def source_range(self, start: int, end: int) -> tuple[int, int]:
        """The range of the user's text that `text[start:end]` (not empty) came from."""
        return self._starts[start], self._ends[end - 1]

    def has_alias(self, start: int, end: int) -> bool:
        """Whether an alias begins in `text[start:end]`."""
        index = bisect_left(self.aliases, (start, start))
        return index < len(self.aliases) and self.aliases[index][0] < end

    def with_lines(self) -> str:
        """`text`, with a line feed in place of each space where a line ends."""
        chars = list(self.text)
        for position, space in self._spaces.items():
            if "\n" in space:
                chars[position] = "\n"
        return "".join(chars)

    def space_at(self, position: int) -> str:
        """The white space of the user's text that stands at `text[position]`; "" where a word goes on."""
        return self._spaces.get(position, "")

    def space_after_word(self, position: int) -> str:
        """`space_at`, but only the part before the pause where a run of white space contains one."""
        return self._before_pauses.get(position, self.space_at(position))


def normalize(source: str, start: int, end: int, edits: Sequence[Edit]) -> NormalizedText:
    """Normalize `source[start:end]`; `edits` are those inside this range. Offsets count from the start of `source`."""
    builder = _Builder(source)
    position = start
    for edit in edits:
        builder.read(position, edit.start)
        builder.apply(edit)
        position = edit.end
    builder.read(position, end)
    return builder.finish()


class _Builder:
    """Reads a source once from left to right. White space waits in `_run` and `_own` until something visible follows.

    The two differ around pauses: grapheme-to-phoneme conversion must see white space there (`_run`), while the tokens
    beside a pause have only the white space that is really theirs (`_own`).
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.result = NormalizedText()
        self._chars: list[str] = []
        self._run: list[str] = []
        self._own: list[str] = []
        self._after_pause = False

    def read(self, start: int, end: int) -> None:
        """Append `source[start:end]`."""
        while start < end:
            following, char = self._character(start, end)
            for plain in _plain(char):
                self._put(plain, start, following)
            start = following

    def apply(self, edit: Edit) -> None:
        """Append the text that an edit reads as, and remember what else it does."""
        match edit:
            case Character():
                for plain in _plain(edit.text):
                    self._put(plain, edit.start, edit.end)
                return
            case Sign() if self._is_within_word(edit):
                return
            case Link() | Alias() | Hint():
                self._edge()
                self._word(edit)
            case Pause():
                self._pause(edit)
            case Hidden(space=" "):
                self._separate(edit)
            case Silent():
                self.result.silent.append((edit.start, edit.end))
                self._separate(edit)
            case Hidden():
                for char in edit.space:
                    self._put(char, edit.start, edit.end)
        self._edge()

    def finish(self) -> NormalizedText:
        self._end_run()
        self.result.text = "".join(self._chars)
        return self.result

    def _separate(self, edit: Hidden | Silent) -> None:
        """Make sure that words before and after the edit are two."""
        following = self.source[edit.end : edit.end + 1]
        if self._chars and not self._run and (following.isalnum() or following in _OPENERS):
            self._put(" ", edit.start, edit.end)

    def _is_within_word(self, edit: Sign) -> bool:
        following = self.source[edit.end : edit.end + 1]
        return bool(self._chars) and not self._run and self._chars[-1].isalnum() and following.isalnum()

    def _edge(self) -> None:
        self.result.edges.add(len(self._chars))

    def _word(self, edit: Link | Alias | Hint) -> None:
        first = len(self._chars)
        if isinstance(edit, Alias):
            for char in plain_text(edit.text):
                self._put(char, edit.word_start, edit.word_end)
        else:
            self.read(edit.word_start, edit.word_end)
        last = len(self._chars)
        if last == first:
            return
        match edit:
            case Link():
                self.result.links.append((first, last, edit.phonemes))
            case Alias():
                self.result.aliases.append((first, last))
            case Hint():
                self.result.hints.append((first, last, edit))

    def _pause(self, edit: Pause) -> None:
        if self._chars and not self._run:
            self._append(" ", edit.start, edit.end)
            self._run.append(" ")
        if self._after_pause:
            self.result.pauses[-1] = (*self.result.pauses[-1][:2], "".join(self._own))
        elif self._chars:
            self.result._before_pauses[len(self._chars) - 1] = "".join(self._own)
        self.result.pauses.append((len(self._chars), edit, ""))
        self._own, self._after_pause = [], True

    def _character(self, start: int, end: int) -> tuple[int, str]:
        """The start of the next character, and the character at `start` composed with the accents that follow it."""
        char = self.source[start]
        if char == "\r" and self.source[start + 1 : start + 2] != "\n":
            return start + 1, "\n"
        following = start + 1
        end = min(end, following + _MOST_ACCENTS)
        while following < end and unicodedata.combining(self.source[following]):
            following += 1
        composed = unicodedata.normalize("NFC", self.source[start:following])
        return (following, composed) if len(composed) == 1 else (start + 1, char)

    def _put(self, char: str, start: int, end: int) -> None:
        if not char.isspace():
            if self._own or self._run or self._after_pause:
                self._end_run()
            self._append(char, start, end)
            return
        self._own.append(char)
        if self._run:
            self.result._ends[-1] = end
        elif self._chars:
            self._append(" ", start, end)
        if self._chars:
            self._run.append(char)

    def _append(self, char: str, start: int, end: int) -> None:
        self._chars.append(char)
        self.result._starts.append(start)
        self.result._ends.append(end)

    def _end_run(self) -> None:
        if self._run:
            self.result._spaces[len(self._chars) - 1] = "".join(self._run)
        if self._after_pause:
            self.result.pauses[-1] = (*self.result.pauses[-1][:2], "".join(self._own))
        self._run, self._own, self._after_pause = [], [], False


def plain_text(text: str) -> str:
    """The plain characters of a text without markup, with single spaces inside and none at the ends.

    The same as `normalize`, which takes 40 us for a word; a lexicon may have a million words.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    if unicodedata.is_normalized("NFC", text):  # no accent waits to be composed: each character reads alone
        return " ".join("".join(map(_plain, text)).split())
    return normalize(text, 0, len(text), []).text.rstrip()
