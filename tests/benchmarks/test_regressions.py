"""What counts as a regression, and the statistics behind it."""

from __future__ import annotations

import pytest

from benchmarks.lib.statistics import percentile, relative
from benchmarks.suites.regressions import better, compare, report, tracked_values

BASELINE = {"ops": 2.0, "sentence": 50.0}


def test_sixteen_percent_slower_fails_and_is_named() -> None:
    result = compare(BASELINE, {"ops": 2.0, "sentence": 58.0})
    assert not result.passed
    assert list(result.regressions) == ["sentence"]
    assert "slower by 16%: sentence" in report(result)
    assert "ops" not in report(result)


def test_fourteen_percent_slower_passes() -> None:
    result = compare(BASELINE, {"ops": 2.28, "sentence": 57.0})
    assert result.passed
    assert "passed: 2 of 2" in report(result)


def test_faster_passes() -> None:
    assert compare(BASELINE, {"ops": 0.1, "sentence": 1.0}).passed


def test_a_missing_benchmark_fails_and_is_named() -> None:
    result = compare(BASELINE, {"ops": 2.0})
    assert not result.passed
    assert result.missing == ["sentence"]
    assert "sentence" in report(result)


def test_a_new_benchmark_is_named_and_passes() -> None:
    result = compare(BASELINE, {**BASELINE, "conv": 1.0})
    assert result.passed
    assert "new, not in the baseline: conv" in report(result)


def test_a_machine_of_half_the_speed_passes() -> None:
    times, units = [0.50, 0.52, 0.49], [0.010, 0.011, 0.010]
    slow_times, slow_units = ([2 * value for value in values] for values in (times, units))
    assert compare({"sentence": relative(times, units)}, {"sentence": relative(slow_times, slow_units)}).passed


def test_a_busy_moment_cancels_out_in_the_pairs() -> None:
    """A neighbor slows the last two of five rounds, work and calibration alike."""
    busy = [1.0, 1.0, 1.0, 3.0, 1.7]
    assert relative([0.5 * slow for slow in busy], [0.01 * slow for slow in busy]) == pytest.approx(50)


def test_a_real_regression_shows_on_a_slower_machine() -> None:
    before = relative([0.5] * 3, [0.01] * 3)
    after = relative([2 * 0.5 * 1.16] * 3, [2 * 0.01] * 3)
    assert not compare({"sentence": before}, {"sentence": after}).passed


def test_pairs_must_be_pairs() -> None:
    with pytest.raises(ValueError, match="shorter"):
        relative([1.0, 2.0], [1.0])


def test_the_better_of_two_measurements_counts() -> None:
    assert better({"a": 3.0, "b": 1.0}, {"a": 2.0}) == {"a": 2.0, "b": 1.0}


def test_tracked_values_are_read_by_name() -> None:
    results = {
        "benchmarks": [
            {"fullname": "benchmarks/suites/bench_ops.py::test_istft[native]", "extra_info": {"tracked_value": 1.5}},
            {"fullname": "benchmarks/suites/bench_ops.py::test_other", "extra_info": {}},
        ]
    }
    assert tracked_values(results) == {"bench_ops.py::test_istft[native]": 1.5}


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1.0), (0.5, 3.0), (0.95, 4.8), (1.0, 5.0)])
def test_percentile(share: float, expected: float) -> None:
    assert percentile([5.0, 1.0, 4.0, 2.0, 3.0], share) == pytest.approx(expected)
