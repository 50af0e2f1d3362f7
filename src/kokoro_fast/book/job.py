"""Keeps the work of a long run on disk, beside its output, until the output is whole.

The hidden folder `.NAME.kokoro-fast` holds the sound as 16-bit PCM, and a journal with one line for each part of the
speech. A part counts once its line is there, and its line is written after its sound is on the disk. So a kill or a
power cut at any moment costs one part at most, and the next run cuts off the remains of that part.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray

from kokoro_fast.audio.pcm import pcm16
from kokoro_fast.errors import InputError
from kokoro_fast.files import sync_names, write_all
from kokoro_fast.speech import Speech
from kokoro_fast.types import Word, add_word

JOURNAL_VERSION = 1
"""The version of the folder's layout. A job of another version is started anew."""

BLOCK = 1 << 18
"""The number of samples read back at once."""


class ResumableJob:
    """The unfinished work on one output, held by one process at a time.

        with ResumableJob(target) as job:
            problem = job.begin({"text": digest, "speed": 1.0}, seed)
            for part in parts_after(job.n_parts, seed=job.seed):
                job.add(part)
            job.finish()
            ...  # make files of job.blocks() and job.words()
            job.remove()

    Earlier work is touched only by the first `add`, so a run that fails before it changes nothing. After the block the
    folder stays, unless it is empty or `remove` was called.

    Args:
        path: the output. A link is followed.

    Attributes:
        folder: the hidden folder.
        temporary: the path at which a file can be made that will replace the output.
        seed: the seed of the parts so far.
        n_parts, n_samples: the number of parts and samples so far.
        char_end: the end of the parts in the text, in characters.
        complete: whether all parts are there.

    Raises:
        InputError: another process works on this output, or no folder can be made there; on entering the block.
        OSError: the disk is full or fails, with the name of the output.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        target = Path(os.path.realpath(path))
        self.folder = target.with_name(f".{target.name}.kokoro-fast")
        self.temporary = self.folder / "whole.part"
        self._sound = self.folder / "sound.pcm"
        self._journal = self.folder / "journal.jsonl"
        self._files: tuple[IO[bytes], IO[bytes]] | None = None
        self._journal_size = 0
        self._settings: dict[str, Any] = {}
        self.seed = 0
        self.n_parts = 0
        self.n_samples = 0
        self.char_end = 0
        self.complete = False

    def __enter__(self) -> Self:
        from filelock import FileLock, Timeout

        try:
            self.folder.mkdir(exist_ok=True)
            self._lock = FileLock(self.folder / "lock")
            self._lock.acquire(blocking=False)
        except Timeout:
            raise InputError(f"output {self._path}: another run is making this file") from None
        except OSError as error:
            raise InputError(f"output {self._path}: cannot write there: {error.strerror}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for file in self._files or ():
            file.close()
        if not self._journal.exists():
            self.remove()  # only this run's own files: there was no earlier work
        self._lock.release()
        with suppress(OSError):  # not empty: there is work to go on with
            self.folder.rmdir()

    def begin(self, settings: Mapping[str, Any], seed: int) -> str | None:
        """Resume earlier work if it was made with the same settings, else start anew with `seed`.

        Args:
            settings: everything that the sound depends on, as JSON has it.
            seed: the seed of a job that starts now.

        Returns:
            The reason why earlier work cannot be resumed; None if there is none, or if it is resumed.
        """
        self._settings = dict(settings)
        problem = self._load()
        if self.n_parts == 0:
            self.seed = seed
        return problem

    def add(self, part: Speech) -> None:
        """Keep the next part. It is on the disk when this returns."""
        entry = {
            "n_samples": len(part.audio),
            "phonemes": part.phonemes,
            "words": [word.as_dict() for word in part.words],
        }
        with self._naming_the_output():
            sound, journal = self._opened()
            _append(sound, pcm16(part.audio))
            _append(journal, _line(entry))
        self._count(entry)

    def finish(self) -> None:
        """Note that all parts are there."""
        if not self.complete:
            with self._naming_the_output():
                _append(self._opened()[1], _line({"complete": True}))
            self.complete = True

    def blocks(self) -> Iterator[NDArray[np.int16]]:
        """The sound so far, piece by piece."""
        with open(self._sound, "rb") as sound:
            for start in range(0, self.n_samples, BLOCK):
                block = sound.read(2 * min(BLOCK, self.n_samples - start))
                yield np.frombuffer(block, "<i2").astype(np.int16, copy=False)

    def phonemes(self) -> Iterator[str]:
        """The phonemes of each part."""
        return (entry["phonemes"] for entry in self._parts())

    def words(self) -> Iterator[Word]:
        """All words so far, with times from the first sample. A word that was cut in two is whole."""
        waiting: list[Word] = []
        n_samples = 0
        for entry in self._parts():
            for word in entry["words"]:
                add_word(waiting, Word.from_dict(word).later(n_samples))
            n_samples += entry["n_samples"]
            yield from waiting[:-1]
            del waiting[:-1]
        yield from waiting

    def remove(self) -> None:
        """Remove the work. The folder goes at the end of the block."""
        for path in (self._journal, self._sound, self.temporary, self.folder / "lock"):  # the lock is still held
            path.unlink(missing_ok=True)

    def _load(self) -> str | None:
        """Read the journal up to its first bad line. Return the reason why nothing of it can be used, if so."""
        try:
            with open(self._journal, "rb") as journal:
                first = journal.readline()
            n_bytes = self._sound.stat().st_size
        except FileNotFoundError:
            return None
        header = _parsed(first) or {}
        if header.get("version") != JOURNAL_VERSION:
            return "its journal cannot be read"
        old = header["settings"]
        changed = [name for name in self._settings if self._settings[name] != old.get(name)]
        if changed:
            return _difference(changed[0], old.get(changed[0]), self._settings[changed[0]])
        self.seed = header["seed"]
        self._journal_size = len(first)
        for entry, size in self._entries():
            if 2 * (self.n_samples + entry.get("n_samples", 0)) > n_bytes:
                break  # no run leaves this behind, since sound is written first
            self._count(entry)
            self._journal_size += size
        return None

    def _count(self, entry: dict[str, Any]) -> None:
        if "complete" in entry:
            self.complete = True
            return
        self.n_parts += 1
        self.n_samples += entry["n_samples"]
        self.char_end = max((word["char_end"] for word in entry["words"]), default=self.char_end)

    def _opened(self) -> tuple[IO[bytes], IO[bytes]]:
        """The sound and journal files, ready for the next part: the remains of a killed run are cut off."""
        if self._files is None:
            sizes = (2 * self.n_samples, self._journal_size if self.n_parts else 0)
            sound, journal = (open(path, "ab", buffering=0) for path in (self._sound, self._journal))  # noqa: SIM115
            self._files = (sound, journal)
            for file, size in zip(self._files, sizes, strict=True):
                file.truncate(size)
            if self.n_parts == 0:
                _append(journal, _line({"version": JOURNAL_VERSION, "settings": self._settings, "seed": self.seed}))
                sync_names(self.folder)
                sync_names(self.folder.parent)
        return self._files

    @contextmanager
    def _naming_the_output(self) -> Iterator[None]:
        """The user knows the output, not the files of this folder."""
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self._path)) from None

    def _entries(self) -> Iterator[tuple[dict[str, Any], int]]:
        """The lines of the journal below the first, and their bytes."""
        with open(self._journal, "rb") as journal:
            journal.readline()
            for line in journal:
                entry = _parsed(line)
                if entry is None:
                    return  # the last line of a run that was killed
                yield entry, len(line)

    def _parts(self) -> Iterator[dict[str, Any]]:
        return (entry for entry, _ in islice(self._entries(), self.n_parts))


def _line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _parsed(line: bytes) -> dict[str, Any] | None:
    """A line of the journal; None if it was not written to its end."""
    try:
        entry = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def _append(file: IO[bytes], content: bytes) -> None:
    """Write all of the content, and wait until it is on the disk."""
    write_all(file, content)
    os.fsync(file.fileno())


def _difference(name: str, old: Any, new: Any) -> str:
    short = [value for value in (old, new) if isinstance(value, int | float | str) and len(str(value)) <= 40]
    return f"{name} was {old}, is {new}" if len(short) == 2 else f"{name} has changed"
