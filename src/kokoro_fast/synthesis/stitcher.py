"""Joins the sound of chunks on one timeline: trims their ends, sets pauses between them, crossfades the joins.

This is the reference, in numpy. `csrc/audio/stitcher.cpp` does the same sums in the same order; `make_stitcher` picks
it where it is built. How two pieces of sound meet:

- without a pause, the last samples of one and the first of the next overlap with equal power (cosine out, sine in);
- a side that meets a pause is faded over the same length, the last chunk's tail before a closing pause included, so
  that silence never starts or ends with a step;
- the first sample of the stream and, where no pause follows, the last one are left as they came.

A chunk that keeps no sample leaves only its pause behind; pauses that meet add up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from kokoro_fast._native import Stitcher as NativeStitcher

Samples = NDArray[np.float32]


class Stitcher:
    """Joins rendered chunks on one timeline: `begin`, any number of `push`, `end`, and so on; `flush` after the last.

    It holds back at most `crossfade` samples, and the pause that the next chunk ends.

    Args:
        crossfade: samples (S) over which neighbors overlap; a shorter chunk overlaps by its own length. 0 cuts hard.

    Raises:
        ValueError: `crossfade` is negative.
    """

    _ready: list[Samples]

    def __init__(self, crossfade: int) -> None:
        if crossfade < 0:
            raise ValueError(f"crossfade: expected 0 or more samples, got {crossfade}")
        self._crossfade = crossfade
        self.cancel()

    @property
    def position(self) -> int:
        """The length of the timeline in samples: those returned, those held back, and those owed as a pause."""
        return self._position

    def begin(self, n_samples: int, trim_head: int, trim_tail: int, pause: int) -> int:
        """Announce the next chunk.

        Args:
            n_samples: samples (S) that `push` will bring.
            trim_head, trim_tail: samples dropped at the two ends of the chunk.
            pause: samples of silence after the chunk.

        Returns:
            The position on the timeline of the first sample kept; without a pause before it, the start of the overlap.

        Raises:
            ValueError: the chunk before has not ended, a number is negative, or the trims exceed the chunk.
        """
        self._expect_closed("begin")
        if min(n_samples, trim_head, trim_tail, pause) < 0:
            raise ValueError(
                "begin: expected 0 or more samples for each argument, "
                f"got n_samples={n_samples}, trim_head={trim_head}, trim_tail={trim_tail}, pause={pause}"
            )
        kept = n_samples - trim_head - trim_tail
        if kept < 0:
            raise ValueError(f"begin: expected trims of at most {n_samples} samples, got {trim_head} + {trim_tail}")
        overlap = self._meet(kept) if kept else 0
        self._open = True
        self._n_samples, self._received = n_samples, 0
        self._head, self._kept = trim_head, kept
        self._next_pause = pause
        return self._position - overlap

    def push(self, samples: Samples) -> Samples:
        """Take the next samples (S,) of the chunk, in pieces of any size; return all that can no longer change (S',).

        Raises:
            ValueError: no chunk is open, the samples are not one-dimensional, or they exceed what `begin` announced.
        """
        samples = np.asarray(samples, dtype=np.float32)
        if samples.ndim != 1:
            raise ValueError(f"push: expected samples of shape (S,), got {samples.shape}")
        if not self._open:
            raise ValueError("push: expected begin() first, got samples of no chunk")
        left = self._n_samples - self._received
        if len(samples) > left:
            raise ValueError(f"push: expected at most {left} more samples of {self._n_samples}, got {len(samples)}")

        at = self._received - self._head  # index among the kept samples, negative inside the trimmed head
        self._received += len(samples)
        kept = samples[max(0, -at) : max(0, self._kept - at)]
        at = max(0, at)
        kept = self._fade_in(kept, at)

        n_final = self._kept - len(self._held)  # kept samples before the part that is held back
        ready_now, held = np.split(kept, [max(0, n_final - at)])
        first = max(0, at - n_final)
        self._held[first : first + len(held)] = held
        ready = np.concatenate([*self._ready, ready_now])
        self._ready = []
        return ready

    def set_end(self, trim_tail: int, pause: int) -> None:
        """Say late that the open chunk ends sooner than `begin` was told.

        This serves a chunk whose first samples are sent before its end is known.

        Raises:
            ValueError: no chunk is open, the pause is negative, the trim is less than before, or samples of that end
                came already, including those that the join with the next chunk needs.
        """
        if not self._open:
            raise ValueError("set_end: expected begin() first, got no chunk")
        if pause < 0:
            raise ValueError(f"set_end: expected a pause of 0 or more samples, got {pause}")
        least = self._n_samples - self._head - self._kept
        most = max(least, self._n_samples - max(self._received, self._head) - len(self._held))
        if not least <= trim_tail <= most:
            raise ValueError(
                f"set_end: expected a trim of {least} to {most} samples after {self._received} of {self._n_samples}, "
                f"got {trim_tail}"
            )
        self._kept = self._n_samples - self._head - trim_tail
        self._next_pause = pause

    def end(self) -> None:
        """Close the chunk.

        Raises:
            ValueError: no chunk is open, or not all of its samples came.
        """
        if not self._open:
            raise ValueError("end: expected begin() first, got no chunk")
        if self._received != self._n_samples:
            raise ValueError(f"end: expected {self._n_samples} samples, got {self._received}")
        self._open = False
        self._pause += self._next_pause
        self._position += self._next_pause

    def flush(self) -> Samples:
        """End the stream and return the samples that were held back (S',). The stitcher is then as new.

        Raises:
            ValueError: the last chunk has not ended.
        """
        self._expect_closed("flush")
        self._fade_out_before_pause()
        rest = np.concatenate([self._held, np.zeros(self._pause, np.float32)])
        self.cancel()
        return rest

    def cancel(self) -> None:
        """Drop all samples that are held back, and an unfinished chunk. The stitcher is then as new."""
        self._position = 0
        self._pause = 0  # samples of silence owed after the sound so far
        self._held = np.zeros(0, np.float32)  # end of the last chunk that kept a sample
        self._under = np.zeros(0, np.float32)  # faded end of the chunk before, to be mixed under the open one
        self._fade = np.zeros(0, np.float32)  # rise of the open chunk's first samples
        self._ready = []  # final, to be returned by the next push
        self._open = False
        self._n_samples = self._received = self._head = self._kept = self._next_pause = 0

    def _expect_closed(self, call: str) -> None:
        if self._open:
            raise ValueError(
                f"{call}: expected end() of the chunk before, got {self._received} of its {self._n_samples} samples"
            )

    def _meet(self, kept: int) -> int:
        """Settle how the sound so far meets a chunk of `kept` samples (at least 1), and return their overlap."""
        overlap = 0
        if self._pause:
            self._fade_out_before_pause()
            self._ready = [self._held, np.zeros(self._pause, np.float32)]
            self._under = np.zeros(0, np.float32)
            self._fade = _rise(min(self._crossfade, kept))
        else:
            overlap = min(len(self._held), kept)
            split = len(self._held) - overlap
            self._ready = [self._held[:split]]
            self._under = self._held[split:] * _fall(overlap)
            self._fade = _rise(overlap)
        self._pause = 0
        self._held = np.empty(min(self._crossfade, kept), np.float32)
        return overlap

    def _fade_in(self, kept: Samples, at: int) -> Samples:
        """Fade in the first samples of a chunk, or mix them with the chunk before; `kept[0]` is its sample `at`."""
        self._position += len(kept) - len(self._under[at : at + len(kept)])
        rise = self._fade[at : at + len(kept)]
        if not len(rise):
            return kept
        kept = kept.copy()
        kept[: len(rise)] *= rise
        if len(self._under):
            kept[: len(rise)] += self._under[at : at + len(rise)]
        return kept

    def _fade_out_before_pause(self) -> None:
        if self._pause:
            self._held = self._held * _fall(len(self._held))


def make_stitcher(crossfade: int) -> Stitcher | NativeStitcher:
    """The native stitcher, or the reference where the native module is not built. Both give the same samples."""
    try:
        from kokoro_fast._native import Stitcher as Native
    except ImportError:
        return Stitcher(crossfade)
    return Native(crossfade)


def _angles(n: int) -> NDArray[np.float64]:
    return (np.arange(n) + 0.5) / max(n, 1) * (np.pi / 2)


def _rise(n: int) -> Samples:
    """Equal-power fade-in over `n` samples; with `_fall` the squares sum to 1."""
    return np.sin(_angles(n)).astype(np.float32)


def _fall(n: int) -> Samples:
    return np.cos(_angles(n)).astype(np.float32)
