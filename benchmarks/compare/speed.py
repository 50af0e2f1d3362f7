"""How fast is this package beside other implementations, with the same weights, phonemes, voice and threads?

    python -m benchmarks speed [--rounds 5] [--threads 2] [--exports FOLDER] [--compile] [--out docs/performance.md]

The implementations take turns, round by round. The order rotates from round to round, so that a busy moment of the
machine affects all of them alike. Medians are printed. Every waveform is checked: it must have the length and level of
speech, and all waveforms must be nearly equally long. The tables, those of `roofline`, and a chart go into the
document, between its markers.
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
from functools import cache, partial
from pathlib import Path

import torch

from benchmarks.compare import baselines
from benchmarks.compare.onnx_exports import fetch_onnx
from benchmarks.lib import variants
from benchmarks.lib.chart import bar_chart
from benchmarks.lib.checks import check_speech
from benchmarks.lib.markdown import markdown_table, publish
from benchmarks.lib.statistics import median, relative, seconds_of
from benchmarks.lib.utterances import Utterance, utterance
from benchmarks.lib.variants import Implementation, load_available
from benchmarks.roofline.roofline import roofline
from kokoro_fast.config import SAMPLE_RATE

ROOT = Path(__file__).parents[2]
LENGTHS = ("word", "sentence", "paragraph")
YARDSTICK = "onnxruntime fp32"
"""The implementation that speed-ups are measured against."""

SETTLE_SECONDS = 0.05
"""Rest before each call. The threads of an implementation spin a little after it, and sleep by then."""

DURATION_TOLERANCE = 0.05
"""How far lengths of speech may differ, as a share. Durations come out a little different in int8 and bf16. A larger
difference would mean different work."""

Loader = Callable[[], Implementation]


@dataclass(frozen=True, slots=True)
class Result:
    """One implementation on one utterance.

    Attributes:
        seconds: the median time of a call.
        speedup: over the yardstick, the median of the rounds' quotients.
        speech_seconds: the length of the speech.
    """

    seconds: float
    speedup: float
    speech_seconds: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument(
        "--exports", type=Path, help="folder that keeps the ONNX exports; without it, they are fetched each time"
    )
    parser.add_argument("--compile", action="store_true", help="add torch.compile, which compiles for minutes")
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help="run only implementations whose names begin with one of these"
    )
    parser.add_argument("--lengths", nargs="+", default=LENGTHS, metavar="LENGTH", help="utterances to speak")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "performance.md", help="document to write into")


def run(args: argparse.Namespace) -> None:
    torch.set_num_threads(args.threads)
    with tempfile.TemporaryDirectory() as temporary:
        loaders = all_loaders(args.exports or Path(temporary), args.threads, args.compile)
        if args.only:
            loaders = {name: loader for name, loader in loaders.items() if name.startswith(tuple(args.only))}
        implementations, loading = load(loaders)
        results = {name: compare(implementations, utterance(name), args.rounds) for name in args.lengths}
    publish(speed_section(results, loading, args.threads, args.rounds), "speed", args.out)
    args.out.with_suffix(".svg").write_text(chart(args.lengths[-1], results[args.lengths[-1]]), "utf-8")
    publish(roofline("sentence", args.rounds), "roofline", args.out)


def all_loaders(exports: Path, threads: int, with_compile: bool) -> dict[str, Loader]:
    """How each implementation is loaded, by the name that it has in the tables."""

    @cache
    def export(precision: str) -> Path:
        return fetch_onnx(precision, exports)

    loaders: dict[str, Loader] = {
        "ours bf16": lambda: variants.native("bf16"),
        "ours int8": lambda: variants.native("int8"),
        "ours fp32": lambda: variants.native("fp32"),
        "ours, eager": variants.eager,
        "ours, TorchScript": variants.torchscript,
        "ours, torch.compile": variants.compiled,
        "kokoro 0.9.4": baselines.kokoro,
        "onnxruntime fp32": lambda: baselines.onnxruntime(export("fp32"), threads),
        "onnxruntime int8": lambda: baselines.onnxruntime(export("int8"), threads),
        "OpenVINO fp32": lambda: baselines.openvino(export("fp32"), threads, "f32"),
        "OpenVINO bf16": lambda: baselines.openvino(export("fp32"), threads, "bf16"),
        "kokoro-onnx": lambda: baselines.kokoro_onnx(export("fp32"), threads),
    }
    if not with_compile:
        del loaders["ours, torch.compile"]
    return loaders


def load(loaders: Mapping[str, Loader]) -> tuple[dict[str, Implementation], dict[str, float]]:
    """The implementations that can be loaded here, and the seconds that each took, compiling included."""
    loading: dict[str, float] = {}

    def timed(name: str, loader: Loader) -> Implementation:
        start = time.perf_counter()
        implementation = loader()
        loading[name] = time.perf_counter() - start
        return implementation

    implementations = load_available({name: partial(timed, name, loader) for name, loader in loaders.items()})
    return implementations, loading


def compare(implementations: Mapping[str, Implementation], what: Utterance, rounds: int) -> dict[str, Result]:
    """Time all implementations on one utterance, in turns."""
    speech = {name: warm_up(name, speak, what) for name, speak in implementations.items()}
    if max(speech.values()) > (1 + DURATION_TOLERANCE) * min(speech.values()):
        raise SystemExit(f"{what.name}: expected equally long speech, got {speech}")
    times: dict[str, list[float]] = {name: [] for name in implementations}
    for turn in range(rounds):
        for name in rotated(list(implementations), turn):
            time.sleep(SETTLE_SECONDS)
            times[name].append(seconds_of(lambda: implementations[name](what)))  # noqa: B023
    yardstick = times.get(YARDSTICK) or next(iter(times.values()))
    return {name: Result(median(took), relative(yardstick, took), speech[name]) for name, took in times.items()}


def rotated(names: list[str], turn: int) -> list[str]:
    """The names in the order of a round: each round begins one name later than the round before it."""
    start = turn % len(names)
    return names[start:] + names[:start]


def warm_up(name: str, speak: Implementation, what: Utterance) -> float:
    """Speak twice, since TorchScript optimizes the second call; check the speech and return its length in seconds."""
    first = seconds_of(lambda: speak(what))
    print(f"{what.name}: {name}: first call {first:.1f} s", file=sys.stderr)
    return check_speech(speak(what), len(what.phonemes)).size / SAMPLE_RATE


def speed_section(
    results: Mapping[str, Mapping[str, Result]], loading: Mapping[str, float], threads: int, rounds: int
) -> str:
    """The machine, a table for every utterance, and the times to load."""
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
    return bar_chart(f"Seconds of speech a second, {length}", speeds, highlighted="ours")


def machine(threads: int, rounds: int) -> str:
    """The CPU, the version of torch and the load, in one sentence."""
    has = torch.cpu.get_capabilities()
    return (
        f"{has.get('cpu_name') or platform.machine()}, {torch.backends.cpu.get_cpu_capability()}, {threads} threads of "
        f"{os.cpu_count()} cores; torch {torch.__version__}; medians of {rounds} alternating rounds; "
        f"load {os.getloadavg()[0]:.1f} at the end."
    )
