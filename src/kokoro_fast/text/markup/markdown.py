"""Markdown, line by line: headings, lists, quotations, tables, code, rules. `inline` pairs the signs within them.

Nothing is rewritten: the result are edits, as of all markup. Signs are hidden, and where a reader sees a heading, an
item or a row, a listener hears the pause of a paragraph. The text of code is read as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from kokoro_fast.symbols import CLAUSE_MARKS, SENTENCE_MARKS
from kokoro_fast.text.markup.edits import Character, Edit, Hidden, Sign, Silent
from kokoro_fast.text.markup.inline import Markdown, find_signs
from kokoro_fast.text.markup.lines import (
    BULLET,
    CLOSING_MARKS,
    DEFINITION,
    DELIMITERS,
    FENCE,
    HEADING,
    LINE,
    NUMBER,
    QUOTE,
    RULE,
    UNDECIDED,
    UNDECIDED_DEFINITION,
    UNDECIDED_ROW,
    UNDERLINE,
    Line,
    cells,
)
from kokoro_fast.text.markup.scanner import Form, Tag

_TAG = "\ufffc"
"""The character that stands in place of those of a tag."""

PARAGRAPH = "\n\n"
"""The white space that the sign of a new block stands for."""

_LINK = re.compile(r"\[(?P<text>[^\[\]\n]{1,500}+)\]\([^()\n]{0,500}+\)")


class Kind(Enum):
    """What a line is."""

    BLANK = "nothing, or something that ends with its line: a heading, a row, a rule"
    TEXT = "a line of a paragraph"
    ITEM = "a line of an item of a list"


@dataclass(slots=True)
class MarkdownState:
    """Where a text in pieces stands between two of them.

    Attributes:
        previous: the kind of the last line.
        mid_line: whether that line goes on.
        fence: the sign that opened the code around the place, "" outside of code.
        in_table, in_quote: whether the last line belongs to a table or a quotation.
        leads_on: whether the last line ends with a colon.
        before: the last character.
    """

    previous: Kind = Kind.BLANK
    mid_line: bool = False
    fence: str = ""
    in_table: bool = False
    in_quote: bool = False
    leads_on: bool = False
    before: str = "\n"


@dataclass(slots=True)
class MarkdownEdits:
    """The Markdown of a text, or of a piece of one.

    Attributes:
        edits: in order, not overlapping.
        spans: ranges that must stay in one piece; in no order.
        blocks: the first characters of lines before which there is a pause.
        settled: the place up to which this holds whatever may follow.
    """

    edits: list[Edit] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)
    settled: int = 0


def find_markdown(
    text: str, tags: Sequence[Tag], level: Markdown, state: MarkdownState | None = None, complete: bool = True
) -> MarkdownEdits:
    """The Markdown of a text.

    Args:
        text: the text as the user wrote it.
        tags: everything in it with the shape of other markup.
        level: how much is read as Markdown.
        state: where a text in pieces stands; it is brought to the end of this piece.
        complete: whether nothing follows that could be a part of what the piece ends with.
    """
    if level is Markdown.NONE:
        return MarkdownEdits(settled=len(text))
    text = _without_tags(text, tags, level)
    if level is Markdown.LINKS:
        return _links(text)
    scanner = _Scanner(text, level, state or MarkdownState(), complete)
    scanner.run()
    return scanner.finish()


def _links(text: str) -> MarkdownEdits:
    """Links alone, by misaki's rule: whatever stands in the brackets after the text is not read."""
    found = MarkdownEdits(settled=len(text))
    for link in _LINK.finditer(text):
        found.edits += [Sign(link.start(), link.start() + 1), Sign(link.end("text"), link.end())]
        found.spans.append(link.span())
    return found


def _without_tags(text: str, tags: Sequence[Tag], level: Markdown) -> str:
    """The text with other characters in place of tags, as many: nothing in a tag is a sign of Markdown."""
    pieces: list[str] = []
    position = 0
    for tag in tags:
        is_angle = tag.form in (Form.OPEN, Form.CLOSE, Form.EMPTY)
        if tag.form in (Form.ENTITY, Form.BROKEN) or (is_angle and level is Markdown.ALL):
            continue  # every tag of HTML is known to `inline`
        filler = "x" if tag.form in (Form.LINK, Form.HINT) else _TAG
        pieces += [text[position : tag.start], filler * (tag.end - tag.start)]
        position = tag.end
    return "".join([*pieces, text[position:]])


class _Scanner:
    """Goes over the lines once. A paragraph waits in `_block` until a line comes that is no part of it."""

    def __init__(self, text: str, level: Markdown, state: MarkdownState, complete: bool) -> None:
        self._text, self._level, self._state, self._complete = text, level, state, complete
        self._all = level is Markdown.ALL
        self._block: list[Line] = []
        self._found = MarkdownEdits(settled=len(text))

    def run(self) -> None:
        lines = [match for match in LINE.finditer(self._text) if match.end() > match.start()]
        for index, match in enumerate(lines):
            following = lines[index + 1] if index + 1 < len(lines) else None
            if index == 0 and self._state.mid_line:
                line = Line(match.start(), match.start(), match["text"], match.end())
                if not self._state.fence:
                    self._text_line(line)
            elif self._is_undecided(match, following):
                self._settle(match.end("text") - len(match["text"].lstrip()))
                break
            elif not match["end"] and not match["text"].strip():
                break  # the line has not begun
            else:
                self._take(match, following)
            if match["end"] == "\u2029":
                self._close(Kind.BLANK)
            self._state.mid_line = not match["end"]
            self._state.leads_on = match["text"].rstrip(" \t*_").endswith(":")

    def finish(self) -> MarkdownEdits:
        self._end_block(complete=self._complete)
        if self._text:
            self._state.before = self._text[-1]
        found = self._found
        found.edits.sort(key=lambda edit: (edit.start, edit.end))
        return found

    def _settle(self, position: int) -> None:
        self._found.settled = min(self._found.settled, position)

    def _is_undecided(self, match: re.Match[str], following: re.Match[str] | None) -> bool:
        """Whether text that has not come may change what the line is."""
        if self._complete:
            return False
        text = match["text"]
        if self._state.fence:
            return not match["end"] and not text.strip(" \t>`~")
        if text.lstrip(" \t>").startswith("|"):
            if self._state.in_table:
                return not match["end"]
            return not match["end"] or (
                (following is None or not following["end"])
                and UNDECIDED_ROW.fullmatch(following["text"] if following else "") is not None
            )
        if match["end"]:
            return False
        return bool(UNDECIDED.fullmatch(text) or (self._all and UNDECIDED_DEFINITION.fullmatch(text)))

    def _take(self, match: re.Match[str], following: re.Match[str] | None) -> None:
        state = self._state
        if state.fence:
            return self._take_code(match)
        if match["text"][:1].isalpha():  # no sign of a line is a letter, and most lines begin with one
            state.in_quote = False
            return self._text_line(Line(match.start(), match.start(), match["text"], match.end()))
        line = self._without_quote(match)
        if not line.text or line.text.isspace():
            return self._close(Kind.BLANK)
        if self._take_sign_of_line(line):
            return None
        if self._take_row(line, following):
            return None
        if self._take_sign_at_start(line):
            return None
        if state.previous is not Kind.BLANK or line.text.strip(_TAG + " \t"):  # tags alone open no paragraph
            self._text_line(line)
        return None

    def _text_line(self, line: Line) -> None:
        """Take a line of a paragraph or an item."""
        if self._state.previous is Kind.BLANK:
            self._state.previous = Kind.TEXT
        self._state.in_table = False
        self._block.append(line)

    def _take_code(self, match: re.Match[str]) -> None:
        """Take a line inside of fences, which is text, or the fence at their end."""
        text = match["text"].lstrip(" \t>").rstrip()
        fence = self._state.fence
        if len(text) >= len(fence) and not text.strip(fence[0]):
            self._hide(match.start(), match.end("text"), PARAGRAPH)
            self._state.fence = ""

    def _take_sign_of_line(self, line: Line) -> bool:
        """Take a line that is nothing but a sign: a fence, a rule, the underline of a heading, an address."""
        state = self._state
        if self._all and state.previous is Kind.TEXT and UNDERLINE.fullmatch(line.text):
            self._found.blocks.append(line.first)
            self._found.spans.append((line.first, line.end))
            self._close(Kind.BLANK)
            self._hide(line.content, line.text_end, PARAGRAPH)
        elif line.is_whole and (fence := FENCE.fullmatch(line.text)):
            self._close(Kind.BLANK)
            self._hide(line.content, line.text_end, PARAGRAPH)
            self._found.spans.append((line.first, line.end))
            state.fence = fence["fence"]
        elif RULE.fullmatch(line.text):
            self._close(Kind.BLANK)
            first = line.text_end - len(line.text.lstrip())
            self._add(Silent(first, line.content + len(line.text.rstrip())))
        elif self._all and state.previous is Kind.BLANK and DEFINITION.fullmatch(line.text):
            self._hide(line.content, line.text_end, "")
            self._found.spans.append((line.first, line.end))
        else:
            return False
        return True

    def _take_row(self, line: Line, following: re.Match[str] | None) -> bool:
        """Take a row of a table, which opens with a line. The second row of a table has signs for its columns."""
        state = self._state
        if not line.text.lstrip().startswith("|"):
            return False
        if state.in_table and DELIMITERS.fullmatch(line.text):
            self._hide(line.content, line.end, "")
        elif state.in_table or (following and self._are_delimiters(line, following)):
            if not state.in_table and following:
                self._open_block(line, 0)
                self._found.spans.append((line.first, following.end()))
                state.in_table = True
            self._cells(line)
            if line.is_whole:
                self._hide(line.text_end, line.end, PARAGRAPH)
        else:
            return False
        self._found.spans.append((line.first, line.end))
        return True

    def _are_delimiters(self, line: Line, following: re.Match[str]) -> bool:
        text = self._without_signs_of_quote(following)
        return (
            text.lstrip().startswith("|")
            and bool(DELIMITERS.fullmatch(text))
            and len(cells(line.text)) == len(cells(text))
        )

    def _cells(self, line: Line) -> None:
        """Hide the lines of a row. In a file of Markdown there is the pause of a comma between its cells."""
        filled = [(start, end) for start, end in cells(line.text) if line.text[start:end].strip()]
        position = 0
        for start, end in filled:
            content = line.text[start:end]
            first = start + len(content) - len(content.lstrip())
            last = start + len(content.rstrip())
            before = line.text[:position].rstrip()[-1:]
            if self._all and position and before not in SENTENCE_MARKS + CLAUSE_MARKS + ",":
                pipe = line.text.index("|", position)
                self._add(Character(line.content + position, line.content + pipe + 1, ","))
                self._hide(line.content + pipe + 1, line.content + first, " ")
            else:
                self._hide(line.content + position, line.content + first, " ")
            self._signs(line.text[first:last], line.content + first, complete=True)
            position = last
        self._hide(line.content + position, line.text_end, "")

    def _take_sign_at_start(self, line: Line) -> bool:
        """Take a line with the sign of a heading or an item at its start."""
        state = self._state
        if heading := HEADING[self._level].match(line.text):
            self._open_block(line, heading.end())
            closing = CLOSING_MARKS.search(line.text, heading.end())
            end = closing.start() if closing else len(line.text)
            self._signs(line.text[heading.end() : end], line.content + heading.end(), complete=True)
            self._hide(line.content + end, line.end, PARAGRAPH if line.is_whole else "")
            self._found.spans.append((line.first, line.end))
            self._close(Kind.BLANK)
            return True
        bullet = BULLET[self._level].match(line.text)
        if bullet and (self._all or state.leads_on or state.previous is not Kind.TEXT):
            content = line.content + bullet.end()
            if self._all:
                self._open_block(line, bullet.end())
            else:  # a list in a letter: its lines end as lines do, and short ones are spoken together
                self._close(Kind.BLANK)
                self._add(Silent(line.first, line.content + len(bullet[0].rstrip())))
            self._found.spans.append((line.first, content + 1))
            state.previous = Kind.ITEM
            self._block = [Line(content, content, line.text[bullet.end() :], line.end)]
            return True
        if self._all and NUMBER.match(line.text):
            self._open_block(line, 0)
            state.previous = Kind.ITEM
            self._block = [line]
            return True
        return False

    def _open_block(self, line: Line, length: int) -> None:
        """Begin a block with a sign of `length` characters, after the pause of a paragraph."""
        is_new = self._state.previous is not Kind.BLANK
        self._close(Kind.BLANK)
        if is_new:
            self._found.blocks.append(line.first)
        if length:
            self._hide(line.content, line.content + length, PARAGRAPH if is_new else "")
        elif is_new and line.start:
            self._hide(line.start - 1, line.start, PARAGRAPH)

    def _close(self, kind: Kind) -> None:
        """End the paragraph before the line, which is of this kind."""
        self._end_block(complete=True)
        self._state.previous = kind
        self._state.in_table = False

    def _end_block(self, complete: bool) -> None:
        lines, self._block = self._block, []
        if not lines:
            return
        start = lines[0].start
        # The signs of quotations within a paragraph are no text: white space stands in their place.
        parts = [" " * (line.content - line.start) + self._text[line.content : line.end] for line in lines]
        self._signs("".join(parts), start, complete)

    def _signs(self, text: str, start: int, complete: bool) -> None:
        before = self._text[start - 1] if start else self._state.before
        signs = find_signs(text, before, self._level, complete)
        for first, last, space in signs.hidden:
            self._add(Hidden(start + first, start + last, space) if space else Sign(start + first, start + last))
        self._found.spans += [(start + first, start + last) for first, last in signs.spans]
        if signs.open_from is not None:
            self._settle(start + signs.open_from)

    def _without_quote(self, match: re.Match[str]) -> Line:
        """The line without the signs of a quotation."""
        text = match["text"]
        quote = QUOTE[self._level].match(text)
        length = quote.end() if quote else 0
        start = match.start()
        if length:
            start += len(text) - len(text.lstrip())
            is_new = not self._state.in_quote and self._state.previous is not Kind.BLANK
            if is_new:
                self._found.blocks.append(start)
                self._close(Kind.BLANK)
            is_blank = not text[length:].strip()
            self._found.spans.append((start, match.start() + length + 1))
            self._hide(start, match.start() + length, PARAGRAPH if is_new or is_blank else "")
        self._state.in_quote = length > 0
        return Line(start, match.start() + length, text[length:], match.end())

    def _without_signs_of_quote(self, match: re.Match[str]) -> str:
        quote = QUOTE[self._level].match(match["text"])
        return match["text"][quote.end() if quote else 0 :]

    def _hide(self, start: int, end: int, space: str) -> None:
        if end > start:
            self._add(Hidden(start, end, space))

    def _add(self, edit: Edit) -> None:
        self._found.edits.append(edit)
