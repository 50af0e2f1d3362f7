"""A kill, an I/O error or a full disk at every single change of the disk: afterwards the old or the new, never a third.

And the next run succeeds and leaves nothing behind. This is how SQLite tests its own files. `support.crash_works` has
the works, with stand-ins for speech and model; `python -m benchmarks kills` kills the real ones at random moments.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SUPPORT = Path(__file__).parent / "support"

FEWEST = {"say": 15, "book": 40, "export": 20, "export-without-swap": 25, "fetch": 20}
"""Fewer changes than any of these works makes would mean that the shim does not see them."""

QUICK = [("say", "kill"), ("say", "full-disk"), ("export", "kill")]
ALL = [(work, fault) for work in FEWEST for fault in ("kill", "io-error", "full-disk", "no-memory")]
ALL.remove(("say", "no-memory"))  # libsndfile goes on where Python could not tell it that memory ran out in a callback


@pytest.fixture(scope="module")
def shim(once: Callable[..., Path]) -> Path:
    """The library that makes a disk fail."""
    if platform.libc_ver()[0] != "glibc":
        pytest.skip("a disk can be made to fail on Linux with glibc only")
    compiler = next(filter(None, map(shutil.which, (os.environ.get("CC", "cc"), "gcc", "clang"))), None)
    if compiler is None:
        pytest.skip("the library that makes a disk fail is built with a C compiler, and there is none")

    def build(folder: Path) -> None:
        folder.mkdir()
        flags = ["-O1", "-Wall", "-Werror", "-shared", "-fPIC"]
        subprocess.run([compiler, *flags, "-o", folder / "shim.so", SUPPORT / "fault_shim.c", "-ldl"], check=True)

    return once("fault-shim", build) / "shim.so"


@pytest.mark.usefixtures("fetched")
@pytest.mark.parametrize(
    ("work", "fault"),
    [pytest.param(*pair, marks=() if pair in QUICK else pytest.mark.slow, id="-".join(pair)) for pair in ALL],
)
def test_a_fault_at_every_change(tmp_path: Path, shim: Path, work: str, fault: str) -> None:
    from kokoro_fast.weights import cache_dir

    env = os.environ | {
        "LD_PRELOAD": str(shim),
        "PYTHONPATH": str(SUPPORT.parent),
        "KOKORO_FAST_CACHE": str(cache_dir()),
        "OMP_NUM_THREADS": "1",  # a process with OpenMP threads must not fork
    }
    if fault == "no-memory":
        env["PYTHONMALLOC"] = "malloc"  # Python's own allocator would hide most allocations
    command = [sys.executable, "-m", "support.crash_sweep", work, fault, str(tmp_path)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=1200, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.splitlines()[-1]) >= FEWEST[work]
