"""The first sound of a chunk, sent before the rest of it is rendered.

A window is rendered by predicted statistics (`model/fused/statistics.py`). Then the whole chunk is rendered exactly,
and takes over from the window on the same samples. `streaming/pacing.py` decides how long the window is.

The numpy functions are the specification. `csrc/audio/early_window.cpp` gives the same numbers, and is used where the
native module is built.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kokoro_fast.config import CONTEXT_SAMPLES, SAMPLE_RATE, SAMPLES_PER_FRAME
from kokoro_fast.synthesis.pauses import LEAD_SECONDS

BLEND_SAMPLES = SAMPLE_RATE // 50
"""Samples over which the exact sound takes over from the window: 20 ms. Both are the same sound, so the shares are
linear: equal power would make it louder."""

ONSET_SECONDS = 0.08
"""How long before the end of the opening silence's duration sound may begin; in ten voices it was 30 to 75 ms."""

WORTH_A_WINDOW = 1.7
"""A chunk gets a window only if it is at least this many times longer than what must be rendered for the window. A
shorter chunk, such as one word, comes whole and exact."""

_FRAMES_PER_SECOND = SAMPLE_RATE // SAMPLES_PER_FRAME


class EarlyWindow(NamedTuple):
    """Early sound of a chunk.

    Attributes:
        first: the sample of the chunk at which the sound begins.
        sound: (S,), rendered by predicted statistics.
    """

    first: int
    sound: NDArray[np.float32]


def plan_window(durations: Sequence[int], seconds: float) -> tuple[int, int] | None:
    """The samples [first, end) of a chunk that should be rendered early, or None where the whole comes about as soon.

    Args:
        durations: frames of each phoneme id of the chunk, the two boundary ids included.
        seconds: how much sound the window should have after the opening silence.
    """
    try:
        from kokoro_fast import _native
    except ImportError:
        return window_reference(durations, seconds)
    return _native.early_window(durations, seconds)


def blend(window: EarlyWindow, audio: NDArray[np.float32]) -> NDArray[np.float32]:
    """The exact sound (S,) of a chunk from where the last `BLEND_SAMPLES` of its window begin, faded over from it."""
    tail = window.sound[-BLEND_SAMPLES:]
    exact = audio[window.first + len(window.sound) - BLEND_SAMPLES :]
    try:
        from kokoro_fast import _native
    except ImportError:
        return blend_reference(tail, exact)
    return _native.blend(tail, exact)


def window_reference(durations: Sequence[int], seconds: float) -> tuple[int, int] | None:
    """The specification of `_native.early_window`."""
    n_samples = sum(durations) * SAMPLES_PER_FRAME
    onset = durations[0]
    first = max(onset - round((ONSET_SECONDS + LEAD_SECONDS) * _FRAMES_PER_SECOND), 0) * SAMPLES_PER_FRAME
    end = min((onset + round(seconds * _FRAMES_PER_SECOND)) * SAMPLES_PER_FRAME, n_samples)
    n_rendered = min(end + CONTEXT_SAMPLES, n_samples) - max(first - CONTEXT_SAMPLES, 0)
    return None if n_samples < WORTH_A_WINDOW * n_rendered else (first, end)


def blend_reference(tail: NDArray[np.float32], exact: NDArray[np.float32]) -> NDArray[np.float32]:
    """The specification of `_native.blend`: from `tail` (BLEND_SAMPLES,) over to `exact` (S,), which begins with it."""
    rest = exact.copy()
    share = (np.arange(BLEND_SAMPLES, dtype=np.float32) + 0.5) / BLEND_SAMPLES
    rest[:BLEND_SAMPLES] += (1 - share) * (tail - rest[:BLEND_SAMPLES])
    return rest
