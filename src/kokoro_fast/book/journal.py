"""The journal of a job: one line for each part of the speech. What a line says is true, or the line does not count.

    1c291ca3 {"version":2,"settings":{"speed":1.0},"seed":5}
    a0b8de1f {"n_samples":24000,"sound":2838171938,"phonemes":"həlˈO","words":[...]}
    5d4f0c77 {"complete":true}

A line begins with the CRC-32 of its JSON and of that of all lines before it, in hexadecimal. So a changed byte, or a
line that is lost, doubled or moved, ends what can be read. `sound` is the CRC-32 of the bytes of the part's sound.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from kokoro_fast.files import open_regular
from kokoro_fast.types import Word

VERSION = 3
"""The version of the journal's form. A job of another version is started anew."""

LONGEST_LINE = 1 << 24
"""The most bytes of a line that are read. The line of a part, which is a few sentences, has some thousand."""

LARGEST = 1 << 53
"""The largest number of a sample or character that is believed. JSON has no limit, arithmetic and printing have."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is whole.

    Attributes:
        entry: its JSON.
        checksum: the checksum of all lines up to this one.
        end: the position after it, in bytes.
    """

    entry: dict[str, Any]
    checksum: int
    end: int

    @property
    def is_last(self) -> bool:
        """Whether the line says that all parts are there."""
        return self.entry.get("complete") is True


@dataclass(frozen=True, slots=True)
class Header:
    """The first line: the settings and the seed of all parts."""

    settings: dict[str, Any]
    seed: int

    def entry(self) -> dict[str, Any]:
        return {"version": VERSION, "settings": self.settings, "seed": self.seed}

    @classmethod
    def of(cls, line: Line) -> Self | None:
        """The header in a line; None if it is of another version, or none."""
        entry = line.entry
        settings, seed = entry.get("settings"), entry.get("seed")
        if entry.get("version") != VERSION or not isinstance(settings, dict) or type(seed) is not int:
            return None
        return cls(settings, seed) if 0 <= seed < 1 << 63 else None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the speech.

    Attributes:
        n_samples: its length.
        sound: the checksum of its sound, as 16-bit PCM.
        phonemes: what was spoken.
        words: with times from the first sample of the part.
    """

    n_samples: int
    sound: int
    phonemes: str
    words: tuple[Word, ...]

    def entry(self) -> dict[str, Any]:
        words = [word.as_dict() for word in self.words]
        return {"n_samples": self.n_samples, "sound": self.sound, "phonemes": self.phonemes, "words": words}

    @classmethod
    def of(cls, line: Line) -> Self | None:
        """The part in a line; None if there is none, or anything in it is not what `entry` writes."""
        try:
            entry = line.entry
            words = tuple(Word.from_dict(word) for word in entry["words"])
            part = cls(entry["n_samples"], entry["sound"], entry["phonemes"], words)
            _check_numbers([part.n_samples, part.sound, *(number for word in words for number in _numbers(word))])
            _check_texts([part.phonemes, *(text for word in words for text in _texts(word))])
        except (KeyError, TypeError, ValueError, AttributeError):
            return None
        return part if part.n_samples >= 0 else None


def encode_line(entry: dict[str, Any], checksum: int) -> tuple[bytes, int]:
    """A line to append to those with this checksum (0 for none), and the checksum with it."""
    content = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode()
    checksum = zlib.crc32(content, checksum)
    return b"%08x %s\n" % (checksum, content), checksum


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of a journal, up to the first that is not whole, or that `encode_line` would not write like that."""
    checksum = end = 0
    with open_regular(path) as journal:
        while (raw := journal.readline(LONGEST_LINE)).endswith(b"\n"):
            try:
                entry = json.loads(raw[9:].decode())
                again, checksum = encode_line(entry, checksum)
            except (ValueError, RecursionError):
                return
            if again != raw or not isinstance(entry, dict):
                return
            end += len(raw)
            yield Line(entry, checksum, end)


def _numbers(word: Word) -> Iterator[int]:
    yield from (word.start_sample, word.end_sample, word.char_start, word.char_end)
    for phone in word.phones:
        yield from (phone.start_sample, phone.end_sample)


def _texts(word: Word) -> Iterator[str]:
    yield from (word.text, word.phonemes, word.before, word.after, word.said or "")
    yield from (phone.symbol for phone in word.phones)


def _check_numbers(numbers: Iterable[Any]) -> None:
    if not all(type(number) is int and abs(number) <= LARGEST for number in numbers):
        raise ValueError


def _check_texts(texts: Iterable[Any]) -> None:
    if not all(isinstance(text, str) for text in texts):
        raise TypeError
