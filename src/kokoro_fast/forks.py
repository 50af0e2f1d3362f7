"""Locks that a forked child finds free. A fork copies memory and one thread: a lock that another thread holds at that
moment stays held in the child for ever, unless somebody sees to it."""

from __future__ import annotations

import os
import threading
from types import TracebackType
from typing import TypeVar
from weakref import WeakSet

AnyLock = TypeVar("AnyLock", bound="threading.Lock | threading.RLock")


def held_over_forks(lock: AnyLock) -> AnyLock:
    """A lock that every fork waits for, so that the child finds what it guards whole. It must be held briefly."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release)
    return lock


class RenewedLock:
    """A lock that is new, and free, in a forked child: for what is whole between any two steps of the interpreter."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        _renewed.add(self)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._lock.release()

    def renew(self) -> None:
        """Make the lock anew, in a process that has one thread."""
        self._lock = threading.Lock()


_renewed: WeakSet[RenewedLock] = WeakSet()


def _renew_all() -> None:
    for lock in _renewed:
        lock.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all)
