"""The pronunciations of `pronunciations.tsv`, which any lexicon of the user overrides."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from kokoro_fast.text.g2p.lexicon import Lexicon, load_lexicon


@cache
def pronunciations() -> Lexicon:
    """Names and loan words of American English."""
    return load_lexicon(Path(__file__).with_suffix(".tsv"))
