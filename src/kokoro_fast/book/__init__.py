"""Long texts: chapters found in the text, and work that a kill or a power cut does not lose.

Reading order: `outline` (where the chapters are), `journal` and `job` (keep what is spoken beside the output),
`publish` (makes the files of it). Nothing here knows the engine: speech comes in, files come out. Names load their
module on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kokoro_fast._lazy import lazy_names

if TYPE_CHECKING:
    from kokoro_fast.book.job import ResumableJob
    from kokoro_fast.book.outline import Heading, Outline, find_outline
    from kokoro_fast.book.publish import Publication, write_book

__all__ = ["Heading", "Outline", "Publication", "ResumableJob", "find_outline", "write_book"]

__getattr__ = lazy_names(
    __name__,
    {
        "Heading": "outline",
        "Outline": "outline",
        "Publication": "publish",
        "ResumableJob": "job",
        "find_outline": "outline",
        "write_book": "publish",
    },
)
