"""Makes the files of a finished job, sound with chapter marks and subtitles, in constant memory."""

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
"""Samples of silence before a chapter that belong to it, so that a player that jumps there does not cut the first
sound."""

OPENING = "Opening"
"""The title of the text before the first chapter, where the book has no title."""


@dataclass(frozen=True, slots=True)
class Publication:
    """The files to make of a job.

    Attributes:
        output: the sound file.
        subtitles: the subtitle file (.srt, .vtt or .json), or None.
        title: the title written into the sound file.
        chapters: the headings that open chapters.
    """

    output: Path
    subtitles: Path | None = None
    title: str | None = None
    chapters: Sequence[Heading] = ()


def write_book(job: ResumableJob, publication: Publication, reached: Callable[[int], None]) -> None:
    """Write subtitles and sound, each whole or not at all, the sound last.

    Args:
        job: a complete job.
        publication: the files to make.
        reached: is called with the number of samples encoded so far.

    Raises:
        InputError, OSError: as in `audio.Writer`.
    """
    if publication.subtitles is not None:
        from kokoro_fast.subtitles.writer import SubtitleWriter

        with SubtitleWriter(publication.subtitles) as subtitles:
            subtitles.add(job.words())
    marks = tuple(chapter_marks(publication.chapters, job.words(), job.n_samples, publication.title or OPENING))
    tags = Tags(publication.title, marks, job.n_samples)
    done = 0
    with Writer(publication.output, SAMPLE_RATE, tags, job.temporary) as file:
        for block in job.blocks():
            file.write(block)
            done += len(block)
            reached(done)


def chapter_marks(
    headings: Sequence[Heading], words: Iterable[Word], n_samples: int, opening: str
) -> Iterator[Chapter]:
    """Chapters that tile the sound [0, n_samples), each from shortly before the first word at or after its heading.

    The text before the first heading becomes a chapter named `opening`. Of headings with no word between, the last one
    counts.
    """
    starts: dict[int, str] = {}  # the title by the first sample
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
