"""The two fused ops on the model's own shapes: native against the reference, and against a copy of the same memory.

    python benchmarks/bench_ops.py [--seconds 5] [--threads 2] [--rounds 15]

The three are timed in turn, round by round, so that a busy machine slows them alike; medians are printed. A fused
pass has to read its input once and write its output once: the time of a plain copy is the least it can take.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from kokoro_fast import ops
from kokoro_fast.ops import reference

Call = Callable[[], object]


def medians(calls: Sequence[Call], rounds: int) -> list[float]:
    """Median seconds of each call over interleaved rounds; the first two rounds warm up."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(rounds + 2):
        for call, kept in zip(calls, times, strict=True):
            start = time.perf_counter()
            call()
            kept.append(time.perf_counter() - start)
    return [statistics.median(kept[2:]) for kept in times]


def bench_adain_snake(channels: int, columns: int, rounds: int) -> None:
    x, copy = torch.randn(1, channels, columns), torch.empty(1, channels, columns)
    style = torch.randn(1, channels) * 0.3, torch.randn(1, channels) * 0.3, torch.rand(channels) + 0.5
    torch.testing.assert_close(ops.adain_snake(x, *style, None), reference.adain_snake(x, *style), rtol=1e-5, atol=1e-5)
    native, plain, copied = medians(
        [lambda: ops.adain_snake(x, *style, None), lambda: reference.adain_snake(x, *style), lambda: copy.copy_(x)],
        rounds,
    )
    gigabytes = 2 * x.nbytes / 1e9
    report(f"adain_snake (1, {channels}, {columns})", native, plain)
    print(
        f"    roofline: {gigabytes / native:.1f} GB/s of {gigabytes / copied:.1f} GB/s for a copy "
        f"({copied / native:.0%}), {native / x.numel() * 1e9:.2f} ns a value"
    )


def bench_istft(frames: int, rounds: int) -> None:
    magnitude, phase, window = torch.rand(1, 11, frames), torch.randn(1, 11, frames).sin(), torch.hann_window(20)

    def inverse(istft: Callable[[Tensor, Tensor, Tensor, int], Tensor]) -> Tensor:
        return istft(magnitude, phase, window, 5)

    torch.testing.assert_close(inverse(ops.istft), inverse(reference.istft), rtol=1e-5, atol=1e-6)
    native, plain = medians([lambda: inverse(ops.istft), lambda: inverse(reference.istft)], rounds)
    report(f"istft (1, 11, {frames})", native, plain)


def report(name: str, native: float, plain: float) -> None:
    print(f"{name}: native {native * 1e3:.2f} ms, reference {plain * 1e3:.2f} ms, {plain / native:.1f} times")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5.0, help="length of the utterance")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=15)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    print(f"torch {torch.__version__}, {args.threads} threads, {args.seconds} s of speech, {ops.status()}")
    half_frames = round(80 * args.seconds)
    with torch.inference_mode():
        bench_adain_snake(256, 10 * half_frames, args.rounds)
        bench_adain_snake(128, 60 * half_frames + 1, args.rounds)
        bench_istft(60 * half_frames + 1, args.rounds)


if __name__ == "__main__":
    main()
