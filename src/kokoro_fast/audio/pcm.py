"""Samples as 16-bit PCM. Every format is given the same numbers, so `-o -` and `-o speech.wav` carry the same sound."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def to_int16(samples: ArrayLike) -> NDArray[np.int16]:
    """Samples (S,) in [-1, 1] as 16-bit numbers: clipped, times 32767, rounded to nearest (ties to even). NaN is 0."""
    samples = np.asarray(samples, dtype=np.float32)
    if samples.ndim != 1:
        raise ValueError(f"samples: expected shape (S,), got {samples.shape}")
    try:
        from kokoro_fast._native import float_to_pcm16
    except ImportError:
        return _to_int16(samples)
    return float_to_pcm16(samples)


def pcm16(samples: ArrayLike) -> bytes:
    """Samples (S,) in [-1, 1] as raw 16-bit little-endian PCM: 2 * S bytes."""
    return to_int16(samples).astype("<i2", copy=False).tobytes()


def _to_int16(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    """The specification of the native `float_to_pcm16`, and its stand-in on machines without the native module."""
    scaled = np.clip(np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0), -1, 1) * np.float32(32767)
    numbers: NDArray[np.int16] = np.rint(scaled).astype(np.int16)
    return numbers
