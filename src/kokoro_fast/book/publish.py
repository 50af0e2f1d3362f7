"""Makes the files of a finished work: sound with chapter marks, and subtitles. In constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from kokoro_fast.audio.encoders import Chapter, Tags
from kokoro_fast.audio.writer import Writer
from kokoro_fast.book.job import ResumableJob
from kokoro_fast.book.outline import Heading
from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.types import Word

LEAD = SAMPLE_RATE // 4
"""Samples of the silence before a chapter that belong to it: a player that jumps there does not cut the first sound."""

OPENING = "Opening"
"""Title of what comes before the first chapter, where the book has no title."""


@dataclass(frozen=True, slots=True)
class Publication:
    """What is to be made.

    Attributes:
        output: the sound file.
        subtitles: .srt, .vtt or .json; None for none.
        title: written into the sound file.
        chapters: where they begin in the text.
    """

    output: Path
    subtitles: Path | None = None
    title: str | None = None
    chapters: Sequence[Heading] = ()


def write_book(work: ResumableJob, publication: Publication, reached: Callable[[int], None]) -> None:
    """Write subtitles and sound, each whole or not at all, the sound last.

    Args:
        work: complete.
        publication: what to make of it.
        reached: is told how many samples are encoded.

    Raises:
        InputError, OSError: as in `audio.Writer`.
    """
    if publication.subtitles is not None:
        from kokoro_fast.subtitles.writer import SubtitleWriter

        with SubtitleWriter(publication.subtitles) as subtitles:
            subtitles.add(work.words())
    marks = tuple(chapter_marks(publication.chapters, work.words(), work.n_samples, publication.title or OPENING))
    tags = Tags(publication.title, marks, work.n_samples)
    done = 0
    with Writer(publication.output, SAMPLE_RATE, tags, work.temporary) as file:
        for block in work.blocks():
            file.write(block)
            done += len(block)
            reached(done)


def chapter_marks(
    headings: Sequence[Heading], words: Iterable[Word], n_samples: int, opening: str
) -> Iterator[Chapter]:
    """Chapters that tile the sound [0, n_samples), each from shortly before the first word at or after its heading.

    What is spoken before the first heading is a chapter named `opening`. Of headings with no word between, the last
    one counts.
    """
    starts: dict[int, str] = {}  # first sample -> title
    waiting = list(headings)
    end_of_speech = 0
    for word in words:
        if not waiting:
            break
        title = None
        while waiting and waiting[0].start <= word.char_start:
            title = waiting.pop(0).title
        if title is not None:
            start = max(end_of_speech, word.start_sample - LEAD) if starts or end_of_speech else 0
            starts[start] = title
        end_of_speech = word.end_sample
    if starts and 0 not in starts:
        starts = {0: opening, **starts}
    for (start, end), title in zip(pairwise([*starts, n_samples]), starts.values(), strict=True):
        yield Chapter(title, start, end)
