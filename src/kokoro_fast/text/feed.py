"""Takes text in pieces, as from a language model, and gives out the text that is certain to be speakable.

Pieces go in at one end, from any thread; runs of text come out at the other. `cut_points` knows where a run may end. As
in `streaming.prefetch`, the two ends share nothing but two `SimpleQueue`s, so that a `Feed` that was dropped can wake
the threads that wait.
"""

from __future__ import annotations

import asyncio
import time
import weakref
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Generator, Iterable
from contextlib import aclosing, nullcontext, suppress
from dataclasses import dataclass
from enum import Enum
from queue import Empty, SimpleQueue
from threading import TIMEOUT_MAX, Thread

from kokoro_fast.errors import InputError
from kokoro_fast.forks import RenewedLock
from kokoro_fast.text.cut_points import ENOUGH, CutFinder, can_speak, has_blank_line
from kokoro_fast.text.markup.inline import Markdown

MOST_WAITING = 100_000
"""Characters that may wait to be taken, about two hours of speech: no language model is held up, and a book is not read
into memory."""


@dataclass(frozen=True, slots=True)
class TextRun:
    """Text that can be spoken now. The runs of a feed, joined, are its whole text.

    Attributes:
        text: the run, with the white space after it as far as it had come.
        start: the first character of the run, counted from the start of the whole text.
        ends_text: whether it is certain that nothing follows.
        starts_paragraph: whether a paragraph begins with the run whose pause is no part of the last run: its blank line
            came late, or it is a block of Markdown, such as an item.
    """

    text: str
    start: int
    ends_text: bool
    starts_paragraph: bool


class _Signal(Enum):
    FLUSH = "flush"
    CLOSE = "close"
    CANCEL = "cancel"


class _Inlet:
    """The end where text goes in. A thread that fills it refers to nothing else, so that the feed can be dropped."""

    def __init__(self) -> None:
        self.events: SimpleQueue[str | _Signal | BaseException] = SimpleQueue()
        self.room: SimpleQueue[int] = SimpleQueue()
        self.cancelled = False
        self.on_cancel: Callable[[], None] | None = None
        self._closed = False
        self._waiting = 0
        self._lock = RenewedLock()  # only `push` takes it: other calls must not wait, and a finalizer may call `cancel`

    def push(self, piece: str) -> bool:
        if not isinstance(piece, str):
            raise InputError(f"expected text in pieces of type str, got {type(piece).__name__}")
        with self._lock:
            while not self.cancelled and (self._waiting >= MOST_WAITING or not self.room.empty()):
                self._waiting -= self.room.get()
            self._check_open()
            if not self.cancelled and piece:
                self._waiting += len(piece)
                self.events.put(piece)
            return not self.cancelled

    def flush(self) -> None:
        self._check_open()
        self.events.put(_Signal.FLUSH)

    def close(self, error: BaseException | None = None) -> None:
        if not self._closed:
            self._closed = True
            self.events.put(_Signal.CLOSE if error is None else error)

    def cancel(self) -> None:
        """End the text and wake both sides. Safe in a finalizer: it takes no lock."""
        if self.cancelled:
            return
        self.cancelled = True
        self.room.put(0)
        self.events.put(_Signal.CANCEL)
        if self.on_cancel:
            self.on_cancel()

    @property
    def full(self) -> bool:
        """Whether `push` may have to wait."""
        return self._waiting >= MOST_WAITING

    def _check_open(self) -> None:
        if self._closed and not self.cancelled:
            raise InputError("expected no more text after the feed was closed, got more")


class Feed:
    """Text goes in piece by piece, and comes out in runs that can be spoken.

        feed = Feed()
        feed.push("Hello the")
        feed.push("re. How are")
        feed.take()  # TextRun("Hello there. ", ...)

    `push`, `flush`, `close`, `fail` and `cancel` may be called from any threads, `take` from one at a time.

    Args:
        markdown: how much of the text will be read as Markdown.
    """

    def __init__(self, markdown: Markdown = Markdown.NONE) -> None:
        self._inlet = _Inlet()
        self._places = CutFinder(markdown)
        self._start = 0
        self._flushed: deque[int] = deque()
        self._ended = False
        self._error: BaseException | None = None
        self._space_before = ""
        weakref.finalize(self, self._inlet.cancel).atexit = False

    @classmethod
    def of(cls, pieces: Iterable[str], markdown: Markdown = Markdown.NONE) -> Feed:
        """A feed filled from an iterable, in a thread of its own that reads ahead by at most `MOST_WAITING` characters.

        An error of the iterable is raised by `take`, after the text before it. A generator is closed in the end.
        """
        feed = cls(markdown)
        whole = (pieces,) if isinstance(pieces, str) else pieces
        Thread(target=_fill, args=(feed._inlet, whole), name="kokoro-fast-feed", daemon=True).start()
        return feed

    @classmethod
    def of_async(cls, pieces: AsyncIterable[str], markdown: Markdown = Markdown.NONE) -> Feed:
        """A feed filled from an async iterable, by a task of the running event loop. `take` belongs in another thread.

        Raises:
            RuntimeError: no event loop is running in this thread.
        """
        loop = asyncio.get_running_loop()
        feed = cls(markdown)
        task = loop.create_task(_fill_async(feed._inlet, pieces))

        def stop() -> None:
            with suppress(RuntimeError):  # the loop was closed, and the task with it
                loop.call_soon_threadsafe(task.cancel)

        feed._inlet.on_cancel = stop
        return feed

    def push(self, piece: str) -> bool:
        """Add text at the end. Waits while `MOST_WAITING` characters or more have not been taken.

        Returns:
            Whether more text is wanted: False once the feed was cancelled.

        Raises:
            InputError: the piece is no str, or the feed was closed.
        """
        return self._inlet.push(piece)

    def flush(self) -> None:
        """Say that the text so far is complete, as at the end of an answer: a run ends here, whatever it ends with."""
        self._inlet.flush()

    def close(self) -> None:
        """Say that the text is complete. May be called again."""
        self._inlet.close()

    def fail(self, error: BaseException) -> None:
        """End the text with an error, which `take` raises after the text before it."""
        self._inlet.close(error)

    def cancel(self) -> None:
        """Drop the text that was not taken: `take` returns None, `push` False, and threads that wait in them wake."""
        self._inlet.cancel()

    def take(self, patience: float = 0.0) -> TextRun | None:
        """The next run: as much of the text as is certain by now. Waits until there is some.

        A run ends with a sentence if it can, and holds all whole sentences, or some pages of a book. Where no sentence
        ends, the end of a clause will do, or white space in a long text without marks: at once, or after `patience`.

        Args:
            patience: seconds that the end of a sentence is worth waiting for, as while there is sound to play.

        Returns:
            None when the text is at its end, or was cancelled.

        Raises:
            Exception: the error of the text's source, once.
        """
        deadline = time.monotonic() + patience
        while True:
            self._receive_all()
            remaining = deadline - time.monotonic()
            if self._inlet.cancelled:
                self._places = CutFinder()
                return None
            if run := self._next_run(patient=remaining > 0):
                return run
            if self._ended:
                self._raise_error()
                return None
            self._receive(min(remaining, TIMEOUT_MAX) if remaining > 0 else None)

    def _receive_all(self) -> None:
        pieces = []
        while not self._inlet.events.empty():
            event = self._inlet.events.get()
            if isinstance(event, str):
                pieces.append(event)
            else:
                self._accept("".join(pieces))
                self._accept(event)
                pieces = []
        self._accept("".join(pieces))

    def _receive(self, timeout: float | None) -> None:
        try:
            event = self._inlet.events.get(timeout=timeout)
        except Empty:
            return
        self._accept(event)

    def _accept(self, event: str | _Signal | BaseException) -> None:
        if isinstance(event, str):
            self._places.add(event)
        elif event is _Signal.FLUSH:
            self._flushed.append(self._start + len(self._places.text))
        elif not self._ended:
            self._ended = True
            self._error = event if isinstance(event, BaseException) else None

    def _next_run(self, patient: bool) -> TextRun | None:
        text = self._places.text
        while self._flushed and not can_speak(text, self._flushed[0] - self._start):
            self._flushed.popleft()
        length = len(text) if self._ended else 0
        if self._flushed:
            length = self._flushed[0] - self._start
        if not length:
            length = self._places.choose(patient)
        elif length > ENOUGH:
            length = min(length, self._places.choose(patient=False))
        return self._run(length) if length else None

    def _run(self, length: int) -> TextRun:
        starts_block = self._places.starts_block()
        text = self._places.take(length)
        start, self._start = self._start, self._start + length
        self._inlet.room.put(length)
        space, self._space_before = self._space_before, text[len(text.rstrip()) :]
        leading = text[: len(text) - len(text.lstrip())]
        return TextRun(
            text=text,
            start=start,
            ends_text=self._ended and not self._places.text,
            starts_paragraph=start > 0
            and (starts_block or has_blank_line(space + leading))
            and not has_blank_line(space),
        )

    def _raise_error(self) -> None:
        error, self._error = self._error, None
        if error is None:
            return
        try:
            raise error
        finally:
            del error  # its traceback leads to this frame


def _fill(inlet: _Inlet, pieces: Iterable[str]) -> None:
    """The body of the thread of `Feed.of`."""
    try:
        iterator = iter(pieces)
        try:
            for piece in iterator:
                if not inlet.push(piece):
                    break
        finally:
            if isinstance(iterator, Generator):
                iterator.close()
    except BaseException as error:  # any error at all is raised at the consumer
        inlet.close(error)
    else:
        inlet.close()


async def _fill_async(inlet: _Inlet, pieces: AsyncIterable[str]) -> None:
    """The body of the task of `Feed.of_async`."""
    try:
        async with aclosing(pieces) if isinstance(pieces, AsyncGenerator) else nullcontext():
            async for piece in pieces:
                wanted = await asyncio.to_thread(inlet.push, piece) if inlet.full else inlet.push(piece)
                if not wanted:
                    break
    except asyncio.CancelledError:
        inlet.cancel()
        raise
    except BaseException as error:  # any error at all is raised at the consumer
        inlet.close(error)
    else:
        inlet.close()
