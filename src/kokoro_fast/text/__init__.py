"""Text to tokens: normalization, markup, lexicons and grapheme-to-phoneme conversion; and text that comes in pieces.

Reading order: `markup` (what tags, links and Markdown mean), `normalize` (plain characters that remember their place),
`segments` (pieces small enough for one call), `verbalize` (words for numbers, signs and abbreviations), `g2p`
(languages to tokens), `phonemes` (tokens of given phonemes); for text that is still coming, `abbreviations`,
`sentence_ends`, `cut_points` and `feed`. Names load their module on first use; misaki, spaCy and espeak load when the
first text of their language arrives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kokoro_fast._lazy import lazy_names

if TYPE_CHECKING:
    from kokoro_fast.text.g2p.assemble import Phonemized, UnspokenText
    from kokoro_fast.text.g2p.languages import LANGUAGES, Language, resolve_language
    from kokoro_fast.text.g2p.lexicon import Lexicon, load_lexicon
    from kokoro_fast.text.g2p.phonemizer import Phonemizer, phonemizer
    from kokoro_fast.text.markup.parser import MarkupMode, Scope, parse_markup
    from kokoro_fast.text.phonemes import check_symbols, phonemes_to_tokens
    from kokoro_fast.text.verbalize.pictures import EmojiMode

__all__ = [
    "LANGUAGES",
    "EmojiMode",
    "Language",
    "Lexicon",
    "MarkupMode",
    "Phonemized",
    "Phonemizer",
    "Scope",
    "UnspokenText",
    "check_symbols",
    "load_lexicon",
    "parse_markup",
    "phonemes_to_tokens",
    "phonemizer",
    "resolve_language",
]

__getattr__ = lazy_names(
    __name__,
    {
        "LANGUAGES": "g2p.languages",
        "EmojiMode": "verbalize.pictures",
        "Language": "g2p.languages",
        "Lexicon": "g2p.lexicon",
        "MarkupMode": "markup.parser",
        "Phonemized": "g2p.assemble",
        "Phonemizer": "g2p.phonemizer",
        "Scope": "markup.parser",
        "UnspokenText": "g2p.assemble",
        "check_symbols": "phonemes",
        "load_lexicon": "g2p.lexicon",
        "parse_markup": "markup.parser",
        "phonemes_to_tokens": "phonemes",
        "phonemizer": "g2p.phonemizer",
        "resolve_language": "g2p.languages",
    },
)
