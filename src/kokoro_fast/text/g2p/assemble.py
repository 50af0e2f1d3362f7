"""From what grapheme-to-phoneme conversion found, to tokens that are true to the user's text.

Every language hands over `G2PUnit`s: ranges of the normalized text with their phonemes. Here they become `Token`s: only
symbols of the vocabulary, silent signs joined to the word they touch, punctuation split off, offsets into the source,
pauses between them, and a record of everything that will not be heard.
"""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kokoro_fast.config import VOCAB
from kokoro_fast.errors import excerpt
from kokoro_fast.symbols import MARKS
from kokoro_fast.text.markup.edits import Pause
from kokoro_fast.text.normalize import NormalizedText
from kokoro_fast.types import Token

UNKNOWN = "❓"
"""Stands in phonemes for a part of a word that nothing could pronounce. misaki's own sign."""


_SILENT_SIGNS = frozenset(MARKS + " '`‘’‚‹›<>[]{}|\\/^~*_-–•·=")

MANY_SIGNS = 100
"""Characters. As many signs with no word between them are a drawn line or an accident."""


@dataclass(frozen=True, slots=True)
class G2PUnit:
    """A word or a mark as a language adapter saw it.

    Attributes:
        start, end: range of characters in the normalized text; no white space at either end.
        phonemes: raw phonemes, "" when nothing is spoken, None when no pronunciation was found.
        tag: Penn Treebank tag, or None.
    """

    start: int
    end: int
    phonemes: str | None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class UnspokenText:
    """A piece of text that will not be heard.

    Attributes:
        text: the word in the user's text, `source[char_start:char_end]`.
        symbols: the phonemes outside the vocabulary that were left out of it; "" when no pronunciation was found for
            the word or a part of it.
        char_start, char_end: half-open range of characters in the text the user gave.
    """

    text: str
    symbols: str
    char_start: int
    char_end: int

    def report(self, start: int = 0) -> str:
        """One line for a warning; `start` is where the text begins in the whole, in characters."""
        where = f"{excerpt(self.text)} at character {start + self.char_start}"
        if self.symbols:
            return f"{where}: left out {self.symbols!r}, expected symbols of the model's alphabet"
        return f"{where}: left out, no pronunciation was found"


@dataclass(frozen=True, slots=True)
class Phonemized:
    """Tokens of a text, or of one paragraph of it, and what was left out of them; both in the order of the text."""

    tokens: list[Token]
    unspoken: list[UnspokenText]


def only_signs(text: NormalizedText) -> list[G2PUnit] | None:
    """Pieces of a text that is nothing but many silent signs; None of any other.

    Grapheme-to-phoneme conversion takes a second for a page of them, to find out that nothing is to be said.
    """
    if len(text.text) < MANY_SIGNS or not _SILENT_SIGNS.issuperset(text.text):
        return None
    chars = enumerate(text.text)
    return [G2PUnit(i, i + 1, char if char in MARKS else "") for i, char in chars if char != " "]


def assemble(pieces: Sequence[G2PUnit], text: NormalizedText, source: str) -> Phonemized:
    """Tokens for `pieces` (in order, not overlapping) of `text`, which is the normalized form of a part of `source`."""
    spoken = []
    unspoken = []
    for piece in pieces:
        kept, missing = _known_symbols(piece.phonemes or "")
        if missing or (not kept and _should_sound(text.text[piece.start : piece.end])):
            start, end = text.source_range(piece.start, piece.end)
            unspoken.append(UnspokenText(source[start:end], missing.replace(UNKNOWN, ""), start, end))
        spoken.append(replace(piece, phonemes=kept))
    joined = _join_silent(_join_aliases(_split_marks(spoken, text.text), text), text)
    return Phonemized(list(_tokens(joined, text, source)), unspoken)


def _join_aliases(pieces: list[G2PUnit], text: NormalizedText) -> list[G2PUnit]:
    """One piece for all that is said in place of one word of the user's."""
    ends = dict(text.aliases)
    result: list[G2PUnit] = []
    alias_end = 0
    for piece in pieces:
        if piece.start < alias_end:
            gap = " " if text.space_at(result[-1].end) else ""
            said = f"{result[-1].phonemes}{gap}{piece.phonemes}"
            result[-1] = replace(result[-1], end=piece.end, phonemes=" ".join(said.split()))
        else:
            alias_end = ends.get(piece.start, alias_end)
            result.append(piece)
    return result


def _known_symbols(phonemes: str) -> tuple[str, str]:
    """The symbols that the model knows, single-spaced, and the ones it does not know.

    Signs that espeak merely echoes from the text, such as "*", are not phonemes: they belong to neither. The letter g
    stands for its own IPA symbol, U+0261: espeak writes it so in some of its languages.
    """
    kept: list[str] = []
    missing: list[str] = []
    for char in phonemes.replace("g", "ɡ"):
        parts = unicodedata.normalize("NFD", char)
        if char in VOCAB:
            kept.append(char)
        elif char.isspace():
            kept.append(" ")
        elif all(part in VOCAB for part in parts):
            kept.append(parts)
        elif char == UNKNOWN or unicodedata.category(char)[0] not in "PS":
            missing.append(char)
    return " ".join("".join(kept).split()), "".join(missing)


def _should_sound(text: str) -> bool:
    """Whether a reader would expect to hear this: letters, numbers, pictures. Other signs may well be silent."""
    return any(unicodedata.category(char)[0] in "LN" or unicodedata.category(char) == "So" for char in text)


def _is_mark(piece: G2PUnit) -> bool:
    return bool(piece.phonemes) and all(symbol in MARKS for symbol in piece.phonemes or "")


def _split_marks(pieces: Iterable[G2PUnit], text: str) -> list[G2PUnit]:
    """Split punctuation off the end of words that were pronounced together with it."""
    result = []
    for piece in pieces:
        marks = []
        while _ends_in_mark(piece, text):
            phonemes = piece.phonemes or ""
            marks.append(G2PUnit(piece.end - 1, piece.end, phonemes[-1]))
            piece = replace(piece, end=piece.end - 1, phonemes=phonemes[:-1].rstrip())
        result += [piece, *reversed(marks)]
    return result


def _ends_in_mark(piece: G2PUnit, text: str) -> bool:
    return (
        piece.end - piece.start > 1
        and bool(piece.phonemes)
        and not _is_mark(piece)
        and text[piece.end - 1] in MARKS
        and (piece.phonemes or "").endswith(text[piece.end - 1])
    )


def _join_silent(pieces: Sequence[G2PUnit], text: NormalizedText) -> list[G2PUnit]:
    """Join every silent sign to a word: the next one if they touch ("$100"), else the one before if they touch.

    A sign between spaces joins the next word of its line, else the one before ("- milk"), so that the model does not
    hear two spaces in a row. Signs alone in their line stay as they are ("***").
    """
    joined = list(pieces)
    for reach in (0, 1):
        for forward in (True, False):
            joined = _join_neighbors(joined, text, reach, forward)
    return joined


def _join_neighbors(pieces: Sequence[G2PUnit], text: NormalizedText, reach: int, forward: bool) -> list[G2PUnit]:
    """One pass: signs join the word after them (`forward`) or before them, over `reach` spaces."""
    result: list[G2PUnit] = []
    for piece in reversed(pieces) if forward else pieces:
        other = result[-1] if result else None
        if other and _is_sign(piece, text) and not _is_mark(other) and _spaces_between(piece, other, text) == reach:
            result[-1] = replace(other, start=min(piece.start, other.start), end=max(piece.end, other.end))
        else:
            result.append(piece)
    return result[::-1] if forward else result


def _is_sign(piece: G2PUnit, text: NormalizedText) -> bool:
    return not piece.phonemes and not _should_sound(text.text[piece.start : piece.end])


def _spaces_between(sign: G2PUnit, other: G2PUnit, text: NormalizedText) -> int | None:
    """0 if they touch, 1 if one space of the same line is between and the sign touches nothing else, else None.

    None, too, where markup stands between them.
    """
    first, second = (sign, other) if sign.start < other.start else (other, sign)
    gap = text.text[first.end : second.start]
    free = all(text.text[i : i + 1] in ("", " ") for i in (sign.start - 1, sign.end) if i >= 0)
    if len(gap) > 1 or not text.edges.isdisjoint(range(first.end, second.start + 1)):
        return None
    if gap == " " and (not free or "\n" in text.space_at(first.end)):
        return None
    return len(gap)


def _tokens(pieces: Sequence[G2PUnit], text: NormalizedText, source: str) -> Iterator[Token]:
    """The tokens of the pieces, and one without phonemes for every pause, with the range of its tag."""
    waiting = deque(text.pauses)
    for piece in pieces:
        while waiting and waiting[0][0] <= piece.start:
            yield _pause_token(*waiting.popleft(), source)
        start, end = text.source_range(piece.start, piece.end)
        yield Token(source[start:end], piece.phonemes or "", text.space_after_word(piece.end), start, end, piece.tag)
    for pause in waiting:
        yield _pause_token(*pause, source)


def _pause_token(_: int, pause: Pause, whitespace: str, source: str) -> Token:
    tag = source[pause.start : pause.end]
    return Token(tag, "", whitespace, pause.start, pause.end, pause=pause.seconds)
