"""What a fork would break in the child. It copies memory and one thread: a lock that another thread holds at that
moment stays held in the child for ever, and a thread that would do some work is not there."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from kokoro_fast.errors import InputError

T = TypeVar("T")

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


class PerProcess(Generic[T]):
    """A value with threads of its own, which stay behind at a fork: a child makes another one when it first needs it.

    The inherited one is never destroyed, since that would wait for its threads.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make, self._lock = make, RenewedLock()
        self._value: T | None = make()
        _renewed.add(self)

    def get(self) -> T:
        """The value of this process."""
        with self._lock:
            if self._value is None:
                self._value = self._make()
            return self._value

    def renew(self) -> None:
        """Forget the value, in a process that has one thread."""
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._value))
        self._value = None


class Owner:
    """The process that opened something that a forked child cannot use.

    Args:
        use: what only this process may do, such as "a stream to be read".
    """

    def __init__(self, use: str) -> None:
        self._use, self._process = use, os.getpid()

    def is_here(self) -> bool:
        """Whether this process is the owner."""
        return os.getpid() == self._process

    def check(self) -> None:
        """Raise InputError in any other process."""
        if not self.is_here():
            raise InputError(f"expected {self._use} by the process that opened it, got a forked child")


_renewed: WeakSet[RenewedLock | PerProcess[Any]] = WeakSet()


def _renew_all() -> None:
    for inherited in _renewed:
        inherited.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_all)
