"""Runs programs on a disk that fails: builds `fault_shim` and preloads it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("fault_shim.c")

KILL = "1"
"""The number of this fault in `fault_shim.c`."""


def build_shim(folder: Path) -> None:
    compiler = shutil.which(os.environ.get("CC", "cc")) or shutil.which("gcc") or shutil.which("clang")
    assert compiler is not None
    folder.mkdir()
    command = [compiler, "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", folder / "shim.so", SOURCE, "-ldl"]
    subprocess.run(command, check=True)


def with_faults(once: Callable[..., Path]) -> dict[str, str]:
    """The environment of a program whose disk can fail. Skips the test where the shim cannot be built."""
    if not any(map(shutil.which, (os.environ.get("CC", "cc"), "gcc", "clang"))):
        pytest.skip("the disk that fails is built with a C compiler, and there is none")
    shim = once("fault-shim", build_shim) / "shim.so"
    # A process with OpenMP threads must not fork.
    return {**os.environ, "LD_PRELOAD": str(shim), "OMP_NUM_THREADS": "1"}
