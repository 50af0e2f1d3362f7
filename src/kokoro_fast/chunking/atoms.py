"""Tokens to atoms: words with the marks and signs that belong to them. Between two atoms a break is possible.

Everything is lazy: an atom comes as soon as the next one has a word, since signs without speech belong to the atom
before them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from kokoro_fast.symbols import (
    EITHER_MARKS,
    MARKS,
    MODIFIERS,
    OPENING_MARKS,
    SELF_SPACED_MARKS,
    STRESSES,
    TONES,
    has_speech,
)
from kokoro_fast.types import ProsodyOverride, Token

LONGEST_WORD = 60
"""The most symbols of a word. A longer run of symbols may be cut into pieces of this length."""


class Gap(IntEnum):
    """White space between two tokens."""

    NONE = 0
    SPACE = 1
    NEWLINE = 2
    BLANK_LINE = 3


def _gap(whitespace: str) -> Gap:
    if not whitespace:
        return Gap.NONE
    newlines = max(whitespace.count("\n"), whitespace.count("\r"))
    return (Gap.SPACE, Gap.NEWLINE, Gap.BLANK_LINE)[min(newlines, 2)]


class Part(NamedTuple):
    """A token, or one of the pieces that it may be cut into: `token.phonemes[start:stop]`."""

    token: Token
    start: int
    stop: int

    @property
    def phonemes(self) -> str:
        return self.token.phonemes[self.start : self.stop]

    @property
    def ends_token(self) -> bool:
        return self.stop == len(self.token.phonemes)

    @property
    def whitespace(self) -> str:
        return self.token.whitespace if self.ends_token else ""

    @property
    def pause(self) -> float | None:
        return self.token.pause if self.ends_token else None


@dataclass(slots=True)
class Atom:
    """Parts that stay together: a word with the marks and signs that belong to it.

    Attributes:
        first, last: half-open range of the atom's symbols in the text, without the spaces at its ends.
        word: the token that is spoken; None in a run of stray marks.
        inside_token: whether the atom begins inside a token.
        opening, closing: the marks before and after its speech.
        wide: whether its last mark brings its own space, as those of Chinese and Japanese do.
        gap: the white space after it.
        line_start, line_end: range of characters from the start of its line to its own end.
        ends_paragraph: whether the paragraph, or the text, ends after it.
        pause_before: seconds of silence that markup asks for where nothing in the paragraph was spoken yet.
        pause: seconds of silence that markup asks for after it.
    """

    parts: list[Part]
    first: int
    last: int
    line_start: int
    inside_token: bool
    override: ProsodyOverride
    word: Token | None = None
    opening: str = ""
    closing: str = ""
    wide: bool = False
    gap: Gap = Gap.NONE
    line_end: int = 0
    ends_paragraph: bool = False
    pause_before: float | None = None
    pause: float | None = None

    @property
    def is_empty(self) -> bool:
        return self.first == self.last


def iter_atoms(tokens: Iterable[Token], limit: int, final: bool = True) -> Iterator[Atom]:
    """The pieces of a text that are never cut. All but stray marks have speech; none is longer than `limit`.

    Args:
        tokens: words and marks, in order.
        limit: the most symbols of an atom.
        final: whether the text ends after the tokens.
    """
    longest_word = min(LONGEST_WORD, max(1, limit // 2))
    latest: list[Atom] = []  # at most two: the one that grows, and before it one that may still get signs and pauses
    position = line_start = 0
    for token, starts_paragraph in _with_paragraphs(tokens):
        if starts_paragraph and latest:
            yield from _end_paragraph(latest, limit, ends=True)
            latest = []
        for part in _parts(token, longest_word):
            symbols = part.phonemes
            body = symbols.strip(" ")
            first = position + len(symbols) - len(symbols.lstrip(" "))
            last = first + len(body)
            position += len(symbols) + bool(part.whitespace)

            if not latest or not _belongs(part, body, latest[-1], last, limit):
                if len(latest) == 2:
                    yield latest.pop(0)
                latest.append(Atom([], first, first, line_start, part.start > 0, token.override))
            _extend(latest[-1], part, body, first, last)
            if part.pause is not None:
                _add_pause(part.pause, latest)
        if _gap(token.whitespace) >= Gap.NEWLINE:
            line_start = token.char_end + len(token.whitespace)
    if latest:
        yield from _end_paragraph(latest, limit, ends=final or latest[-1].gap is Gap.BLANK_LINE)


def _with_paragraphs(tokens: Iterable[Token]) -> Iterator[tuple[Token, bool]]:
    """Each token, and whether it starts a paragraph. Blank lines separate groups of tokens.

    A group without speech belongs to the paragraph before it, or else to the one after it. Where nothing at all is
    spoken, one token for all pauses remains, if there are any.
    """
    held: list[Token] = []  # the present group, while it has no speech
    group_speaks = text_speaks = False
    for token in tokens:
        if group_speaks:
            yield token, False
        else:
            held.append(token)
            if has_speech(token.phonemes):
                for i, each in enumerate(held):
                    yield each, i == 0
                held = []
                group_speaks = text_speaks = True
        if _gap(token.whitespace) is Gap.BLANK_LINE:
            group_speaks = False
            if text_speaks:
                yield from ((each, False) for each in held)
                held = []
    if text_speaks:
        yield from ((each, False) for each in held)
    elif any(token.pause is not None for token in held):
        silence = sum(token.pause or 0.0 for token in held)
        yield Token("", "", "", held[0].char_start, held[-1].char_end, pause=silence), True


def _parts(token: Token, longest_word: int) -> Iterator[Part]:
    """The parts of a token, cut at its inner spaces; a word longer than `longest_word` is cut into even pieces."""
    phonemes = token.phonemes
    if " " not in phonemes and len(phonemes) <= longest_word:
        yield Part(token, 0, len(phonemes))
        return
    begin = 0
    for word in re.finditer(r" *([^ ]+) *", phonemes):
        start, stop = word.span(1)
        n_pieces = -(-(stop - start) // longest_word)
        for piece in range(1, n_pieces):
            target = start + (stop - start) * piece // n_pieces
            cut = _syllable_edge(phonemes, target - longest_word // 8, target)
            yield Part(token, begin, cut)
            begin = cut
        yield Part(token, begin, word.end())
        begin = word.end()
    if begin == 0:
        yield Part(token, 0, len(phonemes))


def _syllable_edge(phonemes: str, low: int, high: int) -> int:
    """The place from `low` to `high` at which to cut a word: before a stress or after a tone if there is one."""
    places = range(high, low - 1, -1)
    for place in places:
        if phonemes[place] in STRESSES or phonemes[place - 1] in TONES:
            return place
    for place in places:
        if phonemes[place] not in MODIFIERS and phonemes[place - 1] not in STRESSES:
            return place
    return high


def _belongs(part: Part, body: str, atom: Atom, last: int, limit: int) -> bool:
    """Whether nothing may come between an atom and the part after it."""
    if body and not atom.is_empty and last - atom.first > limit:
        return False
    if atom.word is None:
        return True
    if has_speech(body) and part.token.override != atom.override:
        return False
    if part.pause is not None and not body:
        return True
    if not body or body[0] in EITHER_MARKS or (body[0] == "”" and part.token.text == "'"):
        touches_next = not part.whitespace or has_speech(body)
        opens = atom.gap >= Gap.NEWLINE or (atom.gap is Gap.SPACE and touches_next)
        return not opens
    return body[0] in MARKS and body[0] not in OPENING_MARKS


def _extend(atom: Atom, part: Part, body: str, first: int, last: int) -> None:
    atom.parts.append(part)
    atom.line_end = part.token.char_end
    if not body:
        atom.gap = max(atom.gap, _gap(part.phonemes + part.whitespace))
        return
    if atom.is_empty:
        atom.first = first
    atom.last = last
    rest = body.lstrip(MARKS)
    if not rest:
        if atom.word is None:
            atom.opening += body
        else:
            atom.closing += body
    else:
        if atom.word is None:
            atom.word, atom.override = part.token, part.token.override
            atom.opening += body[: len(body) - len(rest)]
        atom.closing = rest[len(rest.rstrip(MARKS)) :]
    atom.wide = part.token.text[-1:] in SELF_SPACED_MARKS
    atom.gap = _gap(part.phonemes[len(part.phonemes.rstrip(" ")) :] + part.whitespace)


def _add_pause(seconds: float, latest: list[Atom]) -> None:
    """Give a pause to the last word before it, or to the next word if the paragraph has none yet."""
    for atom in reversed(latest):
        if atom.word is not None:
            atom.pause = (atom.pause or 0.0) + seconds
            return
    latest[0].pause_before = (latest[0].pause_before or 0.0) + seconds


def _end_paragraph(latest: list[Atom], limit: int, ends: bool) -> list[Atom]:
    """The last atoms of a paragraph. Marks and signs at its very end join the word before them."""
    if len(latest) == 2 and latest[1].word is None:
        atom, signs = latest
        if signs.is_empty or signs.last - atom.first <= limit:
            atom.parts += signs.parts
            atom.last = atom.last if signs.is_empty else signs.last
            atom.closing += signs.opening
            atom.gap, atom.line_end = signs.gap, signs.line_end
            latest = [atom]
    latest[-1].ends_paragraph = ends
    return latest
