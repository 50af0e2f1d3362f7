"""A process that speaks may be forked at any moment: the children speak too, and end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork")


@pytest.mark.parametrize(
    ("kind", "n", "backend"),
    [
        ("fork", 4, "auto"),
        pytest.param("fork", 16, "auto", marks=pytest.mark.slow),
        pytest.param("fork", 4, "eager", marks=pytest.mark.slow),
        pytest.param("processes", 8, "auto", marks=pytest.mark.slow),
        pytest.param("workers", 8, "auto", marks=pytest.mark.slow),
        pytest.param("spawned", 2, "auto", marks=pytest.mark.slow),
        pytest.param("fork", 2, "compile", marks=pytest.mark.slow),
    ],
)
def test_every_child_speaks(kind: str, n: int, backend: str) -> None:
    run(kind, str(n), backend)


@pytest.mark.slow
def test_every_child_speaks_with_onnx(onnx_folder: Path) -> None:
    run("fork", "2", "onnx", str(onnx_folder))
    run("workers", "2", "onnx", str(onnx_folder))


@pytest.mark.slow
def test_every_child_speaks_with_torchscript(torchscript_folder: Callable[[], Path]) -> None:
    run("fork", "2", "torchscript", str(torchscript_folder()))


def run(*args: str) -> None:
    """Run `support.forking` with these arguments, and see that it is content."""
    tests = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "support.forking", *args],
        capture_output=True,
        text=True,
        cwd=tests,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
