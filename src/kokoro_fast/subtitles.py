"""Subtitle files: .srt, .vtt with the time of every word, and .json with every word and sound. Whole or not there."""

from __future__ import annotations

import json
import os
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.cues import Cue, CueMaker
from kokoro_fast.errors import InputError
from kokoro_fast.speech import Word, is_more_of, lengthen


class SubtitleWriter:
    """Writes a subtitle file word by word, in constant memory.

        with SubtitleWriter("book.srt") as file:
            for part in parts:
                file.add(word.later(offset) for word in part.words)

    The text goes to a temporary file in the same folder, which takes the name `path` when the block ends, in the place
    of what was there. If the block raises, an interrupt included, the temporary file is removed and `path` stays as it
    was. A link is followed.

    Args:
        path: ends in .srt, .vtt or .json.

    Raises:
        InputError: another suffix; on entering the block, no such folder, or a place where no file can be written.
        OSError: the disk is full or fails, with the name of the file; while writing or on leaving the block.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._lines = _format_of(self._path)()
        self._target = Path(os.path.realpath(path))
        self._temporary = self._target.with_name(f".kokoro-fast-{secrets.token_hex(4)}.part")

    def __enter__(self) -> Self:
        if self._target.exists() and not (self._target.is_file() and os.access(self._target, os.W_OK)):
            raise InputError(f"subtitles {self._path}: expected a file that may be replaced, found another")
        try:
            self._file = self._temporary.open("x", encoding="utf-8", newline="\n")
        except OSError as error:
            raise InputError(f"subtitles {self._path}: cannot write there: {error.strerror}") from None
        self._write(self._lines.opening)
        return self

    def add(self, words: Iterable[Word]) -> None:
        """Append words, timed from the start of the whole. The two pieces of a word that was cut may come apart."""
        for word in words:
            self._write(self._lines.add(word))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._write(self._lines.finish())
                self._close()
                os.replace(self._temporary, self._target)
        finally:
            with suppress(OSError):  # said already, or of no matter: the file goes away
                self._file.close()
            self._temporary.unlink(missing_ok=True)

    def _write(self, text: str) -> None:
        try:
            self._file.write(text)
        except OSError as error:
            raise self._named(error) from None

    def _close(self) -> None:
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            raise self._named(error) from None

    def _named(self, error: OSError) -> OSError:
        return OSError(error.errno, error.strerror, str(self._path))


class _Format(ABC):
    """Words to the text of a file: `opening`, what each word settles, and what `finish` adds."""

    opening = ""

    @abstractmethod
    def add(self, word: Word) -> str: ...

    @abstractmethod
    def finish(self) -> str: ...


class _CueFormat(_Format):
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
        start, end = (clock(sample).replace(".", ",") for sample in _times(cue))
        return f"{number}\n{start} --> {end}\n{cue.text}\n\n"


class _Vtt(_CueFormat):
    """WebVTT (W3C). Times inside a cue let a player show each word when it is said."""

    opening = "WEBVTT\n\n"

    def _entry(self, number: int, cue: Cue) -> str:
        start, end = _times(cue)
        text = "\n".join(self._line(line, start, end) for line in cue.lines)
        return f"{number}\n{clock(start)} --> {clock(end)}\n{text}\n\n"

    @staticmethod
    def _line(words: Sequence[Word], start: int, end: int) -> str:
        line = ""
        for word in words:
            written = word.before + word.text + word.after
            written = written.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            at = _milliseconds(word.start_sample)
            line += f"<{clock(at)}>{written}" if start < at < end else written
        return re.sub(r"\s+", " ", line).strip()


class _Json(_Format):
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


FORMATS: dict[str, type[_Format]] = {".srt": _Srt, ".vtt": _Vtt, ".json": _Json}
"""Suffix of a file name -> what is written."""


def clock(milliseconds: int) -> str:
    """Hours, minutes, seconds and thousandths: "01:02:03.004"."""
    seconds, thousandths = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{thousandths:03}"


def _milliseconds(sample: int) -> int:
    return round(sample * 1000 / SAMPLE_RATE)


def _times(cue: Cue) -> tuple[int, int]:
    """Start and end in milliseconds; a cue without length is shown for one."""
    start = _milliseconds(cue.start_sample)
    return start, max(_milliseconds(cue.end_sample), start + 1)


def _format_of(path: Path) -> type[_Format]:
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise InputError(f"subtitles {path}: expected a name that ends in {', '.join(FORMATS)}, got {suffix or 'none'}")
    return FORMATS[suffix]
