"""Decides what the markup in a text means: pronunciations, aliases, pauses, changes of voice and rate.

    [word](/phonemes/)   <phoneme ph="phonemes">word</phoneme>   <sub alias="words">text</sub>
    [pause:1.5s]         <break time="800ms"/>                   [voice:af_heart] ... [voice:default]
    <prosody rate="slow">text</prosody>   <say-as interpret-as="date">text</say-as>   <speak>, <p>, <s>
    [word](+2)           [word](#&#)

Nothing is rewritten: the result is a list of edits with their ranges, so that every offset stays true. `scanner` says
what has the shape of markup at all; docs/markup.md is the reference for users.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from typing import Literal

from kokoro_fast.config import SPEED_RANGE
from kokoro_fast.errors import InputError
from kokoro_fast.text.markup.edits import Alias, Character, Edit, Hidden, Hint, Link, Markup, Pause, SayAs
from kokoro_fast.text.markup.inline import Markdown
from kokoro_fast.text.markup.markdown import MarkdownState, find_markdown
from kokoro_fast.text.markup.scanner import ELEMENTS, LONGEST_WORD, Form, Tag, find_tags
from kokoro_fast.text.phonemes import check_symbols
from kokoro_fast.text.verbalize.say_as import KINDS
from kokoro_fast.types import ProsodyOverride

MarkupMode = Literal["error", "plain", "markdown"]
"""How to treat an invalid or unknown tag: as an InputError, or as text to be read as it stands. With "markdown" it is
text, too, and all of Markdown is read as such."""

MAX_PAUSE = 600.0
"""The longest pause that markup may ask for, in seconds. A longer one is a slip of the pen, and a text from elsewhere
must not be able to ask for hours of silence."""

BREAK_SECONDS = {"x-weak": 0.1, "weak": 0.2, "medium": 0.45, "strong": 0.75, "x-strong": 1.5}
"""Seconds of SSML's strengths: weak is the pause of a comma between chunks, medium of a sentence, strong of a
paragraph."""

RATES = {"x-slow": 0.5, "slow": 0.75, "medium": 1.0, "default": 1.0, "fast": 1.25, "x-fast": 1.5}

_NUMBER = r"(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_SECONDS = re.compile(rf"\+?{_NUMBER}\s*(?P<unit>ms|s)", re.IGNORECASE)
_RATE = re.compile(rf"(?P<sign>[+-])?{_NUMBER}(?P<percent>%)?")
_VOICE_PART = r"[A-Za-z]\w*(?:\s*:\s*[0-9]*\.?[0-9]+)?"
_VOICE = re.compile(rf"{_VOICE_PART}(?:\s*,\s*{_VOICE_PART})*")
"""The name of a voice or a blend. A file is no voice here: a text from elsewhere must not name files to be opened."""

_ATTRIBUTES = {
    "break": ("time", "strength"),
    "phoneme": ("ph", "alphabet"),
    "sub": ("alias",),
    "say-as": ("interpret-as", "format", "detail"),
    "prosody": ("rate",),
}
"""The attributes that are understood. Elements that are not listed take any attribute, since none can be heard."""

_LEAVES = ("phoneme", "sub", "say-as")
"""Elements with nothing but text inside."""

_SPACES = {"speak": " ", "p": "\n\n", "s": " ", "prosody": ""}
"""The white space that a tag stands for: a paragraph ends in a blank line."""

_KNOWN = "[pause:...], [voice:...], " + ", ".join(f"<{name}>" for name in sorted(ELEMENTS))


@dataclass(frozen=True, slots=True)
class Element:
    """An element that was opened, at `position` of the whole text."""

    name: str
    position: int
    rate: float


@dataclass(slots=True)
class Scope:
    """The state of markup between the pieces of a text: give the same scope to the markup of each piece in turn.

    Attributes:
        position: characters of the pieces so far; messages count from the start of the first piece.
        voice: the voice that `[voice:...]` asked for last.
        elements: the open elements, from the outside in. The rate of each includes the rates around it.
        mode: the mode in which the last piece was read.
        markdown: where the Markdown of the text stands.
    """

    position: int = 0
    voice: str | None = None
    elements: list[Element] = field(default_factory=list)
    mode: MarkupMode = "error"
    markdown: MarkdownState = field(default_factory=MarkdownState)

    @property
    def override(self) -> ProsodyOverride:
        """The override that holds from here on. Rates within rates multiply, as far as the model can follow."""
        low, high = SPEED_RANGE
        rate = self.elements[-1].rate if self.elements else 1.0
        return ProsodyOverride(self.voice, round(min(max(rate, low), high), 6))

    def close(self) -> None:
        """Say that the text is complete.

        Raises:
            InputError: an element is still open, and the mode is "error".
        """
        if self.elements and self.mode == "error":
            name, position = self.elements[-1].name, self.elements[-1].position
            raise _error(position, f"</{name}> for <{name}>", "the end of the text")


@dataclass(frozen=True, slots=True)
class _Step:
    """An edit, and what it does to the scope."""

    edit: Edit
    opens: Element | None = None
    closes: bool = False
    voice: str = ""


def parse_markup(
    text: str, mode: MarkupMode = "error", scope: Scope | None = None, markdown: Markdown = Markdown.NONE
) -> Markup:
    """The markup of a text.

    Args:
        text: the text as the user wrote it.
        mode: "error" raises an InputError for an invalid or unknown tag; "plain" and "markdown" read it as it stands.
        scope: the scope of a text in pieces, which is brought to the end of this piece. `Scope.close` ends the text.
        markdown: how much of Markdown is read as such; all of it in the mode "markdown".

    Raises:
        InputError: an unknown tag, an impossible value, or a tag without its other half, with its position.
    """
    if mode not in ("error", "plain", "markdown"):
        raise InputError(f"markup: expected 'error', 'plain' or 'markdown', got {mode!r}")
    tags = list(find_tags(text))
    parser = _Parser(text, mode, scope or Scope())
    for tag in tags:
        parser.take(tag)
    markup = parser.finish(is_whole=scope is None)
    level = Markdown.ALL if mode == "markdown" else markdown
    signs = find_markdown(text, tags, level, scope.markdown if scope else None).edits
    return replace(markup, edits=_together(markup.edits, signs)) if signs else markup


def _together(edits: list[Edit], signs: list[Edit]) -> list[Edit]:
    """The edits of tags and the signs of Markdown outside of them, in order."""
    ends = [edit.end for edit in edits]

    def is_free(sign: Edit) -> bool:
        index = bisect_right(ends, sign.start)
        return index == len(edits) or sign.end <= edits[index].start

    return sorted([*edits, *filter(is_free, signs)], key=lambda edit: edit.start)


class _Parser:
    """Pairs the tags of a text in one pass, and then makes edits of the pairs.

    Only the closing tag shows that an opening tag was one. So every tag that is understood is kept in `_steps` first,
    and in the mode "plain" a tag that turns out to have no other half is taken out again.
    """

    def __init__(self, text: str, mode: MarkupMode, scope: Scope) -> None:
        scope.mode = mode
        self._text, self._mode, self._scope = text, mode, scope
        self._steps: list[_Step] = []
        self._open = [(element, -1) for element in scope.elements]
        """The open elements, each with the index of its step; -1 for an element of an earlier piece."""
        self._leaf: Tag | None = None

    def take(self, tag: Tag) -> None:
        """Use a tag, or leave it to be read as text."""
        try:
            if self._leaf and tag.form is not Form.ENTITY:
                leaf, self._leaf = self._leaf, None
                if tag.form is Form.CLOSE and tag.name == leaf.name:
                    return self._close_leaf(leaf, tag)
                if self._mode == "error":
                    raise self._unclosed(leaf, self._shown(tag))
            self._use(tag)
        except InputError:
            if self._mode == "error":
                raise

    def finish(self, is_whole: bool) -> Markup:
        """All edits. The scope moves to the end of the text, where all elements must be closed if it `is_whole`."""
        if self._leaf and self._mode == "error":
            raise self._unclosed(self._leaf, "the end of the text")
        unpaired = {index for _, index in self._open} if is_whole and self._mode == "plain" else set()
        markup = self._edits([step for index, step in enumerate(self._steps) if index not in unpaired])
        if is_whole:
            self._scope.close()
        return markup

    def _edits(self, steps: list[_Step]) -> Markup:
        scope = self._scope
        switches = [(0, scope.override)]
        voices: dict[str, int] = {}
        for step in steps:
            if step.opens:
                outer = scope.elements[-1].rate if scope.elements else 1.0
                scope.elements.append(Element(step.opens.name, step.opens.position, step.opens.rate * outer))
            elif step.closes:
                scope.elements.pop()
            elif step.voice:
                scope.voice = None if step.voice == "default" else step.voice
                if scope.voice:
                    voices.setdefault(scope.voice, step.edit.start)
            else:
                continue
            override = scope.override
            if override != switches[-1][1]:
                switches.append((step.edit.end, override))
        scope.position += len(self._text)
        return Markup([step.edit for step in steps], switches, voices)

    def _use(self, tag: Tag) -> None:
        match tag.form:
            case Form.BROKEN:
                raise self._expected(tag, "a whole tag such as [pause:1s], <break time='1s'/> or [word](/phonemes/)")
            case Form.UNSPOKEN:
                self._add(Hidden(tag.start, tag.end, ""))
            case Form.LINK:
                self._pronounce(tag.start, tag.end, tag.word, tag.phonemes, tag.end - len("/)") - len(tag.phonemes))
            case Form.HINT:
                self._add(_hint(tag))
            case Form.ENTITY:
                if not self._leaf and any(element.name == "speak" for element, _ in self._open[:1]):
                    self._add(Character(tag.start, tag.end, tag.values["text"]))
            case _ if tag.form is Form.BRACKET and tag.name == "pause":
                self._add(Pause(tag.start, tag.end, self._pause(tag, tag.values.get("value"))))
            case _ if tag.form is Form.BRACKET and tag.name == "voice":
                self._voice(tag)
            case _ if tag.form is Form.BRACKET or tag.name not in ELEMENTS:
                raise self._expected(tag, f"one of {_KNOWN}, or markup='plain'")
            case Form.CLOSE:
                self._close(tag)
            case _:
                self._element(tag)

    def _add(self, edit: Edit, opens: Element | None = None, closes: bool = False, voice: str = "") -> None:
        self._steps.append(_Step(edit, opens, closes, voice))

    def _element(self, tag: Tag) -> None:
        known = _ATTRIBUTES.get(tag.name, tag.values)
        if unknown := [name for name in tag.values if name not in known]:
            raise self._expected(tag, f"only {' and '.join(known)} in <{tag.name}>", unknown[0])
        is_empty = tag.form is Form.EMPTY
        if tag.name == "break":
            if not is_empty:
                raise self._expected(tag, "<break .../>, with a slash at its end")
            self._break(tag)
        elif tag.name in _LEAVES:
            if is_empty:
                raise self._expected(tag, f"a word between <{tag.name}> and </{tag.name}>")
            self._leaf = tag
        else:
            hidden = Hidden(tag.start, tag.end, _SPACES[tag.name])
            element = Element(tag.name, self._scope.position + tag.start, self._rate(tag))
            if not is_empty:
                self._open.append((element, len(self._steps)))
            self._add(hidden, opens=None if is_empty else element)

    def _close(self, tag: Tag) -> None:
        if not self._open or self._open[-1][0].name != tag.name:
            inner = self._open[-1][0] if self._open else None
            where = f"</{inner.name}> for <{inner.name}> at character {inner.position}" if inner else "no closing tag"
            raise self._expected(tag, where)
        self._open.pop()
        self._add(Hidden(tag.start, tag.end, _SPACES[tag.name]), closes=True)

    def _close_leaf(self, leaf: Tag, close: Tag) -> None:
        """Make the edit of `<phoneme>`, `<sub>` or `<say-as>` with the text before its closing tag."""
        content = self._text[leaf.end : close.start]
        if not content.strip() or len(content) > LONGEST_WORD:
            got = f"{len(content)} characters" if content.strip() else "nothing"
            raise self._expected(leaf, f"a word between <{leaf.name}> and </{leaf.name}>", got)
        word_start = leaf.end + len(content) - len(content.lstrip())
        word = (word_start, word_start + len(content.strip()))
        if leaf.name == "sub":
            alias = leaf.values.get("alias", "")
            if not alias.strip() or len(alias) > LONGEST_WORD:
                raise self._expected(leaf, f'<sub alias="...">, the alias 1 to {LONGEST_WORD} characters long')
            self._add(Alias(leaf.start, close.end, *word, alias))
            return
        if leaf.name == "say-as":
            self._add(SayAs(leaf.start, close.end, *word, self._kind(leaf), leaf.values.get("format", "")))
            return
        if leaf.values.get("alphabet", "ipa").lower() != "ipa":
            raise self._expected(leaf, 'alphabet="ipa"')
        phonemes = leaf.values.get("ph", "")
        if not phonemes.strip():
            raise self._expected(leaf, '<phoneme ph="...">')
        offset = max(leaf.start, self._text.find(phonemes, leaf.start, leaf.end))
        self._pronounce(leaf.start, close.end, word, phonemes, offset)

    def _kind(self, leaf: Tag) -> str:
        kind = leaf.values.get("interpret-as", "").strip().lower()
        if kind not in KINDS:
            raise self._expected(leaf, f"interpret-as {', '.join(KINDS)}", kind or None)
        return kind

    def _pronounce(self, start: int, end: int, word: tuple[int, int], phonemes: str, offset: int) -> None:
        check_symbols(phonemes, offset=self._scope.position + offset)
        self._add(Link(start, end, *word, " ".join(phonemes.split())))

    def _break(self, tag: Tag) -> None:
        time, strength = tag.values.get("time"), tag.values.get("strength", "medium").strip().lower()
        if time is None and strength == "none":
            return self._add(Hidden(tag.start, tag.end, ""))
        if strength != "none" and strength not in BREAK_SECONDS:
            raise self._expected(tag, f"strength none, {', '.join(BREAK_SECONDS)}", strength)
        seconds = BREAK_SECONDS[strength] if time is None else self._pause(tag, time)
        self._add(Pause(tag.start, tag.end, seconds))
        return None

    def _pause(self, tag: Tag, value: str | None) -> float:
        if value is None:
            return BREAK_SECONDS["medium"]
        match = _SECONDS.fullmatch(value.strip())
        seconds = float(match["number"]) / (1000 if match["unit"].lower() == "ms" else 1) if match else -1.0
        if not 0 <= seconds <= MAX_PAUSE:
            raise self._expected(tag, f"a duration such as 1.5s or 800ms, at most {MAX_PAUSE:g}s", value)
        return seconds

    def _voice(self, tag: Tag) -> None:
        value = tag.values["value"]
        if not _VOICE.fullmatch(value):
            raise self._expected(tag, "the name of a voice, a blend of names, or 'default'", value)
        # Text does not run on over a change of voice: "one[voice:am_adam]two" is two words.
        self._add(Hidden(tag.start, tag.end, " "), voice=value)

    def _rate(self, tag: Tag) -> float:
        """The rate inside an element: that of `<prosody>`, or for other elements the rate around them."""
        if tag.name != "prosody":
            return 1.0
        value = tag.values.get("rate", "").strip().lower()
        low, high = SPEED_RANGE
        rate = RATES.get(value, 0.0)
        if match := _RATE.fullmatch(value):
            rate = float(match["number"]) / (100 if match["percent"] else 1)
            if match["sign"]:
                rate = 1 + rate if match["sign"] == "+" else 1 - rate
        if not low <= rate <= high:
            raise self._expected(tag, f"rate {', '.join(RATES)}, or {low:.0%} to {high:.0%}", value)
        return rate

    def _unclosed(self, leaf: Tag, got: str) -> InputError:
        return self._expected(leaf, f"text and </{leaf.name}> after <{leaf.name}>", got)

    def _shown(self, tag: Tag) -> str:
        return self._text[tag.start : tag.end]

    def _expected(self, tag: Tag, expected: str, got: str | None = None) -> InputError:
        return _error(self._scope.position + tag.start, expected, self._shown(tag) if got is None else got)


def _hint(tag: Tag) -> Hint:
    stress = tag.values.get("stress")
    return Hint(tag.start, tag.end, *tag.word, None if stress is None else float(stress), tag.values.get("numbers", ""))


def _error(position: int, expected: str, got: str) -> InputError:
    shown = got if len(got) <= 40 else got[:37] + "..."
    return InputError(f"markup at character {position}: expected {expected}; got {shown!r}")
