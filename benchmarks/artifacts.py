"""Exported folders beside the model in this process: size, load time, speed; and the C++ host from its cold start on.

    kokoro-fast export torchscript -o ts     # and others
    python -m benchmarks.artifacts ts aoti --host build/kokoro-say [--rounds 7] [--out docs/export.md]

The same sentence is spoken by all in turn, round by round; ratios are medians of the pairs with the native backend in
Python. The host speaks it line by line in one process: its first line is the cold start, the others are warm.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from benchmarks.figures import median, relative, seconds_of
from benchmarks.papers import fill, markdown_table
from benchmarks.utterances import VOICE, Utterance, utterance
from kokoro_fast.artifact.manifest import read_manifest
from kokoro_fast.backends.backend import Backend
from kokoro_fast.backends.factory import open_backend

HOST_LINES = 8
"""Of which all but the first two are warm: a line is delivered when the next one is rendered."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--host", type=Path, help="the program kokoro-say")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    what = utterance("sentence")
    backends: dict[str, Backend] = {}
    loads: dict[str, float] = {}
    sizes: dict[str, float] = {}

    def load(name: str, make: Callable[[], Backend]) -> None:
        loads[name] = seconds_of(lambda: backends.update({name: make()}))

    load("native", lambda: open_backend("native", None, None, "cpu", args.threads, "auto"))
    load("native, fp32", lambda: open_backend("native", None, None, "cpu", args.threads, "fp32"))
    load("eager", lambda: open_backend("eager", None, None, "cpu", args.threads, "auto"))
    for folder in args.folders:
        manifest = read_manifest(folder)
        name = f"{manifest.kind}, {manifest.ops} ops, {manifest.precision}"
        load(name, lambda path=folder: open_backend("auto", path, None, "cpu", args.threads, "auto"))  # type: ignore[misc]
        sizes[name] = sum(file.bytes for file in manifest.files.values()) / 1e6

    times = {name: [0.0] * args.rounds for name in backends}
    for backend in backends.values():
        speak(backend, what)
    for round_ in range(args.rounds):
        for name, backend in backends.items():
            times[name][round_] = seconds_of(lambda backend=backend: speak(backend, what))  # type: ignore[misc]
    rows = [
        [
            name,
            f"{sizes[name]:.0f}" if name in sizes else "",
            f"{loads[name]:.2f}",
            f"{median(times[name]):.2f}",
            f"{relative(times[name], times['native']):.2f}",
        ]
        for name in backends
    ]
    text = markdown_table(["in Python", "MB", "load, s", "sentence, s", "times native"], rows)
    if args.host is not None:
        text += "\n\n" + hosts(args.host, args.folders, what, args.rounds, args.threads, backends["native"])
    print(text)
    if args.out is not None:
        fill(args.out, "artifacts", text)


def speak(backend: Backend, what: Utterance) -> object:
    return backend.synthesize(what.input_ids[0].tolist(), what.style, 1.0, 0)


def hosts(program: Path, folders: list[Path], what: Utterance, rounds: int, threads: int, native: Backend) -> str:
    """The C++ program: seconds from its start to the first samples, and for a warm line beside Python's."""
    rows: list[list[str]] = []
    for folder in folders:
        manifest = read_manifest(folder)
        if manifest.kind == "onnx":
            continue
        cold: list[float] = []
        warm: list[float] = []
        beside: list[float] = []
        for _ in range(rounds):
            first, line = host_seconds(program, folder, what.phonemes, threads)
            cold.append(first)
            warm.append(line)
            beside.append(median([seconds_of(lambda: speak(native, what)) for _ in range(3)]))
        name = f"{manifest.kind}, {manifest.ops} ops, {manifest.precision}"
        ratio = relative(warm, beside)
        rows.append([name, f"{median(cold):.2f}", f"{median(warm):.2f}", f"{ratio:.2f}"])
    return markdown_table(["kokoro-say", "first samples, s", "warm sentence, s", "times native in Python"], rows)


def host_seconds(program: Path, folder: Path, phonemes: str, threads: int) -> tuple[float, float]:
    """Until the first samples of a new process, and between the parts of its later lines."""
    command = [program, folder, "--voice", VOICE, "--threads", str(threads), "-o", "-", "--lines"]
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".txt") as lines:
        lines.write(f"{phonemes}\n" * HOST_LINES)
        lines.flush()
        started = time.perf_counter()
        with subprocess.Popen([*command, lines.name], stdout=subprocess.PIPE, bufsize=0) as process:
            assert process.stdout is not None
            arrivals: list[float] = []
            last = 0.0
            while process.stdout.read(1 << 20):
                now = time.perf_counter() - started
                if not arrivals or now - last > 0.02:  # a part comes in several pieces at once
                    arrivals.append(now)
                last = now
        assert process.returncode == 0
    return arrivals[0], median([later - sooner for sooner, later in pairwise(arrivals[1:])])


if __name__ == "__main__":
    main()
