"""Text in pieces from another thread: read ahead within bounds, and nobody waits for ever."""

from __future__ import annotations

import gc
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.feeds import GUARD, all_runs

from kokoro_fast.errors import InputError
from kokoro_fast.text.feed import MOST_WAITING, Feed


def feed_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "kokoro-fast-feed"]


def assert_no_feed_threads() -> None:
    for thread in feed_threads():
        thread.join(GUARD)
        assert not thread.is_alive()


def test_an_iterable_is_read_ahead_but_not_for_ever() -> None:
    n_read = 0
    closed = threading.Event()

    def endless() -> Iterator[str]:
        nonlocal n_read
        try:
            while True:
                n_read += 1000
                yield "It goes on. " + "x" * 987 + "\n"
        finally:
            closed.set()

    feed = Feed.of(endless())
    n_taken = 0
    while n_taken < 3 * MOST_WAITING:
        run = feed.take()
        assert run
        n_taken += len(run.text)
    feed.cancel()
    assert closed.wait(GUARD)
    assert_no_feed_threads()
    assert n_read <= n_taken + MOST_WAITING + 1000


def test_push_waits_for_room() -> None:
    feed = Feed()
    assert feed.push("A sentence. " * (MOST_WAITING // 12 + 1))
    with ThreadPoolExecutor() as pool:
        pushed = [pool.submit(feed.push, "More of it. ") for _ in range(3)]
        n_taken = 0
        while n_taken <= MOST_WAITING + 12:
            run = feed.take()
            assert run
            n_taken += len(run.text)
        assert all(push.result(GUARD) for push in pushed)


def test_only_push_waits_for_room() -> None:
    feed = Feed()
    feed.push("x" * MOST_WAITING)
    with ThreadPoolExecutor() as pool:
        late = pool.submit(feed.push, "too late")
        feed.flush()
        feed.close()
        assert "".join(run.text for run in all_runs(feed)) == "x" * MOST_WAITING
        with pytest.raises(InputError, match="expected no more text"):
            late.result(GUARD)


def test_cancel_wakes_everybody() -> None:
    feed = Feed()
    feed.push("x" * MOST_WAITING)
    with ThreadPoolExecutor() as pool:
        pushed = [pool.submit(feed.push, "y") for _ in range(3)]
        feed.cancel()
        feed.cancel()
        assert [push.result(GUARD) for push in pushed] == [False] * 3
    assert feed.take() is None
    assert feed.push("z") is False
    feed.flush()
    feed.close()
    assert feed.push("z") is False

    empty = Feed()
    with ThreadPoolExecutor() as pool:
        taken = pool.submit(empty.take)
        empty.cancel()
        assert taken.result(GUARD) is None


def test_a_dropped_feed_ends_its_thread() -> None:
    def endless() -> Iterator[str]:
        while True:
            yield "It goes on. "

    feed = Feed.of(endless())
    assert feed.take()
    assert feed_threads()
    del feed
    gc.collect()
    assert_no_feed_threads()


def test_threads_in_all_orders() -> None:
    """Pieces of several threads all arrive, each thread's in order, unless someone cancels; and all threads end."""
    for number in range(200):
        cancelled = number % 2 == 1
        feed = Feed()
        start = threading.Barrier(4)
        taken: list[str] = []

        def produce(name: str, feed: Feed = feed, start: threading.Barrier = start) -> None:
            start.wait(GUARD)
            for count in range(20):
                feed.push(f"{name}{count}. ")

        def consume(feed: Feed = feed, start: threading.Barrier = start, taken: list[str] = taken) -> None:
            start.wait(GUARD)
            taken.extend(run.text for run in iter(feed.take, None))

        def control(number: int = number, feed: Feed = feed, start: threading.Barrier = start) -> None:
            start.wait(GUARD)
            for _ in range(random.Random(number).randrange(500)):
                pass
            feed.cancel()

        producers = [threading.Thread(target=produce, args=(name,), daemon=True) for name in "XY"]
        others = [threading.Thread(target=consume, daemon=True)]
        others.append(threading.Thread(target=control if cancelled else lambda s=start: s.wait(GUARD), daemon=True))
        for thread in producers + others:
            thread.start()
        for thread in producers:
            thread.join(GUARD)
        feed.close()
        for thread in producers + others:
            thread.join(GUARD)
            assert not thread.is_alive()
        if not cancelled:
            words = "".join(taken).split()
            for name in "XY":
                assert [word for word in words if word[0] == name] == [f"{name}{count}." for count in range(20)]


@pytest.mark.parametrize("wait", [Feed.take, lambda feed: feed.push("x")], ids=["take", "push"])
def test_control_c_ends_the_waiting(wait: Callable[[Feed], object]) -> None:
    main = threading.main_thread().ident
    assert main is not None
    ready = threading.Event()

    def interrupt() -> None:
        assert ready.wait(GUARD)
        time.sleep(0.1)  # a signal just before the wait begins is seen only after it
        signal.pthread_kill(main, signal.SIGINT)

    def wait_for_ever() -> None:
        ready.set()
        wait(feed)

    feed = Feed()
    if wait is not Feed.take:
        feed.push("x" * MOST_WAITING)
    helper = threading.Thread(target=interrupt, daemon=True)
    helper.start()
    with pytest.raises(KeyboardInterrupt):
        wait_for_ever()
    helper.join(GUARD)
