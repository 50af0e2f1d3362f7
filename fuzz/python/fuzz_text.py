"""Text to tokens to chunks: tokens are what the user wrote, in order, and every symbol of theirs is in a chunk."""

from __future__ import annotations

import warnings

from harness import fuzz, import_instrumented, require

with import_instrumented:
    from kokoro_fast.chunking.planner import iter_chunks
    from kokoro_fast.config import MAX_SYMBOLS, VOCAB
    from kokoro_fast.symbols import has_speech
    from kokoro_fast.text.g2p.languages import LANGUAGES
    from kokoro_fast.text.g2p.phonemizer import phonemizer
    from kokoro_fast.types import Token

READERS = [phonemizer(language) for language in LANGUAGES if language.supported]


def check(data: bytes) -> None:
    if not data:
        return
    text = data[1:].decode("utf-8", "replace")
    mode = "markdown" if data[0] >= 128 else "plain"
    tokens = READERS[data[0] % 128 % len(READERS)](text, markup=mode).tokens
    end = 0
    for token in tokens:
        require(token.char_start >= end or token.text == "", "the tokens stand in the order of the text")
        require(token.text == text[token.char_start : token.char_end], "a token is what the user wrote there")
        require(all(symbol in VOCAB for symbol in token.symbols), "the model knows each symbol")
        end = token.char_end
    check_chunks(tokens)


def check_chunks(tokens: list[Token]) -> None:
    symbols = "".join("".join(token.symbols for token in tokens).split())
    chunks = list(iter_chunks(tokens))
    require(all(len(chunk.phonemes) <= MAX_SYMBOLS for chunk in chunks), "a chunk is as long as the model can read")
    spoken = "".join("".join(chunk.phonemes for chunk in chunks).split())
    require(spoken == (symbols if has_speech(symbols) else ""), "no symbol is lost, where there is anything to speak")


warnings.simplefilter("ignore")
fuzz(check)
