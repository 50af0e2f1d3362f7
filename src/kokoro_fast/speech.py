"""What the user gets: sound, and which word is where in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kokoro_fast.config import SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Phone:
    """One sound of speech within a word.

    Attributes:
        symbol: its phoneme, with the stress mark before it and the signs of length or tone after it: "ˈA", "ɑː".
        start_sample, end_sample: half-open range in the audio of the `Speech` that holds the word. Stress marks and
            signs are part of their sound; a space or a mark inside a word is part of the sound before it.
    """

    symbol: str
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

    def later(self, samples: int) -> Phone:
        """The same sound in audio that begins `samples` earlier."""
        return Phone(self.symbol, self.start_sample + samples, self.end_sample + samples)


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word.

    Attributes:
        text: the word as the user wrote it ("$100" is one word).
        phonemes: its phonemes.
        start_sample, end_sample: half-open range in the audio of the `Speech` that holds the word: exact, since the
            model decides them before it makes the sound.
        char_start, char_end: half-open range of characters in the user's text, or in the phonemes if those were given.
        phones: its sounds. One begins where the one before it ends, except in a word that was cut in two: there, the
            break between the chunks belongs to none.
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

    @property
    def start(self) -> float:
        """Seconds."""
        return self.start_sample / SAMPLE_RATE

    @property
    def end(self) -> float:
        """Seconds."""
        return self.end_sample / SAMPLE_RATE

    def later(self, samples: int) -> Word:
        """The same word in audio that begins `samples` earlier."""
        return replace(
            self,
            start_sample=self.start_sample + samples,
            end_sample=self.end_sample + samples,
            phones=tuple(phone.later(samples) for phone in self.phones),
        )

    def as_dict(self) -> dict[str, Any]:
        """All of it for JSON: the attributes, `start` and `end` in seconds, each phone as (symbol, start, end)."""
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
        }

    @classmethod
    def from_dict(cls, entry: dict[str, Any]) -> Word:
        """The word that `as_dict` gave, also after its way through JSON."""
        attributes = {name: value for name, value in entry.items() if name not in ("start", "end")}
        return cls(**{**attributes, "phones": tuple(Phone(*phone) for phone in entry["phones"])})


@dataclass(frozen=True, slots=True, eq=False)
class Speech:
    """A piece of speech.

    Attributes:
        audio: (S,) float32 in [-1, 1], mono, at `sample_rate`.
        phonemes: what was spoken.
        words: in the order of the text; marks of punctuation are not words. In streaming, a word belongs to the part
            in which it starts, and may end after the end of that part's audio.
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
        """Write a sound file; the suffix says which: .wav, .flac, .ogg, .opus, .mp3, .m4a or .m4b.

        The file appears whole or not at all.

        Raises:
            InputError: unknown suffix, or a place that cannot be written.
        """
        from kokoro_fast import audio

        audio.write(path, self.audio, self.sample_rate)

    def save_subtitles(self, path: str | Path) -> None:
        """Write what is said when; the suffix says how: .srt, .vtt (also word by word) or .json (words and sounds).

        The file appears whole or not at all.

        Raises:
            InputError: unknown suffix, or a place that cannot be written.
        """
        from kokoro_fast.subtitles import SubtitleWriter

        with SubtitleWriter(path) as file:
            file.add(self.words)

    @classmethod
    def join(cls, parts: Iterable[Speech]) -> Speech:
        """One speech of consecutive parts, as `Kokoro.stream` gives them. A word cut in two is made whole."""
        parts = list(parts)
        words: list[Word] = []
        offset = 0
        for part in parts:
            for word in part.words:
                add_word(words, word.later(offset))
            offset += len(part.audio)
        audio = np.concatenate([part.audio for part in parts]) if parts else np.zeros(0, np.float32)
        return cls(audio, " ".join(part.phonemes for part in parts if part.phonemes), tuple(words))


def add_word(words: list[Word], word: Word) -> None:
    """Append a word, or lengthen the last one if this is more of it: the same characters of the text."""
    if words and is_more_of(words[-1], word):
        words[-1] = lengthen(words[-1], word)
    else:
        words.append(word)


def is_more_of(word: Word, following: Word) -> bool:
    """Whether both are spoken for the same characters of the text."""
    return (word.char_start, word.char_end) == (following.char_start, following.char_end)


def lengthen(word: Word, more: Word) -> Word:
    """One word of the two pieces that it was cut into."""
    return replace(
        word,
        phonemes=word.phonemes + (" " if word.after else "") + more.phonemes,
        end_sample=more.end_sample,
        phones=word.phones + more.phones,
        after=more.after,
    )
