"""Names of languages."""

from __future__ import annotations

import pytest

from kokoro_fast.errors import InputError
from kokoro_fast.text import LANGUAGES, phonemizer, resolve_language


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("en-us", "en-us"),
        ("en_US", "en-us"),
        ("en", "en-us"),
        (" American English ", "en-us"),
        ("a", "en-us"),
        ("British", "en-gb"),
        ("b", "en-gb"),
        ("fr", "fr-fr"),
        ("Français", "fr-fr"),
        ("pt", "pt-br"),
        ("z", "zh"),
    ],
)
def test_names_and_aliases(name: str, code: str) -> None:
    assert resolve_language(name).code == code


def test_every_spelling_means_one_language() -> None:
    spellings = [s for language in LANGUAGES for s in (language.code, language.letter, *language.aliases)]
    assert len(spellings) == len(set(spellings))
    assert [language.letter for language in LANGUAGES] == list("abefhipjz")


def test_unknown_language_suggests_the_nearest() -> None:
    with pytest.raises(InputError, match=r"expected a language out of en-us, .*; got 'frech'; did you mean 'fr-fr'\?"):
        resolve_language("frech")
    with pytest.raises(InputError, match=r"got 'xx'$"):
        resolve_language("xx")


@pytest.mark.parametrize("code", ["ja", "zh"])
def test_languages_without_g2p_say_that_phonemes_work(code: str) -> None:
    with pytest.raises(InputError, match="phonemes="):
        phonemizer(code)


def test_one_phonemizer_per_language() -> None:
    assert phonemizer("en") is phonemizer("american")
    assert phonemizer("en") is not phonemizer("en-gb")
