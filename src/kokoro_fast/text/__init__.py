"""Text to tokens: languages, inline pronunciations, normalization and grapheme-to-phoneme conversion.

Importing this package is light. misaki, spaCy and espeak load when the first text of their language arrives.
"""

from __future__ import annotations

from kokoro_fast.text.assemble import Dropped, Phonemized
from kokoro_fast.text.g2p import Phonemizer, phonemizer
from kokoro_fast.text.languages import LANGUAGES, Language, resolve_language
from kokoro_fast.text.phonemes import check_symbols, phonemes_to_tokens

__all__ = [
    "LANGUAGES",
    "Dropped",
    "Language",
    "Phonemized",
    "Phonemizer",
    "check_symbols",
    "phonemes_to_tokens",
    "phonemizer",
    "resolve_language",
]
