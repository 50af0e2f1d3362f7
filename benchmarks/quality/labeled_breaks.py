"""Texts whose good and bad places to breathe are marked, and the score of a way to cut them.

The texts are in tests/data/breaks.json. In them "|" marks a good place and "^" a bad one; every other place is neutral.
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

LABELS = Path(__file__).parents[2] / "tests" / "data" / "breaks.json"
GOOD, BAD = "|", "^"
"""The marks in the texts."""


class Place(Enum):
    """How good the place of a break is."""

    GOOD = "good"
    NEUTRAL = "neutral"
    BAD = "bad"


@dataclass(frozen=True)
class Labeled:
    """A text without its marks, and where they were.

    Attributes:
        difficulty: why the text is in the set.
        lang: its language, or "phonemes" where the text consists of phonemes.
        good, bad: the marked places, as character positions in the text.
    """

    difficulty: str
    lang: str
    text: str
    good: frozenset[int]
    bad: frozenset[int]

    def tokens(self) -> list[Token]:
        """The tokens that the planner gets."""
        return _tokens(self.lang, self.text)

    def place(self, low: int, high: int) -> Place:
        """The place of a break between the characters `low` and `high`, which have only white space between them."""
        around = set(range(low, high + 1))
        return Place.GOOD if around & self.good else Place.BAD if around & self.bad else Place.NEUTRAL


@cache
def _tokens(lang: str, text: str) -> list[Token]:
    return phonemes_to_tokens(text) if lang == "phonemes" else phonemizer(lang)(text).tokens


def read_labels(path: Path = LABELS) -> list[Labeled]:
    """All texts of the set."""
    return [unmark(row["difficulty"], row["lang"], row["text"]) for row in json.loads(path.read_text("utf-8"))]


def unmark(difficulty: str, lang: str, marked: str) -> Labeled:
    """Take the marks out of a text."""
    places: dict[str, set[int]] = {GOOD: set(), BAD: set()}
    text = ""
    for piece in re.split(r"([|^])", marked):
        if piece in places:
            places[piece].add(len(text))
        else:
            text += piece
    return Labeled(difficulty, lang, text, frozenset(places[GOOD]), frozenset(places[BAD]))


def running_text(labels: Iterable[Labeled]) -> Labeled:
    """Texts of one language joined as one line of text, which must be broken often."""
    rows = list(labels)
    text, good, bad = "", set(), set()
    for row in rows:
        good |= {len(text) + place for place in row.good} | {len(text) + len(row.text)}
        bad |= {len(text) + place for place in row.bad}
        text += row.text + " "
    return Labeled("all in one", rows[0].lang, text, frozenset(good), frozenset(bad))


def n_spoken(symbols: str) -> int:
    """The number of symbols without spaces, on which all splitters agree."""
    return len(symbols) - symbols.count(" ")


def breaks_of(pieces: Sequence[str]) -> list[int]:
    """Where the pieces of phonemes end, except the last: the number of symbols before each break."""
    ends = [0]
    for piece in pieces:
        ends.append(ends[-1] + n_spoken(piece))
    return ends[1:-1]


def places_of(labeled: Labeled, breaks: Iterable[int]) -> list[Place]:
    """The place of each break. A break inside a token is bad."""
    ends: dict[int, tuple[int, int]] = {}
    position = 0
    spoken = [token for token in labeled.tokens() if n_spoken(token.phonemes)]
    for i, token in enumerate(spoken):
        position += n_spoken(token.phonemes)
        following = spoken[i + 1].char_start if i + 1 < len(spoken) else len(labeled.text)
        ends[position] = (token.char_end, following)
    return [labeled.place(*ends[symbols]) if symbols in ends else Place.BAD for symbols in breaks]


@dataclass
class Score:
    """The result of cutting some texts.

    Attributes:
        places: the number of breaks by their place.
        pieces: the number of pieces.
        weak: the number of pieces that are too short to stand alone.
        symbols_lost: the number of symbols that would not be spoken.
        steps: the factors by which each piece is longer or shorter than the piece before it.
    """

    places: Counter[Place] = field(default_factory=Counter)
    pieces: int = 0
    weak: int = 0
    symbols_lost: int = 0
    steps: list[float] = field(default_factory=list)

    def add(self, labeled: Labeled, pieces: Sequence[str], limit: int, weak_length: int) -> None:
        """Count the pieces of phonemes that a text was cut into. Symbols over the limit would not be spoken."""
        self.places.update(places_of(labeled, breaks_of(pieces)))
        self.pieces += len(pieces)
        self.steps += [max(len(a), len(b)) / min(len(a), len(b)) for a, b in pairwise(pieces)]
        self.weak += sum(len(piece) < weak_length for piece in pieces) if len(pieces) > 1 else 0
        self.symbols_lost += sum(n_spoken(token.phonemes) for token in labeled.tokens())
        self.symbols_lost -= sum(n_spoken(piece[:limit]) for piece in pieces)


def phonemes_of(chunks: Iterable[Chunk]) -> list[str]:
    return [chunk.phonemes for chunk in chunks]
