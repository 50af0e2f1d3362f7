"""Grapheme-to-phoneme conversion.

Reading order: `languages` (their names), `phonemizer` (one for each language), then its adapters `english` (misaki)
and `espeak`, `lexicon` (pronunciations of the user), `assemble` (units to tokens) and `overrides` (voices and rates
from markup).
"""
