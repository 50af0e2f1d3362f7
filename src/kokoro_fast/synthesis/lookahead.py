"""The chunks of a text in order, with the question whether more follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Self

from kokoro_fast.types import Chunk


class ChunkRun(NamedTuple):
    """Chunks that can be spoken now.

    Attributes:
        chunks: in order, each planned when it is asked for.
        ends_text: whether the text is certain to end with the last of them.
    """

    chunks: Iterable[Chunk]
    ends_text: bool


class Lookahead:
    """An iterator over the chunks of some runs that looks one chunk ahead, and only when asked.

    Planning a chunk early would plan it by an old measurement of the machine, and waiting for one that has not come
    would hold up the sound of the chunk before it.
    """

    def __init__(self, runs: Iterable[ChunkRun]) -> None:
        self._runs = iter(runs)
        self._chunks: Iterator[Chunk] = iter(())
        self._ends_text = False
        self._upcoming: Chunk | None = None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Chunk:
        while (chunk := self._take()) is None:
            run = next(self._runs)
            self._chunks, self._ends_text = iter(run.chunks), run.ends_text
        return chunk

    def has_next(self) -> bool:
        """Whether another chunk may follow the latest one: False only where the text is certain to end with it."""
        if self._ends_text and self._upcoming is None:
            self._upcoming = next(self._chunks, None)
        return not self._ends_text or self._upcoming is not None

    def _take(self) -> Chunk | None:
        chunk, self._upcoming = self._upcoming, None
        return next(self._chunks, None) if chunk is None else chunk
