"""Subtitle files, whole or not there.

Reading order: `cues` (words to readable cues), `formats` (the text of each kind of file), `writer` (the file). Names
load their module on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kokoro_fast._lazy import lazy_names

if TYPE_CHECKING:
    from kokoro_fast.subtitles.cues import Cue, CueMaker
    from kokoro_fast.subtitles.formats import FORMATS
    from kokoro_fast.subtitles.writer import SubtitleWriter, check_subtitles

__all__ = ["FORMATS", "Cue", "CueMaker", "SubtitleWriter", "check_subtitles"]

__getattr__ = lazy_names(
    __name__,
    {
        "FORMATS": "formats",
        "Cue": "cues",
        "CueMaker": "cues",
        "SubtitleWriter": "writer",
        "check_subtitles": "writer",
    },
)
