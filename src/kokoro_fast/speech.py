"""What the user gets: sound, and which word is where in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kokoro_fast.config import SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word.

    Attributes:
        text: the word as the user wrote it ("$100" is one word).
        phonemes: its phonemes.
        start, end: seconds in the audio of the `Speech` that holds it.
        char_start, char_end: half-open range of characters in the user's text, or in the phonemes if those were given.
    """

    text: str
    phonemes: str
    start: float
    end: float
    char_start: int
    char_end: int

    def later(self, seconds: float) -> Word:
        """The same word in audio that begins `seconds` earlier."""
        return replace(self, start=self.start + seconds, end=self.end + seconds)


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """A piece of speech.

    Attributes:
        audio: (S,) float32 in [-1, 1], mono, at `sample_rate`.
        phonemes: what was spoken.
        words: in the order of the text; marks of punctuation are not words.
        sample_rate: Hz.
    """

    audio: NDArray[np.float32]
    phonemes: str
    words: tuple[Word, ...]
    sample_rate: int = SAMPLE_RATE

    @property
    def duration(self) -> float:
        """Seconds of audio."""
        return len(self.audio) / self.sample_rate

    def save(self, path: str | Path) -> None:
        """Write a sound file; the suffix says which: .wav, .flac, .ogg or .mp3.

        The file appears whole or not at all.

        Raises:
            InputError: unknown suffix, or a place that cannot be written.
        """
        from kokoro_fast import audio

        audio.write(path, self.audio, self.sample_rate)

    @classmethod
    def join(cls, parts: Iterable[Speech]) -> Speech:
        """One speech of consecutive parts, as `Kokoro.stream` gives them. A word cut in two is made whole."""
        parts = list(parts)
        words: list[Word] = []
        offset = 0
        for part in parts:
            shift = offset / SAMPLE_RATE
            for word in part.words:
                add_word(words, word.later(shift))
            offset += len(part.audio)
        audio = np.concatenate([part.audio for part in parts]) if parts else np.zeros(0, np.float32)
        return cls(audio, " ".join(part.phonemes for part in parts), tuple(words))


def add_word(words: list[Word], word: Word) -> None:
    """Append a word, or lengthen the last one if this is more of it: the same characters of the text."""
    if words and (words[-1].char_start, words[-1].char_end) == (word.char_start, word.char_end):
        words[-1] = replace(words[-1], phonemes=words[-1].phonemes + word.phonemes, end=word.end)
    else:
        words.append(word)
