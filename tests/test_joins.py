"""Silence between chunks: cut to what the boundary asks for, topped up where it is short, never into sound."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.joins import (
    CLOSING_SECONDS,
    GAP_SECONDS,
    LEAD_SECONDS,
    OPENING_SECONDS,
    WINDOW,
    plan_join,
    silent_ends,
)
from kokoro_fast.types import Boundary


def sound(head: int, n: int, tail: int) -> np.ndarray:
    tone = 0.3 * np.cos(np.arange(n) * 0.1, dtype=np.float32)
    return np.concatenate([np.zeros(head, np.float32), tone, np.zeros(tail, np.float32)])


@given(st.integers(0, 20_000), st.integers(WINDOW, 5_000), st.integers(0, 20_000), st.sampled_from(Boundary))
def test_never_cuts_into_sound(head: int, n: int, tail: int, boundary: Boundary) -> None:
    audio = sound(head, n, tail)
    for is_first in (True, False):
        for is_last in (True, False):
            join = plan_join(audio, boundary, is_first=is_first, is_last=is_last)
            assert 0 <= join.trim_head <= head
            assert 0 <= join.trim_tail <= tail
            assert join.pause >= 0


@pytest.mark.parametrize("boundary", list(Boundary))
@pytest.mark.parametrize("silence", [0.0, 0.05, 0.6])
def test_gap_is_as_long_as_the_boundary_asks(boundary: Boundary, silence: float) -> None:
    tail = round(silence * SAMPLE_RATE)
    join = plan_join(sound(0, 4800, tail), boundary, is_first=True, is_last=False)
    after = (tail - join.trim_tail + join.pause) / SAMPLE_RATE
    expected = max(GAP_SECONDS[boundary] - LEAD_SECONDS, 0)
    assert after == pytest.approx(expected, abs=2 * WINDOW / SAMPLE_RATE)


def test_ends_of_the_utterance_keep_a_little_silence() -> None:
    audio = sound(9600, 4800, 14400)
    join = plan_join(audio, Boundary.PARAGRAPH, is_first=True, is_last=True)
    assert (9600 - join.trim_head) / SAMPLE_RATE == pytest.approx(OPENING_SECONDS, abs=0.01)
    assert (14400 - join.trim_tail) / SAMPLE_RATE == pytest.approx(CLOSING_SECONDS, abs=0.01)
    assert join.pause == 0


@pytest.mark.parametrize("n", [0, 1, WINDOW, 10_000])
def test_silence_throughout_is_left_alone(n: int) -> None:
    assert silent_ends(np.zeros(n, np.float32)) == (0, 0)
