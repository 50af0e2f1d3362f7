"""How much silence stands between two chunks, and how much of the chunks' own silence is cut to get there.

The model opens every chunk with 0.25-0.4 s of silence and closes it with 0.45-0.7 s (measured over three voices): left
alone, each join is a hole of a second, whatever the text says. Here the kind of boundary decides. Only silence is ever
cut, and what is missing is added as a pause.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.types import Boundary

LEAD_SECONDS = 0.03
"""Silence kept before the first sound of a later chunk, so that its onset stays whole. Part of the gap."""

GAP_SECONDS = {
    Boundary.PARAGRAPH: 0.75,
    Boundary.SENTENCE: 0.45,
    Boundary.CLAUSE: 0.25,
    Boundary.COMMA: 0.18,
    Boundary.WORD: 0.06,
    Boundary.INSIDE_WORD: 0.0,
}
"""From the last sound of one chunk to the first of the next; as long as the model's own pauses inside a chunk."""

PARAGRAPH_MORE_SECONDS = GAP_SECONDS[Boundary.PARAGRAPH] - GAP_SECONDS[Boundary.SENTENCE] + LEAD_SECONDS
"""What turns the gap after a sentence into that of a paragraph, as a silence of its own (`plan_silence`)."""

OPENING_SECONDS = 0.1
"""Silence kept before the first sound of all."""

CLOSING_SECONDS = 0.3
"""Silence kept after the last sound of all."""

SILENCE_DB = -55.0
"""Below the loudest window of the chunk. The model's silences lie near -150 dB, its faintest breaths above -50."""

WINDOW = SAMPLE_RATE // 200
"""Samples over which loudness is measured: 5 ms."""


class Join(NamedTuple):
    """What the stitcher does with one chunk, in samples."""

    trim_head: int
    trim_tail: int
    pause: int


def plan_join(
    audio: NDArray[np.float32], boundary: Boundary, *, is_first: bool, is_last: bool, pause: float | None = None
) -> Join:
    """Decide the trims of a chunk's ends and the pause after it.

    Args:
        audio: (S,) the whole chunk.
        boundary: the kind of break after it.
        is_first, is_last: whether it opens or closes the utterance.
        pause: seconds from its last sound to the next one, where markup asks for them; None leaves it to the boundary.
    """
    head, tail = silent_ends(audio)
    keep_head = _samples(OPENING_SECONDS if is_first else LEAD_SECONDS)
    if pause is not None:
        keep_tail = _samples(pause) - (0 if is_last else _samples(LEAD_SECONDS))
    elif is_last:
        keep_tail = _samples(CLOSING_SECONDS)
    else:
        keep_tail = _samples(GAP_SECONDS[boundary]) - _samples(LEAD_SECONDS)
    kept_tail = min(tail, max(keep_tail, 0))
    is_padded = not is_last or pause is not None
    return Join(
        trim_head=max(head - keep_head, 0),
        trim_tail=tail - kept_tail,
        pause=max(keep_tail - kept_tail, 0) if is_padded else 0,
    )


def plan_silence(pause: float, *, is_last: bool) -> Join:
    """The join of a silence that stands alone; what the next chunk opens with is part of it."""
    return Join(0, 0, max(_samples(pause) - (0 if is_last else _samples(LEAD_SECONDS)), 0))


def silent_ends(audio: NDArray[np.float32]) -> tuple[int, int]:
    """Samples of silence at the two ends of audio (S,). A chunk that is silent throughout counts as sound."""
    padded = np.pad(audio, (0, -len(audio) % WINDOW))
    power = np.square(padded.reshape(-1, WINDOW)).mean(axis=1)
    loud = np.flatnonzero(power > power.max(initial=0.0) * 10 ** (SILENCE_DB / 10))
    if len(loud) == 0:
        return 0, 0
    return int(loud[0]) * WINDOW, max(len(audio) - (int(loud[-1]) + 1) * WINDOW, 0)


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)
