"""The kinds of break between two atoms, and the boundary that is heard at each: a colon, for one, is a clause break."""

from __future__ import annotations

from enum import Enum

from kokoro_fast.types import Boundary


class Kind(Enum):
    """The kinds of break, from the most natural to the worst. "before X" means that X is the next word."""

    PARAGRAPH = "a blank line"
    SENTENCE = "the end of a sentence"
    LINE = "the end of a line that was not merely wrapped: a heading, a list item, a verse"
    CLAUSE = "a semicolon, colon or dash; a quoted sentence within a sentence"
    CLAUSE_COMMA = "a comma before a conjunction or a relative: a new clause"
    COMMA = "any other comma, a closing bracket"
    LIST_COMMA = "a comma between two nouns, names or adjectives: a list, an address"
    OPENING = "before a conjunction, relative, bracket or quotation, without a comma"
    PHRASE = "before a preposition, an infinitive, a new subject"
    WORD = "between words"
    TIGHT = "between words that lean on each other: article and noun, preposition and object, first and last name"
    BOUND = "inside what is read as one: an abbreviation and its name or number, an item's number and the item"
    INSIDE_WORD = "inside a word"


BOUNDARY = {
    Kind.PARAGRAPH: Boundary.PARAGRAPH,
    Kind.SENTENCE: Boundary.SENTENCE,
    Kind.LINE: Boundary.CLAUSE,
    Kind.CLAUSE: Boundary.CLAUSE,
    Kind.CLAUSE_COMMA: Boundary.COMMA,
    Kind.COMMA: Boundary.COMMA,
    Kind.LIST_COMMA: Boundary.COMMA,
    Kind.INSIDE_WORD: Boundary.INSIDE_WORD,
}
"""The boundary that is heard at a break of each kind. Kinds that are not listed are `Boundary.WORD`."""


def boundary_of(kind: Kind) -> Boundary:
    """The boundary that is heard at a break of this kind, which decides the pause after it."""
    return BOUNDARY.get(kind, Boundary.WORD)
