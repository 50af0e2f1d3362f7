"""Text to tokens: languages, markup, lexicons, normalization and grapheme-to-phoneme conversion.

Importing this package is light. misaki, spaCy and espeak load when the first text of their language arrives.
"""

from __future__ import annotations

from kokoro_fast.text.assemble import Dropped, Phonemized
from kokoro_fast.text.g2p import Phonemizer, phonemizer
from kokoro_fast.text.languages import LANGUAGES, Language, resolve_language
from kokoro_fast.text.lexicon import Lexicon, load_lexicon
from kokoro_fast.text.markup import Mode, Scope, parse_markup
from kokoro_fast.text.phonemes import check_symbols, phonemes_to_tokens

__all__ = [
    "LANGUAGES",
    "Dropped",
    "Language",
    "Lexicon",
    "Mode",
    "Phonemized",
    "Phonemizer",
    "Scope",
    "check_symbols",
    "load_lexicon",
    "parse_markup",
    "phonemes_to_tokens",
    "phonemizer",
    "resolve_language",
]
