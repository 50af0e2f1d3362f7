"""The cost of a way to cut a text. All weights of the planner are in this file; docs/planning.md has their sources.

The cost of a plan is one sum: `break_cost` of every break inside it plus `length_cost` of every piece. The unit is
arbitrary. As a guide, a piece of 110 symbols fewer, or 80 more, than the ideal costs 1.
"""

from __future__ import annotations

from functools import lru_cache
from math import inf

from kokoro_fast.chunking.kinds import Kind
from kokoro_fast.config import MAX_SYMBOLS

BREAK_COST = {
    Kind.PARAGRAPH: 0.0,
    Kind.SENTENCE: 0.5,
    Kind.LINE: 1.5,
    Kind.CLAUSE: 2.5,
    Kind.CLAUSE_COMMA: 3.2,
    Kind.COMMA: 4.0,
    Kind.LIST_COMMA: 5.0,
    Kind.OPENING: 5.5,
    Kind.PHRASE: 6.5,
    Kind.WORD: 8.0,
    Kind.TIGHT: 15.0,
    Kind.BOUND: 20.0,
    Kind.INSIDE_WORD: 30.0,
}

INSIDE_QUOTATION = 0.7
"""The cost added for each quotation that is open at the break: a break between two speakers is better than one within
a speech."""

INSIDE_BRACKETS = 2.0
"""The cost added for each bracket that is open at the break: an aside is spoken in one go."""

DEEPEST = 3
"""The most levels of nesting that count."""

IDEAL_LENGTH = 175
GOOD_LENGTHS = range(100, 201)
"""The ideal and the good lengths of a piece, in symbols. In a shorter piece the voice has too little to shape a melody;
in a longer one it begins to rush (with 400, plainly)."""

WEAK_LENGTH = 25
"""The length in symbols below which a piece is weak: one or two words, spoken alone, come out at a pace and loudness of
their own."""

SHORTEST_SHARE = 0.5
"""Under a low limit, pieces below this fraction of the limit count as too short."""

AWAY_FROM_IDEAL = 0.15
"""The cost of a length that is 75 symbols from the ideal. It grows with the square."""

TOO_LONG = 0.5
"""The cost of each 50 symbols over the good lengths, and once more of their square."""

TOO_SHORT = 1.2
"""The cost of a length that is 40 symbols below the good ones. It grows with the square."""

WEAK = 12.0
"""The cost of a piece without symbols. It falls to nothing at the weak length."""


def break_cost(kind: Kind, quotations: int = 0, brackets: int = 0) -> float:
    """How bad it is to end a piece at a break of this kind, inside a number of quotations and brackets."""
    inside = INSIDE_QUOTATION * min(quotations, DEEPEST) + INSIDE_BRACKETS * min(brackets, DEEPEST)
    return BREAK_COST[kind] + inside


def length_cost(n_symbols: int, limit: int = MAX_SYMBOLS) -> float:
    """How bad it is to speak `n_symbols` (at least 1) in one call, where at most `limit` were allowed.

    The cost is convex, so that pieces come out even. A low limit asks for short pieces: then a piece counts as too
    short only below `SHORTEST_SHARE` of the limit.
    """
    shortest = min(GOOD_LENGTHS[0], SHORTEST_SHARE * limit)
    balance = AWAY_FROM_IDEAL * ((n_symbols - IDEAL_LENGTH) / 75) ** 2
    excess = max(0, n_symbols - GOOD_LENGTHS[-1]) / 50
    lack = max(0.0, shortest - n_symbols) / 40
    weak = max(0, WEAK_LENGTH - n_symbols) / WEAK_LENGTH
    return balance + TOO_LONG * (excess + excess**2) + TOO_SHORT * lack**2 + WEAK * weak


def open_length_cost(n_symbols: int, limit: int = MAX_SYMBOLS) -> float:
    """`length_cost` of a piece whose first `n_symbols` are known so far: it may still become ideal."""
    return length_cost(max(n_symbols, min(limit, IDEAL_LENGTH)), limit)


@lru_cache
def length_costs(limit: int) -> tuple[float, ...]:
    """`length_cost` of 0 to `limit` symbols. A piece without symbols is not allowed."""
    return (inf, *(length_cost(n, limit) for n in range(1, limit + 1)))
