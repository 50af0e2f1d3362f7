"""How long a live chunk may be: by a clock that the test sets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokoro_fast.config import MAX_SYMBOLS
from kokoro_fast.streaming.pacing import FIRST_SYMBOLS, LONGEST_WINDOW, SHORTEST_WINDOW, PlaybackBuffer
from kokoro_fast.synthesis.throughput import EDGE_SYMBOLS, SAFETY_MARGIN, Throughput


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_was_sent_is_heard_in_real_time() -> None:
    clock = Clock()
    buffer = PlaybackBuffer(Throughput(), clock=clock)
    assert buffer.seconds == 0
    clock.now += 50  # waiting for the first part counts for nothing
    buffer.sent(2.0)
    assert buffer.seconds == pytest.approx(2.0)
    clock.now += 0.5
    buffer.sent(1.0)
    assert buffer.seconds == pytest.approx(2.5)
    clock.now += 10
    assert buffer.seconds == 0  # it ran dry; the next part is heard when it comes
    buffer.sent(1.0)
    assert buffer.seconds == pytest.approx(1.0)


def test_throughput_believes_a_slower_machine_at_once_and_a_faster_one_slowly() -> None:
    throughput = Throughput(0.010)
    n_symbols = 100 - EDGE_SYMBOLS
    throughput.record(n_symbols, 2.0)
    assert throughput.seconds_per_symbol == pytest.approx(0.020)
    throughput.record(n_symbols, 1.0)
    assert 0.010 < throughput.seconds_per_symbol < 0.020
    for _ in range(50):
        throughput.record(n_symbols, 1.0)
    assert throughput.seconds_per_symbol == pytest.approx(0.010, rel=1e-3)


def test_the_first_chunk_is_done_while_its_window_plays() -> None:
    throughput = Throughput(0.004)
    n_symbols = PlaybackBuffer(throughput).most_symbols()
    assert n_symbols in FIRST_SYMBOLS
    assert (n_symbols + EDGE_SYMBOLS) * throughput.seconds_per_symbol <= SAFETY_MARGIN * SHORTEST_WINDOW
    assert PlaybackBuffer(throughput).window_seconds(n_symbols) == SHORTEST_WINDOW
    middling = PlaybackBuffer(Throughput(0.007)).window_seconds(FIRST_SYMBOLS[0])
    assert middling is not None
    assert SHORTEST_WINDOW < middling < LONGEST_WINDOW
    assert PlaybackBuffer(Throughput(1.0)).window_seconds(FIRST_SYMBOLS[0]) == LONGEST_WINDOW
    assert PlaybackBuffer(Throughput(0.001)).most_symbols() == FIRST_SYMBOLS[-1]
    assert PlaybackBuffer(Throughput(1.0)).most_symbols() == FIRST_SYMBOLS[0]
    assert PlaybackBuffer(throughput, has_windows=False).most_symbols() == FIRST_SYMBOLS[0]


@given(
    cost=st.floats(0.001, 0.06),
    seconds_per_symbol=st.floats(0.05, 0.09),
    share=st.floats(0.3, 1.0),
)
def test_once_started_a_machine_faster_than_real_time_never_runs_dry(
    cost: float, seconds_per_symbol: float, share: float
) -> None:
    """Chunks of any length from a part of the schedule's limit on, on a machine whose pace is known."""
    clock = Clock()
    buffer = PlaybackBuffer(Throughput(cost), clock=clock)
    buffer.sent((FIRST_SYMBOLS[0] + EDGE_SYMBOLS) * cost / SAFETY_MARGIN + LONGEST_WINDOW)
    heard_until = clock.now + buffer.seconds
    for _ in range(30):
        most = buffer.most_symbols()
        assert 1 <= most <= MAX_SYMBOLS
        n_symbols = max(int(share * most), FIRST_SYMBOLS[0])
        work = (n_symbols + EDGE_SYMBOLS) * cost
        if work > buffer.seconds:
            assert n_symbols == FIRST_SYMBOLS[0]  # nothing shorter is worth saying
            return
        clock.now += work
        assert clock.now <= heard_until
        buffer.sent(n_symbols * seconds_per_symbol)
        heard_until += n_symbols * seconds_per_symbol


def test_a_window_is_for_a_chunk_that_would_come_too_late() -> None:
    clock = Clock()
    buffer = PlaybackBuffer(Throughput(0.01), clock=clock)
    assert buffer.window_seconds(50) is not None
    assert PlaybackBuffer(Throughput(0.01), has_windows=False, clock=clock).window_seconds(50) is None
    buffer.sent(3.0)
    in_time = int(SAFETY_MARGIN * 3.0 / 0.01) - EDGE_SYMBOLS
    assert buffer.window_seconds(in_time - 1) is None
    assert buffer.window_seconds(in_time + 1) == LONGEST_WINDOW
