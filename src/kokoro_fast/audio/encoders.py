"""The sound file formats: 16-bit samples in, the bytes of a file out.

libsndfile writes the plain formats, FFmpeg (through PyAV) those that have chapters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import IO, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from kokoro_fast.clock import timestamp
from kokoro_fast.errors import MissingDependencyError

Encode = Callable[[NDArray[np.int16]], None]
"""Takes the next 16-bit samples (S,)."""

WAV_LIMIT = 2**32 - 2**16
"""The most bytes of sound in a .wav file, whose size is a number of 32 bits and counts the header too."""

OPUS_RATES = (48_000, 24_000, 16_000, 12_000, 8_000)
"""Sample rates (Hz) that Opus takes as they are. It always plays at 48 kHz."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter mark: the half-open range of samples [start, end)."""

    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tags:
    """What is written into a sound file beside the sound.

    Attributes:
        title: the title of the whole, or None.
        chapters: the chapter marks in order, for .m4b, .m4a, .mp3 and .opus; other formats have no place for them.
        n_samples: the length of the sound if it is known. A .wav that would be too long for its header is then written
            as RF64, which has room.
    """

    title: str | None = None
    chapters: tuple[Chapter, ...] = ()
    n_samples: int | None = None


class Format(Protocol):
    """A file format: opened on a file, it gives a function that encodes samples. The file is whole after the block."""

    def open(self, file: IO[bytes], sample_rate: int, tags: Tags) -> AbstractContextManager[Encode]: ...


@dataclass(frozen=True, slots=True)
class SndfileFormat:
    """A format that libsndfile writes; `container` and `encoding` are its names for it."""

    container: str
    encoding: str

    @contextmanager
    def open(self, file: IO[bytes], sample_rate: int, tags: Tags) -> Iterator[Encode]:
        import soundfile

        is_too_long = self.container == "WAV" and 2 * (tags.n_samples or 0) > WAV_LIMIT
        container = "RF64" if is_too_long else self.container
        with soundfile.SoundFile(file, "w", sample_rate, 1, self.encoding, None, container) as sound:
            if tags.title:
                sound.title = tags.title
            yield sound.write


@dataclass(frozen=True, slots=True)
class FfmpegFormat:
    """A format that FFmpeg writes.

    Attributes:
        container, codec: FFmpeg's names of the muxer and the encoder.
        bit_rate: bits a second, for one voice in mono.
        options: for the muxer.
        metadata: written into the file as it is.
    """

    container: str
    codec: str
    bit_rate: int
    options: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def open(self, file: IO[bytes], sample_rate: int, tags: Tags) -> Iterator[Encode]:
        import av

        with av.open(file, "w", format=self.container, options=self.options) as output:
            stream = self._stream(output, sample_rate)
            output.metadata.update(self.metadata | ({"title": tags.title} if tags.title else {}))
            if self.container == "opus":
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

    def _stream(self, output: Any, sample_rate: int) -> Any:
        """The one audio stream of an open container, mono."""
        rate = sample_rate if self.codec != "libopus" or sample_rate in OPUS_RATES else OPUS_RATES[0]
        try:
            stream = output.add_stream(self.codec, rate=rate)
        except (LookupError, ValueError):
            raise MissingDependencyError(
                f"{self.container}: the FFmpeg of this PyAV has no encoder {self.codec}"
            ) from None
        stream.codec_context.layout = "mono"
        stream.codec_context.bit_rate = self.bit_rate
        return stream


def _chapter(number: int, mark: Chapter, sample_rate: int) -> Any:
    return {
        "id": number,
        "start": mark.start,
        "end": mark.end,
        "time_base": Fraction(1, sample_rate),
        "metadata": {"title": mark.title},
    }


def _comments(chapters: Sequence[Chapter], sample_rate: int) -> dict[str, str]:
    """Chapters as Ogg comments.

    FFmpeg would write them too, but up to a second late: libavformat/vorbiscomment.c rounds the seconds of 19.865 to
    20 and keeps the .865.
    """
    comments: dict[str, str] = {}
    for number, mark in enumerate(chapters):
        start = timestamp(mark.start * 1000 // sample_rate)
        comments |= {f"CHAPTER{number:03}": start, f"CHAPTER{number:03}NAME": mark.title}
    return comments


FORMATS: dict[str, Format] = {
    ".wav": SndfileFormat("WAV", "PCM_16"),
    ".flac": SndfileFormat("FLAC", "PCM_16"),
    ".ogg": SndfileFormat("OGG", "VORBIS"),
    ".mp3": FfmpegFormat("mp3", "libmp3lame", 96_000),
    ".opus": FfmpegFormat("opus", "libopus", 48_000),
    # In an .m4b, media type 2 marks an audiobook.
    ".m4b": FfmpegFormat("ipod", "aac", 64_000, {"brand": "M4B "}, {"media_type": "2"}),
    ".m4a": FfmpegFormat("ipod", "aac", 64_000),
}
"""The suffix of a file name, and the format that it names."""
