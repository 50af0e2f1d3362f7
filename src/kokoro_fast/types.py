"""What passes between the stages of text: tokens and chunks. Tensors pass as `model.Prosody`, sound as `speech.Speech`.

Torch-free, so that planning text never loads torch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum


class Boundary(IntEnum):
    """Where a chunk ends, from the least to the most audible break. Planning and joining both read it."""

    INSIDE_WORD = 0
    WORD = 1
    COMMA = 2
    CLAUSE = 3
    SENTENCE = 4
    PARAGRAPH = 5


@dataclass(frozen=True, slots=True)
class Delivery:
    """How words are to be spoken where markup asks for something else than the call did.

    Attributes:
        voice: in any form that `weights.load_voice` takes; None for the voice of the call.
        rate: factor on the speed of the call.
    """

    voice: str | None = None
    rate: float = 1.0


PLAIN = Delivery()
"""As the call asks."""


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
        delivery: how it is spoken. A chunk never mixes two.
        pause: seconds of silence that markup asks for after the token, from its last sound to the next sound; None
            leaves that to the break. A chunk always ends there. Pauses in a row add up.
    """

    text: str
    phonemes: str
    whitespace: str
    char_start: int
    char_end: int
    tag: str | None = None
    delivery: Delivery = PLAIN
    pause: float | None = None

    @property
    def symbols(self) -> str:
        """The phonemes with the space symbol that follows them."""
        return self.phonemes + " " if self.whitespace else self.phonemes

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
        delivery: how all of it is spoken.
        pause: seconds of silence that markup asks for after the piece; None leaves that to the boundary. A piece
            without phonemes is such a silence alone.
    """

    tokens: tuple[Token, ...]
    boundary: Boundary
    delivery: Delivery = PLAIN
    pause: float | None = None

    @property
    def phonemes(self) -> str:
        """At most `config.MAX_SYMBOLS` symbols, no space at either end: what the model is given."""
        return "".join(token.symbols for token in self.tokens).strip(" ")
