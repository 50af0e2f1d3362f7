"""Tokens of plain text, and what is read off the chunks that are made of them."""

from __future__ import annotations

import re

from hypothesis import strategies as st

from kokoro_fast.config import VOCAB
from kokoro_fast.types import Chunk, Token

MARKS = set(';:,.!?—…"()“”')


def tokenize(text: str, **spoken: str) -> list[Token]:
    """Tokens that sound as they are spelled, or as `spoken` says; signs that are not marks are silent."""
    tokens = []
    for match in re.finditer(r"(\w+|[^\w\s])(\s*)", text):
        word = match[1]
        phonemes = spoken.get(word, word.lower().replace("g", "ɡ"))
        if not set(phonemes) <= set(VOCAB):
            phonemes = ""
        tokens.append(Token(word, phonemes, match[2], match.start(1), match.end(1)))
    return tokens


def joined(tokens: list[Token]) -> str:
    return "".join(token.symbols for token in tokens)


def tokens_of(chunks: list[Chunk]) -> list[Token]:
    return [token for chunk in chunks for token in chunk.tokens]


def sizes(chunks: list[Chunk]) -> list[int]:
    return [len(chunk.phonemes) for chunk in chunks]


def spelled(chunk: Chunk) -> str:
    return "".join(token.text + token.whitespace for token in chunk.tokens).strip()


def words(n: int, last: str = "") -> str:
    """`n` words of three letters: 4 n - 1 symbols, and `last` after them."""
    return " ".join(["tap", "man", "sit", "del"][i % 4] for i in range(n)) + last


symbols = st.text(st.sampled_from(sorted(VOCAB)), max_size=40)

marks = st.text(st.sampled_from(sorted(MARKS)), min_size=1, max_size=2)

letters = st.text(st.sampled_from(sorted(set(VOCAB) - MARKS - {" "})), min_size=1, max_size=12)

spaces = st.sampled_from(["", " ", "  ", "\n", "\n\n", "\r\n\r\n", "\t", "\u00a0"])


def token_lists(phonemes: st.SearchStrategy[str], max_size: int = 80) -> st.SearchStrategy[list[Token]]:
    parts = st.lists(st.tuples(st.sampled_from(["Word", "word", "-", "“"]), phonemes, spaces), max_size=max_size)
    return parts.map(lambda rows: [Token(text, said, gap, i, i + 1) for i, (text, said, gap) in enumerate(rows)])


def speaks(tokens: list[Token]) -> bool:
    return any(set(token.phonemes) - MARKS - {" "} for token in tokens)
