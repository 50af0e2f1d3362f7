"""`kokoro-fast phonemes`: a text as lines of phonemes, for hosts that have no grapheme-to-phoneme conversion."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from kokoro_fast.cli.terminal import (
    STANDARD,
    emoji_option,
    lexicon_option,
    markup_option,
    messages,
    normalize_option,
    read_text_source,
)
from kokoro_fast.files import WholeFile

if TYPE_CHECKING:
    from kokoro_fast.text import EmojiMode, MarkupMode


@click.command()
@click.argument("text", nargs=-1)
@click.option("-f", "--file", metavar="FILE", help="Read the text from FILE, in UTF-8; - is standard input.")
@click.option(
    "-o", "--output", metavar="FILE", default=STANDARD, help="File for the lines.  [default: -, standard output]"
)
@click.option("-l", "--lang", default="en-us", show_default=True, help="Language of the text, such as en-gb.")
@lexicon_option
@markup_option
@normalize_option
@emoji_option
@click.option("--spoken", is_flag=True, help="Write the words that are read instead: numbers and signs in words.")
def phonemes(
    text: tuple[str, ...],
    file: str | None,
    output: str,
    lang: str,
    lexicon: str | None,
    markup: MarkupMode | None,
    normalize: bool,
    emoji: EmojiMode,
    spoken: bool,
) -> None:
    """Turn TEXT, a file, or standard input into phonemes, for hosts that speak phonemes only.

    \b
    kokoro-fast phonemes "Hello from Kokoro."
    kokoro-fast phonemes --spoken "It cost $1.5M on 3/4/2024."
    kokoro-fast phonemes -f book.txt -o book.jsonl
    kokoro-fast phonemes -f book.txt | kokoro-say DIR --voice af_heart --lines - -o book.wav

    Each line is one JSON object for a piece that the model speaks in one call: its phonemes, the silence after it in
    seconds (gap), its words and their place in the text, and a voice and rate where markup asks for them.
    """
    source = read_text_source(text, file, None)
    with messages():
        from kokoro_fast.export.phoneme_lines import phoneme_lines, spoken_lines
        from kokoro_fast.text import load_lexicon

        entries = None if lexicon is None else load_lexicon(lexicon)
        lines = spoken_lines if spoken else phoneme_lines
        with _output(output) as write:
            for line in lines(source.text or "", lang, entries, source.markup(markup), normalize, emoji):
                write(line.encode() + b"\n")


@contextmanager
def _output(name: str) -> Iterator[Callable[[bytes], None]]:
    """A function that writes to standard output, or to a file that appears when the block ends without an error."""
    if name != STANDARD:
        with WholeFile(name) as file:
            yield file.write
        return

    def write_at_once(content: bytes) -> None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()  # a program that reads along need not wait

    yield write_at_once
