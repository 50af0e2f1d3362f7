"""What share of the machine's peak does each stage of the model reach?

    python -m benchmarks roofline [--rounds 5] [--out docs/performance.md]

The arithmetic of each stage is counted, its time on the utterance "sentence" is measured, and the rate is set against
the peak of the machine in that precision, which is measured in the same run.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import torch

from benchmarks.lib.markdown import markdown_table, publish
from benchmarks.lib.statistics import median, seconds_of
from benchmarks.lib.utterances import utterance
from benchmarks.lib.variants import PRECISIONS, Unavailable, native_model, plain_model
from benchmarks.roofline.flops import count_flops
from benchmarks.roofline.peaks import Peak, measure_peaks
from benchmarks.roofline.stages import stages
from kokoro_fast.backends.threads import limited

FP32_ALWAYS = ("albert", "encode", "contours")
"""Stages before the decoder. They are the same in every precision, and are shown once."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, help="document to write the tables into; without it they are printed only")


def run(args: argparse.Namespace) -> None:
    publish(roofline("sentence", args.rounds), "roofline", args.out)


def roofline(length: str, rounds: int) -> str:
    """Two tables: each stage with its operations, time, rate and share of the peak of its precision; and the peaks."""
    peaks = measure_peaks()
    what = utterance(length)
    plain = plain_model()
    work = {name: count_flops(plain, call) for name, call in stages(plain, what).items()}
    rows: list[list[str]] = []
    for precision in PRECISIONS:
        try:
            calls = stages(native_model(precision), what)
        except Unavailable:
            continue
        shown = [name for name in calls if precision == "fp32" or name not in FP32_ALWAYS]
        with limited(torch.get_num_threads(), native=True):  # as the engine runs it
            times = {name: timed(calls[name], rounds) for name in shown}
        rows += [row(name, precision, work.get(name, 0), times[name], peaks[precision]) for name in shown]
    head = ["stage", "precision", "GFLOP", "ms", "GFLOP/s", "of the peak"]
    return "\n\n".join([markdown_table(head, rows), peak_table(peaks)])


def timed(call: Callable[[], object], rounds: int) -> float:
    """Median seconds of a call, after a first call that does not count."""
    with torch.inference_mode():
        call()
        return median([seconds_of(call) for _ in range(rounds)])


def row(name: str, precision: str, flops: int, seconds: float, peak: Peak) -> list[str]:
    milliseconds = f"{seconds * 1e3:.1f}"
    if not flops:  # no products of matrices in it
        return [name, precision, "", milliseconds, "", ""]
    rate = flops / seconds / 1e9
    return [name, precision, f"{flops / 1e9:.2f}", milliseconds, f"{rate:.0f}", f"{rate / peak.best:.0%}"]


def peak_table(peaks: dict[str, Peak]) -> str:
    rows = [[name, f"{peak.registers:.0f}", f"{peak.torch_mm:.0f}"] for name, peak in peaks.items()]
    return markdown_table(["GFLOP/s at most", "registers (peak.cpp)", "torch.mm"], rows)
