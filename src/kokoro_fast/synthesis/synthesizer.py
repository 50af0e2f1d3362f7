"""Chunks to speech: a loop that renders each chunk and puts it on the timeline.

The same code makes exact speech and live speech. Live, the first window of a chunk that is waited for goes out early,
by predicted statistics, and the exact sound joins it on the same samples.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING, Protocol

import numpy as np

from kokoro_fast.config import BOUNDARY_ID, SPEED_RANGE, VOCAB
from kokoro_fast.speech import Speech
from kokoro_fast.synthesis.early_window import EarlyWindow, plan_window
from kokoro_fast.synthesis.leveling import MEMORY, Leveler
from kokoro_fast.synthesis.lookahead import ChunkRun, Lookahead
from kokoro_fast.synthesis.throughput import Throughput
from kokoro_fast.synthesis.timeline import Timeline
from kokoro_fast.types import Chunk
from kokoro_fast.weights import style_row

if TYPE_CHECKING:
    from torch import Tensor

    from kokoro_fast.backends.backend import Backend
    from kokoro_fast.backends.rendering import Rendering

N_SEEDS = 2**63
"""How many seeds there are: torch's generators take 0 to 2**63 - 1."""

Voices = Callable[[str], "Tensor"]
"""Gives the rows of a voice, (510, 256), by its name."""


class Buffer(Protocol):
    """What a live listener has: `streaming.pacing.PlaybackBuffer`."""

    def window_seconds(self, n_symbols: int) -> float | None:
        """How much of a chunk of `n_symbols` should go out early, or None."""

    def sent(self, seconds: float) -> None:
        """Speech was handed over."""


class Synthesizer:
    """Speaks the chunks of one text, once.

    Args:
        backend: runs the model.
        rows: the voice of the call, (510, 256).
        voices: gives the rows of another voice, where markup asks for one.
        speed: the speed of the call; markup multiplies it.
        seed: seeds the noise of the first chunk. Each chunk has another seed: the same noise twice in a row would be
            heard as a pattern.
        throughput: is told how long each chunk took.
        buffer: for live speech, what the listener has: a chunk that would come too late sends its first window early.
            None makes exact speech, one part for each chunk.
    """

    def __init__(
        self,
        backend: Backend,
        rows: Tensor,
        voices: Voices,
        speed: float,
        seed: int,
        throughput: Throughput,
        buffer: Buffer | None = None,
    ) -> None:
        self._backend, self._rows, self._voices, self._speed, self._seed = backend, rows, voices, speed, seed
        self._throughput, self._buffer = throughput, buffer
        self._leveler = Leveler()
        self._timeline = Timeline()

    def parts(
        self, runs: Iterable[ChunkRun], skip: int = 0, should_stop: Callable[[], bool] | None = None
    ) -> Iterator[Speech]:
        """The speech, part by part; each part's times count from its own first sample.

        Args:
            runs: the text.
            skip: leave out the parts of the first `skip` chunks; the rest has the samples that it would have had.
            should_stop: polled while a chunk is rendered: whether the speech is no longer wanted.

        Raises:
            RenderingCancelled: `should_stop` said so in the middle of a chunk.
        """
        chunks, first = Lookahead(runs), 0
        if skip:
            skipped = list(islice(chunks, skip))
            first = _first_needed(skipped)
            chunks = Lookahead([ChunkRun(chain(skipped[first:], chunks), ends_text=True)])
        for index, chunk in enumerate(chunks, first):
            for part in self._speak(chunk, index, chunks.has_next, should_stop):
                if index >= skip:
                    yield self._sent(part)
        rest = self._timeline.finish()
        if rest is not None:
            yield self._sent(rest)

    def _speak(
        self, chunk: Chunk, index: int, has_next: Callable[[], bool], should_stop: Callable[[], bool] | None
    ) -> Iterator[Speech]:
        """The one part of a chunk, or two where its first window goes out early.

        Whether another chunk follows is asked as late as can be: it may have to be planned, or waited for.
        """
        if not chunk.phonemes:
            yield self._timeline.silence(chunk, is_last=not has_next())
            return
        watch = _Stopwatch()
        voice = chunk.override.voice
        with self._backend.turn(), watch.running():
            rendering = self._prepare(chunk, index, should_stop)
        durations = rendering.durations
        window = self._early_window(chunk, rendering)
        if window is not None:
            yield self._timeline.window(chunk, durations, window)
        with self._backend.turn(), watch.running():
            audio = rendering.whole()
        gain = np.float32(self._leveler.gain(audio, voice))
        is_last = not has_next()
        if window is None:
            yield self._timeline.whole(chunk, durations, audio * gain, is_first=index == 0, is_last=is_last)
        else:  # without the gain: the window went out at the level that it has
            yield self._timeline.rest(chunk, durations, window, audio, is_last=is_last)
        self._throughput.record(len(chunk.phonemes), watch.seconds)

    def _prepare(self, chunk: Chunk, index: int, should_stop: Callable[[], bool] | None) -> Rendering:
        """Decide the durations of a chunk, at a speed that evens its pace with the chunks before it."""
        voice = chunk.override.voice
        rows = self._rows if voice is None else self._voices(voice)
        low, high = SPEED_RANGE
        speed = min(max(self._speed * chunk.override.rate, low), high)
        rendering = self._backend.prepare(
            [BOUNDARY_ID, *(VOCAB[symbol] for symbol in chunk.phonemes), BOUNDARY_ID],
            style_row(rows, len(chunk.phonemes)),
            speed,
            (self._seed + index) % N_SEEDS,
            should_stop,
        )
        rendering.set_speed(self._leveler.speed(chunk.phonemes, rendering.durations_at, speed, voice))
        return rendering

    def _early_window(self, chunk: Chunk, rendering: Rendering) -> EarlyWindow | None:
        """The first sound of a chunk by predicted statistics, if the listener waits and it is much sooner."""
        seconds = None if self._buffer is None else self._buffer.window_seconds(len(chunk.phonemes))
        span = None if seconds is None else plan_window(rendering.durations, seconds)
        if span is None:
            return None
        with self._backend.turn():
            return EarlyWindow(span[0], rendering.window(*span))

    def _sent(self, part: Speech) -> Speech:
        if self._buffer is not None:
            self._buffer.sent(part.duration)
        return part


class _Stopwatch:
    """Adds up the seconds spent in its blocks."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - started


def _first_needed(skipped: Sequence[Chunk]) -> int:
    """The index of the first of the chunks left out that the next chunk depends on.

    The next chunk meets the last one with sound, and the silences after that. The level of that one follows the
    `MEMORY` chunks before it, and the pace of those follows the `MEMORY` chunks before them.
    """
    with_sound: deque[int] = deque(maxlen=2 * MEMORY + 1)
    with_sound.extend(index for index, chunk in enumerate(skipped) if chunk.phonemes)
    return with_sound[0] if with_sound else 0
