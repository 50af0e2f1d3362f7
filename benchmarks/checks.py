"""Is it speech? Every benchmark asks, so that nothing is ever fast because it is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kokoro_fast.config import SAMPLE_RATE

Waveform = NDArray[np.float32]

SECONDS_PER_SYMBOL = (0.03, 0.2)
"""The voices speak 12 to 18 symbols a second."""

SILENCE_SECONDS = 1.0
"""What may stand around a single word."""

LEVELS = (0.01, 0.5)
"""Root mean square of speech, full scale 1."""


class NotSpeech(Exception):
    """What was made cannot be right; the message says why."""


def check_speech(audio: Any, n_symbols: int) -> Waveform:
    """The waveform as an array (S,), if it has the length and the level of speech of so many symbols."""
    wave = np.asarray(audio).ravel()
    if not np.isfinite(wave).all():
        raise NotSpeech("expected finite samples, got NaN or infinity")
    seconds = wave.size / SAMPLE_RATE
    low, high = (n_symbols * each for each in SECONDS_PER_SYMBOL)
    high += SILENCE_SECONDS
    if not low <= seconds <= high:
        raise NotSpeech(f"expected {low:.1f} to {high:.1f} s of speech for {n_symbols} symbols, got {seconds:.2f} s")
    level = float(np.sqrt(np.mean(np.square(wave, dtype=np.float64))))
    if not LEVELS[0] < level < LEVELS[1]:
        raise NotSpeech(f"expected the level of speech, {LEVELS[0]} to {LEVELS[1]}, got {level:.4f}")
    return wave
