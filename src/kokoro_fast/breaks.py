"""Where a text may be cut: paragraphs first, then atoms, the words with the marks and signs that belong to them.

Between two atoms a break is allowed, and `Atom.boundary` says of what kind it would be. `plan` chooses among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import NamedTuple

from kokoro_fast.config import MARKS
from kokoro_fast.types import Boundary, Token

LONGEST_WORD = 60
"""Symbols. No word is longer; what is may be cut at every such step."""

OPENERS = "(“"
EITHER = '"—…'
"""Marks that open when a space precedes them and a word touches them: "—Hola", "…and". Otherwise they close."""
SENTENCE_MARKS = ".!?…"
CLAUSE_MARKS = ";:—"
COMMA_MARKS = ",)"
QUOTES = '"”'

STRESSES = "ˈˌ"
TONES = "↓→↗↘"
MODIFIERS = "ː\u0303ʰʲᵝ" + TONES


def paragraphs(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """Groups tokens between blank lines. A group without speech belongs to the one before it, or else after it."""
    complete: list[Token] = []
    current: list[Token] = []
    speaks = False
    for token in tokens:
        current.append(token)
        if not speaks and _speaks(token.phonemes):
            speaks = True
            if complete:
                yield complete
                complete = []
        if _newlines(token.whitespace) >= 2 and (speaks or complete):
            complete += current
            current, speaks = [], False
    if speaks or complete:
        yield complete + current


def _speaks(symbols: str) -> bool:
    return bool(symbols.strip(MARKS + " "))


def _newlines(whitespace: str) -> int:
    return max(whitespace.count("\n"), whitespace.count("\r"))


class _Gap(IntEnum):
    NONE = 0
    SPACE = 1
    NEWLINE = 2


def _gap(whitespace: str) -> _Gap:
    if not whitespace:
        return _Gap.NONE
    return _Gap.NEWLINE if _newlines(whitespace) else _Gap.SPACE


class Part(NamedTuple):
    """A token, or one of the pieces it may be cut into: `token.phonemes[start:stop]`."""

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


@dataclass(slots=True)
class Atom:
    """Parts that stay together: a word with the marks and signs that belong to it.

    Attributes:
        first, last: half-open range of its symbols in the paragraph, without the spaces at its ends.
        marks: marks after its last speech.
        gap: the white space after it.
        boundary: the kind of break after it.
        splits_token: whether that break is between the spoken words of one written word.
    """

    parts: list[Part]
    first: int
    last: int
    speaks: bool = False
    marks: str = ""
    gap: _Gap = _Gap.NONE
    boundary: Boundary = Boundary.PARAGRAPH
    splits_token: bool = False


def find_atoms(paragraph: list[Token], limit: int) -> list[Atom]:
    """The pieces of a paragraph that are never cut. All but stray marks have speech; none is longer than `limit`."""
    longest_word = min(LONGEST_WORD, max(1, limit // 2))
    atoms: list[Atom] = []
    position = 0
    for token in paragraph:
        for part in _parts(token, longest_word):
            symbols = part.phonemes
            body = symbols.strip(" ")
            first = position + len(symbols) - len(symbols.lstrip(" "))
            last = first + len(body)
            position += len(symbols) + bool(part.whitespace)

            if not atoms or not _belongs(part, body, atoms[-1], last, limit):
                if atoms:
                    _settle_break(atoms[-1], part)
                atoms.append(Atom([], first, first))
            _extend(atoms[-1], part, body, first, last)
    return _join_last_signs(atoms)


def _parts(token: Token, longest_word: int) -> list[Part]:
    """A token at its inner spaces, and every word of it longer than `longest_word` in even pieces."""
    phonemes = token.phonemes
    if " " not in phonemes and len(phonemes) <= longest_word:
        return [Part(token, 0, len(phonemes))]
    cuts = [0]
    for word in re.finditer(r" *([^ ]+) *", phonemes):
        start, stop = word.span(1)
        n_pieces = -(-(stop - start) // longest_word)
        targets = (start + (stop - start) * piece // n_pieces for piece in range(1, n_pieces))
        cuts += [_syllable_edge(phonemes, target - longest_word // 8, target) for target in targets]
        cuts.append(word.end())
    cuts[1:] = cuts[1:] or [len(phonemes)]
    return [Part(token, start, stop) for start, stop in pairwise(cuts)]


def _syllable_edge(phonemes: str, low: int, high: int) -> int:
    """Where in `low` to `high` to cut a word: before a stress or after a tone if there is one."""
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
    if body and atom.first < atom.last and last - atom.first > limit:
        return False
    if not atom.speaks:
        return True
    if not body or body[0] in EITHER:
        touches_next = not part.whitespace or _speaks(body)
        opens = atom.gap is _Gap.NEWLINE or (atom.gap is _Gap.SPACE and touches_next)
        return not opens
    return body[0] in MARKS and body[0] not in OPENERS


def _extend(atom: Atom, part: Part, body: str, first: int, last: int) -> None:
    atom.parts.append(part)
    if not body:
        atom.gap = max(atom.gap, _gap(part.phonemes + part.whitespace))
        return
    if atom.first == atom.last:
        atom.first = first
    atom.last = last
    speech = body.rstrip(MARKS)
    atom.speaks = atom.speaks or bool(speech)
    atom.marks = body[len(speech) :] if speech else atom.marks + body
    atom.gap = _gap(part.phonemes[len(part.phonemes.rstrip(" ")) :] + part.whitespace)


def _join_last_signs(atoms: list[Atom]) -> list[Atom]:
    """Gives signs without a symbol at the end of a paragraph to the word before them."""
    if len(atoms) > 1 and atoms[-1].first == atoms[-1].last:
        atoms[-2].parts += atoms.pop().parts
        atoms[-1].boundary, atoms[-1].splits_token = Boundary.PARAGRAPH, False
    return atoms


def _settle_break(atom: Atom, following: Part) -> None:
    """Sets the break between an atom and the part that starts the next one."""
    inside_token = following.start > 0
    atom.boundary = _boundary(atom.marks, atom.gap, None if inside_token else following.token)
    atom.splits_token = inside_token and atom.boundary is Boundary.WORD


def _boundary(marks: str, gap: _Gap, following: Token | None) -> Boundary:
    """The kind of break that marks and white space make before a token (None: within a token).

    A new line counts as the end of a clause (a list, a verse) unless the next word is in lower case: then it is most
    likely a wrapped line. A sentence does not end before a lower-case word if its mark is inside a quotation ("Stop!"
    he said) or trails off (well... maybe).
    """
    goes_on = following is not None and following.text[:1].islower()
    kind = Boundary.INSIDE_WORD
    if any(mark in SENTENCE_MARKS for mark in marks):
        mid_sentence = goes_on and any(mark in QUOTES + "…" for mark in marks)
        kind = Boundary.CLAUSE if mid_sentence else Boundary.SENTENCE
    elif any(mark in CLAUSE_MARKS for mark in marks):
        kind = Boundary.CLAUSE
    elif any(mark in COMMA_MARKS for mark in marks):
        kind = Boundary.COMMA
    if gap is _Gap.NONE:
        return min(kind, Boundary.CLAUSE)
    if gap is _Gap.NEWLINE and not goes_on:
        return max(kind, Boundary.CLAUSE)
    return max(kind, Boundary.WORD)
