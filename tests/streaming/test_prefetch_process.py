"""Work ahead of its consumer when the process is interrupted or ends."""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import islice

import pytest
from support.prefetching import GUARD, endless, wait_for_threads

from kokoro_fast.streaming.prefetch import CancellationToken, Prefetcher


def test_control_c_ends_the_waiting() -> None:
    main = threading.main_thread().ident
    assert main is not None
    ready = threading.Event()

    def stuck(cancelled: CancellationToken) -> Iterator[int]:
        released = threading.Event()
        cancelled.then(released.set)
        assert released.wait(GUARD)
        yield 0

    def interrupt() -> None:
        assert ready.wait(GUARD)
        time.sleep(0.1)  # a signal just before the wait begins is seen only after it
        signal.pthread_kill(main, signal.SIGINT)

    def wait_for_ever() -> None:
        ready.set()
        next(ahead)

    with Prefetcher(stuck, most=1) as ahead:
        helper = threading.Thread(target=interrupt, daemon=True)
        helper.start()
        with pytest.raises(KeyboardInterrupt):
            wait_for_ever()
        helper.join(GUARD)


EXITS = {
    "full": "ahead = Prefetcher(lambda _: iter(range(100)), 1); next(ahead)",
    "working": "ahead = Prefetcher(lambda cancelled: iter(lambda: bool(cancelled), True), 1e9); next(ahead)",
    "stuck": "ahead = Prefetcher(lambda _: iter(threading.Event().wait, None), 1)",
    "error": "ahead = Prefetcher(lambda _: iter(range(100)), 1); 1 / 0",
    "thread": "threading.Thread(target=list, args=(Prefetcher(lambda _: iter(int, 1), 1),), daemon=True).start()",
}


@pytest.mark.parametrize("code", EXITS.values(), ids=EXITS)
def test_the_interpreter_exits(code: str) -> None:
    program = f"import threading\nfrom kokoro_fast.streaming import prefetch\nPrefetcher = prefetch.Prefetcher\n{code}"
    program += "\nprefetch.EXIT_SECONDS = 0.1" if "Event" in code else ""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=GUARD)
    assert done.returncode == (1 if "1 / 0" in code else 0)
    assert ("ZeroDivisionError" in done.stderr) if done.returncode else (done.stderr == "")


def test_work_is_closed_at_exit_before_anything_is_torn_down() -> None:
    program = """
import atexit
from kokoro_fast.streaming.prefetch import Prefetcher

def work(_):
    try:
        while True:
            yield 0
    finally:
        print("closed")

atexit.register(print, "torn down")
ahead = Prefetcher(work, 2)
next(ahead)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=GUARD)
    assert (done.returncode, done.stdout, done.stderr) == (0, "closed\ntorn down\n", "")


def test_one_after_the_other_leaves_no_threads() -> None:
    before = threading.active_count()
    for _ in range(100):
        assert list(islice(Prefetcher(endless, most=2), 3)) == [0, 1, 2]
    gc.collect()
    wait_for_threads()
    assert threading.active_count() <= before
