"""The planner on texts whose good and bad places to breathe a person has marked (tests/data/breaks.json)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pytest

from benchmarks.quality.labeled_breaks import (
    Labeled,
    Place,
    Score,
    breaks_of,
    n_spoken,
    phonemes_of,
    places_of,
    read_labels,
    running_text,
    unmark,
)
from benchmarks.quality.segmentation import breaks_section, planner, with_limit
from kokoro_fast.chunking.planner import iter_chunks, plan
from kokoro_fast.config import MAX_SYMBOLS
from kokoro_fast.types import Boundary, Chunk

LABELS = read_labels()
WEAK = 20

GOOD_SHARE = {60: 0.65, 120: 0.85, 200: 0.93, MAX_SYMBOLS: 0.9}
"""Least share of good breaks by limit: at 60 many clauses are longer than a piece may be."""


def chunks_and_places(labeled: Labeled, chunks: list[Chunk]) -> Iterator[tuple[Chunk, Place]]:
    return zip(chunks[:-1], places_of(labeled, breaks_of(phonemes_of(chunks))), strict=True)


def has_good_place(labeled: Labeled, chunk: Chunk) -> bool:
    """Whether the chunk could have ended at a good place, with more than a word or two before it."""
    tokens = chunk.tokens
    symbols = 0
    for token, following in pairwise(tokens):
        symbols += n_spoken(token.symbols)
        if symbols >= WEAK and labeled.place(token.char_end, following.char_start) is Place.GOOD:
            return True
    return False


def test_the_set_has_the_difficulties_that_matter() -> None:
    assert len(LABELS) >= 60
    assert len({each.difficulty for each in LABELS}) == len(LABELS)
    words = " ".join(each.difficulty for each in LABELS)
    for source in [
        *("quotes", "lists", "numbers", "semicolons", "no punctuation", "dialogue", "headings", "abbreviations"),
        *("initials", "brackets", "titles", "dashes", "ellipses", "wrapped lines", "raw phonemes", "Hindi"),
    ]:
        assert source in words
    assert all(each.good for each in LABELS)
    assert not any(each.good & each.bad for each in LABELS)


@pytest.mark.parametrize("limit", GOOD_SHARE)
def test_no_bad_break_where_a_good_one_would_do(limit: int) -> None:
    for labeled in LABELS:
        for chunk, place in chunks_and_places(labeled, plan(labeled.tokens(), limit)):
            assert place is not Place.BAD or not has_good_place(labeled, chunk), (labeled.difficulty, chunk.phonemes)


@pytest.mark.parametrize("limit", GOOD_SHARE)
def test_most_breaks_are_good_and_hardly_any_is_bad(limit: int) -> None:
    score = Score()
    for labeled in [*LABELS, running_text(each for each in LABELS if each.lang == "en-us")]:
        score.add(labeled, phonemes_of(plan(labeled.tokens(), limit)), limit, WEAK)
    assert score.symbols_lost == 0
    assert score.places[Place.GOOD] >= GOOD_SHARE[limit] * score.places.total()
    assert score.places[Place.BAD] <= 0.01 * score.places.total()
    assert score.weak <= 0.01 * score.pieces


def test_the_first_chunk_of_a_schedule_is_never_bad_and_seldom_weak() -> None:
    places: Counter[Place] = Counter()
    for labeled in LABELS:
        limits = iter([60, 100, 150, *[250] * 99])
        chunks = list(iter_chunks(labeled.tokens(), schedule=lambda limits=limits: next(limits)))
        assert len(chunks[0].phonemes) <= 60
        places.update(place for _, place in list(chunks_and_places(labeled, chunks))[:1])
        if len(chunks) > 1 and chunks[0].boundary is Boundary.WORD:
            assert len(chunks[0].phonemes) >= WEAK, labeled.difficulty
    assert places[Place.BAD] == 0
    assert places[Place.GOOD] >= 0.6 * places.total()


def test_pieces_of_a_running_text_are_even() -> None:
    text = running_text(each for each in LABELS if each.lang == "en-us")
    sizes = sorted(len(phonemes) for phonemes in phonemes_of(plan(text.tokens())))
    assert sizes[0] >= 50
    assert sizes[-1] <= 300
    assert 150 <= sizes[len(sizes) // 2] <= 200


def test_marks_are_read_and_breaks_are_counted() -> None:
    labeled = unmark("test", "phonemes", "wˈʌn,| tˈu^ θɹˈi fˈɔɹ.")
    assert labeled.text == "wˈʌn, tˈu θɹˈi fˈɔɹ."
    assert places_of(labeled, breaks_of(["wˈʌn,", "tˈu", "θɹˈi", "fˈɔɹ."])) == [Place.GOOD, Place.BAD, Place.NEUTRAL]
    assert places_of(labeled, breaks_of(["wˈ", "ʌn, tˈu θɹˈi fˈɔɹ."])) == [Place.BAD]
    score = Score()
    score.add(labeled, ["wˈʌn,", "tˈu θɹˈi"], 5, WEAK)
    assert score.symbols_lost == 4 + 4 + 1 - 2 + 1  # the last word with its mark; what is over the limit of 5


def test_the_benchmark_makes_its_tables_without_the_others() -> None:
    section = breaks_section({"ours": planner}, [200])
    tables = section.split(":\n\n")[1:]
    assert len(tables) == 4
    assert all("| 200, ours |" in table for table in tables)


def test_a_limit_in_code_can_be_changed() -> None:
    def cut(text: str) -> list[str]:
        return [text[i : i + 510] for i in range(0, len(text), 510)]

    assert with_limit(cut, 2)("abcde") == ["ab", "cd", "e"]
    assert cut("abcde") == ["abcde"]
