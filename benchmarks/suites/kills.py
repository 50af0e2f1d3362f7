"""Is anything lost when a process is killed? Random SIGKILLs of `fetch`, of a book and of `export`.

    python -m benchmarks kills [--count N] [--seed N] [--work NAME ...]

Each round starts a command, kills it with its children at a random moment, looks at what it left, and runs the same
command to its end. There must be the old or the new after the kill, whole, and the new without any remains after the
next run. The tests do the same for every single change of the disk, with a stub for speech; this is the real thing.
"""

from __future__ import annotations

import argparse
import os
import random
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from benchmarks.lib.markdown import markdown_table
from kokoro_fast.artifact.manifest import check_artifact
from kokoro_fast.errors import WeightsError
from kokoro_fast.export import export
from kokoro_fast.files import file_digest
from kokoro_fast.weights import VOICES, describe_cache, fetch_voices, find_weights
from kokoro_fast.weights.voice_store import voice_status

PROGRAM = [sys.executable, "-m", "kokoro_fast"]

BOOK = "\n\n".join(f"# Chapter {number}\n\nIt was night number {number}, and nobody slept." for number in range(1, 6))

HAVE_A_TIME = ("model.json", "manifest.json")
"""Files that differ from run to run."""

Files = dict[str, str]
"""The digest of each file in a folder by its name, empty for those that have a time in them."""


class Work(ABC):
    """Commands under kills.

    Attributes:
        commands: the arguments of `kokoro-fast`, run one after the other in the folder.
    """

    commands: Sequence[list[str]]

    @abstractmethod
    def prepare(self, folder: Path) -> None:
        """Put into an empty folder what is there before the first run."""

    @abstractmethod
    def is_whole(self, folder: Path, new: Files) -> bool:
        """Whether a killed process left the old or the new."""


class Fetch(Work):
    """All voices from a folder, and weights in the place of weights."""

    def __init__(self, _: Path) -> None:
        weights, (voice, *_rest) = find_weights(), fetch_voices()
        self._cached = [weights, weights.with_suffix(".json")]
        self.commands = [["fetch", "--from", str(voice.parent)], ["fetch", "--from", str(weights)]]

    def prepare(self, folder: Path) -> None:
        (folder / "cache").mkdir()
        for path in self._cached:
            shutil.copy2(path, folder / "cache")

    def is_whole(self, folder: Path, new: Files) -> bool:
        with patch.dict(os.environ, KOKORO_FAST_CACHE=str(folder / "cache")):
            return describe_cache()["weights"]["status"] == "ok" and "changed" not in map(voice_status, VOICES)


class Book(Work):
    """A book with chapters and subtitles in the place of others."""

    commands = (["say", "-f", "book.md", "-o", "book.m4b", "--subtitles", "book.vtt", "--seed", "1"],)

    def __init__(self, _: Path) -> None: ...

    def prepare(self, folder: Path) -> None:
        (folder / "book.md").write_text(BOOK, "utf-8")
        for name in ("book.m4b", "book.vtt"):
            (folder / name).write_bytes(b"old")

    def is_whole(self, folder: Path, new: Files) -> bool:
        files = [folder / name for name in ("book.m4b", "book.vtt")]
        return all(file.read_bytes() == b"old" or file_digest(file) == new[file.name] for file in files)


class Export(Work):
    """A TorchScript folder in the place of another."""

    commands = (["export", "torchscript", "-o", "out", "--voices", "af_heart"],)

    def __init__(self, scratch: Path) -> None:
        self._old = export("torchscript", scratch / "old", voices=["bf_emma"])

    def prepare(self, folder: Path) -> None:
        shutil.copytree(self._old, folder / "out")

    def is_whole(self, folder: Path, new: Files) -> bool:
        try:
            return list(check_artifact(folder / "out").voices) in (["af_heart"], ["bf_emma"])
        except WeightsError:
            return False


WORKS: dict[str, type[Any]] = {"fetch": Fetch, "book": Book, "export": Export}


@dataclass
class Tally:
    """What became of the kills of one work; a line for each that went wrong."""

    kills: int = 0
    lost: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--count", type=int, default=50, help="kills of each work (50)")
    parser.add_argument("--seed", type=int, default=0, help="of the random moments (0)")
    parser.add_argument("--work", nargs="+", choices=WORKS, default=list(WORKS), help="all of them, if not given")


def run(args: argparse.Namespace) -> None:
    rows = []
    for name in args.work:
        tally = kill_often(name, args.count, random.Random(args.seed))
        rows.append([name, str(tally.kills), str(len(tally.lost)), str(len(tally.failed))])
        for line in tally.lost + tally.failed:
            print(line, file=sys.stderr)
    print(markdown_table(["work", "kills", "lost", "next run failed"], rows))
    if any(row[2:] != ["0", "0"] for row in rows):
        sys.exit(1)


def kill_often(name: str, count: int, choose: random.Random) -> Tally:
    """Kill until so many kills found a process at work."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as scratch:
        work = WORKS[name](Path(scratch))
        folder = Path(scratch) / "work"
        start_over(work, folder)
        started = time.perf_counter()
        new = finished(work, folder)
        whole_run = time.perf_counter() - started
        while tally.kills < count:
            start_over(work, folder)
            moment = choose.uniform(0, whole_run)
            if not killed(work, folder, moment):
                continue
            tally.kills += 1
            where = f"{name}, killed after {moment:.2f} s"
            if not work.is_whole(folder, new):
                tally.lost.append(f"{where}: neither the old nor the new")
            try:
                found = finished(work, folder)
            except subprocess.CalledProcessError as error:
                tally.failed.append(f"{where}: the next run ended with {error.returncode}: {error.stderr}")
                continue
            others = sorted(name for name in {*found, *new} if found.get(name) != new.get(name))
            if others:
                tally.failed.append(f"{where}: after the next run, these files are others than ever: {others}")
    return tally


def start_over(work: Work, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    work.prepare(folder)


def killed(work: Work, folder: Path, moment: float) -> bool:
    """Start the work and kill it. Returns whether it was not done yet."""
    script = " && ".join(shlex.join([*PROGRAM, *command]) for command in work.commands)
    process = subprocess.Popen(
        ["sh", "-c", script],
        cwd=folder,
        env=environment(work),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    with suppress(subprocess.TimeoutExpired):
        process.wait(moment)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait() == -signal.SIGKILL


def finished(work: Work, folder: Path) -> Files:
    """Run the work to its end. Returns what is in the folder then."""
    for command in work.commands:
        subprocess.run(
            [*PROGRAM, *command], cwd=folder, env=environment(work), capture_output=True, text=True, check=True
        )
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): "" if path.name in HAVE_A_TIME else file_digest(path) for path in files}


def environment(work: Work) -> dict[str, str]:
    own = {"KOKORO_FAST_CACHE": "cache"} if isinstance(work, Fetch) else {}
    return {**os.environ, "KOKORO_FAST_OFFLINE": "1", **own}
