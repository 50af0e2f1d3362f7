"""What the fuzz targets in Python share: the start of the engine, statements that must hold, and a file to read."""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.abc import SourceLoader
from pathlib import Path

import atheris

import_instrumented = atheris.instrument_imports(include=["kokoro_fast"])
"""Modules of the package that are imported in this block show the engine which branches an input reaches."""


def fuzz(promise: Callable[[bytes], None]) -> None:
    """Call `promise` with one input after the other. Any exception that it lets through is a finding."""
    if not isinstance(sys.modules["kokoro_fast"].__loader__, SourceLoader):
        sys.exit(
            "expected kokoro-fast as `pip install .` installs it: an editable installation has a loader of its own"
        )
    atheris.Setup(sys.argv, promise)
    atheris.Fuzz()


def require(holds: bool, statement: str) -> None:
    if not holds:
        raise AssertionError(f"does not hold: {statement}")


@contextmanager
def refusing(kind: type[Exception]) -> Iterator[None]:
    """The code inside may refuse its input with this kind of error, in one line."""
    try:
        yield
    except kind as error:
        require("\n" not in str(error), f"an error has one line: {error}")


class InputFile:
    """A file that readers are given. It lies in memory where the system has a folder for that."""

    def __init__(self, name: str) -> None:
        memory = Path("/dev/shm")
        folder = Path(tempfile.mkdtemp(prefix="kokoro-fuzz-", dir=memory if memory.is_dir() else None))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        self.path = folder / name

    def holding(self, content: bytes) -> Path:
        self.path.write_bytes(content)
        return self.path
