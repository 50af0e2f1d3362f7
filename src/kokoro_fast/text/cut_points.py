"""Finds where a text that is still growing may be cut, so that the text before the cut can be spoken.

A place is reported once no text that may still come can change it. So a text has the same places whatever the pieces
are in which it comes.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from enum import IntEnum

from kokoro_fast.symbols import (
    BLANK_LINE,
    CJK_CLAUSE_MARKS,
    CJK_COMMAS,
    CJK_SENTENCE_MARKS,
    CLAUSE_MARKS,
    CLOSERS,
    CLOSING_QUOTES,
    LINE_END,
    OTHER_CLAUSE_MARKS,
    OTHER_SENTENCE_MARKS,
    SENTENCE_MARKS,
    character_class,
)
from kokoro_fast.text.markup.inline import REACH, Markdown
from kokoro_fast.text.markup.markdown import MarkdownEdits, MarkdownState, find_markdown
from kokoro_fast.text.markup.scanner import find_tags
from kokoro_fast.text.sentence_ends import ends_sentence, is_item, leads_on


class Stop(IntEnum):
    """The unit of text that ends at a place, from the weakest to the strongest."""

    WORD = 0
    CLAUSE = 1
    SENTENCE = 2


LEAST = {Stop.SENTENCE: 1, Stop.CLAUSE: 40, Stop.WORD: 200}
"""The fewest characters before a place for the text to be cut there.

40 characters are some three seconds of sound: a shorter piece has little melody, and is over before the next one is
made. 200 characters are about as long as a chunk should be: a text without any mark cannot be planned better by waiting
for more of it.
"""
LONGEST = 2000
"""Characters after which a text without the end of a sentence is cut at a weaker place. This much is phonemized in one
go."""
ENOUGH = 10_000
"""Characters that are searched in one go, more than ten minutes of speech: even a book gives its start at once."""
LONGEST_CLUSTER = 64
"""Characters of one letter with its accents. Nothing longer is text."""
LONGEST_TAG = 200
"""Characters within which a bracket must be closed to be markup. Otherwise it is an ordinary sign."""
LONGEST_ELEMENT = 600
"""Characters within which `</sub>`, `</phoneme>` and `</say-as>` are waited for: a word or phrase stands before."""
_WORD_SEEN = 300
"""Characters of a word that are looked at: more than a tag with its marks has."""

_CLAUSE_MARKS = "," + CLAUSE_MARKS + "–"
_SURE_SENTENCE_MARKS = CJK_SENTENCE_MARKS + OTHER_SENTENCE_MARKS
_SURE_CLAUSE_MARKS = CJK_COMMAS + CJK_CLAUSE_MARKS + OTHER_CLAUSE_MARKS
"""Marks that end something whatever follows: their scripts put no space after them, or use them for nothing else."""

_STEP = re.compile(
    r"(?P<space>\s+)"
    rf"|(?P<wide>{character_class(_SURE_SENTENCE_MARKS + _SURE_CLAUSE_MARKS)}+{character_class(CLOSERS)}*\s*)"
    r"|(?P<bracket>[\[<])"
)
_LINE_END = re.compile(rf"{LINE_END}|\u2029")
_SPEECH = re.compile(r"[^\W_]")
_TAG = re.compile(r"<[/!?A-Za-z][^<>]*>|\[[a-z]+:[^\[\]\s]*\]|(?<=\])\(/[^/\n]*/\)")
_SLASH_OR_NEWLINE = re.compile(r"[/\n]")
_WHOLE_ELEMENT = re.compile(r"<(sub|phoneme|say-as)\b[^<>]*(?<!/)>", re.IGNORECASE)


def can_speak(text: str, end: int) -> bool:
    """Whether there is a letter or a digit in `text[:end]`."""
    return _SPEECH.search(text, 0, end) is not None


def has_blank_line(space: str) -> bool:
    """Whether white space separates paragraphs."""
    return BLANK_LINE.search(space) is not None


class CutFinder:
    """A text that grows at its end and is taken at its start, with the places in it.

    No place tears what belongs together in Markdown: emphasis, a link, a row of a table.

    Args:
        markdown: how much of the text is read as Markdown.

    Attributes:
        text: the text that has come and was not taken.
        last: for each kind of stop the last place so far, counted from the start of `text`; 0 if there is none.
    """

    def __init__(self, markdown: Markdown = Markdown.NONE) -> None:
        self.text = ""
        self._markdown = markdown
        self._state = MarkdownState()
        self.last = dict.fromkeys(Stop, 0)
        self._scanned = 0
        self._word_start = 0
        self._first = True  # whether the word at `_word_start` opens a line or a sentence
        self._in_tag = False  # whether a tag that may still be closed begins at `_scanned`

    def add(self, piece: str) -> None:
        """Append to the text."""
        self.text += piece

    def take(self, length: int) -> str:
        """Remove `text[:length]` and return it."""
        taken, self.text = self.text[:length], self.text[length:]
        find_markdown(taken, list(find_tags(taken)), self._markdown, self._state)
        self.last = {stop: max(0, place - length) for stop, place in self.last.items()}
        self._scanned = max(0, self._scanned - length)
        self._word_start = max(0, self._word_start - length)
        return taken

    def scan(self) -> None:
        """Bring `last` up to date, as far as it is needed."""
        for place, stop in self.find():
            self.last[stop] = place
            if place >= ENOUGH:
                return

    def find(self) -> Iterator[tuple[int, Stop]]:
        """The places that were not known at the last call."""
        text = self.text
        self._in_tag = False
        signs = self._signs()
        spans = _Spans(signs.spans)
        while step := _STEP.search(text, self._scanned):
            if step["bracket"]:
                tag_end = _tag_end(text, step.start())
                if tag_end is None:
                    self._in_tag, self._scanned = True, step.start()
                    return
                self._scanned = tag_end
                continue
            known, stop = self._judge(step) if step.end() <= signs.settled else (False, None)
            at_end = step.end() == len(text)
            torn = text.endswith("\r") if at_end else not step[0][-1].isspace() and _sticks(text, step.end())
            if known and stop is not None and not torn and step.end() not in spans:
                yield step.end(), stop
            if not known or at_end:  # more white space may come: look at all of it again
                self._scanned = step.start()
                return
            opens = stop is Stop.SENTENCE or text[step.start() - 1 : step.start()] == ":"
            self._first = opens or _LINE_END.search(step[0]) is not None
            self._scanned = self._word_start = step.end()
        self._scanned = len(text)

    def _signs(self) -> MarkdownEdits:
        """The Markdown of the text as far as it has come, or of as much of a long text as is looked at in one go."""
        window = self.text[: self._scanned + ENOUGH + REACH]
        if self._markdown is Markdown.NONE:
            return MarkdownEdits(settled=len(self.text))
        return find_markdown(window, list(find_tags(window)), self._markdown, replace(self._state), complete=False)

    def starts_block(self) -> bool:
        """Whether `text` begins with a block of Markdown that has a pause before it."""
        return len(self.text) - len(self.text.lstrip()) in self._signs().blocks

    def choose(self, patient: bool) -> int:
        """The number of characters to take now: 0 for nothing yet.

        Args:
            patient: whether only the end of a sentence will do. A text of `LONGEST` without one is cut all the same.
        """
        self.scan()
        long = len(self.text) >= LONGEST
        for stop in (Stop.SENTENCE,) if patient and not long else reversed(Stop):
            place = self.last[stop]
            if place >= (1 if long else LEAST[stop]) and can_speak(self.text, place):
                return place
        return self._blind_place() if long else 0

    def _blind_place(self) -> int:
        """A place in a text that has none: outside of tags, and not before a sign that belongs to the one before it."""
        text = self.text
        latest = self._scanned if self._in_tag else len(text) - 1
        for place in range(latest, max(0, latest - LONGEST_CLUSTER), -1):
            if not (_sticks(text, place) or text[place - 1] == "\u200d" or text[place - 1 : place + 1] == "\r\n"):
                return place
        return latest

    def _judge(self, step: re.Match[str]) -> tuple[bool, Stop | None]:
        """Whether the step can be judged yet, and the unit that ends there: None where the text must not be cut."""
        end = step.end()
        space = step[0][len(step[0].rstrip()) :]
        if has_blank_line(space):
            return True, Stop.SENTENCE
        if step["wide"]:
            return self._after_wide_mark(step[0], end)
        word = _TAG.sub("", self.text[max(self._word_start, step.start() - _WORD_SEEN) : step.start()])
        core = _without_signs(word)
        closers = word[len(core) :]
        body = core.rstrip(SENTENCE_MARKS)
        line_ends = _LINE_END.search(space) is not None
        if len(body) < len(core):
            return self._after_sentence_mark(body, core[len(body) :], closers, end, line_ends)
        return self._after_word(core, closers, end, line_ends)

    def _after_wide_mark(self, marks: str, end: int) -> tuple[bool, Stop | None]:
        if any(mark in _SURE_SENTENCE_MARKS for mark in marks):
            return end < len(self.text) or marks[-1].isspace(), Stop.SENTENCE
        inside_number = self.text[end : end + 1].isdigit()
        return end < len(self.text), None if inside_number else Stop.CLAUSE

    def _after_sentence_mark(
        self, body: str, marks: str, closers: str, end: int, line_ends: bool
    ) -> tuple[bool, Stop | None]:
        if marks == ".":
            ends = ends_sentence(body, self.text, end, first=self._first, line_ends=line_ends)
            if not ends:
                return ends is not None, None
        if line_ends or not ("…" in marks or ".." in marks or any(closer in CLOSING_QUOTES for closer in closers)):
            return True, Stop.SENTENCE
        # The sentence may go on: "Stop!" he said; well... maybe
        if end == len(self.text):
            return False, None
        return True, Stop.CLAUSE if self.text[end].islower() else Stop.SENTENCE

    def _after_word(self, core: str, closers: str, end: int, line_ends: bool) -> tuple[bool, Stop | None]:
        body = core.rstrip(_CLAUSE_MARKS)
        if not _SPEECH.search(body):  # signs only: "he came — and left", but "— Hola" and "- milk"
            return True, Stop.CLAUSE if core and not self._first else None
        if len(body) < len(core):
            return True, None if body.endswith(".") and leads_on(body[:-1]) else Stop.CLAUSE
        if ")" in closers:
            return True, None if self._first and is_item(body) else Stop.CLAUSE
        if not line_ends:
            return True, Stop.WORD
        # A line that ends without a mark is an item of a list or a verse; before a lower-case word it is only wrapped.
        goes_on = end == len(self.text) or self.text[end].islower()
        return True, Stop.WORD if goes_on else Stop.CLAUSE


class _Spans:
    """Ranges that must not be cut: a place inside of one, but not at its ends, is in it."""

    def __init__(self, spans: list[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(spans):
            if self._ends and start < self._ends[-1]:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._starts.append(start)
                self._ends.append(end)

    def __contains__(self, place: int) -> bool:
        index = bisect_left(self._starts, place) - 1
        return index >= 0 and place < self._ends[index]


def _without_signs(word: str) -> str:
    """A word up to its last letter, digit or mark: without closing quotes and brackets, asterisks, emoji."""
    length = len(word)
    while length and not (word[length - 1].isalnum() or word[length - 1] in SENTENCE_MARKS + _CLAUSE_MARKS):
        length -= 1
    return word[:length]


def _tag_end(text: str, start: int) -> int | None:
    """The end of the markup that opens at `start`; `start + 1` if none does, None if that is not known yet."""
    return _link_end(text, start) if text[start] == "[" else _element_end(text, start)


def _link_end(text: str, start: int) -> int | None:
    """The end of `[word]`, `[pause:1s]` or `[word](/ipa/)`."""
    most = start + 1 + LONGEST_TAG
    for position in range(start + 1, min(most, len(text))):
        match text[position]:
            case "[" | "\n":
                return start + 1
            case "]":
                return _after_bracket(text, position + 1)
    return start + 1 if len(text) >= most else None


def _after_bracket(text: str, end: int) -> int | None:
    """The end of the `(/ipa/)` that may follow a closing bracket, or else `end`."""
    opening = text[end : end + 2]
    if opening in ("", "("):
        return None
    if opening != "(/":
        return end
    most = end + 2 + LONGEST_TAG
    close = _SLASH_OR_NEWLINE.search(text, end + 2, most)
    if not close:
        return end if len(text) >= most else None
    if close[0] == "\n":
        return end
    following = text[close.end() : close.end() + 1]
    if not following:
        return None
    return close.end() + 1 if following == ")" else end


def _element_end(text: str, start: int) -> int | None:
    """The end of `<tag ...>`, or of the whole element where its content is one word that must stay with its tags."""
    name = text[start + 1 : start + 2]
    if name and not (name in "/!?" or (name.isascii() and name.isalpha())):
        return start + 1
    most = start + 1 + LONGEST_TAG
    for position in range(start + 1, min(most, len(text))):
        match text[position]:
            case "<":
                return start + 1
            case ">":
                return _content_end(text, start, position + 1)
    return start + 1 if len(text) >= most else None


def _content_end(text: str, start: int, end: int) -> int | None:
    element = _WHOLE_ELEMENT.fullmatch(text, start, end)
    if not element:
        return end
    most = end + LONGEST_ELEMENT
    close = re.compile(rf"</{element[1]}\s*>", re.IGNORECASE).search(text, end, most)
    if close:
        return close.end()
    return end if len(text) >= most else None


def _sticks(text: str, place: int) -> bool:
    """Whether the character at `place` is part of the one before it: an accent, a vowel sign, a joiner, a skin tone."""
    char = text[place : place + 1] or " "
    return unicodedata.category(char).startswith("M") or char == "\u200d" or "\U0001f3fb" <= char <= "\U0001f3ff"
