"""What the user gets: the sound, and where each word is in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.types import Phone, Word, add_word

__all__ = ["Phone", "Speech", "Word"]


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """A piece of speech.

    Attributes:
        audio: (S,) float32 in [-1, 1], mono, at `sample_rate`.
        phonemes: the phonemes that were spoken.
        words: the words in the order of the text, without punctuation. In streaming, a word belongs to the part in
            which it starts, and may end after the end of that part's audio.
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

    @property
    def spoken_text(self) -> str:
        """The text as it was read: numbers, signs and abbreviations in words."""
        return "".join(
            word.before + (word.text if word.said is None else word.said) + word.after for word in self.words
        )

    def save(self, path: str | Path) -> None:
        """Write a sound file. Its suffix picks the format: .wav, .flac, .ogg, .opus, .mp3, .m4a or .m4b.

        The file appears whole or not at all.

        Raises:
            InputError: unknown suffix, or a place that cannot be written.
        """
        from kokoro_fast.audio.writer import write

        write(path, self.audio, self.sample_rate)

    def save_subtitles(self, path: str | Path) -> None:
        """Write subtitles. The suffix picks the format: .srt, .vtt (with word times) or .json (with words and phones).

        The file appears whole or not at all.

        Raises:
            InputError: unknown suffix, or a place that cannot be written.
        """
        from kokoro_fast.subtitles.writer import SubtitleWriter

        with SubtitleWriter(path) as file:
            file.add(self.words)

    @classmethod
    def join(cls, parts: Iterable[Speech]) -> Speech:
        """Join consecutive parts, as `Kokoro.stream` gives them. A word that was cut in two becomes whole."""
        parts = list(parts)
        words: list[Word] = []
        offset = 0
        for part in parts:
            for word in part.words:
                add_word(words, word.later(offset))
            offset += len(part.audio)
        audio = np.concatenate([part.audio for part in parts]) if parts else np.zeros(0, np.float32)
        return cls(audio, " ".join(part.phonemes for part in parts if part.phonemes), tuple(words))
