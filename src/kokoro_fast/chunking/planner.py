"""Tokens to chunks: decides where a text is cut into the pieces that the model speaks in one call.

`breaks` says where a cut is possible, `kinds` what kind of break it would be, `costs` how bad that is; here the
cheapest way to cut is found: a shortest path, exact, in time proportional to the text. No symbol is ever lost,
reordered or invented.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from math import inf

from kokoro_fast.chunking.atoms import Atom, Part, iter_atoms
from kokoro_fast.chunking.breaks import Break, classify_breaks
from kokoro_fast.chunking.costs import length_costs, open_length_cost
from kokoro_fast.config import MAX_SYMBOLS
from kokoro_fast.errors import InputError
from kokoro_fast.types import Boundary, Chunk, Token

Schedule = Callable[[], int]
"""Asked right before each chunk is chosen: the most symbols that it may have."""

LOOKAHEAD = 200
"""With a schedule, symbols that are looked at beyond the next chunk's limit; or as many again, if that is more. Enough
to see the end of its sentence and a piece to compare with; with 400, breaks on the labeled set are no better."""


def plan(tokens: Iterable[Token], limit: int = MAX_SYMBOLS) -> list[Chunk]:
    """`iter_chunks` as a list."""
    return list(iter_chunks(tokens, limit))


def iter_chunks(
    tokens: Iterable[Token], limit: int = MAX_SYMBOLS, schedule: Schedule | None = None, final: bool = True
) -> Iterator[Chunk]:
    """Cuts a text into chunks, one paragraph at a time, so that a book needs no more memory than its longest paragraph.

    A paragraph is given out as soon as the next one has a word, since signs without speech that follow it ("* * *")
    stay with it. Every chunk has something to speak, except within a run of marks longer than a chunk, and silences:
    a pause with no speech before it in its paragraph becomes a chunk without tokens. A text of marks and signs alone
    has no chunks.

    A chunk ends where the voice or rate changes and where a pause is asked for. Marks and signs follow the words they
    belong to, whatever their own override.

    Args:
        tokens: the words and marks of a text, in order.
        limit: most symbols in `Chunk.phonemes`.
        schedule: most symbols of the next chunk, for latency; one word may still be longer. With it, tokens are drawn
            only as far ahead as `LOOKAHEAD` says, and a paragraph of any length takes no memory.
        final: whether the text ends after the tokens. If not, the last chunk's boundary is what its marks make.

    Returns:
        Chunks whose tokens, joined, have the symbols of the input. The last one ends a paragraph if `final`.

    Raises:
        InputError: `limit` is not in 1 to `config.MAX_SYMBOLS`.
    """
    if not 1 <= limit <= MAX_SYMBOLS:
        raise InputError(f"limit: expected 1 to {MAX_SYMBOLS} symbols, got {limit}")
    atoms = iter_atoms(tokens, limit, final)
    return _whole_paragraphs(atoms, limit) if schedule is None else _step_by_step(atoms, limit, schedule)


def _whole_paragraphs(atoms: Iterator[Atom], limit: int) -> Iterator[Chunk]:
    paragraph: list[Atom] = []
    for atom in atoms:
        paragraph.append(atom)
        if atom.ends_paragraph:
            yield from _cut(paragraph, limit)
            paragraph = []
    yield from _cut(paragraph, limit)


def _cut(paragraph: list[Atom], limit: int) -> Iterator[Chunk]:
    breaks = classify_breaks(paragraph)
    start = 0
    while start < len(paragraph):
        run = slice(start, _forced_end(paragraph, start))
        for stop in cheapest(paragraph[run], breaks[run], limit, limit):
            yield from _chunks(paragraph[start : run.start + stop], breaks[run.start + stop - 1])
            start = run.start + stop


def _step_by_step(atoms: Iterator[Atom], limit: int, schedule: Schedule) -> Iterator[Chunk]:
    window: list[Atom] = []
    while True:
        if not window:
            window = list(islice(atoms, 1))
        if not window:
            return
        most = max(1, min(limit, schedule()))
        end = _look_ahead(window, atoms, most + max(LOOKAHEAD, most))
        breaks = classify_breaks(window)
        stop = cheapest(window[:end], breaks[:end], most, limit, is_open=end is None)[0]
        yield from _chunks(window[:stop], breaks[stop - 1])
        del window[:stop]


def _look_ahead(window: list[Atom], atoms: Iterator[Atom], n_symbols: int) -> int | None:
    """Draws atoms until a chunk must end or `n_symbols` are in the window. Returns that end, None if none was found."""
    i = 0
    while not _must_end(window[i]):
        if i + 1 == len(window):
            if i and window[i].last - window[0].first >= n_symbols:
                return None
            following = next(atoms, None)
            if following is None:
                break
            window.append(following)
        if window[i + 1].override != window[i].override:
            break
        i += 1
    return i + 1


def _forced_end(atoms: Sequence[Atom], start: int) -> int:
    """One after the first atom from `start` on where a chunk must end."""
    for i in range(start, len(atoms) - 1):
        if _must_end(atoms[i]) or atoms[i + 1].override != atoms[i].override:
            return i + 1
    return len(atoms)


def _must_end(atom: Atom) -> bool:
    return atom.ends_paragraph or atom.pause is not None


def cheapest(
    atoms: Sequence[Atom], breaks: Sequence[Break], first_limit: int, limit: int, is_open: bool = False
) -> list[int]:
    """The cheapest way to cut a run of atoms: for each piece, one after its last atom.

    Args:
        atoms: what is cut, at least one.
        breaks: what a cut after each of them would be; the last one's cost does not count.
        first_limit: most symbols of the first piece, unless it is one atom.
        limit: most symbols of every other piece.
        is_open: whether more follows, so that the last piece is only the start of one.
    """
    n = len(atoms)
    firsts = [atom.first for atom in atoms]
    lasts = [atom.last for atom in atoms]
    after = [0.0] * (n + 1)  # after[i]: the least cost of the atoms from i on, with that of the break before them

    def first_piece(start: int, most: int) -> tuple[float, int]:
        """Least cost of the atoms from `start` on, and where their first piece ends, if it has `most` symbols."""
        origin = firsts[start]
        costs = length_costs(most)
        best, best_stop = inf, start + 1
        for stop in range(start + 1, n + 1):
            n_symbols = lasts[stop - 1] - origin
            if n_symbols > most:
                break
            cost = costs[n_symbols] + after[stop]
            if stop == n and is_open:
                cost = open_length_cost(n_symbols, most)
            if cost < best:
                best, best_stop = cost, stop
        return best, best_stop

    stops = [n] * n
    for start in range(n - 1, 0, -1):
        cost, stops[start] = first_piece(start, limit)
        after[start] = cost + breaks[start - 1].cost
    path = [first_piece(0, max(first_limit, lasts[0] - firsts[0]))[1]]
    while path[-1] < n:
        path.append(stops[path[-1]])
    return path


def _chunks(atoms: Sequence[Atom], end: Break) -> Iterator[Chunk]:
    """The chunk of a piece, after the silence that is asked for before it."""
    first, last = atoms[0], atoms[-1]
    if first.pause_before is not None:
        yield Chunk((), Boundary.PARAGRAPH, first.override, first.pause_before)
    parts = [part for atom in atoms for part in atom.parts]
    chunk = Chunk(_join_parts(parts), end.boundary, first.override, last.pause)
    if chunk.phonemes:
        yield chunk


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
    return replace(run.token, phonemes=run.phonemes, whitespace=run.whitespace, pause=run.pause)
