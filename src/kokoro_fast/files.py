"""Files that appear whole or not at all, and what it takes to put bytes on the disk for certain."""

from __future__ import annotations

import errno
import io
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from kokoro_fast.errors import InputError


class WholeFile:
    """A file that takes its name when it is finished: an error, an interrupt or a full disk leaves what was there.

        with WholeFile("speech.srt") as file:
            file.write(b"1\\n")

    The bytes go to a temporary file in the same folder. If the block ends without an error, the temporary file
    replaces `path`; otherwise it is removed. A link is followed. Instead of a block, `open` may be called, then
    `publish`, and `discard` in any case.

    Args:
        path: the name that the file will have.
        noun: what the file is to the user; error messages begin with it.
        temporary: another name for the temporary file, on the same disk; a file of that name is replaced.
        raw: opens the temporary file, for callers that must see its errors themselves.

    Attributes:
        target: `path` with links followed.
        file: the temporary file, once it is open.

    Raises:
        InputError: no file can be written there; when it is opened.
        OSError: the disk is full or fails, with the name of the file.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        noun: str = "output",
        temporary: Path | None = None,
        raw: Callable[[Path, str], io.FileIO] = io.FileIO,
    ) -> None:
        self._path, self._noun, self._raw = Path(path), noun, raw
        self.target = Path(os.path.realpath(path))
        self._temporary = temporary or self.target.with_name(f".kokoro-fast-{secrets.token_hex(4)}.part")

    def open(self) -> Self:
        """Make the temporary file."""
        check_writable(self._path, self._noun)
        try:
            self.file = self._raw(self._temporary, "w+b")
        except OSError as error:
            raise InputError(f"{self._noun} {self._path}: cannot write there: {error.strerror}") from None
        return self

    def write(self, content: bytes) -> None:
        """Append all of the content."""
        with self._naming_the_file():
            write_all(self.file, content)

    def publish(self) -> None:
        """Give the finished file its name, once its bytes are on the disk."""
        with self._naming_the_file():
            os.fsync(self.file.fileno())
            self.file.close()
        os.replace(self._temporary, self.target)

    def discard(self) -> None:
        """Remove the temporary file. After `publish` there is none, and nothing happens."""
        self.file.close()
        self._temporary.unlink(missing_ok=True)

    __enter__ = open

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self.publish()
        finally:
            self.discard()

    @contextmanager
    def _naming_the_file(self) -> Iterator[None]:
        """The user knows the name that was asked for, not that of the temporary file."""
        try:
            yield
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(self._path)) from None


def check_writable(path: str | os.PathLike[str], noun: str = "output") -> None:
    """Raise InputError unless a file may be written under this name; links are followed."""
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise InputError(f"{noun} {path}: expected the folder {target.parent} to exist, found none")
    if target.exists() and not target.is_file():
        raise InputError(f"{noun} {path}: expected a file or a new name, found something else of that name")
    if target.exists() and not os.access(target, os.W_OK):
        raise InputError(f"{noun} {path}: expected a file that may be replaced, found one without write permission")


def write_all(file: Any, content: bytes) -> None:
    """Write all of the content to an unbuffered binary file, which may take several calls."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]


def open_regular(path: str | os.PathLike[str]) -> IO[bytes]:
    """Open a regular file for reading. Raises OSError for anything else: a pipe could make its reader wait for ever."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        kind = "a folder" if stat.S_ISDIR(mode) else "a pipe, a device or a socket"
        raise OSError(errno.EINVAL, f"expected a regular file, found {kind}", str(path))
    return os.fdopen(descriptor, "rb")


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def file_digest(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        digest = sha256()
        while block := file.read(1 << 20):
            digest.update(block)
        return digest.hexdigest()
