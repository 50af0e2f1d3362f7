"""How fast this machine makes speech, as measured while it does."""

from __future__ import annotations

EDGE_SYMBOLS = 12
"""The cost of the silence at both ends of a chunk, in symbols: about 28 frames, of which a symbol has 2.4."""

FIRST_GUESS = 0.007
"""Seconds of work for a symbol before anything was measured: those of a laptop of 2020 with two cores."""

SAFETY_MARGIN = 0.7
"""The share of the available time that a chunk is planned to use: the machine may be slower the next moment."""

SMOOTHING = 0.3
"""The weight of a new measurement. A measurement that says the machine became slower is believed at once."""


class Throughput:
    """Seconds of work for a symbol on this machine. All speech of one engine shares one."""

    def __init__(self, seconds_per_symbol: float = FIRST_GUESS) -> None:
        self.seconds_per_symbol = seconds_per_symbol

    def record(self, n_symbols: int, seconds: float) -> None:
        """Note how long a chunk of `n_symbols` took, without its early window."""
        measured = seconds / (n_symbols + EDGE_SYMBOLS)
        weight = 1.0 if measured > self.seconds_per_symbol else SMOOTHING
        self.seconds_per_symbol += weight * (measured - self.seconds_per_symbol)

    def seconds(self, n_symbols: int) -> float:
        """The time to allow for a chunk of `n_symbols` that must not be late."""
        return (n_symbols + EDGE_SYMBOLS) * self.seconds_per_symbol / SAFETY_MARGIN

    def symbols(self, seconds: float) -> int:
        """The longest chunk that is sure to be made in this time, in symbols; 0 or less where there is none."""
        return int(SAFETY_MARGIN * seconds / self.seconds_per_symbol) - EDGE_SYMBOLS
