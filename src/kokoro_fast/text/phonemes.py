"""Phoneme strings that a person wrote: checked against the vocabulary and cut into tokens."""

from __future__ import annotations

import re

from kokoro_fast.config import VOCAB
from kokoro_fast.errors import InputError
from kokoro_fast.symbols import MARKS
from kokoro_fast.types import Token

_MARK_CLASS = re.escape(MARKS)
_WORD_OR_MARK = re.compile(rf"(?P<symbols>[{_MARK_CLASS}]|[^\s{_MARK_CLASS}]+)(?P<space>\s*)")
_SHOWN = 5


def check_symbols(phonemes: str, offset: int = 0, where: str = "") -> None:
    """Raise InputError unless every character is white space or a symbol of the vocabulary.

    Args:
        phonemes: the string to check.
        offset: the start of the string in the user's text; the message counts from there.
        where: the words that the message begins with.
    """
    foreign = [(i + offset, c) for i, c in enumerate(phonemes) if c not in VOCAB and not c.isspace()]
    if not foreign:
        return
    shown = ", ".join(f"{c!r} (U+{ord(c):04X}) at {i}" for i, c in foreign[:_SHOWN])
    more = f" and {len(foreign) - _SHOWN} more" if len(foreign) > _SHOWN else ""
    raise InputError(f"{where}expected phonemes of the Kokoro vocabulary only; got {shown}{more}")


def phonemes_to_tokens(phonemes: str) -> list[Token]:
    """Cut a phoneme string into tokens: a word or one punctuation mark each, offsets into the string itself.

    The joined `Token.symbols` give the string back, with every run of white space as one space.

    Raises:
        InputError: a symbol is not in the vocabulary; the message names each one and its position.
    """
    check_symbols(phonemes)
    return [
        Token(
            text=match["symbols"],
            phonemes=match["symbols"],
            whitespace=match["space"],
            char_start=match.start("symbols"),
            char_end=match.end("symbols"),
        )
        for match in _WORD_OR_MARK.finditer(phonemes)
    ]
