"""Live text to planned chunks: how long the feed is waited for, and what becomes of its runs."""

from __future__ import annotations

from typing import cast

from kokoro_fast.streaming.live import PARAGRAPH_PAUSE, LiveText
from kokoro_fast.streaming.pacing import PlaybackBuffer
from kokoro_fast.synthesis.throughput import Throughput
from kokoro_fast.text import phonemizer
from kokoro_fast.text.feed import Feed, TextRun


class Script:
    """A feed that gives the runs it was made with, and notes how patient each call was."""

    def __init__(self, *runs: TextRun) -> None:
        self.runs = [*runs]
        self.patience: list[float] = []

    def take(self, patience: float) -> TextRun | None:
        self.patience.append(patience)
        return self.runs.pop(0) if self.runs else None


def live_text(feed: Script) -> LiveText:
    return LiveText(cast(Feed, feed), phonemizer("en-us"), None, "error")


def test_a_sentence_is_waited_for_half_as_long_as_there_is_sound_to_play() -> None:
    feed = Script(TextRun("One. ", 0, False, False), TextRun("Two.", 5, True, False))
    buffer = PlaybackBuffer(Throughput(), clock=lambda: 100.0)
    runs = live_text(feed).runs(buffer)
    assert [chunk.phonemes for chunk in next(runs).chunks] == ["wˈʌn."]
    buffer.sent(3.0)
    assert [chunk.phonemes for chunk in next(runs).chunks] == ["tˈu."]
    buffer.sent(1.0)
    assert list(runs) == []
    assert feed.patience == [0.0, 1.5, 2.0]


def test_a_blank_line_that_came_late_is_a_pause_of_its_own() -> None:
    feed = Script(TextRun("One.", 0, False, False), TextRun("Two.", 6, True, True))
    runs = list(live_text(feed).runs(PlaybackBuffer(Throughput())))
    assert [run.ends_text for run in runs] == [False, False, True]
    assert list(runs[1].chunks) == [PARAGRAPH_PAUSE]
    (token,) = [token for chunk in runs[2].chunks for token in chunk.tokens if token.text == "Two"]
    assert (token.char_start, token.char_end) == (6, 9)
