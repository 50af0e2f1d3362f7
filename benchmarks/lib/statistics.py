"""The time of a call, and all statistics of the benchmarks: plain arithmetic on lists of seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median

__all__ = ["median", "percentile", "relative", "seconds_of"]


def seconds_of(call: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, interpolated between two neighbors."""
    if not (values and 0 <= share <= 1):
        raise ValueError(f"percentile: expected values and a share from 0 to 1, got {len(values)} values and {share}")
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])


def relative(times: Sequence[float], units: Sequence[float]) -> float:
    """A time in units of another: the median of the quotients of pairs.

    The two of a pair are measured side by side, so a slow moment of the machine is in both and cancels out.
    """
    return median([time / unit for time, unit in zip(times, units, strict=True)])
