"""How a benchmark is timed: every round right after a unit of calibration, and the result given back to be checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.calibration import Calibration
from benchmarks.figures import percentile, relative, seconds_of
from benchmarks.ours import LeftOut, native_model, plain_model
from kokoro_fast.backends.threads import limited
from kokoro_fast.model import KokoroModel

Measure = Callable[..., Any]

LEAST_ROUNDS, MOST_ROUNDS = 3, 40

notes: list[str] = []
"""Lines for the end of the report: figures that are no times."""


@pytest.fixture(scope="session")
def calibration() -> Calibration:
    return Calibration()


@pytest.fixture
def measure(benchmark: BenchmarkFixture, calibration: Calibration) -> Measure:
    """`measure(call, seconds=2, tracked=True)`: time a call for about so long and return what it gave.

    The figure that `track` keeps is the median time in units of the calibration taken right before each round. What is
    there for comparison only, such as a reference, is not tracked.
    """

    def measured(call: Callable[[], Any], seconds: float = 2.0, tracked: bool = True) -> Any:
        if not benchmark.enabled:
            return benchmark.pedantic(call)
        call()  # the first call is slow
        rounds = min(max(round(seconds / seconds_of(call)), LEAST_ROUNDS), MOST_ROUNDS)
        units: list[float] = []
        result = benchmark.pedantic(call, setup=lambda: units.append(calibration()), rounds=rounds)
        times = benchmark.stats.stats.data
        if tracked:
            benchmark.extra_info["figure"] = relative(times, units[: len(times)])  # one more call gives the result
        benchmark.extra_info["p95_seconds"] = percentile(times, 0.95)
        return result

    return measured


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Add a line to the end of the report, under the name of the benchmark."""
    return lambda text: notes.append(f"{request.node.name}: {text}")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if notes:
        terminalreporter.section("beside the times")
        for line in notes:
            terminalreporter.write_line(line)


@pytest.fixture
def model(variant: str) -> Iterator[KokoroModel]:
    """The model of a variant, "plain" or a precision of the fused kernels; skips what cannot be had here."""
    try:
        loaded = load(variant)
    except LeftOut as reason:
        pytest.skip(str(reason))
    with limited(torch.get_num_threads(), native=variant != "plain"):  # as the engine runs it
        yield loaded


@lru_cache(maxsize=1)
def load(variant: str) -> KokoroModel:
    """One model at a time, kept while benchmarks ask for the same."""
    return plain_model() if variant == "plain" else native_model(variant)
