"""Phonemes of random words in a row, in which every sound of the dictionaries may follow every other.

Sentences from patterns have few different words. Statistics learned from them alone are wrong by a third more for other
words.
"""

# ruff: noqa: SIM905 - words in a row are easier to read than a list of strings

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from importlib.resources import files

from kokoro_fast.config import VOCAB

SMALL_WORDS = {
    "en-us": "ðə ɐ ænd ʌv tə ɪn wˈʌz ðˈæt hˌi ʃi ɪt ɪz fɔɹ ˌɔn wɪð ðA nˌɑt bˌʌt mI jʊɹ wi hæd".split(),
    "en-gb": "ðə ɐ and ɒv tə ɪn wɒz ðˈat hˌiː ʃiː ɪt ɪz fɔː ˌɒn wɪð ðA nˌɒt bˌʌt mI jɔː wiː had".split(),
}
"""Frequent words, which are short."""

SMALL_SHARE = 0.45
"""Share of the small words in what people say."""

GAPS, GAP_WEIGHTS = (" ", ", ", " — ", "; ", ": "), (85, 10, 1.5, 1.5, 2)
"""Signs between two words, and how often each stands there, in percent."""

ENDS = "......??!,,;"
"""Marks at the end. A mark that is here more often is drawn more often."""


def random_words(language: str, draw: random.Random, n_symbols: int) -> str:
    """Phonemes of random English words with marks, about `n_symbols` symbols."""
    words = dictionary(language)
    phonemes = ""
    while len(phonemes) < n_symbols:
        phonemes += draw.choice(SMALL_WORDS[language] if draw.random() < SMALL_SHARE else words)
        phonemes += draw.choices(GAPS, GAP_WEIGHTS)[0]
    return phonemes.rstrip(" ,;:—") + draw.choice(ENDS)


_dictionaries: dict[str, list[str]] = {}


def dictionary(language: str) -> list[str]:
    """All pronunciations in misaki's dictionary."""
    if language not in _dictionaries:
        _dictionaries[language] = list(_pronunciations(language))
    return _dictionaries[language]


def _pronunciations(language: str) -> Iterator[str]:
    entries = json.loads((files("misaki.data") / f"{language[-2:]}_gold.json").read_text("utf-8"))
    for word, phonemes in entries.items():
        first = phonemes.get("DEFAULT") if isinstance(phonemes, dict) else phonemes
        if word.isalpha() and first and set(first) <= VOCAB.keys():
            yield first
