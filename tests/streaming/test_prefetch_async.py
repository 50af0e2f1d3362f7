"""Work ahead of a consumer in an event loop."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Iterator

import pytest
from support.prefetching import GUARD, endless, numbers

from kokoro_fast.streaming.prefetch import CancellationToken, Prefetcher


def test_async_items() -> None:
    async def main() -> list[int]:
        async with Prefetcher(numbers(50), most=2) as ahead:
            return [item async for item in ahead]

    assert asyncio.run(main()) == list(range(50))


def test_async_does_not_hold_up_the_loop() -> None:
    async def main() -> None:
        may_go_on = threading.Event()

        def work(_: CancellationToken) -> Iterator[int]:
            assert may_go_on.wait(GUARD)
            yield 1

        async def let_it_go_on() -> None:
            await asyncio.sleep(0)
            may_go_on.set()

        ahead = Prefetcher(work, most=1)
        assert await asyncio.gather(anext(ahead), let_it_go_on()) == [1, None]
        assert [item async for item in ahead] == []

    asyncio.run(main())


def test_async_error() -> None:
    def work(_: CancellationToken) -> Iterator[int]:
        yield 0
        raise ConnectionError("line cut")

    async def main() -> None:
        ahead = Prefetcher(work, most=5)
        assert await anext(ahead) == 0
        with pytest.raises(ConnectionError, match="line cut"):
            await anext(ahead)

    asyncio.run(main())


def test_a_cancelled_task_cancels_the_work() -> None:
    stopped = threading.Event()

    def stuck(cancelled: CancellationToken) -> Iterator[int]:
        released = threading.Event()
        cancelled.then(released.set)
        assert released.wait(GUARD)
        stopped.set()
        yield 0

    async def main() -> None:
        ahead = Prefetcher(stuck, most=1)
        task = asyncio.ensure_future(anext(ahead))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ahead.cancelled

    asyncio.run(main())
    assert stopped.wait(GUARD)


def test_async_cancel_from_a_thread_wakes_the_task() -> None:
    async def main() -> list[int]:
        def stuck(cancelled: CancellationToken) -> Iterator[int]:
            released = threading.Event()
            cancelled.then(released.set)
            assert released.wait(GUARD)
            yield 0

        ahead = Prefetcher(stuck, most=1)
        taken, _ = await asyncio.gather(everything(ahead), asyncio.to_thread(ahead.cancel))
        return taken

    assert asyncio.run(main()) == []


async def everything(ahead: Prefetcher[int]) -> list[int]:
    return [item async for item in ahead]


def test_async_cancels_at_random_times() -> None:
    async def one(number: int) -> None:
        chance = random.Random(number)
        ahead = Prefetcher(endless, most=chance.choice([1, 2, 5]))
        turns = chance.randrange(20)

        async def cancel() -> None:
            for _ in range(turns):
                await asyncio.sleep(0)
            if number % 2:
                await asyncio.to_thread(ahead.cancel)
            else:
                ahead.cancel()

        taken: list[int] = []

        async def consume() -> None:
            async for item in ahead:
                taken.append(item)
                await asyncio.sleep(0)

        await asyncio.wait_for(asyncio.gather(consume(), cancel()), GUARD)
        assert taken == list(range(len(taken)))

    async def main() -> None:
        for number in range(200):
            await one(number)

    asyncio.run(main())
