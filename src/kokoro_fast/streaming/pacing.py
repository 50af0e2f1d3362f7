"""How much the next chunk may hold, so that a listener in real time hears the first sound early and then never waits.

A chunk is heard when it is rendered, so a long first chunk would be a long silence. Speech that was sent buys time:
while it plays, the next chunk is made. All of this is planned by what this machine was seen to need for a symbol.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from kokoro_fast.config import MAX_SYMBOLS
from kokoro_fast.synthesis.throughput import Throughput

SHORTEST_WINDOW, LONGEST_WINDOW = 0.25, 0.5
"""Seconds of speech in a first window. A window is as short as the rest of the chunk allows, which is made while it
plays. A shorter one would hardly come sooner, since half the work would be the context around it; for a longer one the
listener would wait as long as for the rest."""

FIRST_SYMBOLS = range(24, 49)
"""Symbols of a chunk that is waited for: fewer sound weak, more take longer than a listener should wait."""


class PlaybackBuffer:
    """Speech that was sent and is not yet heard, if it is played as it comes, in real time.

    Args:
        throughput: the throughput of this machine.
        has_windows: whether the first window of a chunk can be sent before the rest of it is made.
        clock: gives seconds; tests have one of their own.
    """

    def __init__(
        self, throughput: Throughput, has_windows: bool = True, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._throughput, self._has_windows, self._clock = throughput, has_windows, clock
        self._heard_at: float | None = None  # when all that was sent will have been heard

    @property
    def seconds(self) -> float:
        """Speech ahead of the listener; 0 before the first."""
        return 0.0 if self._heard_at is None else max(self._heard_at - self._clock(), 0.0)

    def sent(self, seconds: float) -> None:
        """Note that `seconds` of speech were handed over."""
        self._heard_at = self._clock() + self.seconds + seconds

    def most_symbols(self) -> int:
        """The most symbols of the next chunk: the planner's schedule."""
        is_waited_for = self.seconds < LONGEST_WINDOW
        if is_waited_for and not self._has_windows:
            return FIRST_SYMBOLS[0]
        # A chunk that is waited for is made while its own first window plays.
        bought = SHORTEST_WINDOW if is_waited_for else self.seconds
        most = FIRST_SYMBOLS[-1] if is_waited_for else MAX_SYMBOLS
        return min(max(self._throughput.symbols(bought), FIRST_SYMBOLS[0]), most)

    def window_seconds(self, n_symbols: int) -> float | None:
        """How much of a chunk of `n_symbols` should go out early.

        None if all of the chunk will be there in time, or if nothing can go out early.
        """
        needed = self._throughput.seconds(n_symbols)
        if not self._has_windows or self.seconds > needed:
            return None
        return min(max(needed, SHORTEST_WINDOW), LONGEST_WINDOW)
