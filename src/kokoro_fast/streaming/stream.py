"""Live speech as its consumer sees it: parts that are made ahead, in a thread, of text that may still be coming."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from kokoro_fast.speech import Speech
from kokoro_fast.streaming.prefetch import CancellationToken, Prefetcher
from kokoro_fast.text.feed import Feed

BUFFER_SECONDS = 20.0
"""Seconds of speech that may wait to be read before the work pauses: enough to cover a stall, and little is lost on
cancel."""


class SpeechStream:
    """Parts of speech, each as soon as it is made: an iterator, plain and async, and a context manager.

    The work is done in a thread and begins at once. It pauses while `BUFFER_SECONDS` of sound wait to be read, and ends
    with the text, by `cancel`, at the end of a `with` block, or when the stream is dropped. Errors of the text's source
    and of the text itself are raised after the parts before them. Made by `Kokoro.stream` and `Kokoro.astream`.

    Args:
        parts: makes the speech, in the worker's thread; it polls the token that it is given.
        feed: the text, where it is still coming.
    """

    def __init__(self, parts: Callable[[CancellationToken], Iterator[Speech]], feed: Feed | None = None) -> None:
        def make(cancelled: CancellationToken) -> Iterator[Speech]:
            if feed is not None:
                cancelled.then(feed.cancel)
            return parts(cancelled)

        self._feed = feed
        self._prefetcher = Prefetcher(make, BUFFER_SECONDS, weight=_seconds)

    def flush(self) -> None:
        """Speak the text so far without waiting for the rest of its sentence. Only text in pieces ever waits."""
        if self._feed is not None:
            self._feed.flush()

    def cancel(self) -> None:
        """End the speech: no more parts come, and the work stops. Returns at once; any thread may call it."""
        self._prefetcher.cancel()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Speech:
        return next(self._prefetcher)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Speech:
        return await anext(self._prefetcher)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.cancel()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.cancel()


def _seconds(part: Speech) -> float:
    return part.duration
