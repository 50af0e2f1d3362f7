"""Turns: order, and that no core is lost whatever ends a block."""

from __future__ import annotations

import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from kokoro_fast.backends.turns import CORES_OF_ONE, Turns, turns


class Watch:
    """Counts the cores that are in use."""

    def __init__(self, cores: int) -> None:
        self.turns, self.cores, self.used, self.most = Turns(cores), cores, 0, 0
        self._lock = threading.Lock()

    def work(self, threads: int, seconds: float = 0.0) -> None:
        with self.turns.taken(threads):
            cores = min(threads, CORES_OF_ONE, self.cores)
            with self._lock:
                self.used += cores
                self.most = max(self.most, self.used)
            time.sleep(seconds)
            with self._lock:
                self.used -= cores


@pytest.mark.parametrize(("cores", "threads"), [(1, 1), (2, 2), (2, 8), (3, 1), (64, 64)])
def test_no_more_cores_are_used_than_there_are(cores: int, threads: int) -> None:
    watch = Watch(cores)
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda _: watch.work(threads, 0.002), range(64)))
    assert watch.used == 0
    assert watch.most <= cores
    assert watch.most >= min(threads, CORES_OF_ONE, cores)


def test_those_who_wait_are_served_in_their_order() -> None:
    one, served, threads = Turns(2), list[int](), list[threading.Thread]()

    def work(number: int) -> None:
        with one.taken(random.Random(number).choice([1, 2])):
            served.append(number)
            time.sleep(0.001)

    with one.taken(2):
        for number in range(20):
            threads.append(threading.Thread(target=work, args=(number,)))
            threads[-1].start()
            while len(one._waiting) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    # Two with a core each may note their numbers the other way round.
    assert all(second > first - 2 for first, second in pairwise(served))
    assert sorted(served) == list(range(20))


def test_an_error_gives_the_turn_back() -> None:
    one = Turns(2)
    for _ in range(5):
        with pytest.raises(RuntimeError, match="broken"), one.taken(2):
            raise RuntimeError("broken")
    with one.taken(2):
        pass


def test_who_stops_waiting_leaves_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Control-C reaches the main thread while it waits."""
    one = Turns(1)

    def interrupted(_: threading.Event) -> None:
        raise KeyboardInterrupt

    with one.taken(1):
        with monkeypatch.context() as patch:
            patch.setattr(threading.Event, "wait", interrupted)
            with pytest.raises(KeyboardInterrupt), one.taken(1):
                pass
        assert not one._waiting
    with one.taken(1):
        pass


def test_a_forked_child_does_not_wait_for_a_turn_of_its_parent() -> None:
    with turns().taken(64):
        child = os.fork()
        if child == 0:
            with turns().taken(64):
                os._exit(0)
        for _ in range(1000):
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                break
            time.sleep(0.01)
        else:
            os.kill(child, 9)
            os.waitpid(child, 0)
        assert done, "the child waits for a turn"
        assert status == 0
