"""Sound to bytes, files and the loudspeaker.

Reading order: `pcm` (16-bit samples), `encoders` (the file formats), `writer` (a sound file, whole or not there),
`player` (the audio device). Names load their module on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kokoro_fast._lazy import lazy_names

if TYPE_CHECKING:
    from kokoro_fast.audio.encoders import FORMATS, Chapter, Tags
    from kokoro_fast.audio.pcm import pcm16, to_int16
    from kokoro_fast.audio.player import Player
    from kokoro_fast.audio.writer import Writer, check_output, write

__all__ = ["FORMATS", "Chapter", "Player", "Tags", "Writer", "check_output", "pcm16", "to_int16", "write"]

__getattr__ = lazy_names(
    __name__,
    {
        "FORMATS": "encoders",
        "Chapter": "encoders",
        "Player": "player",
        "Tags": "encoders",
        "Writer": "writer",
        "check_output": "writer",
        "pcm16": "pcm",
        "to_int16": "pcm",
        "write": "writer",
    },
)
