"""Is it speech? Every benchmark checks, so that nothing is fast because it is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kokoro_fast.config import SAMPLE_RATE

Waveform = NDArray[np.float32]

SECONDS_PER_SYMBOL = (0.03, 0.2)
"""Least and greatest length of a symbol. The voices speak 12 to 18 symbols a second."""

SILENCE_SECONDS = 1.0
"""Silence that may stand around a single word, in addition."""

LEVELS = (0.01, 0.5)
"""Least and greatest root mean square of speech, full scale 1."""


class NotSpeech(Exception):
    """The audio cannot be right; the message says why."""


def check_speech(audio: Any, n_symbols: int) -> Waveform:
    """The waveform as an array (S,), if it has the length and the level of speech of `n_symbols` symbols.

    Raises:
        NotSpeech: it has not, or a sample is not finite.
    """
    wave = np.asarray(audio).ravel()
    if not np.isfinite(wave).all():
        raise NotSpeech("expected finite samples, got NaN or infinity")
    seconds = wave.size / SAMPLE_RATE
    low, high = (n_symbols * limit for limit in SECONDS_PER_SYMBOL)
    high += SILENCE_SECONDS
    if not low <= seconds <= high:
        raise NotSpeech(f"expected {low:.1f} to {high:.1f} s of speech for {n_symbols} symbols, got {seconds:.2f} s")
    level = float(np.sqrt(np.mean(np.square(wave, dtype=np.float64))))
    if not LEVELS[0] < level < LEVELS[1]:
        raise NotSpeech(f"expected the level of speech, {LEVELS[0]} to {LEVELS[1]}, got {level:.4f}")
    return wave
