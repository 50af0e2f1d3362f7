"""Files that appear whole or not at all, and what it takes to put bytes and names on the disk for certain.

No other module renames: `replace_durably` and `swap_durably` are the two ways in which something takes a name. What a
killed process left under a temporary name is removed by the next one (`hold`, `remove_remains`).
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import io
import os
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
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
        self._path, self._noun, self._raw, self._process = Path(path), noun, raw, os.getpid()
        self.target = Path(os.path.realpath(path))
        self._temporary = temporary or self.target.with_name(f".kokoro-fast-{secrets.token_hex(4)}.part")

    def open(self) -> Self:
        """Make the temporary file. Those of killed processes in the same folder are removed."""
        check_writable(self._path, self._noun)
        _clear_once(self.target.parent)
        try:
            self.file = self._raw(self._temporary, "w+b")
            hold(self.file.fileno())
            if not self._temporary.exists():  # another process took it for remains before it was held
                self.file.close()
                return self.open()
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
            replace_durably(self._temporary, self.target)

    def discard(self) -> None:
        """Remove the temporary file. After `publish` there is none; then only the file is closed.

        A forked child that leaves the block removes nothing: the file is its parent's.
        """
        if os.getpid() == self._process:
            self._temporary.unlink(missing_ok=True)
        self.file.close()

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


def replace_durably(source: Path, target: Path) -> None:
    """Give a finished file or folder its name, in one step, in the place of a file that had it.

    All that is in `source` is on the disk before it has the name, and the name is on the disk when this returns. So
    after a power cut there is the old or the new, whole.
    """
    _sync_all(source)
    os.replace(source, target)
    sync_names(target.parent)


def swap_durably(source: Path, target: Path) -> bool:
    """Let two folders change places, in one step. All else is as in `replace_durably`.

    Returns:
        Whether it was done. Not every system and disk can; there, nothing has happened.
    """
    _sync_all(source)
    here, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        return False
    if rename(here, os.fsencode(source), here, os.fsencode(target), exchange):
        number = ctypes.get_errno()
        if number in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
            return False
        raise OSError(number, os.strerror(number), str(target))
    sync_names(target.parent)
    return True


def sync_names(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where that can be asked for.

    Some network disks cannot do it, and a folder that may be written need not be readable.
    """
    try:
        _sync(folder)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EINVAL, errno.ENOTSUP):
            raise


def hold(descriptor: int) -> None:
    """Hold a temporary file or folder until it is closed or the process ends: `remove_remains` leaves it alone.

    Some network disks have no locks. What is made there is not held, and never removed as remains either.
    """
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX)


@contextmanager
def nobody_holds(path: Path) -> Iterator[bool]:
    """Whether a temporary file or folder is the remains of a process that is gone. It is held during the block."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        yield False
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_left = True
    except OSError:
        is_left = False
    try:
        yield is_left
    finally:
        os.close(descriptor)


def remove_remains(folder: Path, pattern: str) -> None:
    """Remove the temporary files and folders whose names match and that nobody holds, as far as that is allowed."""
    for path in folder.glob(pattern):
        with nobody_holds(path) as is_left, suppress(OSError):
            if is_left and path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif is_left:
                path.unlink()


@cache
def _clear_once(folder: Path) -> None:
    """Remove what killed processes left in a folder, the first time that this process writes there.

    To look through a folder of 100,000 files takes 0.1 s, which should not be paid for each of them.
    """
    remove_remains(folder, ".kokoro-fast-*.part")


def _sync_all(path: Path) -> None:
    """Wait until a file, or a folder with all that is in it, is on the disk."""
    for each in (path, *path.rglob("*")):
        _sync(each)


def _sync(path: Path) -> None:
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
