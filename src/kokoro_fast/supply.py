"""How much the next chunk may hold, so that a listener in real time hears the first sound early and then never waits.

A chunk is heard when it is rendered, so a long first chunk is a long silence. What was sent buys time: while it plays,
the next chunk is made. All by what this machine was seen to need for a symbol.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from kokoro_fast.config import MAX_SYMBOLS

LEAST_WINDOW, MOST_WINDOW = 0.25, 0.5
"""Seconds of speech in a first window: as little as the rest of the chunk allows, which is made while it plays. Less
would hardly come sooner, since half the work would be what surrounds it; more would be as long a wait as for the rest.
"""

FIRST_SYMBOLS = range(24, 49)
"""Symbols of a chunk that is waited for: fewer sound weak, more take longer than a listener should wait."""

EDGE_SYMBOLS = 12
"""What the silence at both ends of a chunk costs, in symbols: of 2.4 frames each, about 28."""

FIRST_GUESS = 0.007
"""Seconds of work for a symbol, before any was measured: a laptop of 2020 with two cores."""

SHARE = 0.7
"""Of the time there is, what a chunk may be expected to take: the machine may be slower the next moment."""

SMOOTHING = 0.3
"""How much of a new measurement is believed; all of it, where it says that the machine became slower."""


class Pace:
    """Seconds of work for a symbol, as measured on this machine. One for all speech of an engine."""

    def __init__(self, seconds_per_symbol: float = FIRST_GUESS) -> None:
        self.seconds_per_symbol = seconds_per_symbol

    def worked(self, n_symbols: int, seconds: float) -> None:
        """A chunk of so many symbols took so long, without an early window of it."""
        measured = seconds / (n_symbols + EDGE_SYMBOLS)
        weight = 1.0 if measured > self.seconds_per_symbol else SMOOTHING
        self.seconds_per_symbol += weight * (measured - self.seconds_per_symbol)

    def seconds(self, n_symbols: int) -> float:
        """How long a chunk will take that must not be late."""
        return (n_symbols + EDGE_SYMBOLS) * self.seconds_per_symbol / SHARE

    def symbols(self, seconds: float) -> int:
        """The longest chunk that is sure to be made in this time; 0 or less where none is."""
        return int(SHARE * seconds / self.seconds_per_symbol) - EDGE_SYMBOLS


class Supply:
    """Speech that was sent and is not yet heard, if it is played as it comes, in real time.

    Args:
        pace: of the machine.
        has_windows: whether the first window of a chunk can be sent before the rest of it is made.
        clock: seconds, for tests.
    """

    def __init__(self, pace: Pace, has_windows: bool = True, clock: Callable[[], float] = time.perf_counter) -> None:
        self._pace, self._has_windows, self._clock = pace, has_windows, clock
        self._heard_at: float | None = None  # when all that was sent will have been heard

    @property
    def seconds(self) -> float:
        """Speech ahead of the listener; 0 before the first."""
        return 0.0 if self._heard_at is None else max(self._heard_at - self._clock(), 0.0)

    def sent(self, seconds: float) -> None:
        """Speech was handed over."""
        self._heard_at = self._clock() + self.seconds + seconds

    def most_symbols(self) -> int:
        """How long the next chunk may be: the planner's schedule."""
        is_waited_for = self.seconds < MOST_WINDOW
        if is_waited_for and not self._has_windows:
            return FIRST_SYMBOLS[0]
        # A chunk that is waited for is made while its own first window plays.
        bought = LEAST_WINDOW if is_waited_for else self.seconds
        most = FIRST_SYMBOLS[-1] if is_waited_for else MAX_SYMBOLS
        return min(max(self._pace.symbols(bought), FIRST_SYMBOLS[0]), most)

    def window_seconds(self, n_symbols: int) -> float | None:
        """How much of a chunk should go out early; None if all of it will be there in time, or nothing can be early."""
        needed = self._pace.seconds(n_symbols)
        if not self._has_windows or self.seconds > needed:
            return None
        return min(max(needed, LEAST_WINDOW), MOST_WINDOW)
