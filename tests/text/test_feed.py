"""Text in pieces: nothing is lost, and each run says whether the text or a paragraph ends with it."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.feeds import GUARD, all_runs, texts_in_pieces

from kokoro_fast.errors import InputError
from kokoro_fast.text.cut_points import ENOUGH
from kokoro_fast.text.feed import Feed, TextRun


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
