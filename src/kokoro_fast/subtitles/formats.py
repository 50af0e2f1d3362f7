"""The subtitle formats: .srt, .vtt with the time of every word, and .json with every word and sound."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence

from kokoro_fast.clock import timestamp
from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.subtitles.cues import Cue, CueMaker
from kokoro_fast.types import Word, is_more_of, lengthen


class Format(ABC):
    """Turns words into the text of a file, piece by piece.

    Attributes:
        opening: the text before the first word.
    """

    opening = ""

    @abstractmethod
    def add(self, word: Word) -> str:
        """The text that is settled by the next word."""

    @abstractmethod
    def finish(self) -> str:
        """The text after the last word."""


class _CueFormat(Format):
    def __init__(self) -> None:
        self._maker = CueMaker()
        self._count = 0

    def add(self, word: Word) -> str:
        return "".join(map(self._number, self._maker.add(word)))

    def finish(self) -> str:
        return "".join(map(self._number, self._maker.finish()))

    def _number(self, cue: Cue) -> str:
        self._count += 1
        return self._entry(self._count, cue)

    @abstractmethod
    def _entry(self, number: int, cue: Cue) -> str: ...


class _Srt(_CueFormat):
    """SubRip: what every player reads."""

    def _entry(self, number: int, cue: Cue) -> str:
        start, end = (timestamp(sample).replace(".", ",") for sample in _times(cue))
        return f"{number}\n{start} --> {end}\n{cue.text}\n\n"


class _Vtt(_CueFormat):
    """WebVTT (W3C). Times inside a cue let a player show each word when it is said."""

    opening = "WEBVTT\n\n"

    def _entry(self, number: int, cue: Cue) -> str:
        start, end = _times(cue)
        text = "\n".join(self._line(line, start, end) for line in cue.lines)
        return f"{number}\n{timestamp(start)} --> {timestamp(end)}\n{text}\n\n"

    @staticmethod
    def _line(words: Sequence[Word], start: int, end: int) -> str:
        line = ""
        for word in words:
            written = word.before + word.text + word.after
            written = written.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            at = _milliseconds(word.start_sample)
            line += f"<{timestamp(at)}>{written}" if start < at < end else written
        return re.sub(r"\s+", " ", line).strip()


class _Json(Format):
    """Every word with its characters, samples and sounds, one to a line."""

    opening = f'{{"sample_rate": {SAMPLE_RATE}, "words": ['

    def __init__(self) -> None:
        self._held: Word | None = None
        self._comma = "\n"

    def add(self, word: Word) -> str:
        held, self._held = self._held, word
        if held is None:
            return ""
        if is_more_of(held, word):
            self._held = lengthen(held, word)
            return ""
        return self._entry(held)

    def finish(self) -> str:
        return ("" if self._held is None else self._entry(self._held)) + "\n]}\n"

    def _entry(self, word: Word) -> str:
        comma, self._comma = self._comma, ",\n"
        return comma + json.dumps(word.as_dict(), ensure_ascii=False)


FORMATS: dict[str, type[Format]] = {".srt": _Srt, ".vtt": _Vtt, ".json": _Json}
"""The suffix of a file name, and the format that it names."""


def _milliseconds(sample: int) -> int:
    return round(sample * 1000 / SAMPLE_RATE)


def _times(cue: Cue) -> tuple[int, int]:
    """Start and end in milliseconds; a cue without length is shown for one."""
    start = _milliseconds(cue.start_sample)
    return start, max(_milliseconds(cue.end_sample), start + 1)
