"""What part of the machine's peak each stage of the model reaches. `python -m benchmarks.peers` writes the table."""

from __future__ import annotations

import torch

from benchmarks.figures import median, seconds_of
from benchmarks.flops import count_flops
from benchmarks.ours import PRECISIONS, LeftOut, native_model, plain_model
from benchmarks.papers import markdown_table
from benchmarks.peaks import Peak, measure_peaks
from benchmarks.stages import stages
from benchmarks.utterances import utterance
from kokoro_fast.backends.threads import limited

FP32_ALWAYS = ("albert", "encode", "contours")
"""Stages before the sound: the same in every precision, shown once."""


def roofline(length: str, rounds: int) -> str:
    """Table: for each stage its operations, time, rate, and the rate's share of the peak of its precision."""
    peaks = measure_peaks()
    what = utterance(length)
    plain = plain_model()
    work = {name: count_flops(plain, call) for name, call in stages(plain, what).items()}
    rows: list[list[str]] = []
    for precision in PRECISIONS:
        try:
            calls = stages(native_model(precision), what)
        except LeftOut:
            continue
        shown = [name for name in calls if precision == "fp32" or name not in FP32_ALWAYS]
        with limited(torch.get_num_threads(), native=True):  # as the engine runs it
            times = {name: timed(calls[name], rounds) for name in shown}
        rows += [row(name, precision, work.get(name, 0), times[name], peaks[precision]) for name in shown]
    head = ["stage", "precision", "GFLOP", "ms", "GFLOP/s", "of the peak"]
    return "\n\n".join([markdown_table(head, rows), peak_table(peaks)])


def timed(call: object, rounds: int) -> float:
    """Median seconds of a call; the first warms up."""
    assert callable(call)
    with torch.inference_mode():
        call()
        return median([seconds_of(call) for _ in range(rounds)])


def row(name: str, precision: str, flops: int, seconds: float, peak: Peak) -> list[str]:
    milliseconds = f"{seconds * 1e3:.1f}"
    if not flops:  # no matrices in it: element work only
        return [name, precision, "", milliseconds, "", ""]
    rate = flops / seconds / 1e9
    return [name, precision, f"{flops / 1e9:.2f}", milliseconds, f"{rate:.0f}", f"{rate / peak.best:.0%}"]


def peak_table(peaks: dict[str, Peak]) -> str:
    rows = [[name, f"{peak.registers:.0f}", f"{peak.torch_mm:.0f}"] for name, peak in peaks.items()]
    return markdown_table(["GFLOP/s at most", "registers (peak.cpp)", "torch.mm"], rows)
