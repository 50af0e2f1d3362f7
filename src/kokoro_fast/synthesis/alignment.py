"""Aligns words and their sounds with the audio, by the durations that the model decided for each symbol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from kokoro_fast.config import SAMPLES_PER_FRAME
from kokoro_fast.symbols import MARKS, MODIFIERS, SILENT_SYMBOLS, STRESSES
from kokoro_fast.types import Chunk, Phone, Token, Word

_JOINS_SOUND_BEFORE = MODIFIERS + SILENT_SYMBOLS
"""Symbols that belong to the sound before them: its modifiers, and the silent symbols inside a word."""


def spoken_spans(chunk: Chunk, durations: Sequence[int]) -> list[tuple[Token, int, int]]:
    """The tokens of a chunk with their start and end, in samples of the chunk's own audio.

    Args:
        chunk: the chunk that was spoken.
        durations: the frames of each symbol of `chunk.phonemes`, and of the two boundary ids around them.

    Returns:
        One entry for every token; a silent token has start == end. In running speech the first sound of a word begins
        with the space before it. (This was heard in words that open with s: the sound is there 65 ms before the end of
        a space of 75 ms, and follows its length.) After a mark the space is a pause and belongs to no token.
    """
    return [(token, edges[0], edges[-1]) for token, edges in _symbol_edges(chunk, durations)]


def align_words(chunk: Chunk, durations: Sequence[int], offset: int, end_of_sound: int) -> tuple[Word, ...]:
    """The words of a chunk, with times counted from the first sample of the part that the chunk becomes.

    Args:
        chunk: the chunk that was spoken.
        durations: frames, as in `spoken_spans`.
        offset: sample of the part at which the first sample of the chunk's own audio would fall; negative where the
            opening silence was cut.
        end_of_sound: sample of the part at which the chunk's sound is over. The durations of the first and the last
            phoneme reach into silence that may have been cut, so no time is before 0 or after this one.
    """
    words: list[Word] = []
    gap = ""  # the text since the last word
    for (char_start, char_end), group in groupby(_symbol_edges(chunk, durations), key=_place):
        entries = list(group)  # more than one where an alias of several words stands for what was written
        token = entries[0][0]
        spoken = [(token, edges) for token, edges in entries if edges[0] < edges[-1] and token.phonemes.strip(MARKS)]
        if spoken:
            before = gap
            if words:
                after, before = _shared(gap)
                words[-1] = replace(words[-1], after=after)
            phonemes = "".join(token.symbols for token, _ in spoken[:-1]) + spoken[-1][0].phonemes
            phones = _phones(spoken, offset, end_of_sound)
            start, end = phones[0].start_sample, phones[-1].end_sample
            words.append(Word(token.text, phonemes, start, end, char_start, char_end, phones, before, said=token.said))
            gap = ""
        else:
            gap += token.written
        gap += entries[-1][0].whitespace
    if words:
        words[-1] = replace(words[-1], after=gap)
    return tuple(words)


def _symbol_edges(chunk: Chunk, durations: Sequence[int]) -> list[tuple[Token, list[int]]]:
    """The tokens of a chunk, each with the samples at which its symbols begin and at which the last one ends."""
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
    found = []
    for token in chunk.tokens:
        stops = [min(max(stop, 1), last) for stop in range(position, position + len(token.phonemes) + 1)]
        before = chunk.phonemes[: stops[0] - 1]
        if token.phonemes and before.endswith(" ") and before[-2:-1] not in MARKS:
            stops[0] -= 1
        found.append((token, [edges[stop] for stop in stops]))
        position += len(token.symbols)
    return found


def _phones(spoken: Sequence[tuple[Token, list[int]]], offset: int, end_of_sound: int) -> tuple[Phone, ...]:
    """The phones of one word, each beginning where the one before it ends."""
    symbols: list[str] = []
    edges: list[int] = []
    for token, token_edges in spoken:
        for symbol, edge in zip(token.phonemes, token_edges, strict=False):
            if symbols and (symbol in _JOINS_SOUND_BEFORE or symbols[-1] in STRESSES):
                symbols[-1] += symbol.strip()
            else:
                symbols.append(symbol)
                edges.append(edge)
    edges.append(spoken[-1][1][-1])
    edges = [min(max(edge + offset, 0), end_of_sound) for edge in edges]
    return tuple(Phone(symbol, *ends) for symbol, ends in zip(symbols, pairwise(edges), strict=True))


def _place(entry: tuple[Token, list[int]]) -> tuple[int, int]:
    return entry[0].char_start, entry[0].char_end


def _shared(gap: str) -> tuple[str, str]:
    """Divide the text between two words: up to the white space it belongs to the first, after it to the second."""
    split = gap.rfind("\n") + 1 or max(index for index, char in enumerate(" " + gap) if char.isspace())
    return (gap[:split], gap[split:]) if split else (gap, "")
