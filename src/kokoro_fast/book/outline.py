"""Finds the headings of a text: those of Markdown, or lines that are certain to open a chapter.

A missed heading costs a chapter mark. A false one would be worse, so a line that could be a sentence is no heading.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

LONGEST_HEADING = 120
"""The most characters of a heading. A longer line is text."""

CONTENTS = 4
"""The number of headings with nothing between that make a table of contents. Three can be a part, a book and a
chapter."""

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(\S.*)")
_CLOSING_MARKS = re.compile(r"\s#+$")
_FENCE = re.compile(r" {0,3}(```|~~~)")

_UNITS = "one|two|three|four|five|six|seven|eight|nine"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_ROMAN = r"(?-i:(?=[MDCLXVI])M{0,3}(?:C[MD]|D?C{0,3})(?:X[CL]|L?X{0,3})(?:I[XV]|V?I{0,3}))"
_NUMBER = rf"(?:\d{{1,4}}|{_ROMAN}|(?:{_TENS})(?:[- ](?:{_UNITS}))?|{_TEENS}|{_UNITS})"
_PIECE = r"(?:chapter|part|book|volume|act|scene|letter|chapitre|partie|cap[ií]tulo|parte|capitolo|अध्याय)"
_NUMBERED = re.compile(rf"{_PIECE}\s+{_NUMBER}(?P<rest>(?![\w-]).*)", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:prologue|epilogue|foreword|preface|introduction|interlude|afterword|appendix(?:\s+[A-Z0-9])?"
    r"|acknowledge?ments)(?P<rest>(?![\w-]).*)",
    re.IGNORECASE,
)
_CJK = re.compile(r"第\s?[0-9０-９〇零一二三四五六七八九十百千]+\s?[章回部卷巻](?P<rest>\b|\s.*)")
_REST = re.compile(
    r"[.:]?"  # "Chapter 3", "CHAPTER III."
    r"|[.:]\s*\S.*"  # "Chapter 3: The storm"
    r"|\s*[—–-]+\s*\S.*"  # "Chapter 3 - the storm"
    r"|\s+[A-Z0-9À-Þ“\"‘'¿¡\u0900-\uffff](?:.*[^.,;])?"  # "CHAPTER III THE STORM"; but "Part two was better." is none
)
"""The text that may follow the number of a chapter."""

_SPOKEN_NUMBER = re.compile(
    rf"[#\s]*(?:{_PIECE}\s+(?P<a>{_ROMAN})(?![\w-])|(?P<b>{_ROMAN})(?=[.:]|\s*$))", re.IGNORECASE
)
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_MARKUP = re.compile(r"\[(?:pause|voice):[^\]]*\]|<[^<>]*>|[*_`]+")
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading.

    Attributes:
        title: the words of the heading, without marks.
        start: its first character in the text.
        level: its level, 1 for the highest.
    """

    title: str
    start: int
    level: int = 1


@dataclass(frozen=True)
class Outline:
    """The chapters of a text, and the text as it should be read.

    Attributes:
        spoken: the text as it should be read. The # of Markdown headings are spaces, a heading is a paragraph of its
            own, and around the Roman number of a heading are tags that say which number it is.
        chapters: the headings that open chapters, in order.
        title: the title of the whole, if the text has one.
        tags: half-open ranges of `spoken` that are not in the text, in order.
    """

    spoken: str
    chapters: tuple[Heading, ...] = ()
    title: str | None = None
    tags: tuple[tuple[int, int], ...] = ()

    def place(self, position: int) -> int:
        """The place in the text of a character of `spoken`."""
        index = bisect_right(self._ends, position)
        return position - self._lengths[index]

    @cached_property
    def _ends(self) -> list[int]:
        return [end for _, end in self.tags]

    @cached_property
    def _lengths(self) -> list[int]:
        """The number of characters of the first 0, 1, 2, ... tags."""
        return [0, *accumulate(end - start for start, end in self.tags)]


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    start: int

    @property
    def content(self) -> str:
        """The line without the white space around it; "" for a line too long for a heading."""
        return "" if len(self.text) > 2 * LONGEST_HEADING else self.text.strip()

    @property
    def is_blank(self) -> bool:
        return not self.text or self.text.isspace()


def find_outline(text: str) -> Outline:
    """The headings of a text. Markdown headings, if there are any, are the only ones."""
    lines = _lines(text)
    marked = list(_marked_headings(lines))
    headings = marked or list(_plain_headings(lines))
    chapters = _chapters(marked) if marked else _without_contents(headings, text)
    is_title = bool(marked) and marked[0].level == 1 and sum(heading.level == 1 for heading in marked) == 1
    spoken, tags = _with_numbers(_spoken(text, headings), headings)
    return Outline(spoken, tuple(chapters), marked[0].title if is_title else None, tags)


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    start = 0
    for line in text.splitlines(keepends=True):
        lines.append(_Line(line, start))
        start += len(line)
    return lines


def _marked_headings(lines: Sequence[_Line]) -> Iterator[Heading]:
    """Lines that begin with # to ######, outside of fenced code."""
    fence = ""
    for line in lines:
        if line.text.lstrip(" ")[:1] not in ("#", "`", "~"):
            continue
        opening = _FENCE.match(line.text)
        if opening and fence in ("", opening[1]):
            fence = "" if fence else opening[1]
        if fence or len(line.text) > 2 * LONGEST_HEADING:
            continue
        match = _HEADING.match(line.text.rstrip())
        if match:
            yield Heading(_title(_CLOSING_MARKS.sub("", match[2])), line.start, len(match[1]))


def _chapters(headings: Sequence[Heading]) -> Iterator[Heading]:
    """The headings of the highest level that occurs twice, and above: a single # is the title of the book."""
    counts = Counter(heading.level for heading in headings)
    lowest = min((level for level, count in counts.items() if count > 1), default=min(counts))
    return (heading for heading in headings if heading.level <= lowest)


def _spoken(text: str, headings: Sequence[Heading]) -> str:
    pieces: list[str] = []
    position = 0
    for heading in headings:
        end = _line_end(text, heading.start)
        pieces += [_ending_a_paragraph(text[position : heading.start]), _unmarked(text[heading.start : end])]
        position = end
    return "".join([*pieces, text[position:]])


def _line_end(text: str, start: int) -> int:
    """The position after the line that begins at `start`."""
    window = text[start : start + 2 * LONGEST_HEADING + 2]
    return start + len(window.splitlines(keepends=True)[0])


def _unmarked(line: str) -> str:
    """A heading without its marks, as a paragraph, with the same number of characters."""
    content = line.rstrip()
    marks = _CLOSING_MARKS.search(content)
    kept = content[: marks.start()] if marks else content
    opening = len(kept) - len(kept.lstrip(" #"))
    blank = kept[:opening].replace("#", " "), content[len(kept) :].replace("#", " ")
    return _ending_a_paragraph(blank[0] + kept[opening:] + blank[1] + line[len(content) :])


def _ending_a_paragraph(text: str) -> str:
    """The text with a paragraph separator for its last line end, if it has one."""
    return text[:-1] + "\u2029" if text[-1:] in ("\n", "\r") else text


def _with_numbers(text: str, headings: Sequence[Heading]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text with tags around the Roman numbers of its headings, which would be spelled out, and the tags' ranges."""
    pieces: list[tuple[str, bool]] = []  # each with whether it is a tag
    position = 0
    for heading in headings:
        match = _SPOKEN_NUMBER.match(text, heading.start, _line_end(text, heading.start))
        if match is None:
            continue
        start, end = match.span("a" if match["a"] else "b")
        pieces += [
            (text[position:start], False),
            (f'<sub alias="{_value(text[start:end])}">', True),
            (text[start:end], False),
            ("</sub>", True),
        ]
        position = end
    pieces.append((text[position:], False))
    ends = accumulate(len(piece) for piece, _ in pieces)
    tags = tuple((end - len(piece), end) for (piece, is_tag), end in zip(pieces, ends, strict=True) if is_tag)
    return "".join(piece for piece, _ in pieces), tags


def _value(roman: str) -> int:
    """The value of a Roman number: "XIV" is 14."""
    values = [_ROMAN_VALUES[letter] for letter in roman]
    return sum(
        -value if value < following else value for value, following in zip(values, [*values[1:], 0], strict=True)
    )


def _plain_headings(lines: Sequence[_Line]) -> Iterator[Heading]:
    """Lines such as "Chapter 3", "CHAPTER III. The Storm" or "Prologue", with blank lines around.

    A second line, up to a blank one, is the title of a chapter that has only its number on the first.
    """
    blank = _Line("", 0)
    for index, line in enumerate(lines):
        content = line.content
        if not content or content[0].islower() or len(content) > LONGEST_HEADING:
            continue
        before, after, later = (lines[i] if 0 <= i < len(lines) else blank for i in (index - 1, index + 1, index + 2))
        if not before.is_blank:
            continue
        match = _NUMBERED.fullmatch(content) or _NAMED.fullmatch(content) or _CJK.fullmatch(content)
        if match is None or not _REST.fullmatch(match["rest"]):
            continue
        start = line.start + line.text.index(content)
        if after.is_blank:
            yield Heading(_title(content), start)
        elif later.is_blank and match["rest"] in ("", ".", ":") and 0 < len(after.content) <= LONGEST_HEADING:
            yield Heading(_title(f"{content.rstrip(' .:')}: {after.content}"), start)


def _without_contents(headings: Sequence[Heading], text: str) -> Iterator[Heading]:
    """The headings without a table of contents: headings in a row with nothing but their own lines between."""
    run: list[Heading] = []
    for heading, following in pairwise([*headings, None]):
        if heading is None:
            continue
        run.append(heading)
        if following is None or _words_between(text, heading, following):
            yield from run if len(run) < CONTENTS else run[-1:]
            run = []


def _words_between(text: str, heading: Heading, following: Heading) -> bool:
    """Whether there is text between two headings: more words than the first heading itself has."""
    between = text[heading.start : min(following.start, heading.start + 4 * LONGEST_HEADING)]
    return len(between.split()) > len(heading.title.split())


def _title(heading: str) -> str:
    words = _MARKUP.sub("", _LINK.sub(r"\1", heading)).split()
    return " ".join(words).rstrip(".:") or heading.strip()
