"""Text to lines of phonemes, for hosts that have no grapheme-to-phoneme conversion.

Each line is one JSON object for one chunk. A text takes constant memory. docs/export.md describes the fields.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any

from kokoro_fast.chunking.planner import iter_chunks
from kokoro_fast.errors import nothing_to_say
from kokoro_fast.synthesis.pauses import PAUSE_SECONDS
from kokoro_fast.text import EmojiMode, Lexicon, MarkupMode, Phonemizer, phonemizer
from kokoro_fast.types import Chunk, Token


def phoneme_lines(
    text: str,
    lang: str = "en-us",
    lexicon: Lexicon | None = None,
    markup: MarkupMode = "error",
    normalize: bool = True,
    emoji: EmojiMode = "silent",
) -> Iterator[str]:
    """The lines of a text, without their line ends, each as soon as it is asked for.

    Joined with a space between them, the phonemes have every symbol that `Kokoro.speak` would speak, in its chunks.

    Args:
        text: the text, with markup.
        lang: the language of the text, such as "en-us".
        lexicon: pronunciations that override those of the dictionaries.
        markup: as in `Kokoro.speak`: "error", "plain" or "markdown".
        normalize: whether numbers, signs and abbreviations are put into words first.
        emoji: whether emoji are "silent" or read by their "names".

    Raises:
        InputError: nothing speakable, an unknown language, or markup that is not understood.
    """
    line: dict[str, Any] | None = None
    for chunk in _chunks(text, phonemizer(lang, normalize, emoji), lexicon, markup):
        line = as_dict(chunk, line["char_end"] if line else 0)
        yield json.dumps(line, ensure_ascii=False)


def spoken_lines(
    text: str,
    lang: str = "en-us",
    lexicon: Lexicon | None = None,
    markup: MarkupMode = "error",
    normalize: bool = True,
    emoji: EmojiMode = "silent",
) -> Iterator[str]:
    """The words that are read, numbers and signs in words, a line for each chunk. Arguments as for `phoneme_lines`."""
    for chunk in _chunks(text, phonemizer(lang, normalize, emoji), lexicon, markup):
        if chunk.tokens:
            yield _words(chunk.tokens, lambda token: token.written if token.said is None else token.said)


def _chunks(text: str, reader: Phonemizer, lexicon: Lexicon | None, markup: MarkupMode) -> Iterator[Chunk]:
    chunks = iter_chunks(reader.tokens(text, lexicon, markup))
    first = next(chunks, None)
    if first is None:
        raise nothing_to_say(text)
    yield first
    yield from chunks


def as_dict(chunk: Chunk, after: int = 0) -> dict[str, Any]:
    """The content of one line.

    Args:
        after: the end of the line before it in the text, which is the place of a silence without words.
    """
    line: dict[str, Any] = {
        "phonemes": chunk.phonemes,
        "gap": PAUSE_SECONDS[chunk.boundary] if chunk.pause is None else chunk.pause,
        "text": _words(chunk.tokens),
        "char_start": chunk.tokens[0].char_start if chunk.tokens else after,
        "char_end": chunk.tokens[-1].char_end if chunk.tokens else after,
    }
    if chunk.pause is not None:
        line["pause"] = True
    if chunk.override.voice is not None:
        line["voice"] = chunk.override.voice
    if chunk.override.rate != 1.0:
        line["rate"] = chunk.override.rate
    return line


def _words(tokens: Iterable[Token], shown: Callable[[Token], str] = attrgetter("written")) -> str:
    """The words as the user wrote them, on one line, without tags. A word cut in two is whole in both of its chunks."""
    words: list[str] = []
    start = -1
    for token in tokens:
        if token.char_start != start:
            words += [shown(token), token.whitespace]
        start = token.char_start
    return " ".join("".join(words).split())
