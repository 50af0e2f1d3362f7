"""Levels pace and loudness from chunk to chunk, so that a long text sounds like one reading.

The model speaks every chunk as if it were alone: a short line slowly, a long piece fast, each at a level of its own.
Here each chunk is drawn towards a moving average over the last chunks of the same voice, itself included, within
bounds. The first chunk, and so a text of one chunk, stays exactly as the model makes it. The average is over what the
model would have made, not over the leveled chunks: so corrections do not add up, and work that is resumed needs to see
only the last `MEMORY` chunks again.
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
"""The number of chunks in the average: about a minute of prose. In dialogue, fewer chunks would be too little speech to
tell the pace by."""

LARGEST_PACE = 1.12
"""The largest factor by which the phonemes per second of a chunk are raised or lowered."""

LEAST_PACE = 1.015
"""The smallest factor that is applied. Nobody hears a smaller change, and it would cost a second prediction."""

POWERS = (0.75, 1.0, 1.25, 1.5, 1.75, 2.0)
"""The powers of the wanted factor that are tried as speeds. Near 1, a speed s makes speech only about s ** 0.55 times
as fast: the model's durations lie close to whole frames and are rounded, so a small change leaves most as they were."""

LARGEST_GAIN_DB = 3.0
"""The largest change of the level of a chunk, up or down."""

EDGE_SECONDS = 0.15
"""Seconds of silence within the durations of a chunk's first and last sound: 0.1 in short chunks, 0.25 in long."""

PAUSE_DB = -40.0
"""The level below which a window is a pause and no sound, relative to the loudest window of its chunk."""

LEVEL_WINDOW = SAMPLE_RATE // 50
"""Samples over which loudness is measured: 20 ms."""

_NOT_SOUNDS = SILENT_SYMBOLS + STRESSES + LENGTH
"""Symbols that do not count as sounds when the pace of a chunk is measured."""


class _Chunk(NamedTuple):
    """One chunk as the model would have made it: its voice, an amount of sound, and the time or windows it took."""

    voice: Any
    amount: float
    total: float


class Leveler:
    """Remembers the last chunks of one text. Call `speed` before a chunk is rendered and `gain` after."""

    def __init__(self) -> None:
        self._paces: deque[_Chunk] = deque(maxlen=MEMORY)
        self._levels: deque[_Chunk] = deque(maxlen=MEMORY)

    def speed(
        self, phonemes: str, durations_at: Callable[[float], Sequence[int]], speed: float = 1.0, voice: Any = None
    ) -> float:
        """The speed at which a chunk should be spoken. The first chunk keeps the speed that was asked for.

        Args:
            phonemes: the phonemes of the chunk.
            durations_at: gives the frames of each phoneme and of the boundary ids around them at a speed; called for a
                few speeds.
            speed: the speed that was asked for.
            voice: a key that tells voices apart; only chunks of the same voice are compared.
        """
        durations = durations_at(speed)
        factor = self._wanted(phonemes, durations, speed, voice)
        if factor == 1:
            return speed
        target = _seconds(phonemes, durations) / factor
        speeds = [float(speed * factor**power) for power in POWERS]
        return min(speeds, key=lambda each: abs(_seconds(phonemes, durations_at(each)) - target))

    def _wanted(self, phonemes: str, durations: Sequence[int], speed: float, voice: Any) -> float:
        """The factor by which a chunk should be faster."""
        amount = sum(symbol not in _NOT_SOUNDS for symbol in phonemes)
        if not amount:
            return 1.0
        own = _Chunk(voice, amount, _seconds(phonemes, durations) * speed)
        factor = _average(self._paces, own) * own.total / own.amount
        factor = min(max(factor, 1 / LARGEST_PACE), LARGEST_PACE)
        return factor if max(factor, 1 / factor) >= LEAST_PACE else 1.0

    def gain(self, audio: NDArray[np.float32], voice: Any = None) -> float:
        """The factor to apply to the samples (S,) of a whole chunk as it was rendered. It is 1 for the first chunk."""
        windows = audio[: len(audio) // LEVEL_WINDOW * LEVEL_WINDOW].reshape(-1, LEVEL_WINDOW)
        power = np.square(windows, dtype=np.float64).mean(axis=1)
        sounding = power[power > power.max(initial=0.0) * 10 ** (PAUSE_DB / 10)]
        if not len(sounding):
            return 1.0
        own = _Chunk(voice, sounding.sum(), len(sounding))
        largest = 10 ** (LARGEST_GAIN_DB / 20)
        wanted = (_average(self._levels, own) * own.total / own.amount) ** 0.5
        return float(min(max(wanted, 1 / largest), largest))


def _seconds(phonemes: str, durations: Sequence[int]) -> float:
    """Seconds from the first sound of a chunk to its last."""
    first, last = len(phonemes) - len(phonemes.lstrip(SILENT_SYMBOLS)), len(phonemes.rstrip(SILENT_SYMBOLS))
    seconds = sum(durations[first + 1 : last + 1]) * SAMPLES_PER_FRAME / SAMPLE_RATE
    return max(seconds - EDGE_SECONDS, EDGE_SECONDS)


def _average(memory: deque[_Chunk], own: _Chunk) -> float:
    """Amount over total of a chunk and the remembered chunks of its voice. The chunk is remembered too."""
    same = [own, *(chunk for chunk in memory if chunk.voice == own.voice)]
    memory.append(own)
    return sum(chunk.amount for chunk in same) / sum(chunk.total for chunk in same)
