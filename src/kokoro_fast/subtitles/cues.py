"""Words with times to subtitle cues, as a good subtitler cuts them.

A cue has at most two lines of 42 columns and lasts at most seven seconds; it lasts a second at least, where the next
cue leaves room; and it never spans a paragraph or a long pause. Within these rules the cheapest way to cut is found:
cues end where sentences end, else at clauses and commas, and come out even. The text is the user's own, marks included.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from math import inf

from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.symbols import (
    BLANK_LINE,
    CJK_CLAUSE_MARKS,
    CJK_COMMAS,
    CJK_SENTENCE_MARKS,
    CLAUSE_MARKS,
    CLOSERS,
    SENTENCE_MARKS,
    STRESSES,
)
from kokoro_fast.types import Word, is_more_of, lengthen

LINE_COLUMNS = 42
"""The most columns in a line, as broadcasters have it. A Chinese or Japanese character takes two."""

LONGEST = 7 * SAMPLE_RATE
SHORTEST = SAMPLE_RATE
"""The most and the fewest samples for which a cue is shown."""

LONGEST_PAUSE = SAMPLE_RATE
"""The most samples of silence that a cue may span."""

READING_COLUMNS = 17
"""The columns that a reader takes in each second. A cue of fast speech stays longer if the next one leaves room."""

IDEAL_COLUMNS = 60
"""The columns that a cue aims at, of the 84 on two lines."""

CUE_COST = 2.0
"""The cost of each cue: many short ones are restless."""

END_COSTS = {"sentence": 0.0, "clause": 1.0, "comma": 2.0, "word": 5.0, "weak word": 7.0, "touching": 12.0}
"""The cost of ending a cue or a line there. A weak word is one without stress, which leans on the next: "the sea"."""

LOOKAHEAD_WORDS = 64
"""The number of words after the settled cues that are considered: several cues, so that later words do not matter."""

_SENTENCE_ENDS = tuple(SENTENCE_MARKS + CJK_SENTENCE_MARKS)
_CLAUSE_ENDS = tuple(CLAUSE_MARKS + CJK_CLAUSE_MARKS)
_COMMA_ENDS = tuple("," + CJK_COMMAS)


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle.

    Attributes:
        lines: one or two lines, each with its words.
        start_sample, end_sample: the time for which the cue is shown, on the timeline of its words.
    """

    lines: tuple[tuple[Word, ...], ...]
    start_sample: int
    end_sample: int

    @property
    def text(self) -> str:
        """The lines as the user wrote them, without double spaces."""
        return "\n".join(line_text(line) for line in self.lines)


class CueMaker:
    """Makes cues of words that arrive in order: `add` each, then `finish`. It holds back some hundred words at most."""

    def __init__(self) -> None:
        self._words: list[Word] = []
        self._held: Cue | None = None

    def add(self, word: Word) -> list[Cue]:
        """Take the next word, or more of the last word; return the cues that are settled by it."""
        words = self._words
        if words and is_more_of(words[-1], word):
            words[-1] = lengthen(words[-1], word)
            return []
        cues = self._settle(0) if words and _are_apart(words[-1], word) else []
        self._words.append(word)
        if len(self._words) == 2 * LOOKAHEAD_WORDS:
            cues += self._settle(LOOKAHEAD_WORDS)
        return cues

    def finish(self) -> list[Cue]:
        """The last cues."""
        cues = self._settle(0)
        return cues if self._held is None else [*cues, _shown_until(self._held, inf)]

    def _settle(self, keep: int) -> list[Cue]:
        """Cut the words into cues, except the last `keep` words."""
        cues = []
        start = 0
        for stop in _cheapest_stops(self._words):
            if len(self._words) - start <= keep:
                break
            words = self._words[start:stop]
            if self._held is not None:
                cues.append(_shown_until(self._held, words[0].start_sample))
            self._held = Cue(_lines(words), words[0].start_sample, words[-1].end_sample)
            start = stop
        del self._words[:start]
        return cues


def line_text(words: Sequence[Word]) -> str:
    """Words as they are written, in one line."""
    return " ".join("".join(word.before + word.text + word.after for word in words).split())


def columns(text: str) -> int:
    """The width of a text in columns."""
    return sum(_character_columns(character) for character in text)


@lru_cache(1024)
def _character_columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _are_apart(word: Word, following: Word) -> bool:
    """Whether no cue may hold both words."""
    pause = following.start_sample - word.end_sample
    return pause > LONGEST_PAUSE or BLANK_LINE.search(word.after + following.before) is not None


def _shown_until(cue: Cue, latest: float) -> Cue:
    """The cue, shown long enough to be read where there is room, and never beyond the sample `latest`."""
    reading = sum(columns(line_text(line)) for line in cue.lines) * SAMPLE_RATE // READING_COLUMNS
    wanted = cue.start_sample + min(max(SHORTEST, reading), LONGEST)
    return replace(cue, end_sample=int(min(max(cue.end_sample, wanted), latest)))


def _cheapest_stops(words: Sequence[Word]) -> list[int]:
    """The cheapest way to cut words into cues: for each, the index after its last word."""
    edges = _edges(words)
    ends = [*_end_costs(words), 0.0]
    least = [0.0, *[inf] * len(words)]
    came_from = [0] * (len(words) + 1)
    for start, first in enumerate(words):
        for stop in _possible_stops(words, edges, start):
            upcoming = words[stop].start_sample if stop < len(words) else inf
            width = edges[stop - 1][1] - edges[start][0]
            cost = least[start] + _cue_cost(upcoming - first.start_sample, width) + ends[stop - 1]
            if cost < least[stop]:
                least[stop], came_from[stop] = cost, start
    stops = [len(words)]
    while stops[-1] > 0:
        stops.append(came_from[stops[-1]])
    return stops[-2::-1]


def _possible_stops(words: Sequence[Word], edges: Sequence[tuple[int, int]], start: int) -> Iterator[int]:
    """The indices at which a cue may end: it must be short enough and fit on two lines. One word may stand alone."""
    line_end = edges[start][0] + LINE_COLUMNS
    is_second_line = False
    latest = words[start].start_sample + LONGEST
    for index in range(start, len(words)):
        begin, end = edges[index]
        if end > line_end and not is_second_line:
            line_end, is_second_line = begin + LINE_COLUMNS, True
        if index > start and (end > line_end or words[index].end_sample > latest):
            return
        yield index + 1


def _cue_cost(samples: float, width: int) -> float:
    """The cost of a cue by its time and columns: a cue that passes in a moment is not read."""
    lack = max(0.0, 1 - samples / SHORTEST)
    return CUE_COST + 6 * lack + ((width - IDEAL_COLUMNS) / 40) ** 2


def _lines(words: Sequence[Word]) -> tuple[tuple[Word, ...], ...]:
    """The words on one line if they fit, else on two, divided at a mark and evenly."""
    edges = _edges(words)
    first, last = edges[0][0], edges[-1][1]
    if last - first <= LINE_COLUMNS or len(words) == 1:
        return (tuple(words),)
    ends = _end_costs(words)

    def cost(split: int) -> float:
        widths = edges[split - 1][1] - first, last - edges[split][0]
        return ends[split - 1] + abs(widths[0] - widths[1]) / 6 + (100 if max(widths) > LINE_COLUMNS else 0)

    split = min(range(1, len(words)), key=cost)
    return tuple(words[:split]), tuple(words[split:])


def _edges(words: Sequence[Word]) -> list[tuple[int, int]]:
    """The columns in which each word would begin and end if all stood on one line."""
    edges = []
    position = 0
    for word in words:
        shown = word.before.lstrip() + word.text + word.after
        end = position + columns(line_text([word]))
        edges.append((position, end))
        position = end + (shown != shown.rstrip())
    return edges


def _end_costs(words: Sequence[Word]) -> list[float]:
    """The cost of ending a cue or a line after each word but the last."""
    return [END_COSTS[_kind_of_end(word, following)] for word, following in pairwise(words)]


def _kind_of_end(word: Word, following: Word) -> str:
    marks = word.after.rstrip().rstrip(CLOSERS)
    if marks.endswith(_SENTENCE_ENDS):
        return "sentence"
    if marks.endswith(_CLAUSE_ENDS) or "\n" in word.after:
        return "clause"
    if marks.endswith(_COMMA_ENDS):
        return "comma"
    between = word.after + following.before
    if not any(character.isspace() for character in between) and _character_columns(following.text[:1] or " ") < 2:
        return "touching"
    return "word" if STRESSES[0] in word.phonemes else "weak word"
