"""When each word is spoken: the model's durations, counted back to the tokens they belong to."""

from __future__ import annotations

from collections.abc import Sequence

from kokoro_fast.config import SAMPLES_PER_FRAME
from kokoro_fast.types import Chunk, Token


def spoken_spans(chunk: Chunk, durations: Sequence[int]) -> list[tuple[Token, int, int]]:
    """The tokens of a chunk with their start and end, in samples of the chunk's own audio.

    Args:
        chunk: what was spoken.
        durations: frames for each symbol of `chunk.phonemes`, with the two boundary ids around them.

    Returns:
        One entry for every token, silent ones with start == end. The space after a token belongs to none.
    """
    expected = len(chunk.phonemes) + 2
    if len(durations) != expected:
        raise ValueError(f"durations: expected {expected}, one for each symbol and boundary id, got {len(durations)}")
    edges = [0]
    for frames in durations:
        edges.append(edges[-1] + int(frames) * SAMPLES_PER_FRAME)
    # The model was given the joined symbols without the spaces at their ends.
    symbols = "".join(token.symbols for token in chunk.tokens)
    position = 1 - (len(symbols) - len(symbols.lstrip(" ")))
    last = len(chunk.phonemes) + 1
    spans = []
    for token in chunk.tokens:
        start = edges[min(max(position, 1), last)]
        end = edges[min(max(position + len(token.phonemes), 1), last)]
        spans.append((token, start, end))
        position += len(token.symbols)
    return spans
