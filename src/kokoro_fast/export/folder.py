"""Makes an artifact folder appear whole under its name, or not at all.

It is made in a hidden folder beside the target, and takes the name of the target at the end. An artifact that was there
is replaced; no other folder is ever touched.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

from kokoro_fast.artifact.manifest import NAME, read_manifest
from kokoro_fast.errors import InputError, WeightsError
from kokoro_fast.files import sync


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """An empty folder to fill, which becomes `target` when the block ends without an error.

    If anything ends the block early, an interrupt or a full disk, `target` stays as it was. The remains of a killed
    process are removed by the next process that writes the same folder.

    Raises:
        InputError: `target` cannot be written, or is something other than an artifact folder; before the block.
    """
    real = check_target(target)
    for left in real.parent.glob(f".{escape(real.name)}.export-*"):
        if _is_left(left):
            shutil.rmtree(left, ignore_errors=True)
    with _own_folder(target, real) as work:
        yield work
        for path in work.rglob("*"):  # on the disk before it has its name
            sync(path)
        _take_place(work, real)


def check_target(target: Path) -> Path:
    """The place of the folder, with links followed. Raises InputError unless an artifact may be written there."""
    real = Path(os.path.realpath(target))
    if not real.parent.is_dir():
        raise InputError(f"output {target}: expected the folder {target.parent} to exist, found none")
    if real in (real.parent, Path.cwd()):
        raise InputError(f"output {target}: expected a folder of its own, got the one that is worked in")
    if os.path.lexists(real):
        if not real.is_dir():
            raise InputError(f"output {target}: expected a folder or nothing there, got a file")
        _check_ours(target, real)
    return real


def _check_ours(target: Path, folder: Path) -> None:
    first = min(os.listdir(folder), default=None)
    if first is None:
        return
    remedy = "remove it, or choose another name"
    if not (folder / NAME).is_file():
        raise InputError(f"output {target}: expected an artifact to replace, got a folder with {first}; {remedy}")
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())
    try:
        expected = read_manifest(folder).files
    except WeightsError:  # a damaged artifact is replaced too, if there is no doubt that it was one
        if "vocabulary.json" in found and any(name.startswith("voices/") for name in found):
            return
        raise InputError(
            f"output {target}: expected an artifact to replace, got a folder with another {NAME}; {remedy}"
        ) from None
    foreign = [name for name in found if name not in expected and name != NAME]
    if foreign:
        raise InputError(f"output {target}: expected an artifact and nothing else, got also {foreign[0]}; {remedy}")


@contextmanager
def _own_folder(target: Path, real: Path) -> Iterator[Path]:
    """A folder beside the target that is locked while this process works on it, and removed after an error."""
    work = real.with_name(f".{real.name}.export-{secrets.token_hex(4)}")
    try:
        work.mkdir()
    except OSError as error:
        raise InputError(f"output {target}: cannot write there: {error.strerror}") from None
    lock = os.open(work, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network disks lock no folders: there, remains are never removed
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield work
    except BaseException as error:
        shutil.rmtree(work, ignore_errors=True)
        if isinstance(error, OSError) and error.errno and Path(error.filename or work).is_relative_to(work):
            raise OSError(error.errno, error.strerror, str(target)) from None  # the user does not know the hidden name
        raise
    finally:
        os.close(lock)


def _is_left(work: Path) -> bool:
    """Whether a hidden folder is the remains of a process that no longer works on it."""
    try:
        lock = os.open(work, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(lock)
    return True


def _take_place(work: Path, real: Path) -> None:
    if not os.path.lexists(real):
        work.rename(real)
        return
    old = work.with_name(f"{work.name}-old")  # two folders cannot change places in one step
    real.rename(old)
    try:
        work.rename(real)
    except OSError:
        old.rename(real)
        raise
    shutil.rmtree(old, ignore_errors=True)
