"""What a way to cut a text costs. All weights of the planner stand here; docs/planning.md says where they come from.

The cost of a plan is one sum: `break_cost` of every break inside plus `length_cost` of every piece. The unit is
arbitrary. As a guide: 1 is what it costs to speak 110 symbols fewer, or 80 more, than the ideal.
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
"""Added for each quotation that is open at the break: better between two speakers than within one."""

INSIDE_BRACKETS = 2.0
"""Added for each bracket that is open at the break: an aside is spoken in one go."""

DEEPEST = 3
"""Levels of nesting that count."""

IDEAL_LENGTH = 175
GOOD_LENGTHS = range(100, 201)
"""Symbols of a piece: below, the voice has too little to shape a melody; above, it begins to rush (400: plainly)."""

WEAK_LENGTH = 25
"""Symbols: one or two words. Spoken alone they come out at a pace and loudness of their own."""

SHORTEST_SHARE = 0.5
"""Of the limit: where that is below the shortest good length, shorter pieces than this are too short."""

AWAY_FROM_IDEAL = 0.15  # at 75 symbols from it, growing with the square
TOO_LONG = 0.5  # for each 50 symbols over the good lengths, and again with the square
TOO_SHORT = 1.2  # at 40 symbols below them, growing with the square
WEAK = 12.0  # at no symbols, falling to nothing at the weak length


def break_cost(kind: Kind, quotations: int = 0, brackets: int = 0) -> float:
    """How bad it is to end a piece there, inside so many quotations and brackets."""
    inside = INSIDE_QUOTATION * min(quotations, DEEPEST) + INSIDE_BRACKETS * min(brackets, DEEPEST)
    return BREAK_COST[kind] + inside


def length_cost(n_symbols: int, limit: int = MAX_SYMBOLS) -> float:
    """How bad it is to speak `n_symbols` (at least 1) in one call, where `limit` is the most that was allowed.

    Convex, so that pieces come out even. Under a low limit short pieces are what was asked for: then one is too short
    only below a part of the limit.
    """
    shortest = min(GOOD_LENGTHS[0], SHORTEST_SHARE * limit)
    balance = AWAY_FROM_IDEAL * ((n_symbols - IDEAL_LENGTH) / 75) ** 2
    excess = max(0, n_symbols - GOOD_LENGTHS[-1]) / 50
    lack = max(0.0, shortest - n_symbols) / 40
    weak = max(0, WEAK_LENGTH - n_symbols) / WEAK_LENGTH
    return balance + TOO_LONG * (excess + excess**2) + TOO_SHORT * lack**2 + WEAK * weak


def open_length_cost(n_symbols: int, limit: int = MAX_SYMBOLS) -> float:
    """The same for a piece of which only the first `n_symbols` are known yet: it may still become ideal."""
    return length_cost(max(n_symbols, min(limit, IDEAL_LENGTH)), limit)


@lru_cache
def length_costs(limit: int) -> tuple[float, ...]:
    """`length_cost` of 0 to `limit` symbols; a piece without any is not allowed."""
    return (inf, *(length_cost(n, limit) for n in range(1, limit + 1)))
