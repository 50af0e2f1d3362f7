"""Markdown within a paragraph: pairs the signs that open emphasis, code and links with those that close them.

CommonMark decides what may open and what may close. Two bounds make the answer local, so that text may come in pieces
and no text is slow: a pair reaches over at most `REACH` characters, and at most `DEEPEST` signs wait for their partner.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import IntEnum

REACH = 1000
"""The most characters from the sign that opens something to the one that closes it."""

LONGEST_TAG = 200
"""The most characters of a tag of HTML."""

DEEPEST = 32
"""The most signs that wait for their partner at a time; before that, the oldest is taken for text."""


class Markdown(IntEnum):
    """How much of Markdown is read as such."""

    NONE = 0
    LINKS = 1
    """Links, which misaki reads by their text."""
    CERTAIN = 2
    """What can be nothing else in any text."""
    ALL = 3
    """Everything, as in a file that is known to be Markdown."""


_SPEECH = re.compile(r"[^\W_]")
_CANDIDATE = re.compile(r"[\\`*_~!\[\]<]")
_SIGN = re.compile(r"\\[!-/:-@\[-`{-~]|`+|\*+|_+|~+|!?\[|\]|<")
_TARGET = re.compile(
    r"\(\s{0,9}+(?P<address><[^<>\n]*+>|[^\s()<>]*+(?:\([^\s()<>]*+\)[^\s()<>]*+)*+)"
    r"""(?:\s{1,9}+(?:"[^"]*+"|'[^']*+'|\([^()]*+\)))?+\s{0,9}+\)"""
)
_REFERENCE = re.compile(r"\[[^\[\]\n]*+\]")
_FOOTNOTE = re.compile(r"\[\^[^\s\[\]]++\]")
_AUTOLINK = re.compile(r"<(?:[A-Za-z][\w+.-]++:[^\s<>]*+|[^\s<>@]++@[^\s<>@]++)>")
_HTML = re.compile(r"</?(?P<name>[A-Za-z][A-Za-z0-9-]*+)(?:\s[^<>]*+)?/?>")
# fmt: off
_WITHIN_WORDS = frozenset([
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q",
    "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt", "u", "var",
])
# fmt: on
"""The elements of HTML that may stand within a word. All others separate words."""


@dataclass(slots=True)
class _Opener:
    """A sign that waits for its partner: the rest of a run of `*`, `_` or `~`, or a bracket."""

    char: str
    start: int
    length: int
    both: bool = False
    """Whether it could close as well."""
    run: int = 0
    """The length of the whole run."""


@dataclass(slots=True)
class Signs:
    """What was found in a paragraph.

    Attributes:
        hidden: ranges of signs that are not read, with the white space that each stands for; in no order.
        spans: ranges from an opening sign to the end of its partner.
        open_from: the first sign whose partner may still come; None if none may.
    """

    hidden: list[tuple[int, int, str]] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    open_from: int | None = None


def find_signs(text: str, before: str, level: Markdown, complete: bool) -> Signs:
    """The signs of one paragraph.

    Args:
        text: the paragraph.
        before: the character before it.
        level: how much is read as Markdown.
        complete: whether the paragraph ends with `text`.
    """
    scanner = _Scanner(text, before, level, complete)
    scanner.run()
    return scanner.found


class _Scanner:
    """Goes over a paragraph once, with the signs that may still find their partner on a stack."""

    def __init__(self, text: str, before: str, level: Markdown, complete: bool) -> None:
        self._text, self._before, self._complete = text, before, complete
        self._all = level is Markdown.ALL
        self._open: list[_Opener] = []
        self.found = Signs()

    def run(self) -> None:
        position, reached = 0, len(self._text)
        while candidate := _CANDIDATE.search(self._text, position):
            sign = _SIGN.match(self._text, candidate.start())
            may_grow = (sign or candidate).end() == len(self._text) and not self._complete
            following = None if may_grow else self._take(sign) if sign else candidate.end()
            if following is None:
                reached = candidate.start()
                self._wait(reached)
                break
            position = following
        if not self._complete:
            alive = [opener.start for opener in self._open if reached - opener.start <= REACH]
            if alive:
                self._wait(min(alive))

    def _wait(self, position: int) -> None:
        known = self.found.open_from
        self.found.open_from = position if known is None else min(known, position)

    def _take(self, sign: re.Match[str]) -> int | None:
        """Use a sign. Return where to go on, or None if that depends on text that has not come."""
        match sign[0][0]:
            case "\\":
                if self._all:
                    self._hide(sign.start(), sign.start() + 1)
                return sign.end()
            case "`":
                return self._code(sign.start(), sign.end())
            case "!" | "[":
                self._push(_Opener("[", sign.start(), len(sign[0])))
                return sign.end()
            case "]":
                return self._bracket(sign.start())
            case "<":
                return self._angle(sign.start())
            case _:
                self._emphasis(sign.start(), sign.end())
                return sign.end()

    def _hide(self, start: int, end: int, space: str = "") -> None:
        self.found.hidden.append((start, end, space))

    def _push(self, opener: _Opener) -> None:
        self._open.append(opener)
        if len(self._open) > DEEPEST:
            del self._open[0]

    def _code(self, start: int, end: int) -> int | None:
        length = end - start
        limit = min(len(self._text), start + REACH)
        for run in re.compile("`+").finditer(self._text, end, limit):
            if run.end() - run.start() == length and self._text[run.end() : run.end() + 1] != "`":
                if run.end() == len(self._text) and not self._complete:
                    return None
                self._hide(start, end)
                self._hide(run.start(), run.end())
                self.found.spans.append((start, run.end()))
                return run.end()
        if start + REACH > len(self._text) and not self._complete:
            return None
        return end

    def _bracket(self, position: int) -> int | None:
        """Take a closing bracket: the end of a link, if its partner and an address are there."""
        following = position + 1
        index = next((i for i in reversed(range(len(self._open))) if self._open[i].char == "["), None)
        if index is None:
            return following
        opener = self._open[index]
        if position - opener.start > REACH:
            del self._open[index]
            return following
        if self._all and _FOOTNOTE.fullmatch(self._text, opener.start, following):
            del self._open[index:]
            following += self._text.startswith(":", following)
            self._hide(opener.start, following)
            return following
        end = self._target_end(opener, following)
        if end is None:
            self._wait(opener.start)
            return None
        if end == following:
            del self._open[index]
        else:
            del self._open[index:]
            self._hide(opener.start, opener.start + opener.length)
            self._hide(position, end)
            self.found.spans.append((opener.start, end))
        return end

    def _target_end(self, opener: _Opener, following: int) -> int | None:
        """The end of the address that begins at `following`; `following` if none does, None if that is not known."""
        text, limit = self._text, min(len(self._text), following + REACH)
        opening = text[following : following + 1]
        within_word = opener.length == 1 and (text[opener.start - 1 : opener.start] or self._before).isalnum()
        if opening == "(" and (self._all or not within_word):
            target = _TARGET.match(text, following, limit)
            if target and (target["address"] or self._all):
                return target.end()
            is_cut = not target and ")" not in text[following:limit]
        elif opening == "[" and self._all:
            reference = _REFERENCE.match(text, following, limit)
            if reference:
                return reference.end()
            is_cut = "]" not in text[following:limit]
        else:
            return following
        return None if is_cut and following + REACH > len(text) and not self._complete else following

    def _angle(self, start: int) -> int | None:
        """Take "<", which may open an address or a tag of HTML."""
        if not self._all:
            return start + 1
        limit = min(len(self._text), start + LONGEST_TAG)
        if address := _AUTOLINK.match(self._text, start, limit):
            self._hide(start, start + 1)
            self._hide(address.end() - 1, address.end())
            return address.end()
        if tag := _HTML.match(self._text, start, limit):
            self._hide(start, tag.end(), "" if tag["name"].lower() in _WITHIN_WORDS else " ")
            self.found.spans.append((start, tag.end()))
            return tag.end()
        return start + 1

    def _emphasis(self, start: int, end: int) -> None:
        """Take a run of stars, underscores or tildes: close what it can close, and let the rest open something."""
        char, run = self._text[start], end - start
        opens, closes = self._flanks(start, end)
        if char == "~" and run != 2:
            return
        while closes and start < end:
            index = self._partner(char, start, end - start, run, opens)
            if index is None:
                break
            opener = self._open[index]
            used = 2 if min(opener.length, end - start) >= 2 else 1
            opener.length -= used
            inner = opener.start + opener.length
            self._hide(inner, inner + used)
            self._hide(start, start + used)
            self.found.spans.append((inner, start + used))
            start += used
            del self._open[index + 1 :]
            if not opener.length:
                del self._open[index]
        if opens and start < end:
            self._push(_Opener(char, start, end - start, closes, run))

    def _partner(self, char: str, start: int, length: int, run: int, opens: bool) -> int | None:
        for index in reversed(range(len(self._open))):
            opener = self._open[index]
            if opener.char != char or start - opener.start > REACH:
                continue
            if not _SPEECH.search(self._text, opener.start, start):
                continue  # signs around nothing that is said are a drawing
            odd = (opens or opener.both) and (opener.run + run) % 3 == 0 and (opener.run % 3 or run % 3)
            if not odd and (char != "~" or opener.length == length):
                return index
        return None

    def _flanks(self, start: int, end: int) -> tuple[bool, bool]:
        """Whether a run of signs may open, and whether it may close something."""
        before = self._text[start - 1] if start else self._before
        after = self._text[end : end + 1] or "\n"
        left = not after.isspace() and (not _is_sign(after) or before.isspace() or _is_sign(before))
        right = not before.isspace() and (not _is_sign(before) or after.isspace() or _is_sign(after))
        # In a text that may be no Markdown, a single star inside a word multiplies: 2*x + 3*y.
        strict = self._text[start] == "_" or (end - start == 1 and not self._all)
        if strict:
            return left and (not right or _is_sign(before)), right and (not left or _is_sign(after))
        return left, right


def _is_sign(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"
