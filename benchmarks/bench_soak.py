"""Many utterances of mixed lengths in one process: is it as fast at the end, and no larger?

`KOKORO_BENCH_SOAK` is how many; 1000 for the real thing, by default a short form that only shows that it works.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.child import run_child

SHORT, FULL = 20, 1000
GROWTH_MB = 10


def test_soak(benchmark: BenchmarkFixture, note: Callable[[str], None]) -> None:
    """The figure is the time for a second of speech after so many utterances, in units of calibration."""
    n_utterances = int(os.environ.get("KOKORO_BENCH_SOAK", SHORT))
    report = benchmark.pedantic(lambda: run_child("soak", "--utterances", str(n_utterances)), rounds=1)
    benchmark.extra_info["figure"] = report["late_units"]
    note(
        f"{n_utterances} utterances: {report['growth_mb']:+.1f} MB from the second tenth to the last, "
        f"peak {report['peak_mb']:.0f} MB, time {report['late_units'] / report['early_units'] - 1:+.0%}"
    )
    if n_utterances >= FULL:  # a short soak is still finding its working memory
        assert report["growth_mb"] <= GROWTH_MB
