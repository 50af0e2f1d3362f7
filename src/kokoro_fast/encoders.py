"""The formats: 16-bit numbers in, bytes of a sound file out. libsndfile writes the plain ones; FFmpeg, through PyAV,
those that have chapters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from kokoro_fast.errors import MissingDependencyError

Encode = Callable[[NDArray[np.int16]], None]
"""Takes the next samples (S,)."""

WAV_LIMIT = 2**32 - 2**16
"""Bytes of sound that a .wav can hold: its size is a number of 32 bits, which counts the header too."""

OPUS_RATES = (48_000, 24_000, 16_000, 12_000, 8_000)
"""Hz that Opus takes as they are. It always plays at 48 kHz."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter mark: the half-open range of samples [start, end)."""

    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tags:
    """What a file says of itself.

    Attributes:
        title: of the whole; None for none.
        chapters: in order, for .m4b, .m4a, .mp3 and .opus; other formats have no place for them.
        n_samples: length of the sound if it is known; a .wav that would be too long for its header is then written as
            RF64, which has room.
    """

    title: str | None = None
    chapters: tuple[Chapter, ...] = ()
    n_samples: int | None = None


Format = Callable[[IO[bytes], int, Tags], AbstractContextManager[Encode]]
"""(file, Hz, tags) -> a block in which samples are encoded; the file is whole after it."""


@contextmanager
def _sndfile(container: str, encoding: str, file: IO[bytes], sample_rate: int, tags: Tags) -> Iterator[Encode]:
    import soundfile

    if container == "WAV" and 2 * (tags.n_samples or 0) > WAV_LIMIT:
        container = "RF64"
    with soundfile.SoundFile(file, "w", sample_rate, 1, encoding, None, container) as sound:
        if tags.title:
            sound.title = tags.title
        yield sound.write


@contextmanager
def _ffmpeg(
    container: str,
    codec: str,
    bit_rate: int,
    options: dict[str, str],
    metadata: dict[str, str],
    file: IO[bytes],
    sample_rate: int,
    tags: Tags,
) -> Iterator[Encode]:
    import av

    with av.open(file, "w", format=container, options=options) as output:
        rate = sample_rate if codec != "libopus" or sample_rate in OPUS_RATES else OPUS_RATES[0]
        try:
            stream: Any = output.add_stream(codec, rate=rate)  # one class for each kind of codec, known by its name
        except (LookupError, ValueError):
            raise MissingDependencyError(f"{container}: the FFmpeg of this PyAV has no encoder {codec}") from None
        stream.codec_context.layout = "mono"
        stream.codec_context.bit_rate = bit_rate
        output.metadata.update(metadata | ({"title": tags.title} if tags.title else {}))
        if container == "opus":
            output.metadata.update(_comments(tags.chapters, sample_rate))
        elif tags.chapters:
            output.set_chapters([_chapter(number, mark, sample_rate) for number, mark in enumerate(tags.chapters)])
        position = 0

        def encode(numbers: NDArray[np.int16]) -> None:
            nonlocal position
            frame = av.AudioFrame.from_ndarray(numbers[np.newaxis], format="s16", layout="mono")
            frame.sample_rate = sample_rate
            frame.pts = position
            position += len(numbers)
            output.mux(stream.encode(frame))

        yield encode
        output.mux(stream.encode(None))


def _chapter(number: int, mark: Chapter, sample_rate: int) -> Any:
    return {
        "id": number,
        "start": mark.start,
        "end": mark.end,
        "time_base": Fraction(1, sample_rate),
        "metadata": {"title": mark.title},
    }


def _comments(chapters: Sequence[Chapter], sample_rate: int) -> dict[str, str]:
    """Chapters as Ogg has them. FFmpeg would write them too, but a second late where more than half of one is cut off
    (libavformat/vorbiscomment.c rounds the seconds of 19.865 to 20 and keeps the .865).
    """
    comments: dict[str, str] = {}
    for number, mark in enumerate(chapters):
        seconds, milliseconds = divmod(mark.start * 1000 // sample_rate, 1000)
        clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{milliseconds:03}"
        comments |= {f"CHAPTER{number:03}": clock, f"CHAPTER{number:03}NAME": mark.title}
    return comments


FORMATS: dict[str, Format] = {
    ".wav": partial(_sndfile, "WAV", "PCM_16"),
    ".flac": partial(_sndfile, "FLAC", "PCM_16"),
    ".ogg": partial(_sndfile, "OGG", "VORBIS"),
    ".mp3": partial(_ffmpeg, "mp3", "libmp3lame", 96_000, {}, {}),
    ".opus": partial(_ffmpeg, "opus", "libopus", 48_000, {}, {}),
    ".m4b": partial(_ffmpeg, "ipod", "aac", 64_000, {"brand": "M4B "}, {"media_type": "2"}),  # 2 is an audiobook
    ".m4a": partial(_ffmpeg, "ipod", "aac", 64_000, {}, {}),
}
"""Suffix of a file name -> how it is written. Bit rates are for one voice in mono."""
