"""Runs an iterator ahead of its consumer, in a thread, with a bounded store of items that are ready.

The threads share nothing but two `SimpleQueue`s: items go one way, room for more comes back the other way. These queues
are the only tools of the standard library that may be used where a finalizer can run, which is anywhere. So a
`Prefetcher` that was dropped can cancel its own work, and no thread can be left holding a lock.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import threading
import time
import weakref
from collections.abc import Callable, Generator, Iterator
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, Generic, NamedTuple, Self, TypeVar

from kokoro_fast.forks import Owner

T = TypeVar("T")

EXIT_SECONDS = 30.0
"""The longest time that the interpreter's exit waits for work to stop. The native kernels ask before each residual
block, an eighth of a chunk's work; other backends finish the step that they are in, at most the sound of a chunk. A
thread that is still inside native code when the interpreter ends takes the whole process down with it."""


class CancellationToken:
    """Says whether work is no longer wanted: false at first. The worker polls it between steps.

    It may be set from any thread, and from a finalizer.
    """

    def __init__(self) -> None:
        self._set = False
        self._callbacks: list[Callable[[], None]] = []

    def __bool__(self) -> bool:
        return self._set

    def then(self, callback: Callable[[], None]) -> None:
        """Call `callback` once, as soon as the work is cancelled, so that a worker that waits is woken.

        The thread that cancels calls it, and that may be a finalizer: so `callback` must not take a lock.
        """
        self._callbacks.append(callback)
        if self._set:
            self._call()

    def set(self) -> None:
        """Say that the work is no longer wanted. A second call changes nothing."""
        self._set = True
        self._call()

    def _call(self) -> None:
        while self._callbacks:
            try:
                callback = self._callbacks.pop()
            except IndexError:  # another thread was faster
                return
            callback()


class _Ready(NamedTuple, Generic[T]):
    """An item and its weight."""

    item: T
    weight: float


class _Failed(NamedTuple):
    """The error that the work raised."""

    error: BaseException


class _End:
    """Says that there are no more items. It stays in the queue, for every consumer that may wait."""


_END = _End()


class _Work(Generic[T]):
    """The state of the worker's thread. It must not refer to the `Prefetcher`, or that could never be dropped."""

    def __init__(
        self, make: Callable[[CancellationToken], Iterator[T]], most: float, weight: Callable[[T], float] | None
    ) -> None:
        self.cancelled = CancellationToken()
        self.ready: SimpleQueue[_Ready[T] | _Failed | _End] = SimpleQueue()
        self.room: SimpleQueue[float] = SimpleQueue()
        self.waker: Callable[[], None] | None = None
        self._make = make
        self._most = most
        self._weight = weight
        self._weight_ready = 0.0

    def run(self) -> None:
        """The body of the worker's thread."""
        try:
            self._produce()
        except BaseException as error:  # any error at all is raised at the consumer
            if not self.cancelled:  # else nobody asks, and the frames of the error would keep all of its work alive
                self._put(_Failed(error))
        self._put(_END)
        _running.pop(self, None)

    def _produce(self) -> None:
        if self.cancelled:
            return
        items = self._make(self.cancelled)
        try:
            while not self.cancelled:
                try:
                    item = next(items)
                except StopIteration:
                    return
                self._store(item)
                del item  # otherwise this thread would keep it alive while it waits
                self._wait_for_room()
        finally:
            if isinstance(items, Generator):
                items.close()

    def _store(self, item: T) -> None:
        weight = 1.0 if self._weight is None else self._weight(item)
        self._weight_ready += weight
        self._put(_Ready(item, weight))

    def _wait_for_room(self) -> None:
        while not self.cancelled and (self._weight_ready >= self._most or not self.room.empty()):
            self._weight_ready -= self.room.get()

    def _put(self, what: _Ready[T] | _Failed | _End) -> None:
        self.ready.put(what)
        self._wake()

    def _wake(self) -> None:
        if waker := self.waker:
            waker()

    def cancel(self) -> None:
        """End the work and wake both sides where they wait. Safe in a finalizer: it takes no lock."""
        if self.cancelled:
            return
        self.cancelled.set()
        self.room.put(0.0)
        self.ready.put(_END)
        self._wake()


_running: dict[_Work[Any], Thread] = {}
"""The work that has not ended, and its thread."""


def _stop_all() -> None:
    running = list(_running.items())
    for work, _ in running:
        work.cancel()
    deadline = time.monotonic() + EXIT_SECONDS
    for _, thread in running:
        thread.join(max(0.0, deadline - time.monotonic()))


# Work is stopped before anything else is torn down. `atexit` would be too late: torch unloads its operators there.
# concurrent.futures ends its threads at this same place.
getattr(threading, "_register_atexit", atexit.register)(_stop_all)

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_running.clear)  # a child has none of them


class Prefetcher(Generic[T]):
    """Runs an iterator in a thread of its own, ahead of its consumer. It is itself an iterator, plain and async.

    The work begins at once and pauses while enough is ready. It ends with its iterator, by `cancel`, at the end of a
    `with` block, or when the `Prefetcher` is dropped. An error of the work is raised at the consumer, after the items
    before it. A cancelled `Prefetcher` has no more items. It is meant for one consumer at a time; any thread may call
    `cancel`. A forked child cannot read it: the thread stays with the parent.

    Args:
        make: makes the iterator, in the worker's thread. It may poll the token that it is given, or be called by it. It
            must not refer to the `Prefetcher` or to its owner, or they would never be dropped.
        most: the weight of ready items from which the work pauses.
        weight: the weight of an item, such as its seconds of sound; None counts every item as one.
    """

    def __init__(
        self,
        make: Callable[[CancellationToken], Iterator[T]],
        most: float,
        weight: Callable[[T], float] | None = None,
    ) -> None:
        self._work = _Work(make, most, weight)
        self._owner = Owner("a stream to be read")
        self._thread = Thread(target=self._work.run, name="kokoro-fast-ahead", daemon=True)
        finalizer = weakref.finalize(self, self._work.cancel)
        finalizer.atexit = False  # `_stop_all` does that, and waits
        _running[self._work] = self._thread
        try:
            self._thread.start()
        except RuntimeError:  # the system has no more threads
            del _running[self._work]
            raise

    @property
    def cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return bool(self._work.cancelled)

    def cancel(self) -> None:
        """End the work before its next item and wake both sides. Returns at once; may be called again."""
        self._work.cancel()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the work has stopped, at most `timeout` seconds. Return whether it has."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cancel()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        self._owner.check()
        return self._open(self._work.ready.get(), StopIteration)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cancel()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        self._owner.check()
        try:
            return self._open(await self._arrival(), StopAsyncIteration)
        except asyncio.CancelledError:
            self.cancel()
            raise

    async def _arrival(self) -> _Ready[T] | _Failed | _End:
        """The next thing in the queue, without holding up the event loop."""
        ready, loop = self._work.ready, asyncio.get_running_loop()
        while True:
            arrived = asyncio.Event()
            # The waker is set before the queue is looked at, so whatever comes after that look wakes us.
            self._work.waker = _waker(loop, arrived)
            try:
                with contextlib.suppress(Empty):
                    return ready.get_nowait()
                await arrived.wait()
            finally:
                self._work.waker = None

    def _open(self, what: _Ready[T] | _Failed | _End, stop: type[Exception]) -> T:
        """The item that came. Raises the error that came, or `stop` when there are no more items."""
        work = self._work
        if isinstance(what, _End) or work.cancelled:
            work.ready.put(_END)
            raise stop
        if isinstance(what, _Failed):
            try:
                raise what.error
            finally:
                del what  # its traceback leads to this frame
        work.room.put(what.weight)
        return what.item


def _waker(loop: asyncio.AbstractEventLoop, event: asyncio.Event) -> Callable[[], None]:
    def wake() -> None:
        with contextlib.suppress(RuntimeError):  # the loop was closed, so nobody waits
            loop.call_soon_threadsafe(event.set)

    return wake
