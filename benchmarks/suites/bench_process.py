"""A fresh process: the time to its first samples, and its peak of memory for 25 seconds of speech."""

from __future__ import annotations

from collections.abc import Callable

from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.lib.subprocess_worker import run_worker
from benchmarks.suites.conftest import Measure


def test_cold_start(measure: Measure) -> None:
    """From the start of Python to one word spoken, with all files in the disk cache."""
    report = measure(lambda: run_worker("first"), seconds=12)
    assert 0.3 < report["seconds_of_speech"] < 2


def test_peak_memory(benchmark: BenchmarkFixture, note: Callable[[str], None]) -> None:
    """The tracked value is in MB."""
    report = benchmark.pedantic(lambda: run_worker("paragraph"), rounds=1)
    assert 20 < report["seconds_of_speech"] < 30
    benchmark.extra_info["tracked_value"] = report["peak_mb"]
    note(f"{report['peak_mb']:.0f} MB for {report['seconds_of_speech']:.1f} s of speech")
