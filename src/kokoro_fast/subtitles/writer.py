"""Subtitle files that are whole or not there, written word by word."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from kokoro_fast.errors import InputError
from kokoro_fast.files import WholeFile, check_writable
from kokoro_fast.subtitles.formats import FORMATS, Format
from kokoro_fast.types import Word

_NOUN = "subtitles"
"""The word with which error messages name the file."""


def check_subtitles(path: str | os.PathLike[str]) -> None:
    """Raise InputError if `SubtitleWriter(path)` would, but for the right to make a new file in the folder."""
    _format_of(Path(path))
    check_writable(path, _NOUN)


class SubtitleWriter:
    """Writes a subtitle file word by word, in constant memory.

        with SubtitleWriter("book.srt") as file:
            for part in parts:
                file.add(word.later(offset) for word in part.words)

    The file takes the name `path` when the block ends, in the place of a file that was there. If the block raises, an
    interrupt included, `path` stays as it was.

    Args:
        path: ends in .srt, .vtt or .json. A link is followed.

    Raises:
        InputError: another suffix; on entering the block, no such folder, or a place where no file can be written.
        OSError: the disk is full or fails, with the name of the file; while writing or on leaving the block.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._format = _format_of(Path(path))()
        self._whole = WholeFile(path, _NOUN)

    def __enter__(self) -> Self:
        self._whole.open()
        try:
            self._write(self._format.opening)
        except BaseException:  # the block is never entered, so `__exit__` is not called
            self._whole.discard()
            raise
        return self

    def add(self, words: Iterable[Word]) -> None:
        """Append words, timed from the start of the whole. The two pieces of a word that was cut may come apart."""
        for word in words:
            self._write(self._format.add(word))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._write(self._format.finish())
                self._whole.publish()
        finally:
            self._whole.discard()

    def _write(self, text: str) -> None:
        self._whole.write(text.encode())


def _format_of(path: Path) -> type[Format]:
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise InputError(f"subtitles {path}: expected a name that ends in {', '.join(FORMATS)}, got {suffix or 'none'}")
    return FORMATS[suffix]
