"""Chunks to speech: each one's sound from the model, joined on one timeline, with the times of its words.

The same code makes exact speech and live speech. Live, the first window of a chunk that is waited for goes out early,
by guessed statistics, and the exact sound joins it on the same samples.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from kokoro_fast.config import BOUNDARY_ID, SAMPLE_RATE, SAMPLES_PER_FRAME, SPEED_RANGE, VOCAB
from kokoro_fast.evenness import MEMORY, Evenness
from kokoro_fast.joins import LEAD_SECONDS, plan_join, plan_silence
from kokoro_fast.speech import Speech, Word
from kokoro_fast.stitch import make_stitcher
from kokoro_fast.supply import Pace, Supply
from kokoro_fast.timing import words_of
from kokoro_fast.types import Chunk
from kokoro_fast.weights import style_row

if TYPE_CHECKING:
    from torch import Tensor

    from kokoro_fast.backends.backend import Backend
    from kokoro_fast.backends.rendering import Rendering

Samples = NDArray[np.float32]
CROSSFADE = SAMPLE_RATE // 200
"""Samples over which chunks meet: 5 ms, short enough to stay inside the silence that every join keeps."""

BLEND = SAMPLE_RATE // 50
"""Samples over which the exact sound takes over from a first window: 20 ms. Both are the same sound, so the shares are
linear: equal power would make it louder."""

ONSET_SECONDS = 0.08
"""How long before the end of the opening silence's duration sound may begin; in ten voices it was 30 to 75 ms."""

SOUND_AHEAD = 2 * SAMPLES_PER_FRAME
"""How much earlier a symbol is heard than its durations say: 50 ms. Seen: 30 to 75 ms at the first sound of ten voices,
55 at the median of 21 words after a pause."""

FRAMES_PER_SECOND = SAMPLE_RATE // SAMPLES_PER_FRAME

WORTH_A_WINDOW = 1.7
"""Times as long as what must be rendered for a window: what is shorter, such as one word, comes whole and exact."""

N_SEEDS = 2**63
"""Torch's generators take any of these."""

Voices = Callable[[str], "Tensor"]
"""The rows of a voice, (510, 256), by its name."""

Run = tuple[Iterable[Chunk], bool]
"""Chunks that can be spoken now, and whether nothing comes after them."""

IsLast = Callable[[], bool]
Indexed = tuple[int, tuple[Chunk, IsLast]]
Result = TypeVar("Result")


class Synthesis:
    """Speaks the chunks of one text, once.

    Args:
        backend: what runs the model.
        rows: of the voice of the call, (510, 256).
        voices: gives the rows of another, where markup asks for it.
        speed: of the call; markup multiplies it.
        seed: of the first chunk's noise. Another seed for each chunk: the same noise twice in a row would be heard as a
            pattern.
        pace: is told how long each chunk took.
        supply: for live speech, what the listener has: a chunk that would come too late sends its first window early.
            None for exact speech, one part for each chunk.
    """

    def __init__(
        self,
        backend: Backend,
        rows: Tensor,
        voices: Voices,
        speed: float,
        seed: int,
        pace: Pace,
        supply: Supply | None = None,
    ) -> None:
        self._backend, self._rows, self._voices, self._speed, self._seed = backend, rows, voices, speed, seed
        self._pace, self._supply = pace, supply
        self._stop: Callable[[], bool] | None = None
        self._evenness = Evenness()
        self._stitcher = make_stitcher(CROSSFADE)
        self._emitted = 0
        self._index = 0
        self._worked = 0.0  # seconds, for the chunk at hand

    def parts(self, runs: Iterable[Run], skip: int = 0, stop: Callable[[], bool] | None = None) -> Iterator[Speech]:
        """The speech, part by part; each part's times count from its own first sample.

        Args:
            runs: the text.
            skip: leave out the parts of so many chunks; the rest has the samples that it would have had.
            stop: asked now and then whether the speech is no longer wanted.

        Raises:
            Abandoned: `stop` said so in the middle of a chunk.
        """
        self._stop = stop
        chunks = enumerate(_with_ends(runs))
        for self._index, (chunk, is_last) in _needed_before(islice(chunks, skip)):
            for _ in self._speak(chunk, is_last):
                pass
        for self._index, (chunk, is_last) in chunks:
            yield from self._speak(chunk, is_last)
        if self._stitcher.position > self._emitted:
            yield self._part([self._stitcher.flush()])

    def _speak(self, chunk: Chunk, is_last: IsLast) -> Iterator[Speech]:
        """A chunk's one part, or two where its first window goes out early."""
        if not chunk.phonemes:
            yield self._silence(chunk, is_last())
            return
        rendering = self._timed(self._prepare, chunk)
        early = None if self._supply is None else self._supply.window_seconds(len(chunk.phonemes))
        window = None if early is None else self._window(rendering, early)
        if window is None:
            yield self._whole(chunk, rendering, is_last)
        else:
            yield from self._window_and_rest(chunk, rendering, window, is_last)
        self._pace.worked(len(chunk.phonemes), self._worked)
        self._worked = 0.0

    def _silence(self, chunk: Chunk, is_last: bool) -> Speech:
        self._stitcher.begin(0, *plan_silence(chunk.pause or 0.0, is_last=is_last))
        samples = self._stitcher.push(np.zeros(0, np.float32))
        return self._part([samples, *self._end(is_last)])

    def _prepare(self, chunk: Chunk) -> Rendering:
        voice, rate = chunk.delivery.voice, chunk.delivery.rate
        rows = self._rows if voice is None else self._voices(voice)
        low, high = SPEED_RANGE
        speed = min(max(self._speed * rate, low), high)
        rendering = self._backend.prepare(
            [BOUNDARY_ID, *(VOCAB[symbol] for symbol in chunk.phonemes), BOUNDARY_ID],
            style_row(rows, len(chunk.phonemes)),
            speed,
            (self._seed + self._index) % N_SEEDS,
            self._stop,
        )
        rendering.set_speed(self._evenness.speed(chunk.phonemes, rendering.durations_at, speed, voice))
        return rendering

    def _whole(self, chunk: Chunk, rendering: Rendering, is_last: IsLast) -> Speech:
        audio = self._timed(rendering.whole)
        audio = audio * np.float32(self._evenness.gain(audio, chunk.delivery.voice))
        last = is_last()
        join = plan_join(audio, chunk.boundary, is_first=self._index == 0, is_last=last, pause=chunk.pause)
        origin = self._stitcher.begin(len(audio), *join) - join.trim_head
        samples = self._stitcher.push(audio)
        words = self._words(chunk, rendering, origin, self._stitcher.position)
        return self._part([samples, *self._end(last)], chunk.phonemes, words)

    def _window(self, rendering: Rendering, seconds: float) -> _Window | None:
        """The first sound of a chunk by guessed statistics, if that is much sooner than the whole."""
        onset = rendering.durations[0]
        first = max(onset - round((ONSET_SECONDS + LEAD_SECONDS) * FRAMES_PER_SECOND), 0) * SAMPLES_PER_FRAME
        end = (onset + round(seconds * FRAMES_PER_SECOND)) * SAMPLES_PER_FRAME
        if rendering.n_samples < WORTH_A_WINDOW * rendering.n_rendered(first, end):
            return None
        return _Window(first, rendering.window(first, end))

    def _window_and_rest(
        self, chunk: Chunk, rendering: Rendering, window: _Window, is_last: IsLast
    ) -> Iterator[Speech]:
        origin = self._stitcher.begin(rendering.n_samples - window.first, 0, 0, 0) - window.first
        samples = self._stitcher.push(window.sound[:-BLEND])
        words = self._words(chunk, rendering, origin, origin + rendering.n_samples)
        sent = len(samples)
        yield self._part([samples], chunk.phonemes, (word for word in words if word.start_sample < sent))

        audio = self._timed(rendering.whole)
        self._evenness.gain(audio, chunk.delivery.voice)  # to be remembered: the window is out at the level that it has
        last = is_last()
        join = plan_join(audio, chunk.boundary, is_first=False, is_last=last, pause=chunk.pause)
        rest = _blended(window, audio)
        self._stitcher.set_end(min(join.trim_tail, len(rest) - CROSSFADE), join.pause)
        samples = self._stitcher.push(rest)
        words = self._words(chunk, rendering, origin + sent, self._stitcher.position + sent)
        yield self._part(
            [samples, *self._end(last)], "", (word.later(-sent) for word in words if word.start_sample >= sent)
        )

    def _words(self, chunk: Chunk, rendering: Rendering, origin: int, end: int) -> tuple[Word, ...]:
        """The chunk's words with times from the next part's first sample.

        `origin` is where on the timeline the chunk's own first sample would fall, `end` where its sound is over.
        """
        heard = origin - SOUND_AHEAD
        return words_of(chunk, rendering.durations, heard - self._emitted, end - self._emitted)

    def _timed(self, work: Callable[..., Result], *args: Any) -> Result:
        """Do a part of a chunk's work, and count its time."""
        started = time.perf_counter()
        result = work(*args)
        self._worked += time.perf_counter() - started
        return result

    def _end(self, is_last: bool) -> list[Samples]:
        """Ends the open chunk; at the end of all, what was held back."""
        self._stitcher.end()
        return [self._stitcher.flush()] if is_last else []

    def _part(self, pieces: list[Samples], phonemes: str = "", words: Iterable[Word] = ()) -> Speech:
        sound = np.clip(np.concatenate(pieces), -1.0, 1.0)
        self._emitted += len(sound)
        if self._supply is not None:
            self._supply.sent(len(sound) / SAMPLE_RATE)
        return Speech(sound, phonemes, tuple(words))


class _Window(NamedTuple):
    """Early sound of a chunk, (S,), and the sample of the chunk at which it begins."""

    first: int
    sound: Samples


def _blended(window: _Window, audio: Samples) -> Samples:
    """The chunk's samples from where the window's last `BLEND` begin, going over from the window to the exact sound."""
    rest = audio[window.first + len(window.sound) - BLEND :].copy()
    share = (np.arange(BLEND, dtype=np.float32) + 0.5) / BLEND
    rest[:BLEND] += (1 - share) * (window.sound[-BLEND:] - rest[:BLEND])
    return rest


def _with_ends(runs: Iterable[Run]) -> Iterator[tuple[Chunk, IsLast]]:
    """Each chunk with whether it is the last: looked for only when asked, since it may not be planned yet."""
    for chunks, ends in runs:
        following = iter(chunks)
        chunk = next(following, None)
        while chunk is not None:
            coming = _Once(partial(next, following, None))
            yield chunk, partial(_is_end, ends, coming)
            chunk = coming()


def _is_end(ends: bool, coming: _Once[Chunk | None]) -> bool:
    return ends and coming() is None


class _Once(Generic[Result]):
    """A call that is made when it is first wanted, and no second time."""

    def __init__(self, call: Callable[[], Result]) -> None:
        self._call: Callable[[], Result] | None = call

    def __call__(self) -> Result:
        if self._call is not None:
            self._result, self._call = self._call(), None
        return self._result


def _needed_before(left_out: Iterable[Indexed]) -> list[Indexed]:
    """Those of the chunks left out that the next one depends on.

    It meets the last with sound, and the silences after that. That one's level follows the `MEMORY` chunks before it,
    and the pace of those the `MEMORY` before them.
    """
    needed: list[Indexed] = []
    with_sound: deque[int] = deque(maxlen=2 * MEMORY + 1)
    for place, (index, (chunk, is_last)) in enumerate(left_out):
        needed.append((index, (chunk, is_last)))
        if chunk.phonemes:
            with_sound.append(place)
    return needed[with_sound[0] :] if with_sound else needed
