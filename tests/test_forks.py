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


A_CHILD_DIES_AT_A_BAR = """
import os, signal
from kokoro_fast.cli.terminal import progress
from kokoro_fast.weights.fetch import progress_bar

def draw(show):
    with progress_bar("bytes", 1, show) as bar, progress(1, "s", hidden=not show) as step:
        bar.update(1)
        step(1)

draw(False)
child = os.fork()
if child == 0:
    with progress_bar("bytes", 1, False) as bar:
        type(bar).get_lock().acquire()
        os.kill(os.getpid(), signal.SIGKILL)
os.waitpid(child, 0)
draw(False)
draw(True)
"""


def test_a_killed_child_does_not_hold_up_the_bars_of_its_parent() -> None:
    command = [sys.executable, "-W", "ignore", "-c", A_CHILD_DIES_AT_A_BAR]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


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
