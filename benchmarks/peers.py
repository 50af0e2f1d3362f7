"""How fast are we beside the others? Same weights, same phonemes, same voice, same threads, in the same run.

    python -m benchmarks.peers [--rounds 5] [--threads 2] [--exports FOLDER] [--compile] [--out docs/performance.md]

The contestants take turns, round by round, and the order of a round is rotated, so that a busy moment of the machine
meets all of them alike. Medians are printed. Every waveform is checked: it must have the length and level of speech,
and all must speak nearly equally long. The tables and a chart go into the document, between its markers.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch

from benchmarks import contestants, ours
from benchmarks.chart import bar_chart
from benchmarks.checks import check_speech
from benchmarks.figures import median, relative, seconds_of
from benchmarks.onnx_exports import fetch_onnx
from benchmarks.ours import Contestant, LeftOut
from benchmarks.papers import fill, markdown_table
from benchmarks.roofline import roofline
from benchmarks.utterances import Utterance, utterance
from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.errors import WeightsError

ROOT = Path(__file__).parents[1]
LENGTHS = ("word", "sentence", "paragraph")
YARDSTICK = "onnxruntime fp32"
SETTLE_SECONDS = 0.05
"""Threads of one contestant spin a little after its call. The next begins when they sleep."""

DURATION_TOLERANCE = 0.05
"""Durations come out a little different in int8 and bf16. More than this would be different work."""


@dataclass(frozen=True, slots=True)
class Result:
    """One contestant on one utterance."""

    seconds: float
    speedup: float
    """Over the yardstick: the median of the rounds' quotients."""
    speech_seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument(
        "--exports", type=Path, help="folder that keeps the ONNX exports; without it, fetched each time"
    )
    parser.add_argument("--compile", action="store_true", help="torch.compile takes part; it compiles for minutes")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only contestants whose names begin so")
    parser.add_argument("--lengths", nargs="+", default=LENGTHS, metavar="LENGTH")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "performance.md", help="document to write into")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    with tempfile.TemporaryDirectory() as temporary:
        loaders = entrants(args.exports or Path(temporary), args.threads, args.compile)
        entered, loading = enter(
            {name: load for name, load in loaders.items() if not args.only or chosen(name, args.only)}
        )
        results = {name: compare(entered, utterance(name), args.rounds) for name in args.lengths}
    write(args.out, "peers", peers_section(results, loading, args.threads, args.rounds))
    args.out.with_suffix(".svg").write_text(chart(args.lengths[-1], results[args.lengths[-1]]), "utf-8")
    write(args.out, "roofline", roofline("sentence", args.rounds))


def write(document: Path, name: str, section: str) -> None:
    """Show a section and put it into the document."""
    print(section, end="\n\n")
    fill(document, name, section)


def entrants(exports: Path, threads: int, with_compile: bool) -> dict[str, Callable[[], Contestant]]:
    """Everyone who may take part, by name."""

    @cache
    def export(precision: str) -> Path:
        return fetch_onnx(precision, exports)

    loaders: dict[str, Callable[[], Contestant]] = {
        "ours bf16": lambda: ours.native("bf16"),
        "ours int8": lambda: ours.native("int8"),
        "ours fp32": lambda: ours.native("fp32"),
        "ours, eager": ours.eager,
        "ours, TorchScript": ours.torchscript,
        "ours, torch.compile": ours.compiled,
        "kokoro 0.9.4": contestants.kokoro,
        "onnxruntime fp32": lambda: contestants.onnxruntime(export("fp32"), threads),
        "onnxruntime int8": lambda: contestants.onnxruntime(export("int8"), threads),
        "OpenVINO fp32": lambda: contestants.openvino(export("fp32"), threads, "f32"),
        "OpenVINO bf16": lambda: contestants.openvino(export("fp32"), threads, "bf16"),
        "kokoro-onnx": lambda: contestants.kokoro_onnx(export("fp32"), threads),
    }
    if not with_compile:
        del loaders["ours, torch.compile"]
    return loaders


def chosen(name: str, beginnings: list[str]) -> bool:
    return name.startswith(tuple(beginnings))


def enter(loaders: Mapping[str, Callable[[], Contestant]]) -> tuple[dict[str, Contestant], dict[str, float]]:
    """Those who can be loaded here, and the seconds that took, compiling included."""
    entered: dict[str, Contestant] = {}
    loading: dict[str, float] = {}
    for name, load in loaders.items():
        start = time.perf_counter()
        try:
            entered[name] = load()
        except (LeftOut, WeightsError) as error:
            print(f"left out: {name}: {error}", file=sys.stderr)
        else:
            loading[name] = time.perf_counter() - start
    return entered, loading


def compare(entered: Mapping[str, Contestant], what: Utterance, rounds: int) -> dict[str, Result]:
    """Time all contestants on one utterance, in turns."""
    speech = {name: speech_seconds(name, contestant, what) for name, contestant in entered.items()}  # warms up, too
    if max(speech.values()) > (1 + DURATION_TOLERANCE) * min(speech.values()):
        raise SystemExit(f"{what.name}: expected equally long speech, got {speech}")
    times: dict[str, list[float]] = {name: [] for name in entered}
    for turn in range(rounds):
        for name in rotated(list(entered), turn):
            time.sleep(SETTLE_SECONDS)
            times[name].append(seconds_of(lambda: entered[name](what)))  # noqa: B023
    yardstick = times.get(YARDSTICK) or next(iter(times.values()))
    return {name: Result(median(took), relative(yardstick, took), speech[name]) for name, took in times.items()}


def rotated(names: list[str], turn: int) -> list[str]:
    start = turn % len(names)
    return names[start:] + names[:start]


def speech_seconds(name: str, contestant: Contestant, what: Utterance) -> float:
    """Let a contestant speak, check it, and return how long the speech is. Twice: TorchScript optimizes the second."""
    first = seconds_of(lambda: contestant(what))
    print(f"{what.name}: {name}: first call {first:.1f} s", file=sys.stderr)
    return check_speech(contestant(what), len(what.phonemes)).size / SAMPLE_RATE


def peers_section(
    results: Mapping[str, Mapping[str, Result]], loading: Mapping[str, float], threads: int, rounds: int
) -> str:
    """One table for every utterance, below the machine they were measured on."""
    loads = ", ".join(f"{name} {seconds:.1f}" for name, seconds in loading.items())
    tables = [table(name, by_name) for name, by_name in results.items()]
    return "\n\n".join([machine(threads, rounds), *tables, f"Seconds to load, compiling included: {loads}."])


def table(length: str, results: Mapping[str, Result]) -> str:
    seconds = [result.speech_seconds for result in results.values()]
    yardstick = YARDSTICK if YARDSTICK in results else next(iter(results))
    rows = [
        [
            name,
            f"{result.seconds:.3f}",
            f"{result.speech_seconds:.2f}",
            f"{result.speech_seconds / result.seconds:.1f}",
            f"{result.speedup:.2f}",
        ]
        for name, result in results.items()
    ]
    head = ["", "seconds", "speech, s", "times real time", f"speed-up over {yardstick}"]
    title = f"**{length}**: {len(utterance(length).phonemes)} symbols, {median(seconds):.2f} s of speech"
    return f"{title}\n\n{markdown_table(head, rows)}"


def chart(length: str, results: Mapping[str, Result]) -> str:
    speeds = {name: result.speech_seconds / result.seconds for name, result in results.items()}
    return bar_chart(f"Seconds of speech a second, {length}", speeds, ours="ours")


def machine(threads: int, rounds: int) -> str:
    has = torch.cpu.get_capabilities()
    return (
        f"{has.get('cpu_name') or platform.machine()}, {torch.backends.cpu.get_cpu_capability()}, {threads} threads of "
        f"{os.cpu_count()} cores; torch {torch.__version__}; medians of {rounds} alternating rounds; "
        f"load {os.getloadavg()[0]:.1f} at the end."
    )


if __name__ == "__main__":
    main()
