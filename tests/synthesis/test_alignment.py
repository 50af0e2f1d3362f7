"""Durations counted back to tokens, words and sounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokoro_fast.chunking.planner import plan
from kokoro_fast.config import SAMPLES_PER_FRAME
from kokoro_fast.synthesis.alignment import align_words, spoken_spans
from kokoro_fast.text import phonemes_to_tokens
from kokoro_fast.types import Boundary, Chunk, Token, Word

FOREVER = 10**9
"""An end of sound that cuts nothing."""


def token(phonemes: str, whitespace: str = "", text: str = "", at: int = 0) -> Token:
    text = text or phonemes or "*"
    return Token(text, phonemes, whitespace, at, at + len(text))


def chunk_of(*tokens: tuple[str, str, str]) -> Chunk:
    """A chunk of (text, phonemes, whitespace), side by side in a text."""
    made: list[Token] = []
    position = 0
    for text, phonemes, whitespace in tokens:
        made.append(token(phonemes, whitespace, text, position))
        position += len(text) + len(whitespace)
    return Chunk(tuple(made), Boundary.SENTENCE)


def frames(chunk: Chunk, durations: list[int]) -> list[tuple[str, float, float]]:
    return [(t.phonemes, a / SAMPLES_PER_FRAME, b / SAMPLES_PER_FRAME) for t, a, b in spoken_spans(chunk, durations)]


def words(chunk: Chunk, offset: int = 0, end_of_sound: int = FOREVER) -> tuple[Word, ...]:
    """Every symbol and boundary id takes one frame."""
    return align_words(chunk, [1] * (len(chunk.phonemes) + 2), offset, end_of_sound)


def phones(word: Word) -> list[tuple[str, float, float]]:
    return [(p.symbol, p.start_sample / SAMPLES_PER_FRAME, p.end_sample / SAMPLES_PER_FRAME) for p in word.phones]


def test_each_token_takes_its_symbols_and_the_space_before_it() -> None:
    chunk = Chunk((token("ab", " "), token("c"), token(".")), Boundary.SENTENCE)
    assert chunk.phonemes == "ab c."
    assert frames(chunk, [10, 1, 2, 3, 4, 5, 20]) == [("ab", 10, 13), ("c", 13, 20), (".", 20, 25)]


def test_the_space_after_a_mark_is_a_pause() -> None:
    chunk = Chunk((token("a"), token(",", " "), token("b")), Boundary.SENTENCE)
    assert frames(chunk, [1, 2, 3, 9, 4, 5]) == [("a", 1, 3), (",", 3, 6), ("b", 15, 19)]


def test_silent_tokens_and_stripped_spaces_shift_nothing() -> None:
    chunk = Chunk((token("", " "), token("a", " "), token("", " "), token("b", "\n")), Boundary.SENTENCE)
    assert chunk.phonemes == "a  b"
    assert frames(chunk, [9, 1, 2, 3, 4, 9]) == [("", 9, 9), ("a", 9, 10), ("", 12, 12), ("b", 12, 19)]


def test_wrong_number_of_durations_is_an_error() -> None:
    with pytest.raises(ValueError, match="expected 3, one for each symbol and boundary id, got 2"):
        spoken_spans(Chunk((token("a"),), Boundary.WORD), [1, 2])


def test_words_have_times_places_and_what_stands_around_them() -> None:
    chunk = chunk_of(
        ("“", "“", ""), ("Oh", "O", ""), (",", ",", " "), ("(", "(", ""), ("it", "ɪt", ""), (")", ")", "\n")
    )
    one, two = words(chunk)
    assert (one.before, one.text, one.after) == ("“", "Oh", ", ")
    assert (two.before, two.text, two.after) == ("(", "it", ")\n")
    assert (one.char_start, one.char_end) == (1, 3)
    assert (one.start_sample, one.end_sample) == (2 * SAMPLES_PER_FRAME, 3 * SAMPLES_PER_FRAME)
    assert (one.start, one.end) == (0.05, 0.075)


@pytest.mark.parametrize(
    ("gap", "after", "before"),
    [
        ([("—", "—", " ")], " — ", ""),
        ([(":", ":", "\n\n"), ("—", "—", " ")], ":\n\n", "— "),
        ([(")", ")", "")], ")", ""),
        ([("!", "!", ""), ("”", "”", "\t"), ("“", "“", "")], "!”\t", "“"),
    ],
)
def test_marks_follow_the_word_they_touch(gap: list[tuple[str, str, str]], after: str, before: str) -> None:
    space = "" if after[0] != " " else " "
    one, two = words(chunk_of(("a", "a", space), *gap, ("b", "b", "")))
    assert (one.after, two.before) == (after, before)


def test_a_pause_and_its_tag_are_not_seen_and_not_a_word() -> None:
    tag = Token("[pause:1s]", "", "", 2, 12, pause=1.0)
    (word,) = words(Chunk((token("a", "", "a"), tag), Boundary.SENTENCE))
    assert (word.text, word.after) == ("a", " ")


def test_stress_length_and_what_is_silent_belong_to_a_sound() -> None:
    (word,) = words(chunk_of(("word", "ˈɑːb, ˌʧʰa↗", "")))
    assert phones(word) == [("ˈɑː", 1, 4), ("b,", 4, 7), ("ˌʧʰ", 7, 10), ("a↗", 10, 12)]


def test_an_alias_of_several_words_is_one_word_as_written() -> None:
    alias = (Token("WHO", "wˈɜɹld", " ", 0, 3), Token("WHO", "hˈɛlθ", " ", 0, 3), Token("says", "sˈɛz", "", 4, 8))
    who, says = words(Chunk(alias, Boundary.SENTENCE))
    assert (who.text, who.phonemes, who.after, says.text) == ("WHO", "wˈɜɹld hˈɛlθ", " ", "says")
    assert [symbol for symbol, _, _ in phones(who)] == ["w", "ˈɜ", "ɹ", "l", "d", "h", "ˈɛ", "l", "θ"]
    assert phones(who)[4:6] == [("d", 6, 7), ("h", 7, 9)]


def test_times_stay_within_the_sound() -> None:
    chunk = chunk_of(("ab", "ab", " "), ("c", "c", ""))
    first, last = words(chunk, offset=-700, end_of_sound=2000)
    assert [(p.start_sample, p.end_sample) for p in (*first.phones, *last.phones)] == [
        (0, 500),
        (500, 1100),
        (1100, 2000),
    ]


ALPHABET = st.text("ab ˈˌːɑ.,(“", min_size=1, max_size=60)


@given(ALPHABET, st.integers(-3000, 3000), st.integers(1, 40), st.lists(st.integers(0, 5), min_size=62, max_size=62))
def test_sounds_tile_their_words_and_nothing_is_lost(
    phonemes: str, offset: int, limit: int, durations: list[int]
) -> None:
    end = 20_000
    for chunk in plan(phonemes_to_tokens(phonemes), limit):
        found = align_words(chunk, durations[: len(chunk.phonemes) + 2], offset, end)
        edges = [0]
        for word in found:
            assert word.phones[0].start_sample == word.start_sample >= edges[-1]
            edges += [phone.start_sample for phone in word.phones] + [word.end_sample]
            assert [phone.end_sample for phone in word.phones[:-1]] == [phone.start_sample for phone in word.phones[1:]]
            assert word.phones[-1].end_sample == word.end_sample
            assert "".join(phone.symbol for phone in word.phones) == word.phonemes.replace(" ", "")
        assert edges == sorted(edges)
        assert edges[-1] <= end
        if found:
            written = "".join(token.text + token.whitespace for token in chunk.tokens)
            assert "".join(word.before + word.text + word.after for word in found) == written
