"""Does one piece of work again and again, and makes its n-th change of the disk fail or ends it there, for every n.

A program of its own, which must be started with `fault_shim` preloaded:

    LD_PRELOAD=shim.so python -m support.crash_sweep WORK FAULT FOLDER

It loads everything once, and forks for every run. It prints how many changes the work makes, and ends with a traceback
at the first state that is neither the old nor the new.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import sys
from contextlib import chdir
from pathlib import Path

from support.crash_works import WORKS, State, Work

FAULTS = ["none", "kill", "io-error", "full-disk", "no-memory"]
"""In the order of `fault_shim.c`."""

NEVER = 2**31 - 1
"""The number of a fault that does not come."""

N_ALLOCATIONS = 60
"""Allocations that fail, one in each run. There are up to 30,000, too many for every n."""

LIMIT = 10
"""Seconds after which a run is ended, which takes half a second. Where a thread has no memory to begin, `Thread.start`
waits for it for ever."""


def sweep(work: Work, fault: str, base: Path) -> int:
    """All n. Returns the number of changes, or of allocations, that the work makes when nothing is in its way."""
    shim = ctypes.CDLL(None)
    folder, said, counted = base / "folder", base / "said", base / "counted"

    def start() -> State:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        with chdir(folder):
            work.prepare()
        return state()

    def state() -> State:
        with chdir(folder):
            return work.state()

    def run(at: int = NEVER) -> int:
        """The status of a run in a child process."""
        child = os.fork()
        if child:
            return os.waitpid(child, 0)[1]
        code = 70
        try:
            output = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(output, 1)
            os.dup2(output, 2)
            os.chdir(folder)
            signal.alarm(LIMIT)
            shim.fault_arm(FAULTS.index(fault), at)
            code = work.run()
            if at == NEVER:
                counted.write_text(str(shim.fault_count()))
        except BaseException as error:
            os.write(2, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(code)

    (base / "warm").mkdir()
    with chdir(base / "warm"):
        work.prepare()
        assert work.run() == 0  # in this process, so that all is loaded before it forks
    start()
    assert run() == 0, said.read_text()
    new, n_changes = state(), int(counted.read_text())
    for at in range(1, n_changes + 1, n_changes // N_ALLOCATIONS if fault == "no-memory" else 1):
        old = start()
        status = run(at)
        where = f"{fault} at {at} of {n_changes}, status {status}: {said.read_text()}"
        check_end(status, fault, said.read_text(), where)
        found = state()
        for name in {*old, *new}:
            assert found.get(name) in (old.get(name), new.get(name)), f"{where}: {name} is {str(found.get(name))[:500]}"
        assert run() == 0, f"{where}; the next run: {said.read_text()}"
        left = state()
        assert left == new, f"{where}; after the next run: {sorted(left)}, expected {sorted(new)}"
    return n_changes


def check_end(status: int, fault: str, said: str, where: str) -> None:
    """A kill is a kill; a disk that fails is one line that says so, or success in spite of it.

    Nothing is promised of how a process ends where one allocation fails: Python may turn that into another error, or
    hang.
    """
    if fault == "kill":
        assert os.WIFSIGNALED(status), where
        assert os.WTERMSIG(status) == signal.SIGKILL, where
    elif fault != "no-memory":
        assert os.WIFEXITED(status), where
        assert os.WEXITSTATUS(status) in (0, 1, 2), where
        errors = [line for line in said.splitlines() if line.startswith("kokoro-fast: error: ")]
        assert len(errors) == (os.WEXITSTATUS(status) != 0), where
        assert "Traceback" not in said, where


if __name__ == "__main__":
    name, fault, place = sys.argv[1:]
    print(sweep(WORKS[name](), fault, Path(place)))
