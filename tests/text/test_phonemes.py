"""Phoneme strings from the user."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokoro_fast.config import VOCAB
from kokoro_fast.errors import InputError
from kokoro_fast.symbols import MARKS
from kokoro_fast.text import phonemes_to_tokens


def test_words_and_marks() -> None:
    tokens = phonemes_to_tokens("həlˈO,  wˈɜɹld!")
    assert [(t.phonemes, t.whitespace, t.char_start, t.char_end) for t in tokens] == [
        ("həlˈO", "", 0, 5),
        (",", "  ", 5, 6),
        ("wˈɜɹld", "", 8, 14),
        ("!", "", 14, 15),
    ]


@given(st.text(alphabet=[*VOCAB, "\n"], max_size=60))
def test_symbols_give_the_string_back(phonemes: str) -> None:
    tokens = phonemes_to_tokens(phonemes)
    assert " ".join("".join(t.symbols for t in tokens).split()) == " ".join(phonemes.split())
    assert all(t.text == t.phonemes == phonemes[t.char_start : t.char_end] for t in tokens)
    assert all(len(t.phonemes) == 1 or not set(MARKS).intersection(t.phonemes) for t in tokens)


def test_nothing_speakable_gives_no_tokens() -> None:
    assert phonemes_to_tokens("") == phonemes_to_tokens(" \n ") == []


def test_foreign_symbols_are_named_with_their_position() -> None:
    with pytest.raises(InputError, match=r"got 'g' \(U\+0067\) at 0, '1' \(U\+0031\) at 3$") as error:
        phonemes_to_tokens("gˈO1")
    assert "\n" not in str(error.value)
    with pytest.raises(InputError, match=r"and 3 more$"):
        phonemes_to_tokens("12345678")
