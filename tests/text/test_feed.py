"""Text in pieces: where it may be cut, that nothing is lost, and that nobody waits for ever."""

from __future__ import annotations

import asyncio
import gc
import random
import re
import signal
import threading
import time
import traceback
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kokoro_fast.errors import InputError
from kokoro_fast.text.cut_points import ENOUGH, LEAST, LONGEST, CutFinder, Stop
from kokoro_fast.text.feed import MOST_WAITING, Feed, TextRun

GUARD = 60.0
"""Seconds after which a test that hangs fails. Nothing is expected to take a noticeable part of it."""

SIGNS = {Stop.WORD: "", Stop.CLAUSE: "/", Stop.SENTENCE: "|"}


def places(text: str) -> list[tuple[int, Stop]]:
    reader = CutFinder()
    reader.add(text)
    return list(reader.find())


def marked(text: str) -> str:
    """The text with "|" where a sentence ends and "/" where a clause does."""
    result, last = "", 0
    for place, stop in places(text):
        result += text[last:place] + SIGNS[stop]
        last = place
    return result + text[last:]


def all_runs(feed: Feed) -> list[TextRun]:
    return list(iter(feed.take, None))


@pytest.mark.parametrize(
    "text",
    [
        # Abbreviations, initials, numbers.
        "Dr. Smith met J. R. R. Tolkien. |Then he left. |So",
        "It is big, /e.g. the U.S. Army, /i.e. them. |Then",
        "We met at 5 p.m. on Jan. 5. |He paid $3.14. |It",
        "She lives in the U.S. |They left at 5 p.m. |But Acme Inc. Paris stayed, /etc. and so on. |End",
        "No. 5 is alive. |I said no. |Fig. 3 and Vol. II are art. |Really",
        "It costs about approx. ten. |In 1980. |Then version 2.5 came. |See example.com. |Go",
        "Mr. and Mrs. Jones vs. the Rev. Dr. Hall. |Amen",
        "“Dr. No” and (Prof. Yes) /spoke. |Both",
        # Marks that trail off, quotations.
        'Wait... /what? |"Stop!" /he said. |"Go." |She went… |Home',
        "What?! |No way!!! |Well… /maybe. |Or",
        "(It rained.) |He wrote “it rained.” |Then it did (twice) /and stopped. |A",
        # Clauses.
        "Yes, /no; /maybe: /so — /or 1,000 and 10:30 and word—word. |T",
        "— Hola, /dijo. |- milk",
        # Lines.
        "1. First do this. |2. Then that.\n|A. This\n/B. That\n/- Milk\n/- Bread\n/Done",
        "a line that was\nwrapped at a width\nof twenty. |Next\n\n|New",
        "A title\r\n/Text goes on.\r\n|More\r\n\r\n|End",
        "One\n/Two\nthree\n \n|Four",
        # Other scripts.
        "こんにちは。|元気ですか？|「はい。」|１，０００円、/ええ",
        "नमस्ते। |आप कैसे हैं? |जी",
        "¿Qué? |¡Sí! |El Sr. García vive en p.ej. Madrid. |Fin",
        # Markup, Markdown, emoji.
        'Say [Dr. Who. No](/dˈɑ. k/) now. |Wait <break time="1.5 s. x"/> here. |[voice:af_heart] B',
        '<prosody rate="slow">Hello there. |How are you?</prosody> |Fine',
        "<sub alias='a. b. c'>A. But. C</sub> is one. |<phoneme ph='x'>Two. The</phoneme> too. |E",
        "This <!-- is. A --> hidden. |If a < b. |Then [sic. Or] so. |I <3 you. |Bye",
        "**Note.** |This is `code.` |_Really._ |Sure!😊 |Go 👍🏽 on. |E",
        "Open [bracket that. |Never\ncloses. |And",
    ],
)
def test_places(text: str) -> None:
    plain = re.sub(r"[|]|(?<=[\s、])/", "", text)
    assert marked(plain) == text


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("Hello there. ", "Hello there. "),
        ("Hello there.", ""),  # "there.com"
        ("Pi is 3.", ""),
        ("It is so. ", ""),  # "so." may be short for something: the next letter tells
        ("It is so. A", "It is so. "),
        ("It is so.\n", "It is so.\n"),
        ("He said so! ", "He said so! "),
        ('He said "so!" ', ""),
        ("In the U.S. Th", ""),
        ("In the U.S. The ", "In the U.S. "),
        ("Hello there.\r", ""),
        ("Hello there.\r\n", "Hello there.\r\n"),
        ("はい。", ""),  # "」" may follow
        ("はい。い", "はい。"),
        ("Hello [there. ", ""),
        ("Hello [there. " + 200 * "x", "Hello [there. "),
        ("Hello <there. ", ""),
        ("Title\n\n", "Title\n\n"),
        ("... ", ""),
        ("... Yes there. ", "... Yes there. "),
    ],
)
def test_what_is_certain(text: str, certain: str) -> None:
    reader = CutFinder()
    reader.add(text)
    assert text[: reader.choose(patient=True)] == certain


def test_weaker_places_when_it_takes_long() -> None:
    clause = "a few words that go on for some time yet, "
    assert len(clause) >= LEAST[Stop.CLAUSE]
    words = "word " * 39
    for text, impatient, patient in [
        (clause + "and", len(clause), 0),
        (clause[10:] + "and", 0, 0),
        (words + "word ", 200, 0),
        (words + "word", 0, 0),
        (words * 11, 39 * 5 * 11, 39 * 5 * 11),
        ("x" * 2001, 2000, 2000),
        ("x" * 1990 + "e\u0301" * 6, 2000, 2000),
        ("x" * 1999 + "\r\n", 2001, 2001),
        ("x" * 1999 + "\r", 1999, 1999),
        ("x" * 1998 + "👍\U0001f3fd", 1998, 1998),
        ("x" * 1995 + "[unclosed", 1995, 1995),
        (" " * 2500, 2499, 2499),
        ("! " * 1000, 1999, 1999),
    ]:
        for patience, expected in [(False, impatient), (True, patient)]:
            reader = CutFinder()
            reader.add(text)
            assert reader.choose(patience) == expected, (text[:50], patience)


FRAGMENTS = st.sampled_from(
    [
        *"aAbB1 .!?…,;:—\n\r\t\"')]»([«<>/-*",
        *"。！、」あ\u0301\u200d\ufe0f👍\u0660",
        "\r\n",
        "\n\n",
        *["Dr", "U.S", "e.g", "No", "etc", "The", "word", "longer", "3.14", "Smith", " the ", ". ", "... "],
        *[
            "[Dr. X](/a b/)",
            "](/",
            "/)",
            '<break time="1s"/>',
            "[pause:1s]",
            "</sub>",
            "<sub alias='a. b'>",
            "<prosody rate='1'>",
        ],
    ]
)
TEXTS = st.lists(FRAGMENTS, max_size=60).map("".join)


@st.composite
def texts_in_pieces(draw: st.DrawFn) -> list[str]:
    text = draw(st.one_of(TEXTS, TEXTS.map(lambda text: text * 12), st.text(max_size=80)))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=30)))
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@settings(max_examples=200, deadline=None)
@given(texts_in_pieces())
def test_places_do_not_depend_on_the_pieces(pieces: list[str]) -> None:
    text = "".join(pieces)
    assume(not text.endswith("\r"))  # the white space before it may have been a place
    reader = CutFinder()
    found: list[tuple[int, Stop]] = []
    for piece in pieces:
        reader.add(piece)
        found += reader.find()
    assert before_words(text, found) == before_words(text, places(text))


def before_words(text: str, found: list[tuple[int, Stop]]) -> dict[int, Stop]:
    """Places, without regard to how much of the white space had come."""
    return {len(text) - len(text[place:].lstrip()): stop for place, stop in found}


@settings(max_examples=200, deadline=None)
@given(texts_in_pieces())
def test_a_hungry_consumer_gets_the_text_in_allowed_runs(pieces: list[str]) -> None:
    text = "".join(pieces)
    reader, position = CutFinder(), 0
    for piece in pieces:
        reader.add(piece)
        while length := reader.choose(patient=False):
            run = reader.take(length)
            assert run == text[position : position + length]
            position += length
            assert_may_end(text, position, run)
    assert reader.text == text[position:]


TAGS = re.compile(r"\[[^\[\]\n]{1,100}\](?:\(/[^/\n]{1,100}/\))?|<[A-Za-z/][^<>]{0,100}>")


def assert_may_end(text: str, place: int, run: str) -> None:
    """What holds for the end of every run, said independently of the code that finds it."""
    before, after = text[place - 1], text[place : place + 1]
    assert any(char.isalnum() for char in run) or len(run) >= LONGEST
    assert before + after != "\r\n"
    if len(run) >= LONGEST:
        return
    assert before.isspace() or re.search(r"[。！？、।][」”’»)\]\"']*$", run), run
    assert before.isspace() or not unicodedata.combining(after or " ")
    assert not any(tag.start() < place < tag.end() for tag in TAGS.finditer(text))
    body = run.rstrip()
    line_ends = re.search(r"[\n\r\x0b\x0c\x85\u2028\u2029]", run[len(body) :])
    if not line_ends:
        assert not re.search(r"(?<!\w)(Dr|e\.g)\.$", body), run
    signs = re.search(r"[\W_]*$", TAGS.sub("", body))
    assert signs
    assert set(signs[0]) & set(".!?…,;:—–)。！、।") or len(run) >= 200 or line_ends, run


@settings(max_examples=100, deadline=None)
@given(texts_in_pieces(), st.sampled_from([0.0, 100.0]))
def test_the_runs_are_the_text(pieces: list[str], patience: float) -> None:
    feed = Feed.of(pieces)
    runs = list(iter(lambda: feed.take(patience), None))
    text = "".join(pieces)
    assert "".join(run.text for run in runs) == text
    assert all(text[run.start : run.start + len(run.text)] == run.text for run in runs)
    assert all(run.text for run in runs)
    assert not any(run.ends_text for run in runs[:-1])
    assert feed.take() is None


def test_what_came_meanwhile_is_one_run() -> None:
    feed = Feed()
    for piece in ["Hello", " there", ". How are you", "? I am", " fine"]:
        assert feed.push(piece)
    assert feed.take() == TextRun("Hello there. How are you? ", 0, ends_text=False, starts_paragraph=False)
    feed.push(". And")
    feed.close()
    assert feed.take() == TextRun("I am fine. And", 26, ends_text=True, starts_paragraph=False)
    assert feed.take() is None


def test_a_book_at_once_comes_in_pages() -> None:
    text = "It goes on and on. " * 10_000
    feed = Feed.of(text)
    runs = all_runs(feed)
    assert "".join(run.text for run in runs) == text
    assert max(len(run.text) for run in runs) <= ENOUGH + 20
    assert [run.ends_text for run in runs] == [False] * (len(runs) - 1) + [True]

    flushed = Feed()
    flushed.push("It goes on and on. " * 1000)
    flushed.flush()
    flushed.push("y")
    flushed.close()
    assert [len(run.text) for run in all_runs(flushed)] == [9994, 9006, 1]


def test_no_text() -> None:
    assert all_runs(Feed.of([])) == []
    assert all_runs(Feed.of([""])) == []
    assert all_runs(Feed.of(" \n")) == [TextRun(" \n", 0, ends_text=True, starts_paragraph=False)]


def test_flush() -> None:
    feed = Feed()
    feed.flush()
    feed.push("Let me che")
    feed.flush()
    feed.flush()
    feed.push("ck. That")
    feed.push("  ")
    feed.flush()
    feed.push("\n")
    feed.flush()  # nothing to say since the last one
    feed.push("Done so far. And")
    assert [feed.take(), feed.take(), feed.take()] == [
        TextRun("Let me che", 0, ends_text=False, starts_paragraph=False),
        TextRun("ck. That  ", 10, ends_text=False, starts_paragraph=False),
        TextRun("\nDone so far. ", 20, ends_text=False, starts_paragraph=False),
    ]


def test_a_blank_line_that_came_late_is_reported() -> None:
    feed = Feed()
    starts = []
    for piece in ["First line.\n", "\nSecond line.\n\n", "Third line. ", "\nFourth line.", "\n", "\r\nx"]:
        feed.push(piece)
        if piece != "\n":
            feed.flush()
            run = feed.take()
            assert run
            starts.append(run.starts_paragraph)
    assert starts == [False, True, False, False, True]


def test_patience() -> None:
    clause = "a few words that go on for some time yet, "
    feed = Feed()
    feed.push(clause)
    run = feed.take(patience=0.01)
    assert run
    assert run.text == clause

    feed.push(clause)
    with ThreadPoolExecutor() as pool:
        taken = pool.submit(feed.take, patience=float("inf"))
        feed.push("and end. ")
        feed.push("So")
        late = taken.result(GUARD)
    assert late
    assert late.text == clause + "and end. "


def test_misuse_is_an_error() -> None:
    feed = Feed()
    with pytest.raises(InputError, match="expected text in pieces of type str, got bytes"):
        feed.push(b"abc")  # type: ignore[arg-type]
    feed.close()
    feed.close()
    with pytest.raises(InputError, match="expected no more text"):
        feed.push("more")
    with pytest.raises(InputError, match="expected no more text"):
        feed.flush()
    broken = Feed.of([1])  # type: ignore[list-item]
    with pytest.raises(InputError, match="got int"):
        broken.take()


def test_an_error_comes_after_the_text_before_it() -> None:
    def answer() -> Iterator[str]:
        yield "Hello there. This is the la"
        yield "st"
        raise ConnectionError("line cut")

    feed = Feed.of(answer())
    taken: list[str] = []
    with pytest.raises(ConnectionError, match="line cut") as caught:
        taken.extend(run.text for run in iter(feed.take, None))
    assert "".join(taken) == "Hello there. This is the last"
    assert "in answer" in "".join(traceback.format_tb(caught.value.__traceback__))
    assert feed.take() is None

    pushed = Feed()
    pushed.push("Well")
    pushed.fail(ConnectionError("no"))
    run = pushed.take()
    assert run
    assert (run.text, run.ends_text) == ("Well", True)
    with pytest.raises(ConnectionError):
        pushed.take()


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
