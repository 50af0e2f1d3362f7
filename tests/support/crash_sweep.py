"""Runs one piece of work again and again, and makes its n-th change of the disk fail or ends it there, for every n.

A program of its own, which must be started with `fault_shim` preloaded:

    LD_PRELOAD=shim.so python -m support.crash_sweep WORK FAULT FOLDER

It is warm, and forks for every run. Speech is synthetic: what is under test is what becomes of the files. It prints how
many changes the work makes, and ends with a traceback at the first state that is neither the old nor the new.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from kokoro_fast import files
from kokoro_fast.cli import app, say_job
from kokoro_fast.export.folder import new_folder
from kokoro_fast.speech import Speech
from kokoro_fast.types import Word

FAULTS = {"kill": 1, "io-error": 2, "full-disk": 3}

NOT_REACHED = 99
"""The exit code of a run that ended well with fewer changes than the fault waits for."""

State = dict[str, Any]
"""What a user finds, by name."""


@dataclass(frozen=True)
class Work:
    """What is done under faults.

    Attributes:
        prepare: makes an empty folder as it is before the work.
        run: does the work in the folder, which is the working folder, and returns the exit code.
        state: what is in the folder.
        fail: a run that ends with an error before it changes anything of its own, where that mends what a kill left.
        can_swap: whether the file system can let two folders change places.
    """

    prepare: Callable[[], None]
    run: Callable[[], int]
    state: Callable[[], State]
    fail: Callable[[], int] | None = None
    can_swap: bool = True


def command(*args: str) -> int:
    """The exit code of the command line."""
    try:
        app.cli(args, prog_name="kokoro-fast")
    except SystemExit as ended:
        return int(ended.code or 0)
    raise AssertionError("the command line always exits")


class StubEngine:
    """Speaks three words in three parts."""

    backend = SimpleNamespace(compile_seconds=None)

    def parts(self, _: str, *, skip: int = 0, **__: Any) -> Iterator[Speech]:
        for number in range(skip, 3):
            noise = np.random.default_rng(number).uniform(-0.3, 0.3, 2000).astype(np.float32)
            word = Word(f"w{number}", "wˈɜd", 500, 1500, 20 * number, 20 * number + 2, (), "", " ")
            yield Speech(noise, "wˈɜd", (word,))


say_job._engine = lambda *_: StubEngine()


def all_files() -> State:
    """All files, hidden ones too, and empty folders."""
    found = {str(path): path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    return found | {str(path): None for path in Path().rglob("*") if path.is_dir() and not any(path.iterdir())}


def say_to_a_file() -> Work:
    def prepare() -> None:
        Path("a.flac").write_bytes(b"old sound")
        Path("a.srt").write_bytes(b"old subtitles")

    return Work(prepare, lambda: command("say", "-o", "a.flac", "--subtitles", "a.srt", "Hi."), all_files)


BOOK = "# One\n\nIt was a dark night.\n\n# Two\n\nThe sun came."


def say_to_a_book() -> Work:
    def prepare() -> None:
        Path("book.md").write_text(BOOK)
        Path("book.m4b").write_bytes(b"old sound")
        Path("book.vtt").write_bytes(b"old subtitles")

    args = ("say", "-f", "book.md", "-o", "book.m4b", "--subtitles", "book.vtt", "--seed", "1")
    return Work(prepare, lambda: command(*args), all_files)


def export(can_swap: bool) -> Work:
    def make(folder: Path, content: bytes) -> None:
        with new_folder(folder) as work:
            (work / "voices").mkdir()
            (work / "voices" / "af.bin").write_bytes(b"a voice " + content)
            (work / "vocabulary.json").write_bytes(b"{}")
            (work / "manifest.json").write_bytes(content)

    def run() -> int:
        try:
            with app._one_line_for_failures():
                make(Path("out"), b"new")
        except SystemExit as ended:
            return int(ended.code or 0)
        return 0

    def state() -> State:
        """The artifact is one thing: half old and half new is neither."""
        found = all_files()
        artifact = {name: found.pop(name) for name in sorted(found) if name.startswith("out/")}
        return found | {"out": artifact}

    def fail() -> int:
        with suppress(KeyboardInterrupt), new_folder(Path("out")):
            raise KeyboardInterrupt
        return 0

    # In two steps there is a moment without an artifact. The next run ends it, even one that fails.
    return Work(lambda: make(Path("out"), b"old"), run, state, None if can_swap else fail, can_swap)


def fetch() -> Work:
    """Voices from a folder, and weights in the place of others. The weights are some bytes."""
    from kokoro_fast.weights import VOICES, describe_cache, fetch_weights, formats

    voice = Path(os.environ["KOKORO_FAST_CACHE"]) / "voices" / "af_heart.bin"
    content = voice.read_bytes()
    formats.load_state = lambda path: Path(path).read_bytes()
    formats.save_state = lambda state, path, _: Path(path).write_bytes(b"converted " + state)
    os.environ["KOKORO_FAST_CACHE"] = "cache"

    def prepare() -> None:
        Path("voices").mkdir()
        Path("voices/af_heart.bin").write_bytes(content)
        for name in ("old", "new"):
            Path(f"{name}.pth").write_bytes(name.encode() * 5000)
        fetch_weights("old.pth")
        assert "af_heart" in VOICES

    def run() -> int:
        return command("fetch", "--from", "voices", "--voices", "af_heart") or command("fetch", "--from", "new.pth")

    def state() -> State:
        found = all_files()
        if "cache/model.json" in found:
            found["cache/model.json"] = None  # it has a time
        return found | {"status": describe_cache()["weights"]["status"]}

    return Work(prepare, run, state)


WORKS: dict[str, Callable[[], Work]] = {
    "say": say_to_a_file,
    "book": say_to_a_book,
    "export": lambda: export(can_swap=True),
    "export-without-swap": lambda: export(can_swap=False),
    "fetch": fetch,
}


def sweep(work: Work, fault: str, base: Path) -> int:
    """All n. Returns the number of changes that the work makes when nothing is in its way."""
    shim = ctypes.CDLL(None)
    folder, said = base / "folder", base / "said"

    def forked(function: Callable[[], int], at: int = 0) -> int:
        """The status of a run in a child process; armed where `at` is a number from 1 on."""
        child = os.fork()
        if child:
            return os.waitpid(child, 0)[1]
        code = 70
        try:
            os.chdir(folder)
            for stream in (1, 2):
                os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
            shim.fault_arm(os.fsencode(folder), at, FAULTS[fault] if at else 0, not work.can_swap)
            code = function()
            if at and shim.fault_count() < at:
                code = NOT_REACHED if code == 0 else 71
        except BaseException as error:
            said.write_text(f"{type(error).__name__}: {error}")
        finally:
            os._exit(code)

    def state() -> State:
        os.chdir(folder)
        try:
            return work.state()
        finally:
            os.chdir(base)

    def nothing() -> int:
        work.prepare()
        return 0

    def start() -> State:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        assert forked(nothing) == 0, said.read_text()
        return state()

    start()
    os.chdir(folder)
    assert work.run() == 0  # in this process, so that all is loaded before it forks
    os.chdir(base)
    files._clear_once.cache_clear()
    start()
    assert forked(work.run) == 0, said.read_text()
    new = state()
    for at in count(1):
        old = start()
        status = forked(work.run, at)
        where = f"{fault} at change {at}, status {status}: {said.read_text()}"
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == NOT_REACHED:
            assert state() == new, where
            return at - 1
        check_end(status, fault, said.read_text(), where)
        assert work.fail is None or forked(work.fail) == 0, f"{where}; the run that fails: {said.read_text()}"
        found = state()
        for name in {*old, *new}:
            assert found.get(name) in (old.get(name), new.get(name)), f"{where}: {name} is {str(found.get(name))[:500]}"
        assert forked(work.run) == 0, f"{where}; the next run: {said.read_text()}"
        left = state()
        assert left == new, f"{where}; after the next run: {sorted(left)}, expected {sorted(new)}"
    raise AssertionError("never reached")


def check_end(status: int, fault: str, said: str, where: str) -> None:
    """A kill is a kill; all else is success in spite of the fault, or one line that says what is wrong."""
    if fault == "kill":
        assert os.WIFSIGNALED(status), where
        assert os.WTERMSIG(status) == signal.SIGKILL, where
        return
    assert os.WIFEXITED(status), where
    assert os.WEXITSTATUS(status) in (0, 1, 2), where
    errors = [line for line in said.splitlines() if line.startswith("kokoro-fast: error: ")]
    assert len(errors) == (os.WEXITSTATUS(status) != 0), where
    assert "Traceback" not in said, where


if __name__ == "__main__":
    name, fault, place = sys.argv[1:]
    print(json.dumps(sweep(WORKS[name](), fault, Path(place))))
