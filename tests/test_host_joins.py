"""The C++ host joins chunks as Python does, to the sample."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from numpy.typing import NDArray

from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.synthesis.pauses import PAUSE_SECONDS, SILENCE_DB, WINDOW, plan_silence, plan_trim, silent_ends
from kokoro_fast.types import Boundary

Sound = NDArray[np.float32]


def random_sound(rng: np.random.Generator) -> Sound:
    """Silence, sound that rises out of it, silence; none of the three has to be there."""
    head, n, tail = (int(rng.choice([0, 1, WINDOW - 1, WINDOW, rng.integers(20_000)])) for _ in range(3))
    ends = 10 ** rng.uniform(-9, -2)
    sound = rng.standard_normal(head + n + tail) * ends
    swell = 10 ** np.linspace(rng.uniform(-6, -1), rng.uniform(-2, 0), n)
    sound[head : head + n] += swell * np.sin(np.arange(n) * rng.uniform(0.01, 2))
    return sound.astype(np.float32)


def on_the_edge(rng: np.random.Generator) -> Sound:
    """Windows whose power lies at most a few bits from where silence begins: each addition must round as Python's."""
    sound = rng.standard_normal((20, WINDOW)).astype(np.float32)
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


@pytest.mark.slow  # builds the host
def test_joins_are_those_of_python(host_build: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    sounds = [*odd_sounds(), *(random_sound(rng) for _ in range(150)), *(on_the_edge(rng) for _ in range(150))]
    gaps = [*PAUSE_SECONDS.values(), 0.01, 0.5 / SAMPLE_RATE, 1.5 / SAMPLE_RATE, 2.0]
    vectors = tmp_path / "vectors"
    expected = []
    with vectors.open("wb") as file, np.errstate(all="ignore"):
        for sound in sounds:
            gap = float(rng.choice(gaps))
            is_first, is_last, is_asked = (bool(flag) for flag in rng.integers(2, size=3))
            file.write(struct.pack("<qdq", len(sound), gap, is_first + 2 * is_last + 4 * is_asked))
            file.write(sound.astype("<f4").tobytes())
            with patch.dict(PAUSE_SECONDS, {Boundary.SENTENCE: gap}):
                pause = gap if is_asked else None
                join = plan_trim(sound, Boundary.SENTENCE, is_first=is_first, is_last=is_last, pause=pause)
            expected.append([*silent_ends(sound), *join, plan_silence(gap, is_last=is_last).pause])

    program = next(path for path in host_build.rglob("join_vectors") if path.is_file())
    lines = subprocess.run([program, vectors], capture_output=True, text=True, check=True).stdout.splitlines()
    assert [[int(number) for number in line.split()] for line in lines] == expected
