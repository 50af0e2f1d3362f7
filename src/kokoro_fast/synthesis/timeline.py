"""Joins the sound of chunks into parts of speech, whose words have times that are true in what was given out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from kokoro_fast.config import SAMPLE_RATE, SAMPLES_PER_FRAME
from kokoro_fast.speech import Speech
from kokoro_fast.synthesis.alignment import align_words
from kokoro_fast.synthesis.early_window import BLEND_SAMPLES, EarlyWindow, blend
from kokoro_fast.synthesis.pauses import plan_silence, plan_trim
from kokoro_fast.synthesis.stitcher import make_stitcher
from kokoro_fast.types import Chunk, Word

CROSSFADE = SAMPLE_RATE // 200
"""Samples over which chunks meet: 5 ms, short enough to stay inside the silence that every join keeps."""

SOUND_AHEAD = 2 * SAMPLES_PER_FRAME
"""Samples by which a symbol is heard earlier than its durations say: 50 ms. Seen were 30 to 75 ms at the first sound of
ten voices, and 55 ms at the median of 21 words after a pause."""


class Timeline:
    """The speech of one text while it grows: each method takes a piece of it and returns the next part.

    A part holds every sample that can no longer change, and its times count from its own first sample.
    """

    def __init__(self) -> None:
        self._stitcher = make_stitcher(CROSSFADE)
        self._emitted = 0
        self._origin = 0  # where on the timeline the first sample of the open chunk would fall
        self._part_start = 0  # where on the timeline the open chunk's first part begins

    def silence(self, chunk: Chunk, *, is_last: bool) -> Speech:
        """Add a chunk that is only a pause."""
        self._stitcher.begin(0, *plan_silence(chunk.pause or 0.0, is_last=is_last))
        return self._part([self._stitcher.push(np.zeros(0, np.float32)), *self._end(is_last)])

    def whole(
        self, chunk: Chunk, durations: Sequence[int], audio: NDArray[np.float32], *, is_first: bool, is_last: bool
    ) -> Speech:
        """Add a whole chunk.

        Args:
            chunk: what was spoken.
            durations: frames of each phoneme id, the two boundary ids included.
            audio: (S,) its sound.
            is_first, is_last: whether it opens or closes the text.
        """
        self._part_start = self._emitted
        trim = plan_trim(audio, chunk.boundary, is_first=is_first, is_last=is_last, pause=chunk.pause)
        self._origin = self._stitcher.begin(len(audio), *trim) - trim.trim_head
        samples = self._stitcher.push(audio)
        words = self._words(chunk, durations, self._stitcher.position)
        return self._part([samples, *self._end(is_last)], chunk.phonemes, words)

    def window(self, chunk: Chunk, durations: Sequence[int], window: EarlyWindow) -> Speech:
        """Add the early window of a chunk, whose rest `rest` adds. Arguments as for `whole`."""
        self._part_start = self._emitted
        n_samples = sum(durations) * SAMPLES_PER_FRAME
        self._origin = self._stitcher.begin(n_samples - window.first, 0, 0, 0) - window.first
        samples = self._stitcher.push(window.sound[:-BLEND_SAMPLES])
        words = self._words(chunk, durations, self._origin + n_samples)
        return self._part([samples], chunk.phonemes, (word for word in words if word.start_sample < len(samples)))

    def rest(
        self,
        chunk: Chunk,
        durations: Sequence[int],
        window: EarlyWindow,
        audio: NDArray[np.float32],
        *,
        is_last: bool,
    ) -> Speech:
        """Add the rest of a chunk whose window was given out. Arguments as for `whole`."""
        trim = plan_trim(audio, chunk.boundary, is_first=False, is_last=is_last, pause=chunk.pause)
        rest = blend(window, audio)
        self._stitcher.set_end(min(trim.trim_tail, len(rest) - CROSSFADE), trim.pause)
        samples = self._stitcher.push(rest)
        sent = self._emitted - self._part_start
        words = self._words(chunk, durations, self._stitcher.position)
        later = (word.later(-sent) for word in words if word.start_sample >= sent)
        return self._part([samples, *self._end(is_last)], "", later)

    def finish(self) -> Speech | None:
        """What is still held back after the last chunk, if there is any."""
        return self._part([self._stitcher.flush()]) if self._stitcher.position > self._emitted else None

    def _words(self, chunk: Chunk, durations: Sequence[int], end_of_sound: int) -> tuple[Word, ...]:
        """The words of the open chunk, timed from the first sample of its first part."""
        heard = self._origin - SOUND_AHEAD
        return align_words(chunk, durations, heard - self._part_start, end_of_sound - self._part_start)

    def _end(self, is_last: bool) -> list[NDArray[np.float32]]:
        """Close the open chunk. At the end of the text, return what the stitcher held back."""
        self._stitcher.end()
        return [self._stitcher.flush()] if is_last else []

    def _part(self, pieces: Sequence[NDArray[np.float32]], phonemes: str = "", words: Iterable[Word] = ()) -> Speech:
        sound = np.clip(np.concatenate(pieces), -1.0, 1.0)
        self._emitted += len(sound)
        return Speech(sound, phonemes, tuple(words))
