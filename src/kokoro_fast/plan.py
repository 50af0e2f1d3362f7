"""Tokens to chunks: decides where a text is cut into the pieces that the model speaks in one call.

Three steps, each a function: `_paragraphs` groups the tokens between blank lines, `_atoms` finds the places where a
break is allowed, and `_shortest_path` picks among them. A cut is good or bad by one sum only: `break_cost` of every
break plus `length_cost` of every piece. The path with the least sum is found exactly, in time proportional to the
text. No symbol is ever lost, reordered or invented.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise
from math import inf
from typing import NamedTuple

from kokoro_fast.config import MAX_SYMBOLS
from kokoro_fast.errors import InputError
from kokoro_fast.types import Boundary, Chunk, Token

BREAK_COST = {
    Boundary.PARAGRAPH: 0.0,  # a pause belongs here: paragraphs are always apart
    Boundary.SENTENCE: 0.5,  # natural, yet each piece starts its melody anew
    Boundary.CLAUSE: 2.5,  # worth it from a piece of 300 symbols on
    Boundary.COMMA: 4.0,  # from 320
    Boundary.WORD: 8.0,  # a pause where no one would make one: against rushing only, from 360
    Boundary.INSIDE_WORD: 24.0,  # only where nothing else fits: from 460
}
SPLIT_TOKEN_COST = 4.0
"""Added for a break between the spoken words of one written word ("$100" is "one hundred dollars")."""

IDEAL_LENGTH = 175
GOOD_LENGTHS = range(100, 251)
"""Symbols of a piece: below, the voice has too little to shape a melody; above, it begins to rush (400: plainly)."""

LONGEST_WORD = 60
"""Symbols. No word is longer; what is may be cut at every such step."""

MARKS = ';:,.!?—…"()“”'
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


def break_cost(boundary: Boundary, splits_token: bool = False) -> float:
    """How bad it is to end a piece at such a boundary."""
    return BREAK_COST[boundary] + (SPLIT_TOKEN_COST if splits_token else 0.0)


def length_cost(n_symbols: int) -> float:
    """How bad it is to speak `n_symbols` (at least 1) in one call. Convex, so that pieces come out even."""
    balance = 0.2 * ((n_symbols - IDEAL_LENGTH) / 75) ** 2
    excess = max(0, n_symbols - GOOD_LENGTHS[-1]) / 50
    lack = max(0, GOOD_LENGTHS[0] - n_symbols) / 40
    return balance + excess + excess**2 + lack**2


def plan(tokens: Iterable[Token], limit: int = MAX_SYMBOLS) -> list[Chunk]:
    """`iter_chunks` as a list."""
    return list(iter_chunks(tokens, limit))


def iter_chunks(tokens: Iterable[Token], limit: int = MAX_SYMBOLS) -> Iterator[Chunk]:
    """Cuts a text into chunks, one paragraph at a time, so that a book needs no more memory than its longest paragraph.

    A paragraph is given out as soon as the next one has a word, since signs without speech that follow it ("* * *")
    stay with it. Every chunk has something to speak, except within a run of marks longer than a chunk; a text of marks
    and signs alone has no chunks.

    Args:
        tokens: the words and marks of a text, in order.
        limit: most symbols in `Chunk.phonemes`.

    Returns:
        Chunks whose tokens, joined, have the symbols of the input. The last one ends in a paragraph boundary.

    Raises:
        InputError: `limit` is not in 1 to `config.MAX_SYMBOLS`.
    """
    if not 1 <= limit <= MAX_SYMBOLS:
        raise InputError(f"limit: expected 1 to {MAX_SYMBOLS} symbols, got {limit}")
    for paragraph in _paragraphs(tokens):
        atoms = _atoms(paragraph, limit)
        start = 0
        for stop in _shortest_path(atoms, limit):
            parts = [part for atom in atoms[start:stop] for part in atom.parts]
            yield Chunk(_join_parts(parts), atoms[stop - 1].boundary)
            start = stop


# ---------------------------------------------------------------------------------------------------- paragraphs


def _paragraphs(tokens: Iterable[Token]) -> Iterator[list[Token]]:
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


# --------------------------------------------------------------------------------------- where breaks are allowed


class _Gap(IntEnum):
    NONE = 0
    SPACE = 1
    NEWLINE = 2


def _gap(whitespace: str) -> _Gap:
    if not whitespace:
        return _Gap.NONE
    return _Gap.NEWLINE if _newlines(whitespace) else _Gap.SPACE


class _Part(NamedTuple):
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
class _Atom:
    """Parts that stay together: a word with the marks and signs that belong to it.

    Attributes:
        first, last: half-open range of its symbols in the paragraph, without the spaces at its ends.
        marks: marks after its last speech.
        gap: the white space after it.
        boundary: the kind of break after it.
        cost: what that break costs.
    """

    parts: list[_Part]
    first: int
    last: int
    speaks: bool = False
    marks: str = ""
    gap: _Gap = _Gap.NONE
    boundary: Boundary = Boundary.PARAGRAPH
    cost: float = 0.0


def _atoms(paragraph: list[Token], limit: int) -> list[_Atom]:
    """The pieces of a paragraph that are never cut. All but stray marks have speech; none is longer than `limit`."""
    longest_word = min(LONGEST_WORD, max(1, limit // 2))
    atoms: list[_Atom] = []
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
                atoms.append(_Atom([], first, first))
            _extend(atoms[-1], part, body, first, last)
    return _join_last_signs(atoms)


def _parts(token: Token, longest_word: int) -> list[_Part]:
    """A token at its inner spaces, and every word of it longer than `longest_word` in even pieces."""
    phonemes = token.phonemes
    if " " not in phonemes and len(phonemes) <= longest_word:
        return [_Part(token, 0, len(phonemes))]
    cuts = [0]
    for word in re.finditer(r" *([^ ]+) *", phonemes):
        start, stop = word.span(1)
        n_pieces = -(-(stop - start) // longest_word)
        targets = (start + (stop - start) * piece // n_pieces for piece in range(1, n_pieces))
        cuts += [_syllable_edge(phonemes, target - longest_word // 8, target) for target in targets]
        cuts.append(word.end())
    cuts[1:] = cuts[1:] or [len(phonemes)]
    return [_Part(token, start, stop) for start, stop in pairwise(cuts)]


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


def _belongs(part: _Part, body: str, atom: _Atom, last: int, limit: int) -> bool:
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


def _extend(atom: _Atom, part: _Part, body: str, first: int, last: int) -> None:
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


def _join_last_signs(atoms: list[_Atom]) -> list[_Atom]:
    """Gives signs without a symbol at the end of a paragraph to the word before them."""
    if len(atoms) > 1 and atoms[-1].first == atoms[-1].last:
        atoms[-2].parts += atoms.pop().parts
        atoms[-1].boundary, atoms[-1].cost = Boundary.PARAGRAPH, 0.0
    return atoms


def _settle_break(atom: _Atom, following: _Part) -> None:
    """Sets kind and cost of the break between an atom and the part that starts the next one."""
    inside_token = following.start > 0
    atom.boundary = _boundary(atom.marks, atom.gap, None if inside_token else following.token)
    atom.cost = break_cost(atom.boundary, inside_token and atom.boundary is Boundary.WORD)


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


# ------------------------------------------------------------------------------------------- which breaks are taken


def _shortest_path(atoms: list[_Atom], limit: int) -> list[int]:
    """The cheapest way to cut a paragraph: for each piece, the index of the atom after its last.

    `least[i]` is the least cost of cutting the first i atoms, `came_from[i]` where the last of their pieces starts.
    """
    costs = _length_costs(limit)
    firsts = [atom.first for atom in atoms]
    least = [0.0]
    came_from = [0]
    earliest = 0
    for stop, atom in enumerate(atoms, 1):
        last = atom.last
        while last - firsts[earliest] > limit:
            earliest += 1
        best, best_start = inf, earliest
        for start in range(earliest, stop):
            cost = least[start] + costs[last - firsts[start]]
            if cost < best:
                best, best_start = cost, start
        least.append(best + atom.cost)
        came_from.append(best_start)

    stops = []
    stop = len(atoms)
    while stop:
        stops.append(stop)
        stop = came_from[stop]
    return stops[::-1]


@lru_cache
def _length_costs(limit: int) -> tuple[float, ...]:
    return (inf, *(length_cost(n) for n in range(1, limit + 1)))


# ------------------------------------------------------------------------------------------------ back to tokens


def _join_parts(parts: list[_Part]) -> tuple[Token, ...]:
    """The tokens that a run of parts makes; a token cut at an end of the run keeps its range of characters."""
    runs: list[_Part] = []
    for part in parts:
        if runs and part.start > 0:
            runs[-1] = runs[-1]._replace(stop=part.stop)
        else:
            runs.append(part)
    return tuple(_token(run) for run in runs)


def _token(run: _Part) -> Token:
    if run.start == 0 and run.ends_token:
        return run.token
    return replace(run.token, phonemes=run.phonemes, whitespace=run.whitespace)
