"""Text in pieces from an event loop: read ahead within bounds, and a source that is stuck is closed."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest
from support.feeds import GUARD

from kokoro_fast.text.feed import MOST_WAITING, Feed


def take_all(feed: Feed) -> list[str]:
    return [run.text for run in iter(feed.take, None)]


def test_async_pieces() -> None:
    async def answer() -> AsyncIterator[str]:
        for piece in ["Hello the", "re. And ", "so on."]:
            await asyncio.sleep(0)
            yield piece

    async def main() -> list[str]:
        return await asyncio.to_thread(take_all, Feed.of_async(answer()))

    assert "".join(asyncio.run(main())) == "Hello there. And so on."


def test_async_error() -> None:
    async def answer() -> AsyncIterator[str]:
        yield "Hello"
        raise ConnectionError("line cut")

    async def main() -> None:
        feed = Feed.of_async(answer())
        run = await asyncio.to_thread(feed.take)
        assert run
        assert run.text == "Hello"
        with pytest.raises(ConnectionError, match="line cut"):
            await asyncio.to_thread(feed.take)

    asyncio.run(main())


def test_async_pieces_are_read_ahead_but_not_for_ever() -> None:
    n_read = 0

    async def endless() -> AsyncIterator[str]:
        nonlocal n_read
        while True:
            n_read += 1000
            yield "It goes on. " + "x" * 987 + "\n"
            await asyncio.sleep(0)

    async def main() -> int:
        feed = Feed.of_async(endless())
        n_taken = 0
        while n_taken < 3 * MOST_WAITING:
            run = await asyncio.to_thread(feed.take)
            assert run
            n_taken += len(run.text)
        return n_taken  # and the loop ends, with the task waiting for room or about to

    n_taken = asyncio.run(main())
    assert n_read <= n_taken + MOST_WAITING + 1000


async def stuck(closed: asyncio.Event) -> AsyncIterator[str]:
    """One sentence, and then nothing for ever."""
    try:
        yield "Hello there. "
        await asyncio.Event().wait()
    finally:
        closed.set()


def test_cancel_closes_an_async_source_that_is_stuck() -> None:
    async def main() -> None:
        closed = asyncio.Event()
        feed = Feed.of_async(stuck(closed))
        assert await asyncio.to_thread(feed.take)
        feed.cancel()
        await asyncio.wait_for(closed.wait(), GUARD)
        assert feed.take() is None

    asyncio.run(main())


def test_a_dropped_feed_ends_its_task() -> None:
    async def main() -> None:
        closed = asyncio.Event()
        feed = Feed.of_async(stuck(closed))
        await asyncio.to_thread(feed.take)
        del feed
        gc.collect()
        await asyncio.wait_for(closed.wait(), GUARD)

    asyncio.run(main())


def test_of_async_needs_a_loop() -> None:
    async def none() -> AsyncIterator[str]:
        yield ""

    with pytest.raises(RuntimeError, match="no running event loop"):
        Feed.of_async(none())
