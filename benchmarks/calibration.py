"""The unit that times are stored in: a small GEMM and a copy of memory, as fast as they run at that very moment.

A machine that is slower today, or busy, slows both. Speech is made of the same two kinds of work, so its time in this
unit stays nearly the same. One unit takes about a hundredth of a second.
"""

from __future__ import annotations

import time

import torch

from benchmarks.figures import seconds_of
from kokoro_fast.backends.threads import limited

GEMM_SIZE = 768
COPY_BYTES = 32 << 20
"""Source and target together are larger than the caches of most machines."""

SETTLE_SECONDS = 0.02
"""torch's helper threads spin a little after their work and would take a core from what is timed next."""


class Calibration:
    """Call it for one unit, in seconds. It uses as many threads as torch did when it was made."""

    def __init__(self) -> None:
        self._threads = torch.get_num_threads()
        self._left, self._right = torch.rand(2, GEMM_SIZE, GEMM_SIZE)
        self._product = torch.empty(GEMM_SIZE, GEMM_SIZE)
        self._source, self._target = torch.zeros(2, COPY_BYTES // 4)
        self()  # the first touch of the memory is not part of a unit

    def __call__(self) -> float:
        with limited(self._threads):
            seconds = seconds_of(self._work)
        time.sleep(SETTLE_SECONDS)
        return seconds

    def _work(self) -> None:
        torch.mm(self._left, self._right, out=self._product)
        self._target.copy_(self._source)
