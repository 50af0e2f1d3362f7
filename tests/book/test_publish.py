"""The files that are made of complete work: sound, chapters, subtitles. Sound and words are synthetic."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import soundfile
from support.book_parts import OPTIONS, a_part, heard, names

from kokoro_fast.book import Heading, Publication, ResumableJob, write_book
from kokoro_fast.book.publish import LEAD, chapter_marks
from kokoro_fast.types import Word


@pytest.fixture
def done(tmp_path: Path) -> Iterator[ResumableJob]:
    """Complete work of six parts, a second each."""
    with ResumableJob(tmp_path / "book.wav") as work:
        work.begin(OPTIONS, 5)
        for number in range(6):
            work.add(a_part(number))
        work.finish()
        yield work


CHAPTERS = (Heading("One", 10), Heading("Empty", 31), Heading("Two ü", 32))


def test_chapter_marks(done: ResumableJob) -> None:
    marks = list(chapter_marks(CHAPTERS, done.words(), done.n_samples, "The Book"))
    assert [mark.title for mark in marks] == ["The Book", "One", "Two ü"]
    assert [mark.start for mark in marks] == [0, 24_000 + 21_000 - LEAD, 4 * 24_000 + 21_000 - LEAD]
    assert marks[-1].end == done.n_samples
    assert all(mark.end == following.start for mark, following in pairwise(marks))


def test_chapter_marks_at_the_edges(done: ResumableJob) -> None:
    def starts(*headings: Heading) -> list[int]:
        return [mark.start for mark in chapter_marks(headings, done.words(), done.n_samples, "")]

    assert starts() == []
    assert starts(Heading("All", 0)) == [0]
    assert starts(Heading("Never spoken", 60)) == []
    close = [Word("a", "a", 0, 1000, 0, 1), Word("b", "b", 1200, 2000, 2, 3)]
    assert [mark.start for mark in chapter_marks([Heading("B", 2)], close, 3000, "")] == [0, 1000]


@pytest.mark.parametrize("suffix", [".m4b", ".m4a", ".mp3", ".opus"])
def test_chapters_and_title_in_the_file(done: ResumableJob, tmp_path: Path, suffix: str) -> None:
    import av

    told: list[int] = []
    write_book(done, Publication(tmp_path / f"book{suffix}", None, "The Book", CHAPTERS), told.append)
    marks = list(chapter_marks(CHAPTERS, done.words(), done.n_samples, "The Book"))
    with av.open(tmp_path / f"book{suffix}") as file:
        tags = dict(file.metadata) | dict(file.streams.audio[0].metadata)
        assert tags["title"] == "The Book"
        found = [(float(mark["start"] * mark["time_base"]), mark["metadata"]["title"]) for mark in file.chapters()]
        if suffix == ".m4b":
            assert tags["major_brand"] == "M4B "
    assert [title for _, title in found] == [mark.title for mark in marks]
    assert [start for start, _ in found] == pytest.approx([mark.start / 24_000 for mark in marks], abs=0.001)
    assert told[-1] == done.n_samples
    assert names(tmp_path) == [".book.wav.kokoro-fast", f"book{suffix}", "journal.jsonl", "sound.pcm"]


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
def test_formats_without_chapters(done: ResumableJob, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"book{suffix}"
    write_book(done, Publication(path, None, "The Book", CHAPTERS), lambda _: None)
    with soundfile.SoundFile(path) as file:
        assert file.title == "The Book"
        assert file.frames == done.n_samples
        if suffix != ".ogg":
            assert file.read(dtype="int16").astype("<i2").tobytes() == heard(done)


@pytest.mark.parametrize("suffix", [".srt", ".vtt", ".json"])
def test_subtitles(done: ResumableJob, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"book{suffix}"
    write_book(done, Publication(tmp_path / "book.wav", path), lambda _: None)
    content = path.read_text("utf-8")
    assert all(f"w{number}" in content for number in range(6))
    if suffix == ".json":
        assert [word["start_sample"] for word in json.loads(content)["words"]] == [
            21_000 + n * 24_000 for n in range(6)
        ]


def test_a_killed_encoder_leaves_nothing_that_stays(done: ResumableJob, tmp_path: Path) -> None:
    done.temporary.write_bytes(b"half a file")
    write_book(done, Publication(tmp_path / "book.wav"), lambda _: None)
    assert soundfile.info(tmp_path / "book.wav").frames == done.n_samples
    assert not done.temporary.exists()


def test_a_full_disk_while_the_file_is_made(done: ResumableJob, tmp_path: Path) -> None:
    publication = Publication(tmp_path / "book.mp3", tmp_path / "book.srt")
    (tmp_path / "book.mp3").write_bytes(b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        with pytest.raises(OSError, match=r"File too large: .*book\.mp3"):
            write_book(done, publication, lambda _: None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / "book.mp3").read_bytes() == b"old"
    assert not done.temporary.exists()
    write_book(done, publication, lambda _: None)
    assert soundfile.info(tmp_path / "book.mp3").frames == done.n_samples
