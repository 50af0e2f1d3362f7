"""What the crash tests do under faults: the commands that write files, each over what an earlier run left.

Speech, weights and the exported model are stand-ins: what is under test is what becomes of the files.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from kokoro_fast.cli import app, say_job
from kokoro_fast.export import folder as export_folder
from kokoro_fast.speech import Speech
from kokoro_fast.types import Word

State = dict[str, Any]
"""What a user finds, by name."""


@dataclass(frozen=True)
class Work:
    """What is done under faults, in a working folder.

    Attributes:
        prepare: makes an empty folder as it is before the work.
        commands: the arguments of `kokoro-fast`, one command after the other.
        state: what is in the folder.
    """

    prepare: Callable[[], None]
    commands: tuple[tuple[str, ...], ...]
    state: Callable[[], State]

    def run(self) -> int:
        """The exit code of the first command that fails, or 0."""
        return next(filter(None, map(exit_code, self.commands)), 0)


def exit_code(args: tuple[str, ...]) -> int:
    try:
        app.cli(args, prog_name="kokoro-fast")
    except SystemExit as ended:
        return int(ended.code or 0)
    raise AssertionError("the command line always exits")


def all_files() -> State:
    """All files, hidden ones too, and empty folders."""
    found = {str(path): path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    return found | {str(path): None for path in Path().rglob("*") if path.is_dir() and not any(path.iterdir())}


class StubEngine:
    """Speaks three words in three parts."""

    backend = SimpleNamespace(compile_seconds=None)

    def parts(self, _: str, *, skip: int = 0, **__: Any) -> Iterator[Speech]:
        for number in range(skip, 3):
            noise = np.random.default_rng(number).uniform(-0.3, 0.3, 2000).astype(np.float32)
            word = Word(f"w{number}", "wˈɜd", 500, 1500, 20 * number, 20 * number + 2, (), "", " ")
            yield Speech(noise, "wˈɜd", (word,))


def say() -> Work:
    """A short text, with subtitles."""
    say_job._engine = lambda *_: StubEngine()

    def prepare() -> None:
        Path("a.flac").write_bytes(b"old sound")
        Path("a.srt").write_bytes(b"old subtitles")

    return Work(prepare, (("say", "-o", "a.flac", "--subtitles", "a.srt", "Hi."),), all_files)


def book() -> Work:
    """A text with chapters, which is a job that can be resumed."""
    say_job._engine = lambda *_: StubEngine()

    def prepare() -> None:
        Path("book.md").write_text("# One\n\nIt was a dark night.\n\n# Two\n\nThe sun came.")
        Path("book.m4b").write_bytes(b"old sound")
        Path("book.vtt").write_bytes(b"old subtitles")

    command = ("say", "-f", "book.md", "-o", "book.m4b", "--subtitles", "book.vtt", "--seed", "1")
    return Work(prepare, (command,), all_files)


def export() -> Work:
    """An artifact in the place of another."""
    from kokoro_fast.export import torchscript

    def write(folder: Path, *, weights: Path, **_: Any) -> list[Any]:
        (folder / "model.pt").write_bytes(weights.read_bytes())
        return []

    torchscript.write = write

    def command(weights: str) -> tuple[str, ...]:
        options = ("-q", "-o", "out", "--voices", "af_heart", "--ops", "torch")
        return ("export", "torchscript", *options, "--weights", weights)

    def prepare() -> None:
        for name in ("old", "new"):
            Path(f"{name}.pth").write_bytes(name.encode() * 5000)
        assert exit_code(command("old.pth")) == 0

    def state() -> State:
        """The artifact is one thing: half old and half new is neither."""
        found = all_files()
        artifact = {name: found.pop(name) for name in sorted(found) if name.startswith("out/")}
        return found | {"out": artifact}

    return Work(prepare, (command("new.pth"),), state)


def export_without_swap() -> Work:
    """The same where two folders cannot change places: in the moment without an artifact, the next run puts one there.

    Even a run that then fails does so.
    """
    export_folder.swap_durably = lambda *_: False
    work = export()

    def state() -> State:
        with suppress(KeyboardInterrupt), export_folder.new_folder(Path("out")):
            raise KeyboardInterrupt
        return work.state()

    return Work(work.prepare, work.commands, state)


def fetch() -> Work:
    """A voice from a folder, and weights in the place of others."""
    from kokoro_fast.weights import describe_cache, fetch_weights, find_voice, formats

    voice = find_voice("af_heart").read_bytes()
    formats.load_state = lambda path: Path(path).read_bytes()
    formats.save_state = lambda state, path, _: Path(path).write_bytes(b"converted " + state)
    os.environ["KOKORO_FAST_CACHE"] = "cache"

    def prepare() -> None:
        Path("voices").mkdir()
        Path("voices/af_heart.bin").write_bytes(voice)
        for name in ("old", "new"):
            Path(f"{name}.pth").write_bytes(name.encode() * 5000)
        fetch_weights("old.pth")

    def state() -> State:
        found = all_files()
        if "cache/model.json" in found:
            found["cache/model.json"] = None  # it has a time
        return found | {"status": describe_cache()["weights"]["status"]}

    commands = (("fetch", "--from", "voices", "--voices", "af_heart"), ("fetch", "--from", "new.pth"))
    return Work(prepare, commands, state)


WORKS = {"say": say, "book": book, "export": export, "export-without-swap": export_without_swap, "fetch": fetch}
