"""Text to planned chunks for a live listener: a whole text, or one that is still coming."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from kokoro_fast.chunking.planner import iter_chunks
from kokoro_fast.streaming.pacing import PlaybackBuffer
from kokoro_fast.synthesis.lookahead import ChunkRun
from kokoro_fast.synthesis.pauses import LATE_PARAGRAPH_SECONDS
from kokoro_fast.text import Lexicon, MarkupMode, Phonemizer, Scope
from kokoro_fast.text.feed import Feed
from kokoro_fast.types import Boundary, Chunk, Token

PARAGRAPH_PAUSE = Chunk((), Boundary.PARAGRAPH, pause=LATE_PARAGRAPH_SECONDS)
"""The pause for a blank line that came after the sentence before it was spoken."""


class LiveSource(Protocol):
    """Something to say, planned while the listener hears what came before."""

    def runs(self, buffer: PlaybackBuffer) -> Iterator[ChunkRun]:
        """The chunks of the text, each as long as the buffer allows when it is planned."""


class WholeText:
    """Tokens that are all there."""

    def __init__(self, tokens: Iterable[Token]) -> None:
        self._tokens = tokens

    def runs(self, buffer: PlaybackBuffer) -> Iterator[ChunkRun]:
        """See `LiveSource`."""
        yield ChunkRun(iter_chunks(self._tokens, schedule=buffer.most_symbols), ends_text=True)


class LiveText:
    """Text that is still coming.

    Args:
        feed: the text.
        phonemizer: reads it.
        lexicon: pronunciations that go before those of the dictionaries.
        markup: as in `Kokoro.speak`: "error", "plain" or "markdown".
    """

    def __init__(self, feed: Feed, phonemizer: Phonemizer, lexicon: Lexicon | None, markup: MarkupMode) -> None:
        self._feed, self._phonemizer, self._lexicon, self._markup = feed, phonemizer, lexicon, markup

    def runs(self, buffer: PlaybackBuffer) -> Iterator[ChunkRun]:
        """See `LiveSource`."""
        scope = Scope()
        # The end of a sentence is worth waiting for while there is sound to play.
        while run := self._feed.take(patience=buffer.seconds / 2):
            if run.starts_paragraph:
                yield ChunkRun([PARAGRAPH_PAUSE], ends_text=False)
            tokens = self._phonemizer.tokens(run.text, self._lexicon, self._markup, scope, run.start)
            yield ChunkRun(iter_chunks(tokens, schedule=buffer.most_symbols, final=run.ends_text), run.ends_text)
        scope.close()
