"""Makes an artifact folder appear whole under its name, or not at all.

It is made in a hidden folder beside the target, and takes the name of the target at the end. An artifact that was there
is replaced; no other folder is ever touched.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

from kokoro_fast.artifact.manifest import NAME, read_manifest
from kokoro_fast.errors import InputError, WeightsError
from kokoro_fast.files import hold, nobody_holds, remove_remains, replace_durably, swap_durably

_BACKUP = "-old"
"""The end of the name that a replaced artifact has for a moment, where two folders cannot change places."""


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """An empty folder to fill, which becomes `target` when the block ends without an error.

    If anything ends the block early, an interrupt or a full disk, `target` stays as it was. The remains of a killed
    process are removed by the next process that writes the same folder.

    Raises:
        InputError: `target` cannot be written, or is something other than an artifact folder; before the block.
    """
    real = check_target(target)
    _put_back(real)
    remove_remains(real.parent, f".{escape(real.name)}.export-*")
    with _own_folder(target, real) as work:
        yield work
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
    """A folder beside the target that is held while this process works on it, and removed after an error."""
    try:
        work, descriptor = _held_folder(real)
    except OSError as error:
        raise InputError(f"output {target}: cannot write there: {error.strerror}") from None
    try:
        yield work
    except BaseException as error:
        shutil.rmtree(work, ignore_errors=True)
        if isinstance(error, OSError) and error.errno and Path(error.filename or work).is_relative_to(work):
            raise OSError(error.errno, error.strerror, str(target)) from None  # the user does not know the hidden name
        raise
    finally:
        os.close(descriptor)


def _held_folder(real: Path) -> tuple[Path, int]:
    """A new folder beside the target, and the descriptor that holds it."""
    while True:
        work = real.with_name(f".{real.name}.export-{secrets.token_hex(4)}")
        work.mkdir()
        descriptor = os.open(work, os.O_RDONLY)
        hold(descriptor)
        if work.exists():
            return work, descriptor
        os.close(descriptor)  # another process took it for remains before it was held


def _take_place(work: Path, real: Path) -> None:
    """Give the finished folder its name. What had the name is removed after that."""
    if not os.path.lexists(real):
        replace_durably(work, real)
    elif swap_durably(work, real):
        shutil.rmtree(work, ignore_errors=True)
    else:
        _take_place_in_two_steps(work, real)


def _take_place_in_two_steps(work: Path, real: Path) -> None:
    """The same where folders cannot change places. A kill between the steps is mended by the next run."""
    old = work.with_name(work.name + _BACKUP)
    descriptor = os.open(real, os.O_RDONLY)
    try:
        hold(descriptor)
        replace_durably(real, old)
        replace_durably(work, real)
    except BaseException:
        if not os.path.lexists(real):
            replace_durably(old, real)
        raise
    finally:
        os.close(descriptor)
    shutil.rmtree(old, ignore_errors=True)


def _put_back(real: Path) -> None:
    """Give an artifact its name back if a process was killed while it replaced it in two steps."""
    for old in real.parent.glob(f".{escape(real.name)}.export-*{_BACKUP}"):
        with nobody_holds(old) as is_left:
            if is_left and not os.path.lexists(real):
                replace_durably(old, real)
