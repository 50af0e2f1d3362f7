"""Even pace and loudness from chunk to chunk, so that a long text sounds like one reading.

The model speaks every chunk as if it were alone: a short line slowly, a long piece fast, each at a level of its own.
Here each chunk is drawn to what the last chunks of the same voice were like, itself included: a moving average, within
bounds. The first chunk, and so a text of one chunk, is left exactly as the model makes it. What is remembered is what
the model would have made, not what was made of it: so nothing adds up, and after a gap only the last `MEMORY` chunks
need to be seen again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kokoro_fast.config import SAMPLE_RATE, SAMPLES_PER_FRAME
from kokoro_fast.symbols import LENGTH, SILENT_SYMBOLS, STRESSES

MEMORY = 8
"""Chunks: about a minute of prose; in dialogue fewer would be too little speech to know the pace by."""

LARGEST_PACE = 1.12
"""Most that a chunk is hurried or slowed, as a factor on its phonemes per second."""

LEAST_PACE = 1.015
"""A change below this is not made: nobody hears it, and it would cost a second look at the text."""

POWERS = (0.75, 1.0, 1.25, 1.5, 1.75, 2.0)
"""Of the wanted factor: the speeds that are tried. Near 1, a speed s makes speech only about s ** 0.55 times as fast:
the model's durations lie close to whole frames and are rounded, so that a small change leaves most as they were."""

LARGEST_GAIN_DB = 3.0

EDGE_SECONDS = 0.15
"""Silence within the durations of a chunk's first and last sound: 0.1 in short chunks, 0.25 in long ones."""

SILENCE_DB = -40.0
"""Below the loudest window of the chunk: what is fainter is a pause and does not count as sound."""

WINDOW = SAMPLE_RATE // 50
"""Samples over which loudness is measured: 20 ms."""

_NOT_SOUNDS = SILENT_SYMBOLS + STRESSES + LENGTH
"""Symbols that do not count as sounds when the pace of a chunk is measured."""


class _Chunk(NamedTuple):
    """One chunk as the model would have made it: its voice, its amount of sound, and how long or how strong that is."""

    voice: Any
    amount: float
    total: float


class Leveler:
    """Remembers the last chunks of one text. Ask `speed` before a chunk is rendered and `gain` after."""

    def __init__(self) -> None:
        self._paces: deque[_Chunk] = deque(maxlen=MEMORY)
        self._levels: deque[_Chunk] = deque(maxlen=MEMORY)

    def speed(
        self, phonemes: str, durations_at: Callable[[float], Sequence[int]], speed: float = 1.0, voice: Any = None
    ) -> float:
        """The speed at which a chunk is to be spoken: the one asked for, for the first.

        Args:
            phonemes: what the model is given.
            durations_at: frames for each of them and the boundary ids around them, at any speed; asked for a few.
            speed: the speed that was asked for.
            voice: anything that tells voices apart; only chunks of the same voice are compared.
        """
        durations = durations_at(speed)
        factor = self._wanted(phonemes, durations, speed, voice)
        if factor == 1:
            return speed
        target = _seconds(phonemes, durations) / factor
        speeds = [float(speed * factor**power) for power in POWERS]
        return min(speeds, key=lambda each: abs(_seconds(phonemes, durations_at(each)) - target))

    def _wanted(self, phonemes: str, durations: Sequence[int], speed: float, voice: Any) -> float:
        """How much faster a chunk should be."""
        amount = sum(symbol not in _NOT_SOUNDS for symbol in phonemes)
        if not amount:
            return 1.0
        own = _Chunk(voice, amount, _seconds(phonemes, durations) * speed)
        factor = _average(self._paces, own) * own.total / own.amount
        factor = min(max(factor, 1 / LARGEST_PACE), LARGEST_PACE)
        return factor if max(factor, 1 / factor) >= LEAST_PACE else 1.0

    def gain(self, audio: NDArray[np.float32], voice: Any = None) -> float:
        """The factor on the samples (S,) of a whole chunk, as it was rendered: 1 for the first."""
        windows = audio[: len(audio) // WINDOW * WINDOW].reshape(-1, WINDOW)
        power = np.square(windows, dtype=np.float64).mean(axis=1)
        sounding = power[power > power.max(initial=0.0) * 10 ** (SILENCE_DB / 10)]
        if not len(sounding):
            return 1.0
        own = _Chunk(voice, sounding.sum(), len(sounding))
        largest = 10 ** (LARGEST_GAIN_DB / 20)
        wanted = (_average(self._levels, own) * own.total / own.amount) ** 0.5
        return float(min(max(wanted, 1 / largest), largest))


def _seconds(phonemes: str, durations: Sequence[int]) -> float:
    """From the first sound to the last."""
    first, last = len(phonemes) - len(phonemes.lstrip(SILENT_SYMBOLS)), len(phonemes.rstrip(SILENT_SYMBOLS))
    seconds = sum(durations[first + 1 : last + 1]) * SAMPLES_PER_FRAME / SAMPLE_RATE
    return max(seconds - EDGE_SECONDS, EDGE_SECONDS)


def _average(memory: deque[_Chunk], own: _Chunk) -> float:
    """Amount over total of a chunk and those before it that have its voice; then it is one of them."""
    same = [own, *(chunk for chunk in memory if chunk.voice == own.voice)]
    memory.append(own)
    return sum(chunk.amount for chunk in same) / sum(chunk.total for chunk in same)
