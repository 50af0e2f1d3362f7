"""Durations counted back to tokens."""

from __future__ import annotations

import pytest

from kokoro_fast.config import SAMPLES_PER_FRAME
from kokoro_fast.timing import spoken_spans
from kokoro_fast.types import Boundary, Chunk, Token


def token(phonemes: str, whitespace: str = "") -> Token:
    return Token(phonemes or "*", phonemes, whitespace, 0, 1)


def frames(chunk: Chunk, durations: list[int]) -> list[tuple[str, float, float]]:
    return [(t.phonemes, a / SAMPLES_PER_FRAME, b / SAMPLES_PER_FRAME) for t, a, b in spoken_spans(chunk, durations)]


def test_each_token_takes_its_symbols_and_the_space_is_nobodys() -> None:
    chunk = Chunk((token("ab", " "), token("c"), token(".")), Boundary.SENTENCE)
    assert chunk.phonemes == "ab c."
    assert frames(chunk, [10, 1, 2, 3, 4, 5, 20]) == [("ab", 10, 13), ("c", 16, 20), (".", 20, 25)]


def test_silent_tokens_and_stripped_spaces_shift_nothing() -> None:
    chunk = Chunk((token("", " "), token("a", " "), token("", " "), token("b", "\n")), Boundary.SENTENCE)
    assert chunk.phonemes == "a  b"
    assert frames(chunk, [9, 1, 2, 3, 4, 9]) == [("", 9, 9), ("a", 9, 10), ("", 12, 12), ("b", 15, 19)]


def test_wrong_number_of_durations_is_an_error() -> None:
    with pytest.raises(ValueError, match="expected 3, one for each symbol and boundary id, got 2"):
        spoken_spans(Chunk((token("a"),), Boundary.WORD), [1, 2])
