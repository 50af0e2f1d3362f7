"""Work for a `Prefetcher`, and the check that its thread is gone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import count

from kokoro_fast.streaming.prefetch import CancellationToken

GUARD = 60.0
"""Seconds after which a test that hangs fails. Nothing is expected to take a noticeable part of it."""


def numbers(end: int) -> Callable[[CancellationToken], Iterator[int]]:
    return lambda _: iter(range(end))


def endless(_: CancellationToken) -> Iterator[int]:
    return count()


def wait_for_threads() -> None:
    """Wait until no worker runs; fail where one goes on."""
    for thread in threading.enumerate():
        if thread.name == "kokoro-fast-ahead":
            thread.join(GUARD)
            assert not thread.is_alive()
