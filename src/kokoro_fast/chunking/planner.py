"""Tokens to chunks: decides where a text is cut into the pieces that the model speaks in one call.

`atoms` says where a cut is possible, `breaks` what kind of break it would be, and `costs` how bad that is. The planner
finds the cheapest way to cut: a shortest path, exact, in time proportional to the text. No symbol is ever lost,
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
"""Gives the most symbols of the next chunk. It is called right before each chunk is chosen."""

LOOKAHEAD = 200
"""The number of symbols beyond the next chunk's limit that a plan with a schedule considers, or that limit once more if
it is larger. It is enough to see the end of the sentence and a piece to compare with; with 400, breaks on the labeled
set are no better."""


def plan(tokens: Iterable[Token], limit: int = MAX_SYMBOLS) -> list[Chunk]:
    """`iter_chunks` as a list."""
    return list(iter_chunks(tokens, limit))


def iter_chunks(
    tokens: Iterable[Token], limit: int = MAX_SYMBOLS, schedule: Schedule | None = None, final: bool = True
) -> Iterator[Chunk]:
    """Cut a text into chunks, one paragraph at a time, so that a book needs no more memory than its longest paragraph.

    A paragraph is given out as soon as the next one has a word, since signs without speech that follow it ("* * *")
    stay with it. Every chunk has something to speak, with two exceptions: a run of marks longer than a chunk, and a
    pause with no speech before it in its paragraph, which becomes a chunk without tokens. A text of marks and signs
    alone has no chunks.

    A chunk ends where the voice or rate changes and where a pause is asked for. Marks and signs follow the words they
    belong to, whatever their own override.

    Args:
        tokens: the words and marks of a text, in order.
        limit: the most symbols in `Chunk.phonemes`.
        schedule: gives the most symbols of the next chunk, for latency; one word may still be longer. With a schedule,
            tokens are drawn only as far ahead as `LOOKAHEAD` says, so a paragraph of any length takes no memory.
        final: whether the text ends after the tokens. If not, the marks of the last chunk decide its boundary.

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
    """Draw atoms until a chunk must end or `n_symbols` are in the window. Return that end, or None if there is none."""
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
    """The index after the first atom from `start` on at which a chunk must end."""
    for i in range(start, len(atoms) - 1):
        if _must_end(atoms[i]) or atoms[i + 1].override != atoms[i].override:
            return i + 1
    return len(atoms)


def _must_end(atom: Atom) -> bool:
    return atom.ends_paragraph or atom.pause is not None


def cheapest(
    atoms: Sequence[Atom], breaks: Sequence[Break], first_limit: int, limit: int, is_open: bool = False
) -> list[int]:
    """The cheapest way to cut a run of atoms: for each piece, the index after its last atom.

    Args:
        atoms: the run, at least one atom.
        breaks: the break after each atom; the cost of the last one does not count.
        first_limit: the most symbols of the first piece, unless it is one atom.
        limit: the most symbols of every other piece.
        is_open: whether more atoms follow, so that the last piece is only the start of one.
    """
    n = len(atoms)
    firsts = [atom.first for atom in atoms]
    lasts = [atom.last for atom in atoms]
    after = [0.0] * (n + 1)  # after[i]: the least cost of the atoms from i on, with that of the break before them

    def first_piece(start: int, most: int) -> tuple[float, int]:
        """The least cost of the atoms from `start` on, and where their first piece ends, if it has at most `most`
        symbols."""
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
    """The chunk of a piece, after the silence that markup asks for before it."""
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
