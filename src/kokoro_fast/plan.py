"""Tokens to chunks: decides where a text is cut into the pieces that the model speaks in one call.

`breaks` says where a cut is allowed; here the cheapest cuts are chosen. A way to cut is good or bad by one sum only:
`break_cost` of every break plus `length_cost` of every piece. The path with the least sum is found exactly, in time
proportional to the text. No symbol is ever lost, reordered or invented.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from math import inf

from kokoro_fast.breaks import Atom, Part, find_atoms, paragraphs
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
    for paragraph in paragraphs(tokens):
        atoms = find_atoms(paragraph, limit)
        start = 0
        for stop in _shortest_path(atoms, limit):
            parts = [part for atom in atoms[start:stop] for part in atom.parts]
            yield Chunk(_join_parts(parts), atoms[stop - 1].boundary)
            start = stop


def _shortest_path(atoms: list[Atom], limit: int) -> list[int]:
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
        least.append(best + break_cost(atom.boundary, atom.splits_token))
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


def _join_parts(parts: list[Part]) -> tuple[Token, ...]:
    """The tokens that a run of parts makes; a token cut at an end of the run keeps its range of characters."""
    runs: list[Part] = []
    for part in parts:
        if runs and part.start > 0:
            runs[-1] = runs[-1]._replace(stop=part.stop)
        else:
            runs.append(part)
    return tuple(_token(run) for run in runs)


def _token(run: Part) -> Token:
    if run.start == 0 and run.ends_token:
        return run.token
    return replace(run.token, phonemes=run.phonemes, whitespace=run.whitespace)
