"""Live speech as its consumer sees it: early, whole, cancelable, and of text that is still coming."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator

import pytest

from kokoro_fast import Kokoro, Speech
from kokoro_fast.errors import InputError
from kokoro_fast.streaming.stream import BUFFER_SECONDS

TEXT = "Dr. Smith paid $100 for it. Isn't that a lot? The night train was late again, and nobody seemed to mind."
WORDS = [word.strip(".,?") for word in TEXT.split()]


def letters(text: str, size: int = 3) -> Iterator[str]:
    yield from (text[i : i + size] for i in range(0, len(text), size))


def said(parts: list[Speech]) -> list[str]:
    return [word.text.rstrip(".") for word in Speech.join(parts).words]


EXPECTED = [word.rstrip(".") for word in WORDS]


def test_all_of_a_text_is_said_in_order(tts: Kokoro) -> None:
    parts = list(tts.stream(TEXT))
    assert len(parts) > 1
    assert said(parts) == EXPECTED
    words = Speech.join(parts).words
    assert all(TEXT[word.char_start : word.char_end] == word.text for word in words)
    starts = [word.start_sample for word in words]
    assert starts == sorted(starts)


def test_text_in_pieces_is_said_whole_and_keeps_its_places(tts: Kokoro) -> None:
    parts = list(tts.stream(letters(TEXT)))
    assert said(parts) == EXPECTED
    assert all(TEXT[word.char_start : word.char_end] == word.text for word in Speech.join(parts).words)


def test_a_sentence_is_said_before_the_next_one_came(tts: Kokoro) -> None:
    heard = threading.Event()

    def pieces() -> Iterator[str]:
        yield "Hello there. "
        assert heard.wait(60), "the first sentence waited for the second"
        yield "And goodbye."

    with tts.stream(pieces()) as stream:
        first = next(stream)
        assert [word.text for word in first.words][:1] == ["Hello"]
        heard.set()
        assert said([first, *stream]) == ["Hello", "there", "And", "goodbye"]


def test_flush_says_what_has_come(tts: Kokoro) -> None:
    go_on = threading.Event()

    def pieces() -> Iterator[str]:
        yield "No mark at the end"
        assert go_on.wait(60)
        yield " but more."

    with tts.stream(pieces()) as stream:
        stream.flush()
        first = next(stream)
        assert [word.text for word in first.words][:2] == ["No", "mark"]
        go_on.set()
        assert said([first, *stream]) == ["No", "mark", "at", "the", "end", "but", "more"]


def test_markup_may_span_pieces(tts: Kokoro) -> None:
    text = 'One. <prosody rate="slow">Two. Three.</prosody> Four.'
    assert said(list(tts.stream(letters(text, 1)))) == ["One", "Two", "Three", "Four"]


def test_an_async_source_and_an_async_consumer(tts: Kokoro) -> None:
    async def pieces() -> AsyncIterator[str]:
        for piece in letters(TEXT, 7):
            await asyncio.sleep(0)
            yield piece

    async def consume() -> list[Speech]:
        return [part async for part in tts.astream(pieces())]

    assert said(asyncio.run(consume())) == EXPECTED


def test_cancel_ends_the_stream_and_its_source(tts: Kokoro) -> None:
    closed = threading.Event()

    def endless() -> Iterator[str]:
        try:
            while True:
                yield "And so it goes on. "
        finally:
            closed.set()

    stream = tts.stream(endless())
    next(stream)
    stream.cancel()
    assert list(stream) == []
    assert closed.wait(60)


@pytest.mark.slow
def test_a_consumer_that_stops_reading_stops_the_work(tts: Kokoro) -> None:
    n_pieces = 0

    def endless() -> Iterator[str]:
        nonlocal n_pieces
        while True:
            n_pieces += 1
            yield "And so it goes on, and on. "

    with tts.stream(endless()) as stream:
        next(stream)
        assert not stream._prefetcher.wait(5)  # by now it waits for room, or is about to
        ready = stream._prefetcher._work._weight_ready
        assert ready < BUFFER_SECONDS + 40  # the last chunk may be long
    assert n_pieces < 100_000


def test_errors_come_after_what_was_said_before_them(tts: Kokoro) -> None:
    def breaks() -> Iterator[str]:
        yield "This is said. "
        raise RuntimeError("the line is dead")

    stream = tts.stream(breaks())
    assert next(stream).words[0].text == "This"
    with pytest.raises(RuntimeError, match="the line is dead"):
        list(stream)


@pytest.mark.parametrize("text", ["", "  \n ", "...", [], ["", " "]])
def test_nothing_to_say_is_an_error(tts: Kokoro, text: str | list[str]) -> None:
    with pytest.raises(InputError, match="expected something to say"):
        list(tts.stream(text))
