"""Chunks by a schedule, as live speech has them, and chunks of text with pauses and prosody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tokens import (
    joined,
    letters,
    marks,
    sizes,
    speaks,
    spelled,
    symbols,
    token_lists,
    tokenize,
    tokens_of,
    words,
)

from kokoro_fast.chunking.atoms import iter_atoms
from kokoro_fast.chunking.planner import LOOKAHEAD, Schedule, iter_chunks, plan
from kokoro_fast.config import MAX_SYMBOLS
from kokoro_fast.types import PLAIN, Boundary, ProsodyOverride, Token


def always(most: int) -> Schedule:
    return lambda: most


@settings(deadline=None)
@given(
    token_lists(symbols | marks | letters | st.just("")), st.integers(1, MAX_SYMBOLS), st.integers(1, 80), st.booleans()
)
def test_with_a_schedule_nothing_is_lost_either(tokens: list[Token], limit: int, most: int, final: bool) -> None:
    chunks = list(iter_chunks(tokens, limit, always(most), final))
    if not speaks(tokens):
        assert chunks == []
        return
    assert joined(tokens_of(chunks)) == joined(tokens)
    assert all(0 < size <= limit for size in sizes(chunks))
    for chunk in chunks:
        assert len(chunk.phonemes) <= most or len(list(iter_atoms(chunk.tokens, limit))) <= 1
    assert [chunk.phonemes for chunk in plan(tokens, limit)] == [
        chunk.phonemes for chunk in iter_chunks(tokens, limit, final=final)
    ]


def test_the_schedule_is_asked_before_each_chunk_and_kept() -> None:
    asked: list[int] = []

    def schedule() -> int:
        asked.append(60 * 2 ** len(asked))
        return asked[-1]

    tokens = tokenize(" ".join(words(9, ".").capitalize() for _ in range(60)))
    chunks = iter_chunks(tokens, schedule=schedule)
    first = next(chunks)
    assert asked == [60]
    lengths = [len(first.phonemes), *sizes(list(chunks))]
    assert len(asked) == len(lengths)
    assert all(length <= most for length, most in zip(lengths, asked, strict=True))
    assert lengths[0] == 36
    assert min(lengths[2:-1]) >= 100


def test_with_a_schedule_only_the_horizon_is_drawn() -> None:
    taken = 0

    def source() -> Iterator[Token]:
        nonlocal taken
        for token in tokenize(words(5000)):
            taken += 1
            yield token

    chunks = iter_chunks(source(), schedule=always(60))
    first = next(chunks)
    assert 40 <= len(first.phonemes) <= 60
    assert taken * 4 <= 60 + LOOKAHEAD + 4 * 5
    second = next(chunks)
    assert taken * 4 <= len(first.phonemes) + len(second.phonemes) + 60 + LOOKAHEAD + 4 * 5


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (f"The boat was late again. {words(40, '.').capitalize()}", "The boat was late again."),
        (f"The boat was late again, and nobody on the pier {words(40, '.')}", "The boat was late again,"),
        (f"Yes. The boat was late again, and nobody on the pier {words(40, '.')}", "Yes. The boat was late again,"),
        (f"He waited; the {words(40, '.')}", "He waited; the tap man sit del tap man sit del tap man sit"),
    ],
)
def test_the_first_chunk_ends_at_a_natural_break_and_is_no_single_word(text: str, first: str) -> None:
    assert spelled(next(iter_chunks(tokenize(text), schedule=always(60)))) == first


def test_one_word_may_be_longer_than_the_schedule_allows() -> None:
    chunks = list(iter_chunks(tokenize("incomprehensibilities abound"), schedule=always(10)))
    assert [spelled(chunk) for chunk in chunks] == ["incomprehensibilities", "abound"]


def test_a_text_that_goes_on_does_not_end_in_a_paragraph() -> None:
    ends = {
        "One two.": Boundary.SENTENCE,
        "One two. ": Boundary.SENTENCE,
        "One two;": Boundary.CLAUSE,
        "One two, ": Boundary.COMMA,
        "One two": Boundary.WORD,
        "One Dr. ": Boundary.WORD,
        "One two.\n\n": Boundary.PARAGRAPH,
        "One\n\ntwo.\n": Boundary.SENTENCE,
    }
    for text, boundary in ends.items():
        for schedule in (None, always(100)):
            assert list(iter_chunks(tokenize(text), schedule=schedule, final=False))[-1].boundary is boundary, text
            assert list(iter_chunks(tokenize(text), schedule=schedule))[-1].boundary is Boundary.PARAGRAPH
    assert list(iter_chunks(tokenize("* *"), final=False)) == []


def silence(seconds: float, whitespace: str = " ") -> Token:
    return Token("[pause]", "", whitespace, 0, 7, pause=seconds)


SCHEDULES = pytest.mark.parametrize("schedule", [None, always(MAX_SYMBOLS)], ids=["whole", "scheduled"])


@SCHEDULES
def test_a_chunk_ends_at_a_pause(schedule: Schedule | None) -> None:
    one, two, stop, three = tokenize("One two. Three")
    end = Token(".", ".", " ", 0, 1)
    pauses = {
        (one, silence(1.5), two): [("one", 1.5), ("two", None)],
        (one, silence(1.5), silence(0.5), two): [("one", 2.0), ("two", None)],
        (one, silence(1.5, ""), end, three): [("one .", 1.5), ("three", None)],
        (one, two, stop, silence(1.0)): [("one two.", 1.0)],
        (replace(one, pause=0.0), two): [("one", 0.0), ("two", None)],
        (one, Token("“", "“", "", 0, 1), silence(1.0, ""), two): [("one", 1.0), ("“two", None)],
    }
    for tokens, expected in pauses.items():
        chunks = list(iter_chunks(tokens, schedule=schedule))
        assert [(chunk.phonemes, chunk.pause) for chunk in chunks] == expected
        assert joined(tokens_of(chunks)) == joined(list(tokens))


@SCHEDULES
def test_a_pause_before_any_speech_is_a_chunk_of_its_own(schedule: Schedule | None) -> None:
    one, two = tokenize("One two")
    blank = replace(one, whitespace="\n\n")
    quote = Token("“", "“", "", 0, 1)
    pauses: dict[tuple[Token, ...], list[tuple[str, float | None]]] = {
        (silence(1.0), one): [("", 1.0), ("one", None)],
        (silence(1.0), silence(0.5), one): [("", 1.5), ("one", None)],
        (quote, silence(1.0, ""), one): [("", 1.0), ("“one", None)],
        (silence(1.0, "\n\n"), one): [("", 1.0), ("one", None)],
        (blank, silence(1.0), two): [("one", None), ("", 1.0), ("two", None)],
        (blank, silence(1.0, "\n\n"), two): [("one", 1.0), ("two", None)],
        (silence(1.0), silence(1.0)): [("", 2.0)],
        (quote, silence(1.0)): [("", 1.0)],
    }
    for tokens, expected in pauses.items():
        chunks = list(iter_chunks(tokens, schedule=schedule))
        assert [(chunk.phonemes, chunk.pause) for chunk in chunks] == expected, tokens


@SCHEDULES
def test_a_chunk_has_one_override(schedule: Schedule | None) -> None:
    slow, other = ProsodyOverride(rate=0.8), ProsodyOverride(voice="am_adam")
    tokens = tokenize("One “two, three”, four. Five (six) seven.")
    for i, override in {3: slow, 4: slow, 8: other, 10: other, 11: other}.items():
        tokens[i] = replace(tokens[i], override=override)
    assert tokens[4].text == "three"
    chunks = list(iter_chunks(tokens, schedule=schedule))
    assert tokens_of(chunks) == tokens
    assert all(c.override == t.override for c in chunks for t in c.tokens if t.text[0].isalpha())
    assert [spelled(chunk) for chunk in chunks] == ["One “two,", "three”,", "four. Five", "(six)", "seven."]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            letters | marks | st.just(""),
            st.sampled_from(["", " ", "\n\n"]),
            st.sampled_from([PLAIN, ProsodyOverride(rate=0.5)]),
            st.sampled_from([None, None, None, 0.5]),
        ),
        max_size=40,
    ),
    st.integers(1, 100),
    st.booleans(),
)
def test_any_markup_nothing_lost_nothing_mixed_every_pause_kept(
    rows: list[tuple[str, str, ProsodyOverride, float | None]], most: int, live: bool
) -> None:
    tokens = [Token("x", said, gap, i, i + 1, None, how, pause) for i, (said, gap, how, pause) in enumerate(rows)]
    chunks = list(iter_chunks(tokens, schedule=always(most) if live else None))
    asked = sum(token.pause or 0.0 for token in tokens)
    if not speaks(tokens):
        assert [chunk.pause for chunk in chunks] == ([asked] if any(token.pause for token in tokens) else [])
        return
    assert tokens_of(chunks) == tokens
    assert sum(chunk.pause or 0.0 for chunk in chunks) == asked
    for chunk in chunks:
        assert {token.override for token in chunk.tokens if speaks([token])} <= {chunk.override}
        assert chunk.phonemes or chunk.pause is not None
