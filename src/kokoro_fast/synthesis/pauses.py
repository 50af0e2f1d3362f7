"""How much silence stands between two chunks, and how much of the chunks' own silence is cut to get there.

The model opens every chunk with 0.25 to 0.4 s of silence and closes it with 0.45 to 0.7 s (measured over three voices).
Left alone, each join would be a hole of a second, whatever the text says. Here the kind of boundary decides. Only
silence is ever cut, and silence that is missing is added as a pause.

The numpy functions are the specification. `csrc/audio/pauses.cpp` gives the same numbers, and is used where the native
module is built.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.types import Boundary

PAUSE_SECONDS = {
    Boundary.PARAGRAPH: 0.75,
    Boundary.SENTENCE: 0.45,
    Boundary.CLAUSE: 0.25,
    Boundary.COMMA: 0.18,
    Boundary.WORD: 0.06,
    Boundary.INSIDE_WORD: 0.0,
}
"""The pause at each boundary, from the last sound of one chunk to the first sound of the next: as long as the model's
own pauses at the same marks inside a chunk."""

LEAD_SECONDS = 0.03
"""The part of a pause that stands in the next chunk, before its first sound, so that its onset stays whole."""

OPENING_SECONDS = 0.1
"""Silence kept before the first sound of a text."""

CLOSING_SECONDS = 0.3
"""Silence kept after the last sound of a text."""

LATE_PARAGRAPH_SECONDS = PAUSE_SECONDS[Boundary.PARAGRAPH] - PAUSE_SECONDS[Boundary.SENTENCE] + LEAD_SECONDS
"""A silence of its own (`plan_silence`) that turns the pause after a sentence into that of a paragraph."""

SILENCE_DB = -55.0
"""The level below which a window is silent, relative to the loudest window of its chunk. The model's silences lie near
-150 dB, its faintest breaths above -50."""

POWER_WINDOW = SAMPLE_RATE // 200
"""Samples over which power is measured: 5 ms."""


class Trim(NamedTuple):
    """What the stitcher does with the ends of one chunk, in samples.

    Attributes:
        trim_head, trim_tail: cut from the two ends of the chunk.
        pause: silence added after it.
    """

    trim_head: int
    trim_tail: int
    pause: int


def plan_trim(
    audio: NDArray[np.float32], boundary: Boundary, *, is_first: bool, is_last: bool, pause: float | None = None
) -> Trim:
    """Decide the trims of a chunk's ends and the pause after it.

    Args:
        audio: (S,) the whole chunk.
        boundary: the kind of break after it.
        is_first, is_last: whether it opens or closes the text.
        pause: seconds from its last sound to the next sound, where markup asks for them; None leaves it to `boundary`.
    """
    seconds = PAUSE_SECONDS[boundary] if pause is None else pause
    try:
        from kokoro_fast import _native
    except ImportError:
        return trim_reference(audio, seconds, is_first=is_first, is_last=is_last, is_requested=pause is not None)
    return Trim(*_native.plan_trim(audio, seconds, is_first=is_first, is_last=is_last, is_requested=pause is not None))


def plan_silence(pause: float, *, is_last: bool) -> Trim:
    """The trim of a silence of `pause` seconds that stands alone; the opening of the next chunk is part of it."""
    return Trim(0, 0, max(_samples(pause) - (0 if is_last else _samples(LEAD_SECONDS)), 0))


def trim_reference(
    audio: NDArray[np.float32], pause: float, *, is_first: bool, is_last: bool, is_requested: bool
) -> Trim:
    """The specification of `_native.plan_trim`.

    Args:
        audio: (S,) the whole chunk.
        pause: seconds from its last sound to the next sound.
        is_first, is_last: whether it opens or closes the text.
        is_requested: whether markup asks for the pause. The last chunk of a text closes with `CLOSING_SECONDS` unless
            it does.
    """
    head, tail = silent_ends(audio)
    keep_head = _samples(OPENING_SECONDS if is_first else LEAD_SECONDS)
    is_closing = is_last and not is_requested
    if is_closing:
        keep_tail = _samples(CLOSING_SECONDS)
    else:
        keep_tail = _samples(pause) - (0 if is_last else _samples(LEAD_SECONDS))
    kept_tail = min(tail, max(keep_tail, 0))
    return Trim(
        trim_head=max(head - keep_head, 0),
        trim_tail=tail - kept_tail,
        pause=0 if is_closing else max(keep_tail - kept_tail, 0),
    )


def silent_ends(audio: NDArray[np.float32]) -> tuple[int, int]:
    """Samples of silence at the two ends of audio (S,). A chunk that is silent throughout counts as sound."""
    padded = np.pad(audio, (0, -len(audio) % POWER_WINDOW))
    power = np.square(padded.reshape(-1, POWER_WINDOW)).mean(axis=1)
    loud = np.flatnonzero(power > power.max(initial=0.0) * 10 ** (SILENCE_DB / 10))
    if len(loud) == 0:
        return 0, 0
    return int(loud[0]) * POWER_WINDOW, max(len(audio) - (int(loud[-1]) + 1) * POWER_WINDOW, 0)


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)
