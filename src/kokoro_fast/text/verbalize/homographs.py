"""Words of one spelling and two sounds, where the words around them decide and misaki's tags do not.

`homographs.tsv` has a pattern and the phonemes in each line. The group of the pattern is the word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from kokoro_fast.text.verbalize.rule import Rule, Sounds, rule


def _rules() -> Iterator[Rule]:
    for line in Path(__file__).with_suffix(".tsv").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            pattern, phonemes = line.split("\t")
            word = _WORD.findall(pattern)[0]
            yield rule(f"(?i:{pattern})", partial(_sounds, Sounds(phonemes)), group=1, needs=(word, word.capitalize()))


def _sounds(sounds: Sounds, _: re.Match[str]) -> Sounds:
    return sounds


_WORD = re.compile(r"\((\w+)\)")

RULES = tuple(_rules())
