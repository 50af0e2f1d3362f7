"""Words with exact times, and parts joined to one speech."""

from __future__ import annotations

import json

import numpy as np
import pytest

from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.speech import Speech
from kokoro_fast.types import Phone, Word, add_word

WORD = Word("Hi", "hˈI", 2400, 7200, 1, 3, (Phone("h", 2400, 3600), Phone("ˈI", 3600, 7200)), "“", "!” ")


def part(n_samples: int, *words: Word) -> Speech:
    return Speech(np.full(n_samples, 0.1, np.float32), "".join(word.phonemes for word in words), words)


def test_seconds_are_the_samples() -> None:
    assert (WORD.start, WORD.end) == (0.1, 0.3)
    assert (WORD.phones[1].start, WORD.phones[1].end) == (0.15, 0.3)


def test_later_moves_the_word_and_its_sounds() -> None:
    later = WORD.later(100)
    assert (later.start_sample, later.end_sample) == (2500, 7300)
    assert [(phone.start_sample, phone.end_sample) for phone in later.phones] == [(2500, 3700), (3700, 7300)]
    assert later.later(-100) == WORD


def test_dict_is_json_and_comes_back() -> None:
    entry = json.loads(json.dumps(WORD.as_dict()))
    assert (entry["text"], entry["start"], entry["end"], entry["start_sample"]) == ("Hi", 0.1, 0.3, 2400)
    assert entry["phones"] == [["h", 2400, 3600], ["ˈI", 3600, 7200]]
    assert Word.from_dict(entry) == WORD


def test_joined_times_are_exact_after_ten_hours() -> None:
    """Sums of seconds would drift."""
    n, step = 7, 10 * 3600 * SAMPLE_RATE // 7 + 1
    offset = 0
    words: list[Word] = []
    for index in range(n):
        add_word(words, Word("a", "a", 1, 2, index, index + 1).later(offset))
        offset += step
    assert [word.start_sample for word in words] == [1 + index * step for index in range(n)]


def test_a_word_cut_in_two_is_made_whole_with_all_its_sounds() -> None:
    first = Word("$100", "wˈʌn ", 100, 200, 0, 4, (Phone("w", 100, 150), Phone("ˈʌn", 150, 200)), "(")
    second = Word("$100", "hˈʌndɹəd", 10, 50, 0, 4, (Phone("h", 10, 50),), "", ") ")
    speech = Speech.join([part(300, first), part(100, second)])
    (word,) = speech.words
    assert (word.text, word.phonemes, word.before, word.after) == ("$100", "wˈʌn hˈʌndɹəd", "(", ") ")
    assert (word.start_sample, word.end_sample) == (100, 350)
    assert word.phones == (*first.phones, Phone("h", 310, 350))
    assert len(speech.audio) == 400


def test_an_alias_cut_between_its_words_keeps_the_space() -> None:
    words: list[Word] = []
    for phonemes in ("wˈɜɹld", "hˈɛlθ"):
        add_word(words, Word("WHO", phonemes, 0, 10, 5, 8, after=" "))
    assert [(word.phonemes, word.after) for word in words] == [("wˈɜɹld hˈɛlθ", " ")]


def test_join_of_nothing_is_silence() -> None:
    speech = Speech.join([])
    assert (len(speech.audio), speech.words, speech.duration) == (0, (), 0)


@pytest.mark.parametrize("name", ["x.srt", "x.vtt", "x.json"])
def test_save_subtitles(tmp_path: object, name: str) -> None:
    path = f"{tmp_path}/{name}"
    part(24_000, WORD).save_subtitles(path)
    with open(path, encoding="utf-8") as file:
        assert "Hi" in file.read()
