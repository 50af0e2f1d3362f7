"""Text in pieces: the runs that come out, joined, are the text that went in, however it was cut."""

from __future__ import annotations

import atheris
from harness import fuzz, import_instrumented, require

with import_instrumented:
    from kokoro_fast.text.feed import Feed, TextRun

FLUSH, TAKE = 250, 240
"""A length of a piece from which on the piece is followed by a flush, or by taking what is there."""


def check(data: bytes) -> None:
    source = atheris.FuzzedDataProvider(data)
    feed, pieces, runs = Feed(), [], []
    for _ in range(source.ConsumeIntInRange(0, 12)):
        length = source.ConsumeIntInRange(1, 255)
        pieces.append(source.ConsumeUnicodeNoSurrogates(length))
        feed.push(pieces[-1])
        if length >= FLUSH:
            feed.flush()
    feed.close()
    while run := feed.take():
        runs.append(run)
    check_runs(runs, "".join(pieces))


def check_runs(runs: list[TextRun], text: str) -> None:
    require("".join(run.text for run in runs) == text, "the runs are the whole text")
    require(all(run.text for run in runs), "a run has text")
    require(all(text.startswith(run.text, run.start) for run in runs), "a run stands where it says")
    require(not any(run.ends_text for run in runs[:-1]), "only the last run ends the text")


fuzz(check)
