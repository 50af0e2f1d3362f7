"""A fresh process: how long until its first samples, and how much memory it takes to speak 25 seconds."""

from __future__ import annotations

from collections.abc import Callable

from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.child import run_child
from benchmarks.conftest import Measure


def test_cold_start(measure: Measure) -> None:
    """From the start of Python to one word spoken, everything on disk being warm."""
    report = measure(lambda: run_child("first"), seconds=12)
    assert 0.3 < report["seconds_of_speech"] < 2


def test_peak_memory(benchmark: BenchmarkFixture, note: Callable[[str], None]) -> None:
    """The figure is in MB."""
    report = benchmark.pedantic(lambda: run_child("paragraph"), rounds=1)
    assert 20 < report["seconds_of_speech"] < 30
    benchmark.extra_info["figure"] = report["peak_mb"]
    note(f"{report['peak_mb']:.0f} MB for {report['seconds_of_speech']:.1f} s of speech")
