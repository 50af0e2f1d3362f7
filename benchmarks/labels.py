"""Texts with their good and bad places to breathe, and how a way to cut them is counted.

The texts are in tests/data/breaks.json. In them "|" marks a good place and "^" a bad one; every other place is neither.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from itertools import pairwise
from pathlib import Path

from kokoro_fast.text import phonemes_to_tokens, phonemizer
from kokoro_fast.types import Chunk, Token

LABELS = Path(__file__).parents[1] / "tests" / "data" / "breaks.json"
GOOD, BAD = "|", "^"


class Place(Enum):
    """What a break turned out to be."""

    GOOD = "good"
    NEUTRAL = "neutral"
    BAD = "bad"


@dataclass(frozen=True)
class Labeled:
    """A text without its marks.

    Attributes:
        difficulty: why it is in the set.
        lang: its language, or "phonemes" where the text is one of phonemes.
        good, bad: character positions in the text.
    """

    difficulty: str
    lang: str
    text: str
    good: frozenset[int]
    bad: frozenset[int]

    def tokens(self) -> list[Token]:
        """What the planner gets."""
        return _tokens(self.lang, self.text)

    def place(self, low: int, high: int) -> Place:
        """What a break is between the characters `low` and `high`, with nothing but space between them."""
        around = set(range(low, high + 1))
        return Place.GOOD if around & self.good else Place.BAD if around & self.bad else Place.NEUTRAL


@cache
def _tokens(lang: str, text: str) -> list[Token]:
    return phonemes_to_tokens(text) if lang == "phonemes" else phonemizer(lang)(text).tokens


def read_labels(path: Path = LABELS) -> list[Labeled]:
    """The set."""
    return [unmark(row["difficulty"], row["lang"], row["text"]) for row in json.loads(path.read_text("utf-8"))]


def unmark(difficulty: str, lang: str, marked: str) -> Labeled:
    """A text whose places are marked."""
    places: dict[str, set[int]] = {GOOD: set(), BAD: set()}
    text = ""
    for piece in re.split(r"([|^])", marked):
        if piece in places:
            places[piece].add(len(text))
        else:
            text += piece
    return Labeled(difficulty, lang, text, frozenset(places[GOOD]), frozenset(places[BAD]))


def running_text(labels: Iterable[Labeled]) -> Labeled:
    """All texts of one language as one, paragraph after paragraph in one line, so that it must be broken often."""
    rows = list(labels)
    text, good, bad = "", set(), set()
    for row in rows:
        good |= {len(text) + place for place in row.good} | {len(text) + len(row.text)}
        bad |= {len(text) + place for place in row.bad}
        text += row.text + " "
    return Labeled("all in one", rows[0].lang, text, frozenset(good), frozenset(bad))


def n_spoken(symbols: str) -> int:
    """Symbols without spaces, which are what all splitters agree on."""
    return len(symbols) - symbols.count(" ")


def breaks_of(pieces: Sequence[str]) -> list[int]:
    """Where pieces of phonemes end, the last one apart: symbols before each break."""
    ends = [0]
    for piece in pieces:
        ends.append(ends[-1] + n_spoken(piece))
    return ends[1:-1]


def places_of(labeled: Labeled, breaks: Iterable[int]) -> list[Place]:
    """What each break is. One inside a token is bad."""
    ends: dict[int, tuple[int, int]] = {}
    position = 0
    spoken = [token for token in labeled.tokens() if n_spoken(token.phonemes)]
    for i, token in enumerate(spoken):
        position += n_spoken(token.phonemes)
        following = spoken[i + 1].char_start if i + 1 < len(spoken) else len(labeled.text)
        ends[position] = (token.char_end, following)
    return [labeled.place(*ends[each]) if each in ends else Place.BAD for each in breaks]


@dataclass
class Score:
    """What came of cutting some texts."""

    places: Counter[Place] = field(default_factory=Counter)
    pieces: int = 0
    weak: int = 0
    symbols_lost: int = 0
    steps: list[float] = field(default_factory=list)
    """By what factor each piece is longer or shorter than the one before it."""

    def add(self, labeled: Labeled, pieces: Sequence[str], limit: int, weak_length: int) -> None:
        """Count the pieces of phonemes that a text was cut into. What is over the limit is lost when it is spoken."""
        self.places.update(places_of(labeled, breaks_of(pieces)))
        self.pieces += len(pieces)
        self.steps += [max(len(a), len(b)) / min(len(a), len(b)) for a, b in pairwise(pieces)]
        self.weak += sum(len(piece) < weak_length for piece in pieces) if len(pieces) > 1 else 0
        self.symbols_lost += sum(n_spoken(token.phonemes) for token in labeled.tokens())
        self.symbols_lost -= sum(n_spoken(piece[:limit]) for piece in pieces)


def phonemes_of(chunks: Iterable[Chunk]) -> list[str]:
    return [chunk.phonemes for chunk in chunks]
