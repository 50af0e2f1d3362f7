"""Sound to bytes and files: 16-bit PCM, and sound files that are whole or not there.

Every format is given the same 16-bit samples, so `say -o -` and `say -o speech.wav` carry the same sound.
"""

from __future__ import annotations

import io
import os
import secrets
import threading
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.encoders import FORMATS, Format, Tags
from kokoro_fast.errors import InputError

_BLOCK = 1 << 16
"""Samples given to an encoder at once: libsndfile's Vorbis encoder keeps a whole block on its stack."""


def to_int16(samples: ArrayLike) -> NDArray[np.int16]:
    """Samples (S,) in [-1, 1] as 16-bit numbers: clipped, times 32767, rounded to nearest (ties to even). NaN is 0."""
    samples = np.asarray(samples, dtype=np.float32)
    if samples.ndim != 1:
        raise ValueError(f"samples: expected shape (S,), got {samples.shape}")
    try:
        from kokoro_fast._native import float_to_pcm16
    except ImportError:
        return _to_int16(samples)
    return float_to_pcm16(samples)


def pcm16(samples: ArrayLike) -> bytes:
    """Samples (S,) in [-1, 1] as raw 16-bit little-endian PCM: 2 * S bytes."""
    return to_int16(samples).astype("<i2", copy=False).tobytes()


def write(path: str | os.PathLike[str], samples: ArrayLike, sample_rate: int = SAMPLE_RATE) -> None:
    """Write samples (S,) in [-1, 1] to a file; its suffix picks the format. Errors as in `Writer`."""
    numbers = to_int16(samples)
    with Writer(path, sample_rate, Tags(n_samples=len(numbers))) as file:
        file.write(numbers)


def check_output(path: str | os.PathLike[str]) -> Path:
    """Where `Writer(path)` would put the file: links followed.

    Raises:
        InputError: as `Writer` would, but for the right to make a new file in the folder.
    """
    path = Path(path)
    _format_of(path)
    target = Path(os.path.realpath(path))
    _check_writable(path, target)
    return target


class Writer:
    """Writes a sound file piece by piece, in constant memory.

        with Writer("speech.wav") as file:
            file.write(samples)

    The sound goes to a temporary file in the same folder, which takes the name `path` when the block ends, in the place
    of what was there. If the block raises, an interrupt included, the temporary file is removed and `path` stays as it
    was. A link is followed.

    Args:
        path: ends in one of FORMATS.
        sample_rate: Hz.
        tags: title and chapters.
        temporary: another name for the temporary file, on the same disk; what is there is replaced.

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
        self._target = Path(os.path.realpath(path))
        self._temporary = temporary or self._target.with_name(f".kokoro-fast-{secrets.token_hex(4)}.part")

    def __enter__(self) -> Self:
        _check_writable(self._path, self._target)
        try:
            self._file = _RememberingFile(self._temporary, "w+b")
        except OSError as error:
            raise InputError(f"output {self._path}: cannot write there: {error.strerror}") from None
        self._encoder = _Encoder(self._format, self._file, self._sample_rate, self._tags)
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
                os.fsync(self._file.fileno())
                self._file.close()
                os.replace(self._temporary, self._target)
        finally:
            self._file.close()
            self._temporary.unlink(missing_ok=True)

    def _check(self) -> None:
        if self._file.error is not None:
            raise OSError(self._file.error.errno, self._file.error.strerror, str(self._path))


class _Encoder:
    """An encoder in a thread of its own.

    An exception in libsndfile's calls back into Python is lost, an interrupt too; interrupts are raised in the main
    thread. It waits in queues written in C, which an interrupt leaves as they were: the locks behind a `Future` can be
    left held.
    """

    def __init__(self, format: Format, file: io.FileIO, sample_rate: int, tags: Tags) -> None:
        self._blocks: SimpleQueue[NDArray[np.int16] | None] = SimpleQueue()
        self._answers: SimpleQueue[Exception | None] = SimpleQueue()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._work, args=(format, file, sample_rate, tags), daemon=True)
        self._thread.start()

    def encode(self, numbers: NDArray[np.int16]) -> None:
        """Encode a block (S,) and wait until it is written."""
        if self._error is None:
            self._blocks.put(numbers)
            self._error = self._answers.get()
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Write what is held back. Also after an interrupt, which leaves one answer unread."""
        self._blocks.put(None)
        self._thread.join()
        while not self._answers.empty():
            error = self._answers.get()
            if error is not None:
                raise error

    def _work(self, format: Format, *settings: Any) -> None:
        try:
            with format(*settings) as encode:
                while (numbers := self._blocks.get()) is not None:
                    encode(numbers)
                    self._answers.put(None)
        except Exception as error:  # whatever it is: the other thread waits for an answer
            self._answers.put(error)


class _RememberingFile(io.FileIO):
    """A file that keeps its first error instead of raising it.

    libsndfile does not say why a write failed, and says nothing at all of the last one, inside close. It is told that
    all went well; the writer looks here after each call.
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


def _check_writable(path: Path, target: Path) -> None:
    if not target.parent.is_dir():
        raise InputError(f"output {path}: expected the folder {target.parent} to exist, found none")
    if target.exists() and not target.is_file():
        raise InputError(f"output {path}: expected a file or a new name, found something else of that name")
    if target.exists() and not os.access(target, os.W_OK):
        raise InputError(f"output {path}: expected a file that may be replaced, found one without write permission")


def _to_int16(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    """What the native `float_to_pcm16` does, for machines without it."""
    scaled = np.clip(np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0), -1, 1) * np.float32(32767)
    numbers: NDArray[np.int16] = np.rint(scaled).astype(np.int16)
    return numbers
