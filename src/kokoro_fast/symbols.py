"""The one table of marks and signs: those of the model's alphabet, and those that people write. Loads nothing heavy.

Every stage that looks at punctuation composes its sets from the names below, so that two stages differ only where one
of them says so.
"""

from __future__ import annotations

import re

# --- Symbols of the model's alphabet (`config.VOCAB`), as they stand in phonemes -----------------------------------

SENTENCE_MARKS = ".!?…"
"""Marks that end a sentence."""

CLAUSE_MARKS = ";:—"
"""Marks that end a clause, but no sentence."""

QUOTES = '"“”'
"""Quotation marks. misaki reads the straight single quote as ”."""

OPENING_MARKS = "(“"
"""Marks that always open something."""

EITHER_MARKS = '"—…'
"""Marks that open when a space precedes them and a word touches them ("—Hola", "…and"), and close otherwise."""

MARKS = ';:,.!?—…"()“”'
"""All punctuation of the alphabet. The model hears it as pauses and intonation."""

SILENT_SYMBOLS = MARKS + " "
"""Symbols that are no sound of their own: punctuation and the space between words."""

STRESSES = "ˈˌ"
"""Primary and secondary stress. Each belongs to the sound after it."""

LENGTH = "ː"
"""The sign of a long vowel. It belongs to the sound before it."""

TONES = "↓→↗↘"
"""The tones of Mandarin. Each belongs to the syllable before it."""

MODIFIERS = LENGTH + "\u0303ʰʲᵝ" + TONES
"""Signs that change the sound before them: length, nasality, aspiration, palatalization, compression, tone."""


def has_speech(phonemes: str) -> bool:
    """Whether anything in the phonemes is spoken: a symbol other than a mark or a space."""
    return bool(phonemes.strip(SILENT_SYMBOLS))


# --- Marks as people write them -----------------------------------------------------------------------------------

CJK_SENTENCE_MARKS = "。！？"
CJK_CLAUSE_MARKS = "；："
CJK_COMMAS = "、，"
"""Marks of Chinese and Japanese, which put no space after them."""

OTHER_SENTENCE_MARKS = "｡।॥۔؟"
OTHER_CLAUSE_MARKS = "､،؛"
"""Half-width Japanese marks, and those of the Devanagari and Arabic scripts."""

DANDA = "।"
"""The full stop of Hindi."""

CLOSING_QUOTES = "\"'”’»"
CLOSING_BRACKETS = ")]}"
CJK_CLOSERS = "」』）】》〉］｝"
CLOSERS = CLOSING_QUOTES + CLOSING_BRACKETS + CJK_CLOSERS
"""Everything that may stand between a mark and the space after it."""

SELF_SPACED_MARKS = CJK_SENTENCE_MARKS + CJK_CLAUSE_MARKS + CJK_COMMAS + "．" + CJK_CLOSERS
"""Marks whose glyph contains their own space, so that no white space follows them."""

LINE_END = r"(?>\r\n|[\n\r\x0b\x0c\x85\u2028])"
"""Pattern of one line end. It is atomic: CR LF is one line end, never two."""

BLANK_LINE = re.compile(rf"{LINE_END}\s*?{LINE_END}|\u2029")
"""What separates two paragraphs: a line with nothing but white space, or the paragraph separator."""


def character_class(characters: str) -> str:
    """A regular expression that matches any one of the characters."""
    return f"[{re.escape(characters)}]"
