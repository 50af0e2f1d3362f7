"""Text to lines of phonemes, for hosts that have no grapheme-to-phoneme conversion: what `kokoro-fast phonemes` writes.

One JSON object a line, one line a chunk, in constant memory. docs/export.md describes the fields.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

from kokoro_fast.errors import InputError, UnspokenTextWarning
from kokoro_fast.joins import GAP_SECONDS
from kokoro_fast.plan import iter_chunks
from kokoro_fast.text import Dropped, Lexicon, Mode, phonemizer
from kokoro_fast.types import Chunk, Token


def phoneme_lines(
    text: str, lang: str = "en-us", lexicon: Lexicon | None = None, markup: Mode = "error"
) -> Iterator[str]:
    """The lines of a text, without their line ends, each as soon as it is asked for.

    Joined with a space between them, the phonemes have every symbol that `Kokoro.speak` would speak, in its chunks.

    Args:
        text: what to say, with markup.
        lang: its language, such as "en-us".
        lexicon: pronunciations that go before those of the dictionaries.
        markup: what is not understood as markup is an "error", or is read as "plain" text.

    Raises:
        InputError: nothing speakable, an unknown language, markup that is not understood.
    """
    line: dict[str, Any] | None = None
    for chunk in iter_chunks(_tokens(text, lang, lexicon, markup)):
        line = as_dict(chunk, line["char_end"] if line else 0)
        yield json.dumps(line, ensure_ascii=False)
    if line is None:
        raise InputError("expected something to say, got nothing speakable")


def as_dict(chunk: Chunk, after: int = 0) -> dict[str, Any]:
    """One line.

    Args:
        after: where in the text the line before it ended: the place of a silence, which has no words.
    """
    line: dict[str, Any] = {
        "phonemes": chunk.phonemes,
        "gap": GAP_SECONDS[chunk.boundary] if chunk.pause is None else chunk.pause,
        "text": _words(chunk.tokens),
        "char_start": chunk.tokens[0].char_start if chunk.tokens else after,
        "char_end": chunk.tokens[-1].char_end if chunk.tokens else after,
    }
    if chunk.pause is not None:
        line["pause"] = True
    if chunk.delivery.voice is not None:
        line["voice"] = chunk.delivery.voice
    if chunk.delivery.rate != 1.0:
        line["rate"] = chunk.delivery.rate
    return line


def _words(tokens: Iterable[Token]) -> str:
    """As the user wrote them, on one line, without tags; of a word cut in two, all of it in each of the chunks."""
    words: list[str] = []
    start = -1
    for token in tokens:
        if token.char_start != start:
            words += [_written(token), token.whitespace]
        start = token.char_start
    return " ".join("".join(words).split())


def _written(token: Token) -> str:
    return token.text if token.pause is None or token.phonemes else " "  # a tag that asks for a pause


def _tokens(text: str, lang: str, lexicon: Lexicon | None, markup: Mode) -> Iterator[Token]:
    for part in phonemizer(lang).stream(text, lexicon, markup):
        for dropped in part.dropped:
            warnings.warn(_report(dropped), UnspokenTextWarning, stacklevel=2)
        yield from part.tokens


def _report(dropped: Dropped) -> str:
    why = f"left out {dropped.symbols!r}" if dropped.symbols else "left out, no pronunciation was found"
    return f"{dropped.text[:40]!r} at character {dropped.char_start}: {why}"
