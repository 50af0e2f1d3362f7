"""Work ahead of its consumer: in order, within bounds, and stopped when nobody wants it."""

from __future__ import annotations

import gc
import random
import threading
import traceback
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from support.prefetching import GUARD, endless, numbers

from kokoro_fast.streaming.prefetch import CancellationToken, Prefetcher


@pytest.mark.parametrize("most", [1, 2, 100])
def test_all_items_in_order(most: int) -> None:
    ahead = Prefetcher(numbers(50), most)
    assert list(ahead) == list(range(50))
    assert list(ahead) == []
    assert ahead.wait(GUARD)
    assert not ahead.cancelled


def test_no_items() -> None:
    assert list(Prefetcher(numbers(0), 1)) == []


class Gate:
    """An endless iterator that says which item is about to be made."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.n_begun = 0
        self.closed = threading.Event()

    def __call__(self, _: CancellationToken) -> Iterator[int]:
        try:
            for number in count():
                self.n_begun += 1
                self.begun.release()
                yield number
        finally:
            self.closed.set()


def test_no_more_than_most_are_made_ahead() -> None:
    gate = Gate()
    ahead = Prefetcher(gate, most=3)
    for n_taken in range(20):
        for _ in range(3 if n_taken == 0 else 1):
            assert gate.begun.acquire(timeout=GUARD)
        assert gate.n_begun <= n_taken + 3
        assert next(ahead) == n_taken
    ahead.cancel()
    assert ahead.wait(GUARD)
    assert gate.n_begun <= 23
    assert gate.closed.is_set()


def test_items_count_by_weight() -> None:
    gate = Gate()
    ahead = Prefetcher(gate, most=10.0, weight=float)
    for _ in range(5):
        assert gate.begun.acquire(timeout=GUARD)
    assert gate.n_begun == 5  # 0 + 1 + 2 + 3 + 4 are 10: enough
    assert [next(ahead), next(ahead)] == [0, 1]
    assert gate.begun.acquire(timeout=GUARD)  # 9 are left: room for another
    ahead.cancel()
    assert ahead.wait(GUARD)
    assert gate.n_begun == 6


def test_cancel_drops_what_is_ready() -> None:
    gate = Gate()
    with Prefetcher(gate, most=3) as ahead:
        for _ in range(3):
            assert gate.begun.acquire(timeout=GUARD)
        assert next(ahead) == 0
    ahead.cancel()
    assert ahead.cancelled
    assert list(ahead) == []
    assert ahead.wait(GUARD)
    assert gate.closed.is_set()


def test_cancel_wakes_all_consumers() -> None:
    started = threading.Event()

    def stuck(cancelled: CancellationToken) -> Iterator[int]:
        released = threading.Event()
        cancelled.then(released.set)
        started.set()
        assert released.wait(GUARD)
        assert cancelled
        yield 1

    ahead = Prefetcher(stuck, most=1)
    with ThreadPoolExecutor() as pool:
        taken = [pool.submit(list[int], ahead) for _ in range(3)]
        assert started.wait(GUARD)
        ahead.cancel()
        assert [items.result(GUARD) for items in taken] == [[], [], []]
    assert ahead.wait(GUARD)


def test_work_sees_that_it_is_cancelled_within_an_item() -> None:
    working, seen = threading.Event(), threading.Event()

    def work(cancelled: CancellationToken) -> Iterator[int]:
        while not cancelled:
            working.set()
        seen.set()
        yield 0

    ahead = Prefetcher(work, most=1)
    assert working.wait(GUARD)
    ahead.cancel()
    assert seen.wait(GUARD)


def test_callbacks_are_called_once() -> None:
    cancelled = CancellationToken()
    calls: list[str] = []
    cancelled.then(lambda: calls.append("before"))
    assert calls == []
    cancelled.set()
    cancelled.set()
    cancelled.then(lambda: calls.append("after"))
    assert calls == ["before", "after"]


def test_cancelled_before_it_began() -> None:
    made: list[int] = []

    def make(_: CancellationToken) -> Iterator[int]:
        made.append(1)
        return iter([])

    work = Prefetcher(make, most=1)._work
    work.cancelled.set()
    made.clear()
    work._produce()
    assert made == []


def test_an_error_comes_in_its_order_with_its_traceback() -> None:
    def work(_: CancellationToken) -> Iterator[int]:
        yield 0
        yield 1
        raise ConnectionError("line cut")

    ahead = Prefetcher(work, most=5)
    assert [next(ahead), next(ahead)] == [0, 1]
    with pytest.raises(ConnectionError, match="line cut") as caught:
        next(ahead)
    assert "in work" in "".join(traceback.format_tb(caught.value.__traceback__))
    assert list(ahead) == []


def test_an_error_before_the_first_item() -> None:
    def make(_: CancellationToken) -> Iterator[int]:
        raise ConnectionError("no line")

    with pytest.raises(ConnectionError, match="no line"):
        next(Prefetcher(make, most=1))


def test_a_dropped_one_stops_its_work() -> None:
    gate = Gate()
    ahead = Prefetcher(gate, most=2)
    assert next(ahead) == 0
    del ahead
    assert gate.closed.wait(GUARD)


def test_a_loop_that_is_left_stops_the_work() -> None:
    gate = Gate()
    for number in Prefetcher(gate, most=2):
        if number == 3:
            break
    assert gate.closed.wait(GUARD)


class Owner:
    """Refers to itself, as objects with callbacks do, so that only the garbage collector drops it."""

    def __init__(self, ahead: Prefetcher[int]) -> None:
        self.ahead = ahead
        self.me = self


def test_a_dropped_cycle_stops_its_work() -> None:
    gate = Gate()
    owner = Owner(Prefetcher(gate, most=2))
    alive = weakref.ref(owner)
    del owner
    gc.collect()
    assert alive() is None
    assert gate.closed.wait(GUARD)


def test_the_worker_itself_may_drop_it() -> None:
    """The garbage collector runs in any thread, also in the one that is to be cancelled."""
    owners: list[Owner] = []
    handed_over, stopped = threading.Event(), threading.Event()

    def work(cancelled: CancellationToken) -> Iterator[int]:
        assert handed_over.wait(GUARD)
        owners.clear()
        gc.collect()
        if cancelled:
            stopped.set()
        yield 0

    owners.append(Owner(Prefetcher(work, most=1)))
    handed_over.set()
    assert stopped.wait(GUARD)


def test_items_are_not_kept() -> None:
    class Item:
        pass

    def work(_: CancellationToken) -> Iterator[Item]:
        while True:
            yield Item()

    with Prefetcher(work, most=1) as ahead:
        first = weakref.ref(next(ahead))
        assert next(ahead)
        assert next(ahead)
        gc.collect()
        assert first() is None


def test_cancels_at_random_times() -> None:
    """Whoever cancels when: the items are the first ones, in order, and every thread ends."""
    for number in range(200):
        chance = random.Random(number)
        ahead = Prefetcher(endless, most=chance.choice([1, 2, 5]))
        start = threading.Barrier(4)
        taken: list[int] = []

        def consume(ahead: Prefetcher[int] = ahead, start: threading.Barrier = start, taken: list[int] = taken) -> None:
            start.wait(GUARD)
            taken.extend(ahead)

        def cancel(n_turns: int, ahead: Prefetcher[int] = ahead, start: threading.Barrier = start) -> None:
            start.wait(GUARD)
            for _ in range(n_turns):
                pass
            ahead.cancel()

        threads = [threading.Thread(target=consume, daemon=True)]
        for _ in range(3):
            threads.append(threading.Thread(target=cancel, args=(chance.randrange(2000),), daemon=True))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(GUARD)
            assert not thread.is_alive()
        assert ahead.wait(GUARD)
        assert taken == list(range(len(taken)))
