"""The shapes of lines in Markdown: what a line is, or may still become while more of it is to come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from kokoro_fast.symbols import LINE_END
from kokoro_fast.text.markup.inline import Markdown

LINE = re.compile(rf"(?P<text>[^\n\r\x0b\x0c\x85\u2028\u2029]*+)(?P<end>{LINE_END}|\u2029|\Z)")
QUOTE = {
    Markdown.CERTAIN: re.compile(r"[ \t]*+>(?: ?>)*+ +(?=[^\W\d])"),
    Markdown.ALL: re.compile(r"(?:[ \t]*+>)++[ \t]?"),
}
HEADING = {
    Markdown.CERTAIN: re.compile(r"[ \t]*+#{1,6}+[ \t]++(?=\S)"),
    Markdown.ALL: re.compile(r"[ \t]*+#{1,6}+(?:[ \t]++|\Z)"),
}
CLOSING_MARKS = re.compile(r"(?<=[ \t])#++[ \t]*+\Z")
BULLET = {
    Markdown.CERTAIN: re.compile(r"[ \t]*+[-*•][ \t]++(?:\[[ xX]\][ \t]++)?(?=\S)"),
    Markdown.ALL: re.compile(r"[ \t]*+[-*+•](?:[ \t]++\[[ xX]\])?(?:[ \t]++|\Z)"),
}
NUMBER = re.compile(r"[ \t]*+\d{1,9}+[.)](?=[ \t]|\Z)")
FENCE = re.compile(r"[ \t]*+(?P<fence>`{3,}+(?=[^`]*+\Z)|~{3,}+).*+\Z")
RULE = re.compile(r"[ \t]*+(?:\*[ \t]*+){3,}+\Z|[ \t]*+(?:-[ \t]*+){3,}+\Z|[ \t]*+(?:_[ \t]*+){3,}+\Z")
UNDERLINE = re.compile(r"[ \t]*+(?:=++|-++)[ \t]*+\Z")
DELIMITERS = re.compile(r"[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+\Z")
DEFINITION = re.compile(r"[ \t]*+\[(?!\^)[^\[\]]++\]:[ \t]*+\S.*+\Z")
PIPE = re.compile(r"\\.|(\|)")
UNDECIDED = re.compile(
    r"[\s>*+•_=~|:-]*+(?:#{1,6}+(?:[ \t].*+)?|\d{1,9}+[.)]?|\[[ xX]?\]?)?\s*+|[\s>]*+(?:`{1,2}+|`{3,}+[^`]*+|~{3,}+.*+)"
)
"""The start of a line that may still become a sign of any kind."""
UNDECIDED_DEFINITION = re.compile(r"[\s>]*+\[[^\[\]]*+(?:\](?::.*+)?)?")
UNDECIDED_ROW = re.compile(r"[ \t|:-]*+(?:<.*+)?")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text."""

    start: int
    content: int
    """The first character after the signs of quotations."""
    text: str
    """The line from `content` on, without its end."""
    end: int
    """The position after the line end."""

    @property
    def first(self) -> int:
        """The first character that is no white space."""
        if self.content > self.start:
            return self.start
        return self.start + len(self.text) - len(self.text.lstrip())

    @property
    def text_end(self) -> int:
        return self.content + len(self.text)

    @property
    def is_whole(self) -> bool:
        return self.end > self.text_end


def cells(row: str) -> list[tuple[int, int]]:
    """The ranges of the cells of a row, without the lines at its ends."""
    pipes = [match.start() for match in PIPE.finditer(row) if match[1]]
    edges = [-1, *pipes, len(row)]
    found = [(start + 1, end) for start, end in pairwise(edges)]
    if found and not row[slice(*found[0])].strip():
        found = found[1:]
    if found and not row[slice(*found[-1])].strip():
        found = found[:-1]
    return found
