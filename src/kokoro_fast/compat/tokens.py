"""Tokens as users of kokoro know them, converted for the planner and back."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from kokoro_fast.chunking.planner import iter_chunks
from kokoro_fast.config import MAX_SYMBOLS, SAMPLE_RATE, VOCAB
from kokoro_fast.errors import UnspokenTextWarning
from kokoro_fast.synthesis.alignment import spoken_spans
from kokoro_fast.text import phonemes_to_tokens
from kokoro_fast.types import Boundary, Chunk, Token


class AnyToken(Protocol):
    """What a token must have to be spoken: `KToken` has it, and so has misaki's `MToken`."""

    @property
    def text(self) -> str: ...
    @property
    def phonemes(self) -> str | None: ...
    @property
    def whitespace(self) -> str: ...
    @property
    def tag(self) -> str | None: ...


@dataclass
class KToken:
    """A word or a mark.

    Attributes:
        text: the token as written; "" where only phonemes were given.
        phonemes: its phonemes, which may be changed before `KPipeline.generate_from_tokens`.
        whitespace: the white space after it in the text.
        tag: Penn Treebank part-of-speech tag, or None.
        start_ts, end_ts: seconds in the audio of the result that holds the token; None when it is not spoken.
    """

    text: str
    phonemes: str
    whitespace: str = ""
    tag: str | None = None
    start_ts: float | None = None
    end_ts: float | None = None


def known_symbols(phonemes: str) -> str:
    """The symbols that can be spoken; others are reported."""
    foreign = dict.fromkeys(symbol for symbol in phonemes if symbol not in VOCAB)
    if not foreign:
        return phonemes
    shown = ", ".join(f"{symbol!r} (U+{ord(symbol):04X})" for symbol in foreign)
    warnings.warn(f"phonemes: expected symbols of the vocabulary only, left out {shown}", UnspokenTextWarning, 3)
    return "".join(symbol for symbol in phonemes if symbol in VOCAB)


def parse(phonemes: str) -> list[Token]:
    """The tokens of a phoneme string. Their text is empty, since it is not known."""
    spaced = " ".join(phonemes.split())
    return [replace(token, text="") for token in phonemes_to_tokens(known_symbols(spaced))]


def convert(tokens: Iterable[AnyToken]) -> list[Token]:
    """The user's tokens as `Token`s, with offsets into their joined text."""
    converted = []
    position = 0
    for token in tokens:
        phonemes = known_symbols(" ".join((token.phonemes or "").split()))
        end = position + len(token.text)
        converted.append(Token(token.text, phonemes, token.whitespace, position, end, token.tag))
        position = end + len(token.whitespace)
    return converted


def chunks(tokens: list[Token]) -> Iterator[Chunk]:
    """The chunks of some tokens. Tokens that fit into one call stay whole, as in kokoro; the planner cuts others."""
    whole = Chunk(tuple(tokens), Boundary.PARAGRAPH)
    if len(whole.phonemes) > MAX_SYMBOLS:
        yield from iter_chunks(tokens)
    elif whole.phonemes:
        yield whole


def timed_tokens(chunk: Chunk, durations: Sequence[int] | None) -> list[KToken]:
    """The tokens of a chunk for its result, with times if it was spoken in `durations` (frames, T)."""
    tokens = [KToken(token.text, token.phonemes, token.whitespace, token.tag) for token in chunk.tokens]
    if durations is None:
        return tokens
    spans = spoken_spans(chunk, durations)
    for token, (_, start, end) in zip(tokens, spans, strict=True):
        if token.phonemes:
            token.start_ts, token.end_ts = start / SAMPLE_RATE, end / SAMPLE_RATE
    return tokens
