"""The number of threads of one call: a default that fits the machine, and a limit that affects no other thread."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import torch

from kokoro_fast import ops
from kokoro_fast.errors import InputError

_CGROUP = Path("/sys/fs/cgroup")
_CORES = Path("/sys/devices/system/cpu")


def checked_threads(threads: int | None) -> int:
    """The given number, or the default. Raises InputError unless it is a whole number from 1 on."""
    if threads is None:
        return default_threads()
    if not isinstance(threads, int) or isinstance(threads, bool) or threads < 1:
        raise InputError(f"threads: expected 1 or more, got {threads!r}")
    return threads


def default_threads() -> int:
    """One for each physical core that this process may use, and no more than torch was told to use.

    torch knows OMP_NUM_THREADS and `torch.set_num_threads`; it does not know the limits of a container. A second thread
    on the same core only takes its arithmetic units from the first.
    """
    return max(1, min(torch.get_num_threads(), usable_cores()))


def usable_cores() -> int:
    """The physical cores that this process may use, within the limits of its container; at least 1."""
    cores = len(_cores_allowed())
    return max(1, min(cores, _container_limit() or cores))


@contextmanager
def limited(threads: int, native: bool = False) -> Iterator[None]:
    """Run the work of this Python thread inside the block on `threads` threads.

    Args:
        native: whether the native ops do the work. They have threads of their own, and torch gets one thread, since its
            helpers keep a core busy for a while after each of its small operations.
    """
    before = torch.get_num_threads()
    _set_here_only(1 if native else threads)
    native_before = ops.set_threads(threads)
    try:
        yield
    finally:
        ops.set_threads(native_before)
        _set_here_only(before)


def _set_here_only(threads: int) -> None:
    """Set torch's number of threads for this Python thread.

    The calls are those of torch.set_num_threads, which also notes the number for threads that are new to torch. Another
    thread would have to restore that note, and where memory runs out its start waits for ever.
    """
    _TORCH.omp_set_num_threads(threads)
    if hasattr(_TORCH, "MKL_Set_Num_Threads_Local"):  # not on ARM
        _TORCH.MKL_Set_Num_Threads_Local(threads)
        _TORCH.MKL_Set_Dynamic(0)


_TORCH = ctypes.CDLL(torch._C.__file__)
"""torch and every library that it loads: GNU's OpenMP, and MKL, which is inside of it."""

_OMP_PAUSE_HARD = 2
"""omp_pause_hard of OpenMP 5.0, section 3.2.44: nothing is kept."""

# torch works in forked children only so: GNU's OpenMP would wait there for helper threads that only the parent has.
# Before each fork the forking thread gives its helpers back (0.3 ms); they come again with its next operation. The
# other threads' helpers are of no account, since those threads are not in the child.
os.register_at_fork(before=partial(_TORCH.omp_pause_resource_all, _OMP_PAUSE_HARD))


def _cores_allowed() -> set[str]:
    """The physical cores that this process may run on, each named by the list of its logical cores, or by itself."""
    has_affinity = hasattr(os, "sched_getaffinity")
    return {_siblings(core) for core in (os.sched_getaffinity(0) if has_affinity else range(os.cpu_count() or 1))}


def _siblings(core: int) -> str:
    try:
        return (_CORES / f"cpu{core}/topology/thread_siblings_list").read_text("ascii").strip()
    except OSError:
        return str(core)


def _container_limit() -> int | None:
    """The cores that the quota of the control group (version 2, then 1) is worth, rounded up; None without a quota."""
    try:
        quota, period = (_CGROUP / "cpu.max").read_text("ascii").split()
    except (OSError, ValueError):
        try:
            quota, period = ((_CGROUP / f"cpu/cpu.cfs_{name}_us").read_text("ascii") for name in ("quota", "period"))
        except OSError:
            return None
    try:
        return -(-int(quota) // int(period)) if int(quota) > 0 else None
    except ValueError:  # "max"
        return None
