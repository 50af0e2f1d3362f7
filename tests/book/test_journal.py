"""Whatever stands in the folder of a job: what is taken up is true, and all else is made again or is one line."""

from __future__ import annotations

import copy
import json
import os
import zlib
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.book_parts import OPTIONS, a_part, heard, sound_of

from kokoro_fast.book import ResumableJob
from kokoro_fast.book.journal import LONGEST_LINE, encode_line, read_lines
from kokoro_fast.errors import InputError
from kokoro_fast.subtitles.writer import SubtitleWriter

N_SAMPLES = 100


def kept(folder: Path) -> tuple[Path, Path, Path]:
    """The output, journal and sound of a job of three parts that was finished, but not published."""
    path = folder / "book.wav"
    with ResumableJob(path) as work:
        work.begin(OPTIONS, 5)
        for number in range(3):
            work.add(a_part(number, N_SAMPLES))
        work.finish()
    return path, work.folder / "journal.jsonl", work.folder / "sound.pcm"


def assert_whole_after_the_next_run(path: Path) -> tuple[str | None, int]:
    """Speak what is missing. Returns the reason why work was given up, and how many parts were taken up."""
    with ResumableJob(path) as work:
        reason, n_kept = work.begin(OPTIONS, 5), work.n_parts
        for number in range(work.n_parts, 4):
            work.add(a_part(number, N_SAMPLES))
        work.finish()
        assert heard(work) == sound_of(4, N_SAMPLES)
        assert [word.text for word in work.words()] == ["w0", "w1", "w2", "w3"]
    return reason, n_kept


@st.composite
def damages(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """What a crash, a bad disk or a person can do to the bytes of a file."""
    kind = draw(st.sampled_from(["cut", "change", "insert", "lines"]))
    where, until = sorted(draw(st.tuples(st.floats(0, 1), st.floats(0, 1))))
    rubbish = draw(st.one_of(st.binary(max_size=30), st.sampled_from([b"\0" * 50, b'{"n_sam', b"\n", b"7"])))

    def damaged(content: bytes) -> bytes:
        start, end = int(where * len(content)), int(until * len(content))
        if kind == "cut":
            return content[:start] + rubbish
        if kind == "change":
            start = min(start, len(content) - 1)
            return content[:start] + bytes([content[start] ^ 1 << len(rubbish) % 8]) + content[start + 1 :]
        if kind == "insert":
            return content[:start] + rubbish + content[end:]
        lines = content.splitlines(keepends=True)
        return b"".join([*lines[: len(lines) // 2], *lines[start % len(lines) :], *lines])

    return lambda content: damaged(content) if content else rubbish


@settings(max_examples=100, deadline=None)
@given(damage=damages(), of_journal=st.booleans())
def test_damage_is_made_good(
    damage: Callable[[bytes], bytes], of_journal: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path, journal, sound = kept(tmp_path_factory.mktemp("work"))
    damaged = journal if of_journal else sound
    damaged.write_bytes(damage(damaged.read_bytes()))
    with ResumableJob(path) as work:  # the journal may be whole: then the work is done, with four parts or three
        if work.begin(OPTIONS, 5) is None and work.complete:
            assert heard(work) == sound_of(3, N_SAMPLES)
            return
    assert_whole_after_the_next_run(path)


def test_a_changed_digit_is_not_believed(tmp_path: Path) -> None:
    path, journal, _ = kept(tmp_path)
    content = journal.read_bytes()
    assert content.count(b'"start_sample":87') == 3
    journal.write_bytes(content.replace(b'"start_sample":87', b'"start_sample":86', 2).replace(b":86", b":87", 1))
    assert assert_whole_after_the_next_run(path) == (None, 1)


def test_a_changed_sample_is_not_believed(tmp_path: Path) -> None:
    path, _, sound = kept(tmp_path)
    content = bytearray(sound.read_bytes())
    content[2 * N_SAMPLES + 7] ^= 1
    sound.write_bytes(content)
    assert assert_whole_after_the_next_run(path) == (None, 1)


def sealed(content: bytes) -> bytes:
    """A line with the checksum that belongs to it."""
    return b"%08x %s\n" % (zlib.crc32(content), content)


JOURNAL_OF_VERSION_1 = (
    b'{"version":1,"settings":{"the text":"digest","speed":1.0,"seed":null},"seed":5}\n'
    b'{"n_samples":100,"phonemes":"a","words":[]}\n'
)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\xff\xfe\x00",
        JOURNAL_OF_VERSION_1,
        b"[" * 1_000_000 + b"\n",
        sealed(b"[" * 1_000_000),
        sealed(rb'{"version":3,"settings":{"the text":"\ud800"},"seed":5}'),  # no journal can be written with it
        encode_line({"version": 1, "settings": OPTIONS, "seed": 5}, 0)[0],
        encode_line({"version": 3, "settings": [], "seed": 5}, 0)[0],
        encode_line({"version": 3, "settings": OPTIONS, "seed": "5"}, 0)[0],
        encode_line({"version": 3, "settings": OPTIONS, "seed": -1}, 0)[0],
        encode_line({"version": 3, "settings": OPTIONS}, 0)[0],
        encode_line({"version": 3, "settings": OPTIONS, "seed": 5, "long": "x" * LONGEST_LINE}, 0)[0],
    ],
    ids=lambda content: f"{content[:40]!r}",
)
def test_a_journal_that_is_none_starts_anew_and_says_so(tmp_path: Path, content: bytes) -> None:
    path, journal, _ = kept(tmp_path)
    journal.write_bytes(content)
    assert assert_whole_after_the_next_run(path) == ("its journal is damaged or of another version", 0)


def test_values_that_cannot_be_printed_are_not(tmp_path: Path) -> None:
    path, journal, _ = kept(tmp_path)
    for value in ("a\nb", "\x1b[2J", "x" * 41, ["fast"], int("9" * 4000)):
        settings = {**OPTIONS, "speed": value}
        journal.write_bytes(encode_line({"version": 3, "settings": settings, "seed": 5}, 0)[0])
        with ResumableJob(path) as work:
            assert work.begin(OPTIONS, 5) == "speed has changed"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([1 << 60, 10**400, "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_forged_line_does_no_harm(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Its checksum is right, but not what it says: it is no part, or it can be made into files."""
    path, journal, _ = kept(tmp_path_factory.mktemp("work"))
    entries = [line.entry for line in read_lines(journal)]
    number = data.draw(st.integers(0, len(entries) - 1))
    entries[number] = forged(data, entries[number])
    content, checksum = b"", 0
    for entry in entries:
        said = json.dumps(entry).encode()  # with escapes, which can say anything
        checksum = zlib.crc32(said, checksum)
        content += b"%08x %s\n" % (checksum, said)
    journal.write_bytes(content)
    with ResumableJob(path) as work:
        work.begin(OPTIONS, 5)
        assert sound_of(3, N_SAMPLES).startswith(heard(work))
        assert all(isinstance(said, str) for said in work.phonemes())
        for suffix in ("srt", "vtt", "json"):
            with SubtitleWriter(path.with_suffix(f".{suffix}")) as subtitles:
                subtitles.add(work.words())


def forged(data: st.DataObject, entry: Any) -> Any:
    """The entry with one value, somewhere in it, that is another, or is gone."""
    changed = copy.deepcopy(entry)
    place, key = None, None
    inner = changed
    while isinstance(inner, dict | list) and inner and (place is None or data.draw(st.booleans())):
        place, key = inner, data.draw(st.sampled_from(list(inner) if isinstance(inner, dict) else range(len(inner))))
        inner = place[key]
    if place is None or key is None:
        return data.draw(VALUES)
    if data.draw(st.booleans()):
        place[key] = data.draw(VALUES)
    else:
        del place[key]
    return changed


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["folder", "fifo"])
@pytest.mark.parametrize("name", ["journal.jsonl", "sound.pcm", "whole.part", "lock"])
def test_something_else_in_the_place_of_a_file(tmp_path: Path, make: Callable[[Path], None], name: str) -> None:
    """It is refused in one line; to open a FIFO would wait for ever."""
    path, journal, _ = kept(tmp_path)
    (journal.parent / name).unlink(missing_ok=True)
    make(journal.parent / name)
    with pytest.raises(InputError, match=rf"^output {path}: expected a file or nothing at .*{name}, got something"):
        ResumableJob(path).__enter__()


def test_a_line_knows_where_it_ends(tmp_path: Path) -> None:
    _, journal, _ = kept(tmp_path)
    lines = list(read_lines(journal))
    assert [line.end for line in lines] == list(accumulate(map(len, journal.read_bytes().splitlines(keepends=True))))
    assert [line.is_last for line in lines] == [False, False, False, False, True]
