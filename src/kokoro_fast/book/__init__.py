"""Long texts: chapters found in the text, and work that a kill or a power cut does not lose.

`outline` says where the chapters are, `Work` keeps what is spoken beside the output, `publish` makes the files of it.
Nothing here knows the engine: speech comes in, files come out.
"""

from kokoro_fast.book.outline import Heading, Outline, outline
from kokoro_fast.book.publish import Publication, publish
from kokoro_fast.book.work import Work

__all__ = ["Heading", "Outline", "Publication", "Work", "outline", "publish"]
