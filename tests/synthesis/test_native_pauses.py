"""The native pauses and early windows give the numbers of their numpy specification, to the sample."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kokoro_fast import _native
from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.synthesis.early_window import BLEND_SAMPLES, blend_reference, window_reference
from kokoro_fast.synthesis.pauses import (
    PAUSE_SECONDS,
    POWER_WINDOW,
    SILENCE_DB,
    plan_silence,
    silent_ends,
    trim_reference,
)

Sound = NDArray[np.float32]


def random_sound(rng: np.random.Generator) -> Sound:
    """Silence, sound that rises out of it, silence; none of the three has to be there."""
    head, n, tail = (int(rng.choice([0, 1, POWER_WINDOW - 1, POWER_WINDOW, rng.integers(20_000)])) for _ in range(3))
    ends = 10 ** rng.uniform(-9, -2)
    sound = rng.standard_normal(head + n + tail) * ends
    swell = 10 ** np.linspace(rng.uniform(-6, -1), rng.uniform(-2, 0), n)
    sound[head : head + n] += swell * np.sin(np.arange(n) * rng.uniform(0.01, 2))
    return sound.astype(np.float32)


def on_the_edge(rng: np.random.Generator) -> Sound:
    """Windows whose power lies at most a few bits from where silence begins: each addition must round as Python's."""
    sound = rng.standard_normal((20, POWER_WINDOW)).astype(np.float32)
    power = np.square(sound, dtype=np.float64).mean(axis=1, keepdims=True)
    sound *= np.sqrt(10 ** (SILENCE_DB / 10) / power)
    sound *= 1 + rng.integers(-3, 4, (20, 1)) * 2.0**-24
    sound[10] *= 10 ** (-SILENCE_DB / 20)
    return sound.reshape(-1)


def odd_sounds() -> list[Sound]:
    silence = np.zeros(1000, np.float32)
    sounds = [silence[:0], silence[:1], silence]
    for value in (np.nan, np.inf, 1e-30, 3e38):
        sound = silence.copy()
        sound[500] = value
        sounds.append(sound)
    return sounds


def test_trims_equal_the_reference() -> None:
    rng = np.random.default_rng(5)
    sounds = [*odd_sounds(), *(random_sound(rng) for _ in range(150)), *(on_the_edge(rng) for _ in range(150))]
    pauses = [*PAUSE_SECONDS.values(), 0.01, 0.5 / SAMPLE_RATE, 1.5 / SAMPLE_RATE, 2.0]
    for sound in sounds:
        pause = float(rng.choice(pauses))
        is_first, is_last, is_requested = (bool(flag) for flag in rng.integers(2, size=3))
        place = {"is_first": is_first, "is_last": is_last, "is_requested": is_requested}
        with np.errstate(all="ignore"):
            assert _native.silent_ends(sound) == silent_ends(sound)
            assert _native.plan_trim(sound, pause, **place) == trim_reference(sound, pause, **place)
        assert _native.plan_silence(pause, is_last=is_last) == plan_silence(pause, is_last=is_last)


@given(st.lists(st.integers(1, 60), min_size=2, max_size=80), st.floats(0.2, 0.6))
def test_early_windows_equal_the_reference(durations: list[int], seconds: float) -> None:
    assert _native.early_window(durations, seconds) == window_reference(durations, seconds)


@pytest.mark.parametrize("n_samples", [BLEND_SAMPLES, BLEND_SAMPLES + 1, 5000])
def test_blend_equals_the_reference_to_the_bit(n_samples: int) -> None:
    rng = np.random.default_rng(n_samples)
    tail, exact = (rng.standard_normal(n).astype(np.float32) for n in (BLEND_SAMPLES, n_samples))
    np.testing.assert_array_equal(_native.blend(tail, exact), blend_reference(tail, exact))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: _native.silent_ends(np.zeros((2, 2))), r"expected .*\(S,\), got \(2, 2\)"),
        (lambda: _native.blend(np.zeros(3), np.zeros(BLEND_SAMPLES)), f"expected .*{BLEND_SAMPLES}"),
        (lambda: _native.early_window([], 0.25), "durations: expected"),
    ],
)
def test_native_arguments_are_checked(call: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
