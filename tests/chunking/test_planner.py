"""Chunks of any text: nothing lost, nothing over the limit, and the cheapest breaks there are."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, groupby, pairwise
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tokens import (
    joined,
    letters,
    marks,
    sizes,
    speaks,
    symbols,
    token_lists,
    tokenize,
    tokens_of,
    words,
)

from kokoro_fast.chunking.atoms import iter_atoms
from kokoro_fast.chunking.breaks import classify_breaks
from kokoro_fast.chunking.costs import length_cost, open_length_cost
from kokoro_fast.chunking.planner import cheapest, iter_chunks, plan
from kokoro_fast.config import MAX_SYMBOLS
from kokoro_fast.errors import InputError
from kokoro_fast.types import Boundary, Token

CLOSERS = tuple(".,;:!?)”")


@settings(deadline=None)
@given(token_lists(symbols | marks | letters | st.just("")), st.integers(1, MAX_SYMBOLS) | st.just(MAX_SYMBOLS))
def test_any_tokens_nothing_lost_and_nothing_over_the_limit(tokens: list[Token], limit: int) -> None:
    chunks = plan(tokens, limit)
    if not speaks(tokens):
        assert chunks == []
        return
    assert joined(tokens_of(chunks)) == joined(tokens)
    assert all(0 < size <= limit for size in sizes(chunks))
    assert [start for start, _ in groupby(token.char_start for token in tokens_of(chunks))] == list(range(len(tokens)))
    assert chunks[-1].boundary is Boundary.PARAGRAPH
    assert chunks == plan(iter(tokens), limit)


@settings(deadline=None)
@given(token_lists(letters | marks | st.just(""), max_size=120))
def test_chunks_have_speech_and_do_not_start_with_a_closing_mark(tokens: list[Token]) -> None:
    chunks = plan(tokens)
    for chunk in chunks:
        assert speaks(list(chunk.tokens))
    for before, chunk in pairwise(chunks):
        if before.boundary is not Boundary.PARAGRAPH:
            assert not chunk.phonemes.startswith(CLOSERS)


@settings(deadline=None)
@given(
    token_lists(letters | st.sampled_from([".", ",", "…"]), max_size=9),
    st.integers(8, 40),
    st.integers(1, 40),
    st.booleans(),
)
def test_breaks_are_the_cheapest_there_are(tokens: list[Token], limit: int, first_limit: int, is_open: bool) -> None:
    tokens = [Token(t.text, t.phonemes, " " if "\n" in t.whitespace else t.whitespace, 0, 1) for t in tokens]
    if not speaks(tokens):
        return
    first_limit = min(first_limit, limit)
    atoms = list(iter_atoms(tokens, limit))
    breaks = classify_breaks(atoms)

    first_limit = max(first_limit, atoms[0].last - atoms[0].first)  # an atom is never cut

    def total(stops: tuple[int, ...]) -> float:
        edges = [0, *stops]
        lengths = [atoms[stop - 1].last - atoms[start].first for start, stop in pairwise(edges)]
        limits = [first_limit] + [limit] * (len(stops) - 1)
        if any(length > most for length, most in zip(lengths, limits, strict=True)):
            return inf
        costs = [length_cost] * (len(stops) - 1) + [open_length_cost if is_open else length_cost]
        spoken = sum(cost(*row) for cost, *row in zip(costs, lengths, limits, strict=True))
        return spoken + sum(breaks[stop - 1].cost for stop in stops[:-1])

    inner = range(1, len(atoms))
    every_way = [(*way, len(atoms)) for n in range(len(atoms)) for way in combinations(inner, n)]
    chosen = tuple(cheapest(atoms, breaks, first_limit, limit, is_open))
    assert total(chosen) == pytest.approx(min(map(total, every_way)))


@pytest.mark.parametrize("text", ["", "* * *", "... —", "“”\n\n!"])
def test_a_text_with_nothing_to_speak_has_no_chunks(text: str) -> None:
    assert plan(tokenize(text)) == []


def test_a_word_that_is_spoken_as_several_is_cut_at_its_spaces_and_only_in_need() -> None:
    dollars = Token("$100", "wˌʌn hˈʌndɹəd dˈɑləɹz", " ", 5, 9)
    pay = Token("pay", "pˈA", " ", 0, 4)
    assert plan([pay, dollars, pay], 60)[0].tokens == (pay, dollars, pay)
    chunks = plan([pay, dollars, pay], 14)
    assert [chunk.phonemes for chunk in chunks] == ["pˈA", "wˌʌn hˈʌndɹəd", "dˈɑləɹz pˈA"]
    assert all(token.char_start == 5 for token in tokens_of(chunks) if token.text == "$100")

    text = [*tokenize(words(48, " ")), dollars, *tokenize(words(48))]
    assert dollars in tokens_of(plan(text))


def test_a_word_too_long_is_cut_into_even_pieces_at_its_stresses() -> None:
    word = Token("x", "bˈætəfl" * 100, " ", 3, 4)
    chunks = plan([word])
    assert joined(tokens_of(chunks)) == word.symbols
    assert all(chunk.boundary is Boundary.INSIDE_WORD for chunk in chunks[:-1])
    assert all(token.whitespace == "" for token in tokens_of(chunks)[:-1])
    assert all((token.char_start, token.char_end) == (3, 4) for token in tokens_of(chunks))
    assert all(chunk.phonemes.startswith("ˈ") for chunk in chunks[1:])
    assert max(sizes(chunks)) - min(sizes(chunks)) <= 70


def test_a_cut_does_not_part_a_sound_from_its_length() -> None:
    chunks = plan([Token("x", "taː" * 301, "", 0, 1)])
    assert len(chunks) > 1
    assert not any(chunk.phonemes.startswith("ː") for chunk in chunks)


def test_touching_words_are_not_parted_while_they_fit() -> None:
    tokens = tokenize(" ".join(["mail-man"] * 100))
    assert all(chunk.boundary is not Boundary.INSIDE_WORD for chunk in plan(tokens))


@pytest.mark.parametrize(
    "tokens",
    [
        [Token("x", "a" * 1_000_000, "", 0, 1)],
        [Token("x", "ab " * 20_000, "", 0, 1)],
        [Token(".", ".", "", 0, 1)] * 100_000 + [Token("a", "a", "", 0, 1)],
        [Token("a", "a", "", 0, 1)] * 10_000,
        [Token("*", "", "\n", 0, 1)] * 50_000 + [Token("a", "a", "", 0, 1)],
        [Token("a", "a" + " " * 100_000 + "b", "", 0, 1)],
    ],
    ids=["one word", "one token", "marks", "touching", "signs", "spaces"],
)
def test_absurd_input_is_planned_whole(tokens: list[Token]) -> None:
    chunks = plan(tokens)
    assert joined(tokens_of(chunks)) == joined(tokens)
    assert all(0 < size <= MAX_SYMBOLS for size in sizes(chunks))


def test_chunks_come_as_soon_as_the_next_paragraph_speaks() -> None:
    taken = 0

    def source() -> Iterator[Token]:
        nonlocal taken
        for token in tokenize(f"{words(10, '.')}\n\n“{words(1000)}"):
            taken += 1
            yield token

    chunks = iter_chunks(source())
    assert len(next(chunks).tokens) == 11
    assert taken == 13
    assert len(list(chunks)) > 3


@pytest.mark.parametrize("limit", [0, -1, MAX_SYMBOLS + 1])
def test_a_limit_that_the_model_cannot_take_is_refused(limit: int) -> None:
    with pytest.raises(InputError, match=f"expected 1 to 510 symbols, got {limit}"):
        plan(tokenize("Hello."), limit)
