"""Sound files that are whole or not there, written piece by piece."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kokoro_fast.audio.encoders import FORMATS, Format, Tags
from kokoro_fast.audio.pcm import to_int16
from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.errors import InputError
from kokoro_fast.files import WholeFile, check_writable
from kokoro_fast.forks import Owner

_BLOCK = 1 << 16
"""Samples given to an encoder at once: libsndfile's Vorbis encoder keeps a whole block on its stack."""


def write(path: str | os.PathLike[str], samples: ArrayLike, sample_rate: int = SAMPLE_RATE) -> None:
    """Write samples (S,) in [-1, 1] to a file; its suffix picks the format. Errors as in `Writer`."""
    numbers = to_int16(samples)
    with Writer(path, sample_rate, Tags(n_samples=len(numbers))) as file:
        file.write(numbers)


def check_output(path: str | os.PathLike[str]) -> Path:
    """The place where `Writer(path)` would put the file, with links followed.

    Raises:
        InputError: as `Writer` would, but the right to make a new file in the folder is not looked at.
    """
    _format_of(Path(path))
    check_writable(path)
    return Path(os.path.realpath(path))


class Writer:
    """Writes a sound file piece by piece, in constant memory.

        with Writer("speech.wav") as file:
            file.write(samples)

    The file takes the name `path` when the block ends, in the place of a file that was there. If the block raises, an
    interrupt included, `path` stays as it was.

    Args:
        path: ends in one of FORMATS. A link is followed.
        sample_rate: Hz.
        tags: title and chapters.
        temporary: another name for the temporary file, on the same disk; a file of that name is replaced.

    Raises:
        InputError: another suffix, no such folder, or a place where no file can be written; on entering the block.
        OSError: the disk is full or fails, with the name of the file; while writing or on leaving the block.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        sample_rate: int = SAMPLE_RATE,
        tags: Tags | None = None,
        temporary: Path | None = None,
    ) -> None:
        self._path = Path(path)
        self._format = _format_of(self._path)
        self._sample_rate = sample_rate
        self._tags = tags or Tags()
        self._whole = WholeFile(path, temporary=temporary, raw=_RememberingFile)

    def __enter__(self) -> Self:
        self._whole.open()
        self._encoder = _Encoder(self._format, self._whole.file, self._sample_rate, self._tags)
        return self

    def write(self, samples: ArrayLike) -> None:
        """Append samples (S,): 16-bit numbers as they are, others in [-1, 1]."""
        given = np.asarray(samples)
        numbers = given if given.dtype == np.int16 and given.ndim == 1 else to_int16(given)
        for start in range(0, len(numbers), _BLOCK):
            self._encoder.encode(numbers[start : start + _BLOCK])
            self._check()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            self._encoder.close()
            if error is None:
                self._check()
                self._whole.publish()
        finally:
            self._whole.discard()

    def _check(self) -> None:
        """Raise the first error of the file, which its encoder was not told of."""
        error = getattr(self._whole.file, "error", None)
        if error is not None:
            raise OSError(error.errno, error.strerror, str(self._path))


class _Encoder:
    """An encoder in a thread of its own.

    An exception in libsndfile's calls back into Python is lost, and so is an interrupt, which Python raises in the
    main thread. The two threads wait in queues written in C, which an interrupt leaves as they were; the locks behind
    a `Future` can be left held.
    """

    def __init__(self, format: Format, file: io.FileIO, sample_rate: int, tags: Tags) -> None:
        self._blocks: SimpleQueue[NDArray[np.int16] | None] = SimpleQueue()
        self._answers: SimpleQueue[Exception | None] = SimpleQueue()
        self._error: Exception | None = None
        self._owner = Owner("a file to be written")
        self._thread = threading.Thread(target=self._work, args=(format, file, sample_rate, tags), daemon=True)
        self._thread.start()

    def encode(self, numbers: NDArray[np.int16]) -> None:
        """Encode a block (S,) and wait until it is written."""
        if self._error is None:
            self._owner.check()
            self._blocks.put(numbers)
            self._error = self._answers.get()
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Write what the encoder holds back. It works after an interrupt too, which leaves one answer unread."""
        self._blocks.put(None)
        self._thread.join()
        while not self._answers.empty():
            error = self._answers.get()
            if error is not None:
                raise error

    def _work(self, format: Format, file: io.FileIO, sample_rate: int, tags: Tags) -> None:
        try:
            with format.open(file, sample_rate, tags) as encode:
                while (numbers := self._blocks.get()) is not None:
                    encode(numbers)
                    self._answers.put(None)
        except Exception as error:  # any error at all: the other thread waits for an answer
            self._answers.put(error)


class _RememberingFile(io.FileIO):
    """A file that keeps its first error instead of raising it.

    libsndfile does not say why a write failed, and says nothing at all of the last write, inside close. It is told
    that all went well; the writer looks here after each call.
    """

    error: OSError | None = None

    def write(self, data: Any) -> int:
        rest = memoryview(data)
        try:
            while rest and self.error is None:
                rest = rest[super().write(rest) :]
        except OSError as error:
            self.error = error
        return len(data)


def _format_of(path: Path) -> Format:
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise InputError(f"output {path}: expected a name that ends in {', '.join(FORMATS)}, got {suffix or 'none'}")
    return FORMATS[suffix]
