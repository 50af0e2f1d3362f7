"""Is anything lost when a process is killed? Random SIGKILLs of `fetch`, of `say` to a book, and of `export`.

    python -m benchmarks kills [--count 50] [--seed 0] [--work fetch book export]

Each round puts an older result in place, starts the command, kills it at a random moment, and looks at what is there:
each result must be the old or the new one, whole. Then the command runs to its end. Its files must be those of a run
that nobody disturbed, and no other file may stay. A kill of a book, with the run after it, took 30 s on two cores
without AVX-512.

`tests/test_crashes.py` does the same for every single change of the disk, with stand-ins for speech and model.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

from kokoro_fast.artifact.manifest import check_artifact
from kokoro_fast.errors import WeightsError
from kokoro_fast.export import export
from kokoro_fast.files import file_digest
from kokoro_fast.weights import describe_cache, fetch_voices, find_weights

PROGRAM = [sys.executable, "-m", "kokoro_fast"]

State = dict[str, object]
"""What a user finds in a folder, by name."""


def digests(folder: Path) -> State:
    """The digest of each file, hidden ones too, and None for each folder without files."""
    paths = sorted(folder.rglob("*"))
    files: State = {str(path.relative_to(folder)): file_digest(path) for path in paths if path.is_file()}
    return files | {str(path.relative_to(folder)): None for path in paths if path.is_dir() and not any(path.iterdir())}


@dataclass(frozen=True)
class Work:
    """Commands under kills.

    Attributes:
        commands: the arguments of `kokoro-fast`, run one after the other in a folder.
        prepare: puts an older result into the empty folder.
        state: what is in the folder.
        env: variables of the commands.
    """

    commands: Sequence[Sequence[str]]
    prepare: Callable[[Path], None]
    state: Callable[[Path], State] = digests
    env: dict[str, str] = field(default_factory=dict)

    def run(self, folder: Path, seconds: float | None = None) -> bool:
        """Run the commands, and kill the one that runs after so many seconds. Returns whether all came to their end.

        Raises:
            subprocess.CalledProcessError: a command failed.
        """
        deadline = None if seconds is None else time.monotonic() + seconds
        env = os.environ | {"KOKORO_FAST_OFFLINE": "1"} | self.env
        try:
            for command in self.commands:
                rest = None if deadline is None else deadline - time.monotonic()
                subprocess.run(
                    [*PROGRAM, *command], cwd=folder, env=env, capture_output=True, text=True, check=True, timeout=rest
                )
        except subprocess.TimeoutExpired:
            return False
        return True


def fetch(_: Path) -> Work:
    """All voices from a folder, and weights in the place of weights."""
    weights, voices = find_weights(), fetch_voices()[0].parent

    def prepare(folder: Path) -> None:
        (folder / "cache").mkdir()
        for path in (weights, weights.with_suffix(".json")):
            shutil.copy2(path, folder / "cache")

    def state(folder: Path) -> State:
        """The record has a time in it, and safetensors writes notes in any order: what counts is that the two agree."""
        with patch.dict(os.environ, KOKORO_FAST_CACHE=str(folder / "cache")):
            status = describe_cache()["weights"]["status"]
        model = folder / "cache" / "model.safetensors"
        content = model.read_bytes() if model.is_file() else b""
        tensors = content[8 + int.from_bytes(content[:8], "little") :]
        own = {"cache/model.json": status, "cache/model.safetensors": sha256(tensors).hexdigest()}
        return digests(folder) | own

    commands = (("fetch", "--from", str(voices)), ("fetch", "--from", str(weights)))
    return Work(commands, prepare, state, {"KOKORO_FAST_CACHE": "cache"})


def book(_: Path) -> Work:
    """A book with chapters and subtitles in the place of another."""

    def prepare(folder: Path) -> None:
        chapters = (f"# Chapter {number}\n\nIt was night number {number}, and nobody slept." for number in range(1, 6))
        (folder / "book.md").write_text("\n\n".join(chapters), "utf-8")
        for name in ("book.m4b", "book.vtt"):
            (folder / name).write_bytes(b"old")

    command = ("say", "-f", "book.md", "-o", "book.m4b", "--subtitles", "book.vtt", "--seed", "1")
    return Work((command,), prepare)


def export_folder(scratch: Path) -> Work:
    """A TorchScript folder in the place of another."""
    old = export("torchscript", scratch / "old", voices=["bf_emma"])

    def prepare(folder: Path) -> None:
        shutil.copytree(old, folder / "out")

    def state(folder: Path) -> State:
        """What the manifest vouches for counts: no two runs write the same bytes of a model."""
        found = digests(folder)
        names = [name for name in found if name.startswith("out/")]
        rest: State = {name: digest for name, digest in found.items() if name not in names}
        try:
            voices = str(check_artifact(folder / "out").voices)
        except WeightsError as error:
            voices = str(error)
        return rest | {"out": (names, voices)}

    return Work((("export", "torchscript", "-o", "out", "--voices", "af_heart"),), prepare, state)


WORKS = {"fetch": fetch, "book": book, "export": export_folder}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `run`."""
    parser.add_argument("--count", type=int, default=50, metavar="N", help="kills of each command (default: 50)")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="of the random moments (default: 0)")
    parser.add_argument("--work", nargs="+", choices=WORKS, default=list(WORKS), help="commands (default: all)")


def run(args: argparse.Namespace) -> None:
    """Kill, look and print. The program ends with 1 if anything is lost."""
    n_lost = sum(kill_often(name, args.count, random.Random(args.seed)) for name in args.work)
    if n_lost:
        sys.exit(1)


def kill_often(name: str, count: int, choose: random.Random) -> int:
    """Kill one command `count` times. Returns how many of the kills lost anything."""
    n_kills = n_half_done = n_too_late = n_lost = 0
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        work, folder = WORKS[name](Path(scratch)), Path(scratch) / "work"
        old = start(work, folder)
        begun = time.monotonic()
        work.run(folder)
        whole_run, new = time.monotonic() - begun, work.state(folder)
        while n_kills < count:
            start(work, folder)
            moment = choose.uniform(0, whole_run)
            if work.run(folder, moment):
                n_too_late += 1
                continue
            n_kills += 1
            killed = work.state(folder)
            n_half_done += killed not in (old, new)
            problem = lost(old, new, killed) or went_wrong(work, folder, new)
            n_lost += bool(problem)
            print(f"{name} {n_kills} of {count}: killed after {moment:.2f} s: {problem or 'ok'}", flush=True)
    print(
        f"{name}: {n_lost} of {n_kills} kills lost anything; {n_half_done} left work half done; "
        f"{n_too_late} runs ended before their kill; a run takes {whole_run:.1f} s, "
        f"all took {time.monotonic() - started:.0f} s",
        flush=True,
    )
    return n_lost


def start(work: Work, folder: Path) -> State:
    """Make the folder as it is before the work."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    work.prepare(folder)
    return work.state(folder)


def lost(old: State, new: State, killed: State) -> str:
    """What is neither the old nor the new after a kill; "" if all is well."""
    names = [name for name in {*old, *new} if killed.get(name) not in (old.get(name), new.get(name))]
    return f"neither the old nor the new: {', '.join(sorted(names))}" if names else ""


def went_wrong(work: Work, folder: Path, new: State) -> str:
    """What goes wrong in the run after a kill; "" if all is well."""
    try:
        work.run(folder)
    except subprocess.CalledProcessError as error:
        return f"the next run ended with {error.returncode}: {error.stderr.strip()}"
    left = work.state(folder)
    names = [name for name in {*left, *new} if left.get(name, "none") != new.get(name, "none")]
    return f"after the next run, not as expected: {', '.join(sorted(names))}" if names else ""
