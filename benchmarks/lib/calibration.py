"""The unit that times are stored in: how long a small GEMM and a copy of memory take at that very moment.

A machine that is busy, or slower than yesterday, slows them as it slows speech, which consists of the same two kinds of
work. So the time of speech in this unit stays nearly the same. One unit is about a hundredth of a second.
"""

from __future__ import annotations

import time

import torch

from benchmarks.lib.statistics import seconds_of
from kokoro_fast.backends.threads import limited

GEMM_SIZE = 768
"""Rows and columns of the two matrices."""

COPY_BYTES = 32 << 20
"""Size of the copy. Source and target together are larger than the caches of most machines."""

SETTLE_SECONDS = 0.02
"""Rest after a unit. torch's helper threads spin a little after their work, and would take a core from what is timed
next."""


class Calibration:
    """Calling an instance measures one unit, in seconds, with the number of threads that torch had at its creation."""

    def __init__(self) -> None:
        self._threads = torch.get_num_threads()
        self._left, self._right = torch.rand(2, GEMM_SIZE, GEMM_SIZE)
        self._product = torch.empty(GEMM_SIZE, GEMM_SIZE)
        self._source, self._target = torch.zeros(2, COPY_BYTES // 4)
        self()  # touching memory for the first time takes longer

    def __call__(self) -> float:
        with limited(self._threads):
            seconds = seconds_of(self._work)
        time.sleep(SETTLE_SECONDS)
        return seconds

    def _work(self) -> None:
        torch.mm(self._left, self._right, out=self._product)
        self._target.copy_(self._source)
