"""Silence between chunks: cut to what the boundary asks for, topped up where it is short, never into sound."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.synthesis.pauses import (
    CLOSING_SECONDS,
    LEAD_SECONDS,
    OPENING_SECONDS,
    PAUSE_SECONDS,
    POWER_WINDOW,
    plan_trim,
    silent_ends,
)
from kokoro_fast.types import Boundary

if TYPE_CHECKING:
    from kokoro_fast import Kokoro


def sound(head: int, n: int, tail: int) -> np.ndarray:
    tone = 0.3 * np.cos(np.arange(n) * 0.1, dtype=np.float32)
    return np.concatenate([np.zeros(head, np.float32), tone, np.zeros(tail, np.float32)])


@given(st.integers(0, 20_000), st.integers(POWER_WINDOW, 5_000), st.integers(0, 20_000), st.sampled_from(Boundary))
def test_never_cuts_into_sound(head: int, n: int, tail: int, boundary: Boundary) -> None:
    audio = sound(head, n, tail)
    for is_first in (True, False):
        for is_last in (True, False):
            join = plan_trim(audio, boundary, is_first=is_first, is_last=is_last)
            assert 0 <= join.trim_head <= head
            assert 0 <= join.trim_tail <= tail
            assert join.pause >= 0


@pytest.mark.parametrize("boundary", list(Boundary))
@pytest.mark.parametrize("silence", [0.0, 0.05, 0.6])
def test_gap_is_as_long_as_the_boundary_asks(boundary: Boundary, silence: float) -> None:
    tail = round(silence * SAMPLE_RATE)
    join = plan_trim(sound(0, 4800, tail), boundary, is_first=True, is_last=False)
    after = (tail - join.trim_tail + join.pause) / SAMPLE_RATE
    expected = max(PAUSE_SECONDS[boundary] - LEAD_SECONDS, 0)
    assert after == pytest.approx(expected, abs=2 * POWER_WINDOW / SAMPLE_RATE)


def test_ends_of_the_utterance_keep_a_little_silence() -> None:
    audio = sound(9600, 4800, 14400)
    join = plan_trim(audio, Boundary.PARAGRAPH, is_first=True, is_last=True)
    assert (9600 - join.trim_head) / SAMPLE_RATE == pytest.approx(OPENING_SECONDS, abs=0.01)
    assert (14400 - join.trim_tail) / SAMPLE_RATE == pytest.approx(CLOSING_SECONDS, abs=0.01)
    assert join.pause == 0


@pytest.mark.parametrize("n", [0, 1, POWER_WINDOW, 10_000])
def test_silence_throughout_is_left_alone(n: int) -> None:
    assert silent_ends(np.zeros(n, np.float32)) == (0, 0)


SPOKEN = (
    "One came in the morning, and two more in the evening; nobody saw them leave.\n\n"
    "Stop here.[pause:0.3s] Then go on.\n\n"
    + "every good book deserves a reader who will not skip a single word of it "
    * 8
)
"""Joins of every kind: between paragraphs, at pauses, and, where a text has no marks, between words."""

STEP_REACH = 240
"""Samples on either side of a difference that it is compared with: 10 ms, a period of a low voice."""


def steps(audio: np.ndarray) -> list[int]:
    """Samples at which the wave jumps as it does nowhere around: what is heard as a click."""
    jumps = np.abs(np.diff(audio))
    around = np.pad(jumps, STEP_REACH)
    views = np.lib.stride_tricks.sliding_window_view(around, 2 * STEP_REACH + 1).copy()
    views[:, STEP_REACH - 12 : STEP_REACH + 13] = 0
    return [int(index) for index in np.flatnonzero(jumps > np.maximum(4 * views.max(axis=1), 1e-3))]


def test_a_step_is_found_wherever_it_is() -> None:
    audio = sound(4800, 9600, 4800)
    audio[4800:5040] *= np.linspace(0, 1, 240, dtype=np.float32)
    audio[-5040:-4800] *= np.linspace(1, 0, 240, dtype=np.float32)
    assert steps(audio) == []
    silence = np.zeros(4800, np.float32)
    assert steps(np.concatenate([audio, silence + 0.002]))
    assert steps(np.concatenate([audio[:8000], silence]))
    assert steps(np.concatenate([silence, audio[8000:]]))


@pytest.mark.slow
def test_joins_have_no_step_and_lie_in_silence(tts: Kokoro) -> None:
    """In silence there is no level that could jump."""
    parts = list(tts.parts(SPOKEN))
    assert len(parts) >= 6
    audio = np.concatenate([part.audio for part in parts])
    largest = np.abs(np.diff(audio)).max()
    join = 0
    for part, following in pairwise(parts):
        join += len(part.audio)
        around = audio[join - STEP_REACH : join + silent_ends(following.audio)[0]]
        assert len(around) > 2 * STEP_REACH
        assert steps(around) == []
        assert np.abs(np.diff(around)).max() < 0.1 * largest
        assert np.abs(around).max() < 0.01 * np.abs(audio).max()
