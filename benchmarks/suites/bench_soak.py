"""Many utterances of mixed lengths in one process: is it as fast at the end as at the start, and no larger?

The environment variable `KOKORO_BENCH_SOAK` sets the number of utterances. The full soak has 1000; the default is a
short one, which only shows that it works.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.lib.subprocess_worker import run_worker

SHORT, FULL = 20, 1000
"""Numbers of utterances."""

GROWTH_MB = 10
"""How much larger the process may be in the last tenth of a full soak than in the second."""


def test_soak(benchmark: BenchmarkFixture, note: Callable[[str], None]) -> None:
    """The tracked value is the time for a second of speech in the last tenth, in units of calibration."""
    n_utterances = int(os.environ.get("KOKORO_BENCH_SOAK", SHORT))
    report = benchmark.pedantic(lambda: run_worker("soak", "--utterances", str(n_utterances)), rounds=1)
    benchmark.extra_info["tracked_value"] = report["late_units"]
    note(
        f"{n_utterances} utterances: {report['growth_mb']:+.1f} MB from the second tenth to the last, "
        f"peak {report['peak_mb']:.0f} MB, time {report['late_units'] / report['early_units'] - 1:+.0%}"
    )
    if n_utterances >= FULL:  # a short soak is still finding its working memory
        assert report["growth_mb"] <= GROWTH_MB
