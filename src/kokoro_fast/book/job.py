"""Keeps the work of a long run on disk, beside its output, until the output is whole.

The hidden folder `.NAME.kokoro-fast` holds the sound as 16-bit PCM, and a journal with one line for each part of the
speech. A part counts once its line is there, and its line is written after its sound is on the disk. So a kill or a
power cut at any moment costs one part at most, and the next run cuts off the remains of that part. Where a line or its
sound was damaged since, that part and all after it are made again.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray

from kokoro_fast.audio.pcm import pcm16
from kokoro_fast.book.journal import Header, Part, encode_line, read_lines
from kokoro_fast.errors import InputError
from kokoro_fast.files import open_regular, sync_names, write_all
from kokoro_fast.speech import Speech
from kokoro_fast.types import Word, add_word

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
        self._checksum = 0
        self._settings: dict[str, Any] = {}
        self.seed = 0
        self.n_parts = 0
        self.n_samples = 0
        self.char_end = 0
        self.complete = False

    def __enter__(self) -> Self:
        from filelock import FileLock, Timeout

        for path in (self._journal, self._sound, self.temporary, self.folder / "lock"):
            if os.path.lexists(path) and not path.is_file():
                raise InputError(f"output {self._path}: expected a file or nothing at {path}, got something else")
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
        content = pcm16(part.audio)
        entry = Part(len(part.audio), zlib.crc32(content), part.phonemes, part.words)
        with self._naming_the_output():
            sound, journal = self._opened()
            _append(sound, content)
            self._append_line(journal, entry.entry())
        self._count(entry)

    def finish(self) -> None:
        """Note that all parts are there."""
        if not self.complete:
            with self._naming_the_output():
                self._append_line(self._opened()[1], {"complete": True})
            self.complete = True

    def blocks(self) -> Iterator[NDArray[np.int16]]:
        """The sound so far, piece by piece."""
        with open(self._sound, "rb") as sound:
            for start in range(0, self.n_samples, BLOCK):
                block = sound.read(2 * min(BLOCK, self.n_samples - start))
                yield np.frombuffer(block, "<i2").astype(np.int16, copy=False)

    def phonemes(self) -> Iterator[str]:
        """The phonemes of each part."""
        return (part.phonemes for part in self._parts())

    def words(self) -> Iterator[Word]:
        """All words so far, with times from the first sample. A word that was cut in two is whole."""
        waiting: list[Word] = []
        n_samples = 0
        for part in self._parts():
            for word in part.words:
                add_word(waiting, word.later(n_samples))
            n_samples += part.n_samples
            yield from waiting[:-1]
            del waiting[:-1]
        yield from waiting

    def remove(self) -> None:
        """Remove the work. The folder goes at the end of the block."""
        for path in (self._journal, self._sound, self.temporary, self.folder / "lock"):  # the lock is still held
            path.unlink(missing_ok=True)

    def _load(self) -> str | None:
        """Read the journal up to what is damaged. Return the reason why nothing of it can be used, if so."""
        try:
            lines = read_lines(self._journal)
            first = next(lines, None)
            sound = open_regular(self._sound)
        except FileNotFoundError:
            return None
        with sound:
            header = None if first is None else Header.of(first)
            if first is None or header is None:
                return "its journal is damaged or of another version"
            changed = [name for name in self._settings if self._settings[name] != header.settings.get(name)]
            if changed:
                return _difference(changed[0], header.settings.get(changed[0]), self._settings[changed[0]])
            self.seed = header.seed
            self._journal_size, self._checksum = first.end, first.checksum
            for line in lines:
                part = Part.of(line)
                if part is not None and _is_sound_of(part, sound):
                    self._count(part)
                    self._journal_size, self._checksum = line.end, line.checksum
                else:
                    self.complete = line.is_last and self.n_parts > 0
                    break
        return None

    def _count(self, part: Part) -> None:
        self.n_parts += 1
        self.n_samples += part.n_samples
        self.char_end = max((word.char_end for word in part.words), default=self.char_end)

    def _opened(self) -> tuple[IO[bytes], IO[bytes]]:
        """The sound and journal files, ready for the next part: the remains of a killed run are cut off."""
        if self._files is None:
            sizes = (2 * self.n_samples, self._journal_size if self.n_parts else 0)
            sound, journal = (open(path, "ab", buffering=0) for path in (self._sound, self._journal))  # noqa: SIM115
            self._files = (sound, journal)
            for file, size in zip(self._files, sizes, strict=True):
                file.truncate(size)
            if self.n_parts == 0:
                self._checksum = 0
                self._append_line(journal, Header(self._settings, self.seed).entry())
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

    def _append_line(self, journal: IO[bytes], entry: dict[str, Any]) -> None:
        line, checksum = encode_line(entry, self._checksum)
        _append(journal, line)
        self._checksum = checksum

    def _parts(self) -> Iterator[Part]:
        lines = islice(read_lines(self._journal), 1, 1 + self.n_parts)
        return filter(None, map(Part.of, lines))


def _is_sound_of(part: Part, sound: IO[bytes]) -> bool:
    """Whether the next bytes of the file are the sound of a part. After that, the file is behind them if they are."""
    checksum, rest = 0, 2 * part.n_samples
    while rest and (block := sound.read(min(rest, 2 * BLOCK))):
        checksum, rest = zlib.crc32(block, checksum), rest - len(block)
    return rest == 0 and checksum == part.sound


def _append(file: IO[bytes], content: bytes) -> None:
    """Write all of the content, and wait until it is on the disk."""
    write_all(file, content)
    os.fsync(file.fileno())


def _difference(name: str, old: Any, new: Any) -> str:
    values = [str(value) for value in (old, new) if isinstance(value, int | float | str)]
    short = [value for value in values if len(value) <= 40 and value.isprintable()]
    return f"{name} was {short[0]}, is {short[1]}" if len(short) == 2 else f"{name} has changed"
