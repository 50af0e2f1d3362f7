"""The values that pass between the stages: tokens, chunks, and words with their times.

Tensors pass as `model.Prosody`, sound as `speech.Speech`. This module loads no torch, so that planning text never does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from kokoro_fast.config import SAMPLE_RATE

if TYPE_CHECKING:
    import os

    from numpy.typing import NDArray
    from torch import Tensor

VoiceLike: TypeAlias = "str | os.PathLike[str] | Tensor | NDArray[Any]"
"""A voice as a caller may give it: a name, a file, a blend such as "af_heart:0.7,am_adam:0.3", or style rows of shape
(510, 1, 256)."""


class Boundary(IntEnum):
    """The kind of break at which a chunk ends, from the least to the most audible.

    Chunking decides it, and synthesis chooses the pause after the chunk by it.
    """

    INSIDE_WORD = 0
    WORD = 1
    COMMA = 2
    CLAUSE = 3
    SENTENCE = 4
    PARAGRAPH = 5


@dataclass(frozen=True, slots=True)
class ProsodyOverride:
    """The voice and rate that markup asks for, where they differ from those of the call (as SSML `prosody` does).

    Attributes:
        voice: in any form that `weights.load_voice` takes; None for the voice of the call.
        rate: factor on the speed of the call.
    """

    voice: str | None = None
    rate: float = 1.0


PLAIN = ProsodyOverride()
"""No override: the words are spoken as the call asks."""


@dataclass(frozen=True, slots=True)
class Token:
    """One spoken word, or one mark of punctuation, as grapheme-to-phoneme conversion saw it.

    Attributes:
        text: the words as the user wrote them, `source[char_start:char_end]`.
        phonemes: symbols of `config.VOCAB` only, without the space that follows; empty when nothing is spoken.
        whitespace: the white space between this token and the next one in the user's text ("" when they touch). Any
            non-empty value is spoken as one space symbol; a blank line marks a paragraph.
        char_start, char_end: half-open range of characters in the text the user gave.
        tag: Penn Treebank part-of-speech tag, or None where no tagger ran (other languages, raw phonemes).
        override: the voice and rate in which the token is spoken. A chunk never mixes two.
        said: the words that are read in place of `text`; None where the text itself is read.
        pause: seconds of silence that markup asks for after the token, from its last sound to the next sound; None
            leaves that to the break. A chunk always ends there. Pauses in a row add up.
    """

    text: str
    phonemes: str
    whitespace: str
    char_start: int
    char_end: int
    tag: str | None = None
    override: ProsodyOverride = PLAIN
    pause: float | None = None
    said: str | None = None

    @property
    def symbols(self) -> str:
        """The phonemes with the space symbol that follows them."""
        return self.phonemes + " " if self.whitespace else self.phonemes

    @property
    def written(self) -> str:
        """What a reader sees of the token: its text, or a space for a tag that asks for a pause."""
        return self.text if self.pause is None or self.phonemes else " "

    def later(self, characters: int) -> Token:
        """The same token in a text that begins `characters` earlier."""
        return replace(self, char_start=self.char_start + characters, char_end=self.char_end + characters)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of text that the model speaks in one call.

    Attributes:
        tokens: the tokens of the piece, in order. Joined over all chunks they give back every symbol of the input; a
            word cut in two appears as two tokens with the same character range.
        boundary: the kind of break after the piece.
        override: the voice and rate in which all of it is spoken.
        pause: seconds of silence that markup asks for after the piece; None leaves that to the boundary. A piece
            without phonemes is such a silence alone.
    """

    tokens: tuple[Token, ...]
    boundary: Boundary
    override: ProsodyOverride = PLAIN
    pause: float | None = None

    @property
    def phonemes(self) -> str:
        """At most `config.MAX_SYMBOLS` symbols, no space at either end: what the model is given."""
        return "".join(token.symbols for token in self.tokens).strip(" ")


class _Timed:
    """A half-open range of samples, also in seconds."""

    __slots__ = ()

    start_sample: int
    end_sample: int

    @property
    def start(self) -> float:
        """Seconds."""
        return self.start_sample / SAMPLE_RATE

    @property
    def end(self) -> float:
        """Seconds."""
        return self.end_sample / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Phone(_Timed):
    """One speech sound within a word.

    Attributes:
        symbol: the phoneme, with the stress mark before it and the signs of length or tone after it: "ˈA", "ɑː".
        start_sample, end_sample: half-open range in the audio of the `Speech` that holds the word. Stress marks and
            signs are part of their sound; a space or a mark inside a word is part of the sound before it.
    """

    symbol: str
    start_sample: int
    end_sample: int

    def later(self, samples: int) -> Phone:
        """The same phone in audio that begins `samples` earlier."""
        return Phone(self.symbol, self.start_sample + samples, self.end_sample + samples)


@dataclass(frozen=True, slots=True)
class Word(_Timed):
    """One spoken word.

    Attributes:
        text: the word as the user wrote it ("$100" is one word).
        phonemes: the phonemes of the word.
        start_sample, end_sample: half-open range in the audio of the `Speech` that holds the word. It is exact, since
            the model decides it before it makes the sound.
        char_start, char_end: half-open range of characters in the user's text, or in the phonemes if those were given.
        phones: the sounds of the word. Each begins where the one before it ends, except in a word that was cut in two:
            there, the break between the chunks belongs to no phone.
        said: the words that were read in place of `text` ("ten dollars" for "$10"); None where the text itself was.
        before, after: marks and white space around the word, as the user wrote them, without markup: joined over all
            words, `before + text + after` is what was read.
    """

    text: str
    phonemes: str
    start_sample: int
    end_sample: int
    char_start: int
    char_end: int
    phones: tuple[Phone, ...] = ()
    before: str = ""
    after: str = ""
    said: str | None = None

    def later(self, samples: int) -> Word:
        """The same word in audio that begins `samples` earlier."""
        return replace(
            self,
            start_sample=self.start_sample + samples,
            end_sample=self.end_sample + samples,
            phones=tuple(phone.later(samples) for phone in self.phones),
        )

    def as_dict(self) -> dict[str, Any]:
        """The word for JSON: its attributes, `start` and `end` in seconds, and each phone as (symbol, start, end)."""
        return {
            "text": self.text,
            "phonemes": self.phonemes,
            "start": self.start,
            "end": self.end,
            "start_sample": self.start_sample,
            "end_sample": self.end_sample,
            "char_start": self.char_start,
            "char_end": self.char_end,
            "phones": [(phone.symbol, phone.start_sample, phone.end_sample) for phone in self.phones],
            "before": self.before,
            "after": self.after,
            "said": self.said,
        }

    @classmethod
    def from_dict(cls, entry: dict[str, Any]) -> Word:
        """The word that `as_dict` gave, also after a round trip through JSON."""
        attributes = {name: value for name, value in entry.items() if name not in ("start", "end")}
        return cls(**{**attributes, "phones": tuple(Phone(*phone) for phone in entry["phones"])})


def add_word(words: list[Word], word: Word) -> None:
    """Append a word, or lengthen the last word if `word` is more of it."""
    if words and is_more_of(words[-1], word):
        words[-1] = lengthen(words[-1], word)
    else:
        words.append(word)


def is_more_of(word: Word, following: Word) -> bool:
    """Whether both words are spoken for the same characters of the text."""
    return (word.char_start, word.char_end) == (following.char_start, following.char_end)


def lengthen(word: Word, more: Word) -> Word:
    """The whole word of the two pieces that it was cut into."""
    return replace(
        word,
        phonemes=word.phonemes + (" " if word.after else "") + more.phonemes,
        end_sample=more.end_sample,
        phones=word.phones + more.phones,
        after=more.after,
    )
