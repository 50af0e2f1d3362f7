"""The arithmetic of the benchmarks: what counts as a regression, how operations are counted, what is speech."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.chart import bar_chart
from benchmarks.checks import NotSpeech, check_speech
from benchmarks.figures import percentile, relative
from benchmarks.flops import count_flops
from benchmarks.papers import fill, markdown_table
from benchmarks.track import better, compare, figures_in, report
from kokoro_fast.config import ModelConfig
from kokoro_fast.model.albert import AlbertLayer

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


def test_a_busy_moment_falls_out_of_the_pairs() -> None:
    """A neighbor slows the last two of five rounds, in the middle of them; work and calibration alike."""
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


def test_figures_are_read_by_name() -> None:
    results = {
        "benchmarks": [
            {"fullname": "benchmarks/bench_ops.py::test_istft[native]", "extra_info": {"figure": 1.5}},
            {"fullname": "benchmarks/bench_ops.py::test_other", "extra_info": {}},
        ]
    }
    assert figures_in(results) == {"bench_ops.py::test_istft[native]": 1.5}


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1.0), (0.5, 3.0), (0.95, 4.8), (1.0, 5.0)])
def test_percentile(share: float, expected: float) -> None:
    assert percentile([5.0, 1.0, 4.0, 2.0, 3.0], share) == pytest.approx(expected)


LAYERS = [
    pytest.param(nn.Conv1d(6, 8, 5, stride=2, padding=2, dilation=2), (2, 6, 40), id="conv"),
    pytest.param(nn.Conv1d(6, 6, 3, groups=3), (1, 6, 40), id="grouped"),
    pytest.param(nn.ConvTranspose1d(6, 4, 10, 5, padding=2), (1, 6, 40), id="transposed"),
    pytest.param(nn.Linear(6, 9), (2, 7, 6), id="linear"),
    pytest.param(AlbertLayer(ModelConfig()), (1, 9, 768), id="attention"),
]


@pytest.mark.parametrize(("layer", "shape"), LAYERS)
def test_operations_are_those_that_torch_counts(layer: nn.Module, shape: tuple[int, ...]) -> None:
    arguments = (torch.rand(shape), None) if isinstance(layer, AlbertLayer) else (torch.rand(shape),)
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):  # it counts no fused attention
        layer(*arguments)
    assert count_flops(layer, lambda: layer(*arguments)) == counter.get_total_flops() > 0


def test_operations_of_an_lstm() -> None:
    lstm = nn.LSTM(5, 3, batch_first=True, bidirectional=True)
    multiply_adds = 7 * 2 * 4 * 3 * (5 + 3)  # columns, directions, gates, outputs, inputs and state
    assert count_flops(lstm, lambda: lstm(torch.rand(1, 7, 5))) == 2 * multiply_adds


SPEECH = 0.1 * np.sin(np.arange(24_000, dtype=np.float32))


def test_speech_is_accepted() -> None:
    assert check_speech(SPEECH, 12).shape == (24_000,)


@pytest.mark.parametrize(
    ("wave", "expected"),
    [
        (np.zeros_like(SPEECH), "level"),
        (100 * SPEECH, "level"),
        (SPEECH[:100], "got 0.00 s"),
        (np.where(np.arange(24_000) == 5, np.nan, SPEECH), "NaN"),
    ],
)
def test_what_is_no_speech_is_refused(wave: np.ndarray, expected: str) -> None:
    with pytest.raises(NotSpeech, match=expected):
        check_speech(wave, 12)


def test_only_what_is_between_the_markers_is_replaced(tmp_path: Path) -> None:
    paper = tmp_path / "paper.md"
    paper.write_text("before\n<!-- a: measured -->\nold\n<!-- a: end -->\nafter\n", "utf-8")
    for _ in range(2):  # the second time what the first one wrote
        fill(paper, "a", markdown_table(["", "s"], [["\\1 ours", "2.0"]]))
    written = "| \\1 ours | 2.0 |"
    assert paper.read_text("utf-8") == (
        f"before\n<!-- a: measured -->\n|  | s |\n| --- | ---: |\n{written}\n<!-- a: end -->\nafter\n"
    )
    with pytest.raises(SystemExit, match="0 times"):
        fill(paper, "b", "new")


def test_bars_are_as_long_as_their_values() -> None:
    svg = bar_chart("Speed & more", {"theirs": 5.0, "ours": 10.0}, ours="ours")
    assert 'width="420.0"' in svg
    assert 'width="210.0"' in svg
    assert "Speed &amp; more" in svg
    assert svg.index("ours") < svg.index("theirs")
