"""How large and how fast are exported folders, beside the model in this process, and how fast is the C++ host?

    kokoro-fast export torchscript -o ts     # and others
    python -m benchmarks exports ts aoti --host build/kokoro-say [--rounds 7] [--out docs/export.md]

All speak the same sentence in turns, round by round; ratios are medians of the pairs with the native backend in Python.
The host speaks the sentence several times in one process: its first line is the cold start, the later lines are warm.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from benchmarks.lib.markdown import markdown_table, publish
from benchmarks.lib.statistics import median, relative, seconds_of
from benchmarks.lib.utterances import VOICE, Utterance, utterance
from kokoro_fast.artifact.manifest import ArtifactManifest, read_manifest
from kokoro_fast.backends.backend import Backend
from kokoro_fast.backends.factory import open_backend

HOST_LINES = 8
"""Lines that the host speaks. All but the first two are warm: a line is delivered when the next one is rendered."""

SAME_PART_SECONDS = 0.02
"""Reads from the host that are this close to each other belong to one part, which comes in several reads."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folders", type=Path, nargs="+", help="folders that `kokoro-fast export` wrote")
    parser.add_argument("--host", type=Path, help="the program kokoro-say")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path, help="document to write the tables into; without it they are printed only")


def run(args: argparse.Namespace) -> None:
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
        name = title_of(manifest)
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
    section = markdown_table(["in Python", "MB", "load, s", "sentence, s", "times native"], rows)
    if args.host is not None:
        section += "\n\n" + host_table(args.host, args.folders, what, args.rounds, args.threads, backends["native"])
    publish(section, "exports", args.out)


def title_of(manifest: ArtifactManifest) -> str:
    return f"{manifest.kind}, {manifest.ops} ops, {manifest.precision}"


def speak(backend: Backend, what: Utterance) -> object:
    return backend.synthesize(what.input_ids[0].tolist(), what.style, 1.0, 0)


def host_table(program: Path, folders: list[Path], what: Utterance, rounds: int, threads: int, native: Backend) -> str:
    """The C++ program: seconds from its start to the first samples, and for a warm line beside Python's."""
    rows: list[list[str]] = []
    for folder in folders:
        manifest = read_manifest(folder)
        if manifest.kind == "onnx":
            continue
        cold: list[float] = []
        warm: list[float] = []
        in_python: list[float] = []
        for _ in range(rounds):
            first, line = host_seconds(program, folder, what.phonemes, threads)
            cold.append(first)
            warm.append(line)
            in_python.append(median([seconds_of(lambda: speak(native, what)) for _ in range(3)]))
        ratio = relative(warm, in_python)
        rows.append([title_of(manifest), f"{median(cold):.2f}", f"{median(warm):.2f}", f"{ratio:.2f}"])
    return markdown_table(["kokoro-say", "first samples, s", "warm sentence, s", "times native in Python"], rows)


def host_seconds(program: Path, folder: Path, phonemes: str, threads: int) -> tuple[float, float]:
    """Seconds from the start of a process to its first samples, and the median from part to part of its later lines."""
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
                if not arrivals or now - last > SAME_PART_SECONDS:
                    arrivals.append(now)
                last = now
        assert process.returncode == 0
    return arrivals[0], median([later - sooner for sooner, later in pairwise(arrivals[1:])])
