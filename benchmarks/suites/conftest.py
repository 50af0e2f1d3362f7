"""How a benchmark is timed: each round right after a unit of calibration. The result is returned, to be checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.lib.calibration import Calibration
from benchmarks.lib.statistics import percentile, relative, seconds_of
from benchmarks.lib.variants import Unavailable, native_model, plain_model
from kokoro_fast.backends.threads import limited
from kokoro_fast.model import KokoroModel

Measure = Callable[..., Any]

MIN_ROUNDS, MAX_ROUNDS = 3, 40
"""Bounds of the number of rounds in which a call is timed."""

notes: list[str] = []
"""Lines for the end of the report, with values that are not times."""


@pytest.fixture(scope="session")
def calibration() -> Calibration:
    return Calibration()


@pytest.fixture
def measure(benchmark: BenchmarkFixture, calibration: Calibration) -> Measure:
    """`measure(call, seconds=2, tracked=True)`: time a call for about `seconds` seconds and return its result.

    The value that `regressions` compares is the median time, in units of the calibration taken right before each
    round. A call that is there for comparison only, such as a reference, is not tracked.
    """

    def measured(call: Callable[[], Any], seconds: float = 2.0, tracked: bool = True) -> Any:
        if not benchmark.enabled:
            return benchmark.pedantic(call)
        call()  # the first call is slow
        rounds = min(max(round(seconds / seconds_of(call)), MIN_ROUNDS), MAX_ROUNDS)
        units: list[float] = []
        result = benchmark.pedantic(call, setup=lambda: units.append(calibration()), rounds=rounds)
        times = benchmark.stats.stats.data
        if tracked:
            units = units[: len(times)]  # the call for the result, which is not timed, has a unit, too
            benchmark.extra_info["tracked_value"] = relative(times, units)
        benchmark.extra_info["p95_seconds"] = percentile(times, 0.95)
        return result

    return measured


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """`note(text)`: add a line to the end of the report, with the name of the benchmark."""
    return lambda text: notes.append(f"{request.node.name}: {text}")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if notes:
        terminalreporter.section("values beside the times")
        for line in notes:
            terminalreporter.write_line(line)


@pytest.fixture
def model(variant: str) -> Iterator[KokoroModel]:
    """The model of a variant: "plain", or a precision of the fused kernels. Skips what this machine lacks."""
    try:
        loaded = load(variant)
    except Unavailable as reason:
        pytest.skip(str(reason))
    with limited(torch.get_num_threads(), native=variant != "plain"):  # as the engine runs it
        yield loaded


@lru_cache(maxsize=1)
def load(variant: str) -> KokoroModel:
    """The model of a variant. Only the last one is kept."""
    return plain_model() if variant == "plain" else native_model(variant)
