"""Long texts: headings found, work that outlives a kill, and the files made of it. Sound and words are synthetic."""

from __future__ import annotations

import errno
import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from kokoro_fast.audio.pcm import pcm16
from kokoro_fast.book import Heading, Publication, ResumableJob, find_outline, write_book
from kokoro_fast.book.publish import LEAD, chapter_marks
from kokoro_fast.errors import InputError
from kokoro_fast.speech import Speech
from kokoro_fast.types import Word

OPTIONS = {"the text": "digest", "speed": 1.0, "seed": None}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.name != "lock")


# Headings


def titles(text: str) -> list[str]:
    return [heading.title for heading in find_outline(text).chapters]


@pytest.mark.parametrize(
    "heading",
    [
        "Chapter 3",
        "CHAPTER III. The Storm",
        "CHAPTER III THE STORM",
        "Chapter Twenty-One: What the Cat Said",
        "Chapter 12 — The end",
        "PART ONE",
        "Book IV",
        "Prologue",
        "Epilogue: Ten Years Later",
        "Appendix B",
        "Chapitre 4",
        "CAPÍTULO II",
        "第三章 風",
        "第12回",
    ],
)
def test_a_line_that_opens_a_chapter(heading: str) -> None:
    text = f"Some words before.\n\n  {heading}\n\nIt was a dark night."
    found = find_outline(text)
    assert found.chapters == (Heading(heading, text.index(heading)),)
    assert re.sub("<[^>]*>", "", found.spoken) == text.replace(heading + "\n", heading + "\u2029")


@pytest.mark.parametrize(
    ("line", "spoken"),
    [
        ("CHAPTER III. The Storm", 'CHAPTER <sub alias="3">III</sub>. The Storm'),
        ("Book MCMXLIX", 'Book <sub alias="1949">MCMXLIX</sub>'),
        ("# Chapter IV", '  Chapter <sub alias="4">IV</sub>'),
        ("## XII", '   <sub alias="12">XII</sub>'),
        ("# I. Dawn", '  <sub alias="1">I</sub>. Dawn'),
        ("# I rise", "  I rise"),
        ("# Mix it", "  Mix it"),
        ("# MIX it", "  MIX it"),
        ("Chapter 3", "Chapter 3"),
        ("Chapter Three", "Chapter Three"),
    ],
)
def test_roman_numbers_of_headings_are_numbers(line: str, spoken: str) -> None:
    text = f"{line}\n\nIt rained in IV.\n\n{line}"
    found = find_outline(text)
    assert found.spoken.replace("\u2029", "\n") == f"{spoken}\n\nIt rained in IV.\n\n{spoken}"
    for word in ("It", "rained", "IV.\n\n"):
        start = found.spoken.replace("\u2029", "\n").rindex(word)
        place = found.place(start)
        assert text[place : found.place(start + len(word))] == word
    number = re.search(r"(?<=>)\w+(?=<)", found.spoken)
    if number:
        assert text[found.place(number.start()) : found.place(number.end())] == number[0]


@pytest.mark.parametrize(
    "line",
    [
        "Chapter 3 was harder than I thought.",
        "Chapter I was told to read.",
        "chapter 3",
        "Part of the reason was the rain.",
        "Part mix",
        "Parts 1",
        "Introductions were made.",
        "Preface the answer with a smile.",
        "The Storm",
        "1984",
        "I",
        "Letters",
        "Chapter " + "1" * 10,
        "Chapter 1: " + "long " * 40,
        "第三者",
    ],
)
def test_a_line_that_does_not(line: str) -> None:
    assert titles(f"{line}\n\nIt was a dark night.\n\n{line}\n\nAnd on.") == []


def test_a_chapter_needs_blank_lines_around() -> None:
    assert titles("He opened\nChapter 3\n\nand read.") == []
    assert titles("Chapter 3\nwas what he read, and this goes on.\nAnd on.") == []
    assert titles("Chapter 3\r\n\r\nIt was dark.\r\n\r\nChapter 4") == ["Chapter 3", "Chapter 4"]


def test_the_title_may_stand_on_the_second_line() -> None:
    found = find_outline("CHAPTER 1\nDown the Rabbit-Hole\n\nAlice was tired.")
    assert [heading.title for heading in found.chapters] == ["CHAPTER 1: Down the Rabbit-Hole"]
    assert found.spoken == "CHAPTER 1\u2029Down the Rabbit-Hole\n\nAlice was tired."


def test_a_table_of_contents_is_no_chapter() -> None:
    contents = "".join(f"CHAPTER {number}. Title\n\n" for number in range(1, 8))
    text = f"Contents\n\n{contents}" + "".join(f"CHAPTER {number}. Title\n\nIt was dark.\n\n" for number in range(1, 8))
    starts = [heading.start for heading in find_outline(text).chapters]
    assert len(starts) == 7
    assert all(text[start : start + 30].count("CHAPTER") == 1 for start in starts)
    nested = "PART ONE\n\nBOOK ONE\n\nCHAPTER I\n\nIt was dark."
    assert titles(nested) == ["PART ONE", "BOOK ONE", "CHAPTER I"]


def test_markdown() -> None:
    text = "# The *Book*\n\nBy me.\n\n## One ##\nIt rained.\n### Not this\n\n## [Two](/tˈu/)\r\nIt [rained](/ɹˈAnd/).\n"
    found = find_outline(text)
    assert [(heading.title, heading.level) for heading in found.chapters] == [("The Book", 1), ("One", 2), ("Two", 2)]
    assert found.title == "The Book"
    assert found.spoken == (
        "  The *Book*\u2029\nBy me.\n\u2029   One   \u2029It rained.\u2029    Not this\u2029\u2029"
        "   [Two](/tˈu/)\r\u2029It [rained](/ɹˈAnd/).\n"
    )


def test_markdown_of_one_level() -> None:
    found = find_outline("# One\nText.\n\n# Two\nText.\n\n## Two A\n\n# Two B")
    assert [heading.title for heading in found.chapters] == ["One", "Two", "Two B"]
    assert found.title is None
    assert titles("## Only\n\nText.") == ["Only"]


@pytest.mark.parametrize(
    "text",
    ["#hashtag", "####### seven", "    # code", "# ", "a # b", "```\n# a comment\n```\n", "~~~\n# a\n```\n# b\n~~~"],
)
def test_what_markdown_does_not_call_a_heading(text: str) -> None:
    assert find_outline(text).chapters == ()
    assert find_outline(text).spoken == text


@given(st.text(st.sampled_from("#ab \n\r\t.`1*\u2028"), max_size=80))
def test_every_character_keeps_its_place(text: str) -> None:
    """The only changes: # to space, and a line end to a paragraph separator."""
    spoken = find_outline(text).spoken
    assert len(spoken) == len(text)
    for old, new in zip(text, spoken, strict=True):
        assert old == new or (old, new) in {("#", " "), ("\n", "\u2029"), ("\r", "\u2029")}


@pytest.mark.parametrize("piece", ["#", "# ", "Chapter ", "I", "\n", " ", "Chapter 1\n\n", "a", "# a\n"])
def test_a_lot_of_anything(piece: str) -> None:
    """In time that grows with the text, not with its square."""
    text = piece * (300_000 // len(piece))
    assert len(find_outline(text).spoken) == len(text)


# Work


def a_part(number: int, n_samples: int = 24_000) -> Speech:
    """One word at the end of some noise: a chapter that begins with it begins late in a second."""
    noise = np.random.default_rng(number).uniform(-0.3, 0.3, n_samples).astype(np.float32)
    word = Word(f"w{number}", "wˈɜd", 7 * n_samples // 8, n_samples, 10 * number, 10 * number + 5, (), "", " ")
    return Speech(noise, "wˈɜd", (word,))


def sound_of(n_parts: int) -> bytes:
    return b"".join(pcm16(a_part(number).audio) for number in range(n_parts))


def heard(work: ResumableJob) -> bytes:
    return b"".join(block.astype("<i2").tobytes() for block in work.blocks())


class Killed(BaseException):
    """As an interrupt would come."""


def work_until(path: Path, end: int, options: dict[str, object] = OPTIONS, seed: int = 5) -> None:
    def run() -> None:
        with ResumableJob(path) as work:
            work.begin(options, seed)
            for number in range(work.n_parts, end):
                work.add(a_part(number))
            raise Killed

    with pytest.raises(Killed):
        run()


def test_work_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = tmp_path / "book.wav"
    work_until(path, 2)
    work_until(path, 3, seed=6)
    assert names(tmp_path) == [".book.wav.kokoro-fast", "journal.jsonl", "sound.pcm"]
    with ResumableJob(path) as work:
        assert work.begin(OPTIONS, 7) is None
        assert (work.n_parts, work.n_samples, work.char_end, work.seed) == (3, 72_000, 25, 5)
        assert not work.complete
        work.add(a_part(3))
        work.finish()
        assert heard(work) == sound_of(4)
        assert [word.start_sample for word in work.words()] == [21_000, 45_000, 69_000, 93_000]
        assert list(work.phonemes()) == ["wˈɜd"] * 4
        work.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_fails_at_once_leaves_nothing(tmp_path: Path) -> None:
    work_until(tmp_path / "book.wav", 0)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_fails_before_its_first_part_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "book.wav"
    work_until(path, 2)
    work_until(path, 0, {**OPTIONS, "speed": 1.5})
    with ResumableJob(path) as work:
        assert work.begin(OPTIONS, 9) is None
        assert (work.n_parts, work.seed) == (2, 5)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"the text": "other"}, "the text was digest, is other"),
        ({"the text": "f" * 64}, "the text has changed"),
        ({"speed": 1.5}, "speed was 1.0, is 1.5"),
        ({"seed": 3}, "seed has changed"),
    ],
)
def test_other_options_start_anew(tmp_path: Path, changed: dict[str, object], message: str) -> None:
    path = tmp_path / "book.wav"
    work_until(path, 3)
    with ResumableJob(path) as work:
        assert work.begin({**OPTIONS, **changed}, 9) == message
        assert (work.n_parts, work.seed) == (0, 9)
        work.add(a_part(0))
        assert heard(work) == sound_of(1)
    with ResumableJob(path) as work:
        assert work.begin({**OPTIONS, **changed}, 10) is None
        assert (work.n_parts, work.seed) == (1, 9)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_whatever_a_crash_left_behind(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Journal and sound cut at any byte, or with rubbish behind: what is taken up is true, and the end result whole."""
    path = tmp_path_factory.mktemp("work") / "book.wav"
    with ResumableJob(path) as work:
        work.begin(OPTIONS, 5)
        for number in range(3):
            work.add(a_part(number, 100))
    journal, sound = (path.parent / ".book.wav.kokoro-fast" / name for name in ("journal.jsonl", "sound.pcm"))
    rubbish = st.sampled_from([b"", b"\0" * 50, b'{"n_sam', b"\n"])
    content = journal.read_bytes()
    journal.write_bytes(content[: data.draw(st.integers(0, len(content)))] + data.draw(rubbish))
    content = sound.read_bytes()
    cut = data.draw(st.integers(0, len(content)))
    # Rubbish only behind the end: what the journal speaks of was on the disk before.
    sound.write_bytes(content[:cut] if cut < len(content) else content + data.draw(rubbish))
    with ResumableJob(path) as work:
        work.begin(OPTIONS, 5)
        for number in range(work.n_parts, 4):
            work.add(a_part(number, 100))
        work.finish()
        assert heard(work) == b"".join(pcm16(a_part(number, 100).audio) for number in range(4))
        assert [word.text for word in work.words()] == ["w0", "w1", "w2", "w3"]


def test_complete_work_stays_complete(tmp_path: Path) -> None:
    path = tmp_path / "book.wav"
    with ResumableJob(path) as work:
        work.begin(OPTIONS, 5)
        work.add(a_part(0))
        work.finish()
    with ResumableJob(path) as work:
        work.begin(OPTIONS, 6)
        assert work.complete
        work.finish()
        assert heard(work) == sound_of(1)
        assert len(list(work.words())) == 1


def test_a_word_in_two_parts_is_one(tmp_path: Path) -> None:
    pieces = [Word("ab", "a", 10, 100, 0, 2), Word("ab", "b", 0, 50, 0, 2), Word("c", "c", 60, 90, 3, 4)]
    with ResumableJob(tmp_path / "book.wav") as work:
        work.begin(OPTIONS, 5)
        work.add(Speech(np.zeros(100, np.float32), "a", (pieces[0],)))
        work.add(Speech(np.zeros(30, np.float32), "", ()))  # a pause
        work.add(Speech(np.zeros(100, np.float32), "b c", (pieces[1], pieces[2])))
        found = [(word.text, word.phonemes, word.start_sample, word.end_sample) for word in work.words()]
    assert found == [("ab", "ab", 10, 180), ("c", "c", 190, 220)]


def test_two_runs_at_once(tmp_path: Path) -> None:
    path = tmp_path / "book.wav"
    (tmp_path / "link.wav").symlink_to(path)
    with ResumableJob(path) as work:
        work.begin(OPTIONS, 5)
        work.add(a_part(0))
        for name in (path, tmp_path / "link.wav"):
            with (
                pytest.raises(InputError, match=rf"^output {name}: another run is making this file$"),
                ResumableJob(name),
            ):
                pass
        with ResumableJob(tmp_path / "other.wav"):
            pass
        work.remove()
    with ResumableJob(path):
        pass
    assert names(tmp_path) == ["link.wav"]


def test_places_where_no_work_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / ".book.wav.kokoro-fast").touch()
    for name in ("missing/book.wav", "file/book.wav", "book.wav"):
        with pytest.raises(InputError, match=r"^output .*: cannot write there: "), ResumableJob(tmp_path / name):
            pass


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o555)
    with (
        pytest.raises(InputError, match="cannot write there: Permission denied"),
        ResumableJob(tmp_path / "closed" / "b.wav"),
    ):
        pass


def test_files_of_others_stay(tmp_path: Path) -> None:
    folder = tmp_path / ".book.wav.kokoro-fast"
    folder.mkdir()
    (folder / "note.txt").touch()
    with ResumableJob(tmp_path / "book.wav") as work:
        work.begin(OPTIONS, 5)
        work.add(a_part(0))
        work.remove()
    assert names(tmp_path) == [".book.wav.kokoro-fast", "note.txt"]


IN_A_PROCESS = """
import resource, sys
from pathlib import Path
sys.path[:0] = sys.argv[1].split(":")
from test_job import OPTIONS, ResumableJob, a_part
path, limit = Path(sys.argv[2]), int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
with ResumableJob(path) as work:
    work.begin(OPTIONS, 5)
    print(work.n_parts, flush=True)
    number = work.n_parts
    while True:
        work.add(a_part(number))
        number += 1
"""


def a_process(path: Path, limit: int = 1 << 40) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", IN_A_PROCESS, f"{Path(__file__).parent}:{Path(__file__).parents[1]}", str(path), str(limit)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_killed_twice_while_writing(tmp_path: Path) -> None:
    path = tmp_path / "book.wav"
    done = 0
    for _ in range(2):
        process = a_process(path)
        assert process.stdout is not None
        assert int(process.stdout.readline()) >= done
        sound = tmp_path / ".book.wav.kokoro-fast" / "sound.pcm"
        goal = 48_000 * (done + 5)
        deadline = time.monotonic() + 60
        while (not sound.exists() or sound.stat().st_size < goal) and time.monotonic() < deadline:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        with ResumableJob(path) as work:
            work.begin(OPTIONS, 5)
            assert work.n_parts >= done + 4
            done = work.n_parts
    with ResumableJob(path) as work:
        work.begin(OPTIONS, 5)
        work.add(a_part(done))
        assert heard(work) == sound_of(done + 1)


def test_a_full_disk_costs_one_part(tmp_path: Path) -> None:
    path = tmp_path / "book.wav"
    process = a_process(path, 48_000 * 3 + 1000)
    _, error = process.communicate(timeout=60)
    assert f"OSError: [Errno {errno.EFBIG}] File too large: '{path}'" in error
    with ResumableJob(path) as work:
        work.begin(OPTIONS, 5)
        assert work.n_parts == 3
        work.add(a_part(3))
        assert heard(work) == sound_of(4)


# Files


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
