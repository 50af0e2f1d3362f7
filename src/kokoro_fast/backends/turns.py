"""Who renders now. Every caller wants all cores and some megabytes for a chunk, so callers take turns, in their order.

All at once, two hundred streams had their first sound after 442 s on two cores, and took 5.1 GB of memory; with turns
it is 30 s and 1.1 GB. Eight callers are served as fast with turns as without.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from kokoro_fast.backends.threads import usable_cores
from kokoro_fast.forks import PerProcess

CORES_OF_ONE = 4
"""Cores that one rendering keeps busy. More of them wait for each other in its small steps, and are better used by the
next caller."""


class Turns:
    """A number of cores that are handed out, first come, first served.

    Args:
        cores: of this process. Whoever asks for more gets a turn when nobody else has one.
    """

    def __init__(self, cores: int) -> None:
        self._cores, self._free = cores, cores
        self._lock = threading.Lock()
        self._waiting: deque[tuple[int, threading.Event]] = deque()

    @contextmanager
    def taken(self, threads: int) -> Iterator[None]:
        """Wait for a turn with `threads` threads, and run the block in it."""
        cores = min(threads, CORES_OF_ONE, self._cores)
        mine = threading.Event()
        with self._lock:
            self._waiting.append((cores, mine))
            self._admit()
        try:
            mine.wait()
            yield
        finally:
            with self._lock:
                self._leave(cores, mine)
                self._admit()

    def _admit(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._free:
            cores, event = self._waiting.popleft()
            self._free -= cores
            event.set()

    def _leave(self, cores: int, mine: threading.Event) -> None:
        if mine.is_set():
            self._free += cores
        else:  # an exception, such as KeyboardInterrupt, ended the waiting
            self._waiting.remove((cores, mine))


_turns = PerProcess(lambda: Turns(usable_cores()))


def turns() -> Turns:
    """The turns of this process, which all of its engines share."""
    return _turns.get()
