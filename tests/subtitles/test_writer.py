"""Cues of readable length, and the files that hold them."""

from __future__ import annotations

import errno
import json
import re
import resource
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.errors import InputError
from kokoro_fast.subtitles.cues import LINE_COLUMNS, LONGEST, LONGEST_PAUSE, LOOKAHEAD_WORDS, Cue, CueMaker, columns
from kokoro_fast.subtitles.writer import SubtitleWriter
from kokoro_fast.types import Phone, Word

LETTER = SAMPLE_RATE // 15
"""Samples that one letter takes: an ordinary pace."""

PROSE = (
    "The ferry to the outer islands leaves twice a day in summer and once a week in winter, and the people who live "
    "out there have learned to plan their lives around it. “They order flour in sacks and nails by the pound,” he "
    "said; they mend what other people would throw away. It never had.\n\n"
    "In February the sea froze between the islands, first in plates that knocked against each other all night."
)
WEAK = {"the", "to", "a", "in", "and", "their", "of", "by", "it", "who", "what", "they"}


def words_of_text(text: str, letter: int = LETTER) -> list[Word]:
    """A text as words, at an even pace, without pauses."""
    words = []
    time = 0
    for found in re.finditer(r"([^\w\s]*)(\w+)([^\w\s]*\s*)", text):
        before, word, after = found.groups()
        end = time + letter * len(word)
        stress = "" if word.lower() in WEAK else "ˈ"
        phones = (Phone(stress + word, time, end),)
        words.append(Word(word, stress + word, time, end, *found.span(2), phones, before, after))
        time = end + letter
    return words


def cues_of(words: list[Word]) -> list[Cue]:
    maker = CueMaker()
    return [cue for word in words for cue in maker.add(word)] + maker.finish()


def with_pause(words: list[Word], index: int, seconds: float) -> list[Word]:
    return words[:index] + [word.later(round(seconds * SAMPLE_RATE)) for word in words[index:]]


def test_prose_is_cut_where_a_subtitler_would_cut_it() -> None:
    assert [cue.text for cue in cues_of(words_of_text(PROSE))] == [
        "The ferry to the outer\nislands leaves twice",
        "a day in summer and once a week in winter,",
        "and the people who live out there have\nlearned to plan their lives around it.",
        "“They order flour in sacks\nand nails by the pound,” he said;",
        "they mend what other people\nwould throw away. It never had.",
        "In February the sea froze\nbetween the islands,",
        "first in plates that knocked\nagainst each other all night.",
    ]


GAPS = st.sampled_from([" ", " ", " ", ", ", ". ", "\n", "\n\n", "-"])
TEXTS = st.lists(st.tuples(st.text("abcde", min_size=1, max_size=50), GAPS), min_size=1, max_size=250).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)


@given(TEXTS, st.integers(0, 3 * LETTER))
def test_every_cue_is_within_the_bounds_and_nothing_is_lost(text: str, letter: int) -> None:
    words = words_of_text(text, letter)
    cues = cues_of(words)
    assert [word for cue in cues for line in cue.lines for word in line] == words
    assert "".join(" ".join(cue.text for cue in cues).split()) == "".join(text.split())
    for cue in cues:
        shown = [word for line in cue.lines for word in line]
        alone = len(shown) == 1
        assert len(cue.lines) <= 2
        assert alone or shown[-1].end_sample - shown[0].start_sample <= LONGEST
        assert alone or all(columns(line) <= LINE_COLUMNS for line in cue.text.split("\n"))
        assert cue.end_sample >= shown[-1].end_sample
        assert not any("\n\n" in word.after for word in shown[:-1])
    assert all(cue.end_sample <= following.start_sample for cue, following in pairwise(cues))


@given(st.integers(1, 60), st.floats(0.0, 3.0))
def test_no_cue_spans_a_long_pause(index: int, seconds: float) -> None:
    cues = cues_of(with_pause(words_of_text(PROSE), index, seconds))
    for cue in cues:
        shown = [word for line in cue.lines for word in line]
        pauses = [following.start_sample - word.end_sample for word, following in pairwise(shown)]
        assert max(pauses, default=0) <= LONGEST_PAUSE


def test_a_short_cue_stays_for_a_second_where_there_is_room() -> None:
    long_pause = with_pause(words_of_text("No.\n\nYes."), 1, 5)
    no, _ = cues_of(long_pause)
    assert no.end_sample - no.start_sample == SAMPLE_RATE
    no, yes = cues_of(words_of_text("No.\n\nYes."))
    assert no.end_sample == yes.start_sample


def test_fast_speech_stays_to_be_read() -> None:
    text = "This is said faster than anyone reads it."
    (cue,) = cues_of(words_of_text(text, LETTER // 3))
    assert (cue.end_sample - cue.start_sample) / SAMPLE_RATE == pytest.approx(len(text) / 17, abs=0.01)


def test_wide_characters_take_two_columns_and_break_between_words() -> None:
    words = [Word("日本語" * 2, "a", i * SAMPLE_RATE, (i + 1) * SAMPLE_RATE, 6 * i, 6 * i + 6) for i in range(9)]
    cues = cues_of(words)
    assert "".join(cue.text.replace("\n", "") for cue in cues) == "日本語" * 18
    assert max(columns(line) for cue in cues for line in cue.text.split("\n")) == 36


def test_words_that_touch_stay_together() -> None:
    text = "one two three four five six seven eight nine-ten-eleven"
    assert [cue.text.split("\n")[-1].split()[-1] for cue in cues_of(words_of_text(text))] == ["nine-ten-eleven"]


def test_a_book_is_cut_in_constant_memory() -> None:
    maker = CueMaker()
    words = words_of_text("and so it went on " * 600)
    n_settled = 0
    for n_given, word in enumerate(words, 1):
        n_settled += sum(len(line) for cue in maker.add(word) for line in cue.lines)
        assert n_given - n_settled < 2 * LOOKAHEAD_WORDS + 30


def lines_of(path: Path, words: list[Word]) -> list[str]:
    with SubtitleWriter(path) as file:
        file.add(words)
    return path.read_text("utf-8").split("\n")


def test_srt(tmp_path: Path) -> None:
    words = [word.later(3600 * SAMPLE_RATE) for word in words_of_text("Is it wrong? Every day, <she> said.")]
    assert lines_of(tmp_path / "x.srt", words) == [
        "1",
        "01:00:00,000 --> 01:00:02,059",
        "Is it wrong? Every day, <she> said.",
        "",
        "",
    ]


def test_vtt_has_the_time_of_every_word(tmp_path: Path) -> None:
    assert lines_of(tmp_path / "x.VTT", words_of_text("R&D <is> here.")) == [
        "WEBVTT",
        "",
        "1",
        "00:00:00.000 --> 00:00:01.000",
        "R&amp;<00:00:00.133>D <00:00:00.267>&lt;is&gt; <00:00:00.467>here.",
        "",
        "",
    ]


def test_vtt_times_are_in_order_and_within_their_cue(tmp_path: Path) -> None:
    text = "\n".join(lines_of(tmp_path / "x.vtt", words_of_text(PROSE)))
    cues = re.findall(r"(\S+) --> (\S+)\n(.*?)\n\n", text, re.DOTALL)
    assert len(cues) == 7
    for start, end, shown in cues:
        times = [start, *re.findall(r"<([\d:.]+)>", shown), end]
        assert len(times) == len(set(times))
        assert times == sorted(times)
        assert len(times) == len(shown.split()) + 1


def test_json_has_every_word_and_sound(tmp_path: Path) -> None:
    words = words_of_text(PROSE)
    found = json.loads("\n".join(lines_of(tmp_path / "x.json", words)))
    assert found["sample_rate"] == SAMPLE_RATE
    assert [Word.from_dict(entry) for entry in found["words"]] == words


@pytest.mark.parametrize("name", ["x.srt", "x.vtt", "x.json"])
def test_pieces_of_a_word_become_one_and_parts_do_not_matter(tmp_path: Path, name: str) -> None:
    words = words_of_text(PROSE)
    cut = words[5]
    half = (cut.start_sample + cut.end_sample) // 2
    head = Word(
        cut.text, cut.phonemes[:3], cut.start_sample, half, cut.char_start, cut.char_end, cut.phones[:0], cut.before
    )
    tail = Word(
        cut.text, cut.phonemes[3:], half, cut.end_sample, cut.char_start, cut.char_end, cut.phones, "", cut.after
    )
    whole = lines_of(tmp_path / name, words)
    with SubtitleWriter(tmp_path / name) as file:
        for word in (*words[:5], head, tail, *words[6:]):
            file.add([word])
    assert (tmp_path / name).read_text("utf-8").split("\n") == whole


@pytest.mark.parametrize(("name", "empty"), [("x.srt", ""), ("x.vtt", "WEBVTT\n\n")])
def test_no_words_are_a_valid_file(tmp_path: Path, name: str, empty: str) -> None:
    assert "\n".join(lines_of(tmp_path / name, [])) == empty


def test_no_words_are_valid_json(tmp_path: Path) -> None:
    assert json.loads("".join(lines_of(tmp_path / "x.json", [])))["words"] == []


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "x.srt"
    path.write_text("old")

    def interrupted() -> Iterator[Word]:
        yield from words_of_text(PROSE * 10)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), SubtitleWriter(path) as file:
        file.add(interrupted())
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("n_bytes", [0, 100, 20_000])
def test_a_full_disk_is_named_and_leaves_what_was_there(tmp_path: Path, n_bytes: int) -> None:
    """As a limit on the size of files imitates it: at the first byte, and with the last ones, on closing."""
    path = tmp_path / "x.vtt"
    path.write_text("old")
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, resource.RLIM_INFINITY))
    try:
        with pytest.raises(OSError, match="File too large") as caught, SubtitleWriter(path) as file:
            file.add(words_of_text(PROSE * 15))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert (caught.value.errno, caught.value.filename) == (errno.EFBIG, str(path))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("x.ass", r"expected a name that ends in .srt, .vtt, .json, got .ass"),
        ("x", "got none"),
        ("nowhere/x.srt", "expected the folder .*nowhere to exist, found none"),
        ("folder.srt", "expected a file or a new name, found something else of that name"),
    ],
)
def test_bad_places_are_one_line(tmp_path: Path, place: str, said: str) -> None:
    (tmp_path / "folder.srt").mkdir()
    with pytest.raises(InputError, match=said) as caught, SubtitleWriter(tmp_path / place) as file:
        file.add([])
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["folder.srt"]
