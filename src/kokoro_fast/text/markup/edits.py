"""The edits that markup becomes, each with its range in the text as the user wrote it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from kokoro_fast.types import ProsodyOverride


@dataclass(frozen=True, slots=True)
class Link:
    """A given pronunciation. All offsets count in the user's text.

    Attributes:
        start, end: range of the whole notation, brackets included.
        word_start, word_end: range of the word itself.
        phonemes: the pronunciation, without white space at the ends and with single spaces inside.
    """

    start: int
    end: int
    word_start: int
    word_end: int
    phonemes: str


@dataclass(frozen=True, slots=True)
class Alias:
    """Words to be read, `text`, in place of those from `word_start` to `word_end`; the rest is as in `Link`."""

    start: int
    end: int
    word_start: int
    word_end: int
    text: str


@dataclass(frozen=True, slots=True)
class SayAs:
    """Text whose class is given: `kind` is its interpret-as, `form` its format or "". The rest is as in `Link`."""

    start: int
    end: int
    word_start: int
    word_end: int
    kind: str
    form: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence of `seconds` where the tag stands."""

    start: int
    end: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Character:
    """An entity, which reads as the one character that it stands for."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Hidden:
    """A tag that reads as the white space that it stands for ("" for none)."""

    start: int
    end: int
    space: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of Markdown that reads as nothing. A word goes on over it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hint:
    """What misaki does at the word of `[word](+2)` or `[word](#&#)`. Ranges are as in `Link`.

    Attributes:
        stress: how much stress is added or taken away, as misaki counts it; None leaves that to the word.
        numbers: misaki's flags for reading a number, such as "&" for "and".
    """

    start: int
    end: int
    word_start: int
    word_end: int
    stress: float | None
    numbers: str


@dataclass(frozen=True, slots=True)
class Silent:
    """Characters that are seen and not said, such as a footnote mark. They belong to the word that they touch."""

    start: int
    end: int


Edit = Link | Alias | SayAs | Hint | Pause | Character | Hidden | Sign | Silent
"""A part of the text that is not read as it stands."""


@dataclass(frozen=True, slots=True)
class Markup:
    """The markup of a text.

    Attributes:
        edits: all edits in order, not overlapping.
        switches: each position from which another override holds, with that override, in order; the first is 0.
        voices: each voice asked for, in order of first use, with the position of its tag in the text.
    """

    edits: list[Edit]
    switches: list[tuple[int, ProsodyOverride]]
    voices: dict[str, int]

    def override_at(self, position: int) -> ProsodyOverride:
        """The override that holds at `position`."""
        index = bisect_right(self.switches, position, key=lambda switch: switch[0])
        return self.switches[index - 1][1]
