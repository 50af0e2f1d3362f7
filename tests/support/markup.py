"""Text with markup, spoken as tokens."""

from __future__ import annotations

from kokoro_fast.config import VOCAB
from kokoro_fast.text import Phonemized, phonemizer
from kokoro_fast.types import Token


def speak(text: str, language: str = "en-us", **options: object) -> Phonemized:
    return phonemizer(language)(text, **options)  # type: ignore[arg-type]


def assert_true_to(text: str, tokens: list[Token]) -> None:
    position = 0
    for token in tokens:
        assert token.text == text[token.char_start : token.char_end] != ""
        assert position <= token.char_start
        position = token.char_end
        assert VOCAB.keys() >= set(token.phonemes)
        assert not token.whitespace.strip()
