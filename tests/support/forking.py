"""Forks a process that is speaking, and says what became of the children.

    python -m support.forking KIND N BACKEND [FOLDER]

A child that neither speaks nor ends within `LIMIT` seconds is a hang. The script ends with 1 if any child failed.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kokoro_fast import Kokoro
from kokoro_fast.errors import InputError
from kokoro_fast.streaming.stream import SpeechStream

LIMIT = 120.0
TEXT = "The quick brown fox jumps over the lazy dog, and Zbigniew was there too. " * 40


def speaks(engine: Kokoro) -> None:
    """Speak, and stream, a word that espeak must pronounce."""
    assert len(engine.speak("Qwyxo.").audio) > 5000
    with engine.stream("Hello.") as stream:
        assert sum(len(part.audio) for part in stream) > 5000


@contextmanager
def busy(engine: Kokoro) -> Iterator[SpeechStream]:
    """Streams that run, and a thread that opens and drops more of them."""
    stop = threading.Event()

    def open_and_drop() -> None:
        while not stop.is_set():
            engine.stream("And Zbigniew was there too.").cancel()
            time.sleep(0.05)

    thread = threading.Thread(target=open_and_drop)
    with engine.stream(TEXT) as stream:
        next(stream)
        thread.start()
        try:
            yield stream
        finally:
            stop.set()
            thread.join()


def wait(child: int) -> int:
    """The exit status of a child; it is killed if it hangs."""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -signal.SIGKILL


def forked(work: Callable[[], None], *, ends_in_order: bool) -> int:
    """Fork, do the work in the child, and return its exit status."""
    child = os.fork()
    if child:
        return wait(child)
    faulthandler.dump_traceback_later(LIMIT / 2)  # says where a child hangs
    try:
        work()
    except BaseException as error:  # the child must not go on as the parent
        print(f"child: {error!r}", file=sys.stderr, flush=True)
        os._exit(1)
    if ends_in_order:
        sys.exit(0)
    os._exit(0)


def fork(engine: Kokoro, n: int) -> list[int]:
    """`os.fork` at any moment of streams that run. Some children end in order, as a program does."""
    results = []
    with busy(engine) as inherited:

        def work() -> None:
            speaks(engine)
            try:
                next(inherited)
            except InputError:
                return
            raise AssertionError("a child read its parent's stream")

        for i in range(n):
            time.sleep(0.007 * (i % 5))
            results.append(forked(work, ends_in_order=i % 2 == 0))
    return results


def processes(engine: Kokoro, n: int) -> list[int]:
    """multiprocessing with fork."""
    context = multiprocessing.get_context("fork")
    results = []
    with busy(engine):
        for _ in range(n):
            process = context.Process(target=speaks, args=(engine,))
            process.start()
            process.join(LIMIT)
            results.append(-signal.SIGKILL if process.exitcode is None else process.exitcode)
            process.kill()
    return results


def speak_anew(backend: str, folder: str | None = None) -> None:
    speaks(Kokoro(seed=0, backend=backend, path=folder))


def spawned(engine: Kokoro, n: int) -> list[int]:
    """multiprocessing with spawn, where the child imports everything itself."""
    context = multiprocessing.get_context("spawn")
    with busy(engine):
        children = [context.Process(target=speak_anew, args=sys.argv[3:5]) for _ in range(n)]
        for process in children:
            process.start()
        for process in children:
            process.join(LIMIT)
    results = [-signal.SIGKILL if process.exitcode is None else process.exitcode for process in children]
    for process in children:
        process.kill()
    return results


def workers(engine: Kokoro, n: int) -> list[int]:
    """As gunicorn does with --preload: a parent that has spoken forks workers, each speaks in threads, many at once."""

    def serve() -> None:
        threads = [threading.Thread(target=speaks, args=(engine,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    results = []
    for _ in range(0, n, 2):
        children = []
        for _ in range(2):
            child = os.fork()
            if not child:
                serve()
                sys.exit(0)
            children.append(child)
        results += [wait(child) for child in children]
    return results


KINDS = {"fork": fork, "processes": processes, "spawned": spawned, "workers": workers}


def main() -> None:
    kind, n, backend = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    engine = Kokoro(seed=0, backend=backend, path=sys.argv[4] if len(sys.argv) > 4 else None)
    speaks(engine)
    results = KINDS[kind](engine, n)
    print(f"{kind} {backend}: {results.count(0)} of {len(results)} children spoke")
    sys.exit(any(results) or len(results) < n)


if __name__ == "__main__":
    main()
