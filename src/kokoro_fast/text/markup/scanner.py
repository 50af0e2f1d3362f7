"""Finds everything with the shape of markup in a text. What it means is decided by `parser`.

Ordinary text is full of brackets and of "<". So shape decides: anything without one of the shapes below is text, and
docs/markup.md lists them. Every pattern is possessive and stops at the next bracket of its kind, so that no text,
however hostile, costs more than a few looks at each character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from html import unescape

ELEMENTS = frozenset(["speak", "p", "s", "break", "phoneme", "sub", "say-as", "prosody"])
"""The elements that are understood."""

# fmt: off
OTHER_ELEMENTS = frozenset([
    # The rest of SSML.
    "audio", "desc", "emphasis", "lang", "lexicon", "lookup", "mark", "meta", "metadata", "token", "voice",
    "w",
    # HTML. Its names of one letter are too common in ordinary text ("x<b>z").
    "abbr", "article", "aside", "body", "br", "button", "center", "cite", "code", "dd", "del", "div", "dl", "dt",
    "em", "font", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "img",
    "input", "ins", "kbd", "li", "link", "main", "nav", "ol", "option", "pre", "script", "section", "small", "span",
    "strike", "strong", "style", "sup", "table", "tbody", "td", "th", "thead", "title", "tr", "tt", "ul",
])
# fmt: on
"""Elements that are not understood, but are so well known that they are tags even without attributes."""

OTHER_BRACKETS = frozenset(
    ["break", "emphasis", "lang", "language", "pitch", "prosody", "rate", "silence", "sleep", "speed", "volume", "wait"]
)
"""Names of bracket tags that other tools have and this package has not."""

LONGEST_WORD = 500
"""The most characters of text that a pronunciation or an alias may stand for. More would be no word, and would leave
grapheme-to-phoneme conversion a text of any length in one piece."""

_CANDIDATE = re.compile(r"<(?=[A-Za-z/!?])|\[(?=[^\[\]\n])|&(?=[#a-z])")
_LINK = re.compile(rf"\[(?P<word>[^\[\]\n]{{1,{LONGEST_WORD}}}+)\]\(/(?P<phonemes>[^/\n]++)/\)")
_HINT = re.compile(
    rf"\[(?P<word>[^\[\]\n]{{1,{LONGEST_WORD}}}+)\]"
    r"\((?:(?P<stress>[+-]?[0-9]{1,9}+|[+-]?0\.5)|#(?P<numbers>[^#()\n]{0,9}+)#++)\)"
)
"""A link by which misaki changes the stress of a word or the reading of a number."""
_BROKEN_LINK = re.compile(rf"\[[^\[\]\n]{{1,{LONGEST_WORD}}}+\]\(/[^\n()ˈˌ]*+[ˈˌ][^\n()]*+\)?")
"""A link whose phonemes lack the slash at their end. The stress mark tells it from the address of a Markdown link."""
_BRACKET = re.compile(r"\[[^\S\n]*+(?P<name>[A-Za-z]++)[^\S\n]*+(?:(?P<colon>:)(?P<value>[^\[\]\n]*+))?(?P<end>\])?")
_DURATION = re.compile(r"[0-9.]++(?:ms|s)", re.IGNORECASE)
_ANGLE = re.compile(
    r"<(?P<close>/)?(?P<name>[A-Za-z][\w.:-]*+)"
    r"""(?P<values>(?:\s++[A-Za-z_][\w.:-]*+\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'))*+)"""
    r"\s*+(?P<empty>/)?>"
)
_VALUE = re.compile(r"""([\w.:-]++)\s*+=\s*+(?:"([^"<]*+)"|'([^'<]*+)')""")
_BROKEN_ELEMENT = re.compile(r"</?(?:break|phoneme|sub|say-as|prosody|speak)(?=[\s/>]|\Z)[^<>\n]*+>?")
_UNSPOKEN = re.compile(r"<!--[^<>]*+(?<=--)>|<\?[^<>]*+(?<=\?)>")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|#[0-9]{1,7}+|#x[0-9A-Fa-f]{1,6}+);")


class Form(Enum):
    """The shapes of a tag."""

    OPEN = "<name>"
    CLOSE = "</name>"
    EMPTY = "<name/>"
    BRACKET = "[name:value]"
    LINK = "[word](/phonemes/)"
    HINT = "[word](+2)"
    ENTITY = "&name;"
    UNSPOKEN = "<!-- -->"
    BROKEN = "<name"
    """Begins as markup that is understood and does not go on so."""


@dataclass(frozen=True, slots=True)
class Tag:
    """Something with the shape of markup, as it stands in the text.

    Attributes:
        form: the shape.
        name: the name of the element or bracket tag as written; bracket tags have it in lower case.
        start, end: half-open range of the whole notation in the text.
        values: the attributes. A bracket tag has "value" (missing in `[pause]`), an entity "text", a hint "stress" or
            "numbers".
        word: the range of the word of a link or a hint, without white space at its ends.
        phonemes: the phonemes of a link, between its slashes.
    """

    form: Form
    name: str
    start: int
    end: int
    values: dict[str, str] = field(default_factory=dict)
    word: tuple[int, int] = (0, 0)
    phonemes: str = ""


def find_tags(text: str) -> Iterator[Tag]:
    """Everything with the shape of markup, in order, not overlapping."""
    position = 0
    while candidate := _CANDIDATE.search(text, position):
        start = candidate.start()
        match text[start]:
            case "[":
                tag = _link(text, start) or _hint(text, start) or _bracket(text, start)
            case "<":
                tag = _angle(text, start)
            case _:
                tag = _entity(text, start)
        position = start + 1
        if tag:
            yield tag
            position = tag.end


def _link(text: str, start: int) -> Tag | None:
    match = _LINK.match(text, start)
    if not match:
        broken = _BROKEN_LINK.match(text, start)
        return Tag(Form.BROKEN, "link", start, broken.end()) if broken else None
    if not match["word"].strip() or not match["phonemes"].strip():
        return None
    return Tag(Form.LINK, "link", start, match.end(), word=_word(match), phonemes=match["phonemes"])


def _hint(text: str, start: int) -> Tag | None:
    match = _HINT.match(text, start)
    if not match or not match["word"].strip():
        return None
    values = {name: match[name] for name in ("stress", "numbers") if match[name] is not None}
    return Tag(Form.HINT, "hint", start, match.end(), values, word=_word(match))


def _word(match: re.Match[str]) -> tuple[int, int]:
    """The range of the word of a link, without the white space around it."""
    word = match["word"]
    first = match.start("word") + len(word) - len(word.lstrip())
    return first, first + len(word.strip())


def _bracket(text: str, start: int) -> Tag | None:
    match = _BRACKET.match(text, start)
    if not match:
        return None
    name, value = match["name"].lower(), match["value"]
    if name == "pause" or (name == "voice" and match["colon"]):
        if match["end"]:
            values = {} if value is None else {"value": value.strip()}
            return Tag(Form.BRACKET, name, start, match.end(), values)
        return Tag(Form.BROKEN, name, start, match.end()) if match["colon"] else None
    tight = match["end"] and value and not re.search(r"\s", match[0])
    if tight and (name in OTHER_BRACKETS or _DURATION.fullmatch(value)):
        return Tag(Form.BRACKET, name, start, match.end(), {"value": value})
    return None


def _angle(text: str, start: int) -> Tag | None:
    if match := _UNSPOKEN.match(text, start):
        return Tag(Form.UNSPOKEN, "", start, match.end())
    match = _ANGLE.match(text, start)
    if match and not (match["close"] and (match["values"] or match["empty"])):
        name = match["name"]
        form = Form.CLOSE if match["close"] else Form.EMPTY if match["empty"] else Form.OPEN
        bare = form is Form.OPEN and not match["values"]
        if bare and name not in ELEMENTS and name not in OTHER_ELEMENTS:
            return None
        pairs = _VALUE.findall(match["values"])
        values = {key: unescape(double or single) for key, double, single in pairs}
        return Tag(form, name, start, match.end(), values)
    match = _BROKEN_ELEMENT.match(text, start)
    return Tag(Form.BROKEN, "", start, match.end()) if match else None


def _entity(text: str, start: int) -> Tag | None:
    match = _ENTITY.match(text, start)
    # HTML has no control characters, and `unescape` makes nothing of them; in a text they are read as a space.
    return Tag(Form.ENTITY, "", start, match.end(), {"text": unescape(match[0]) or " "}) if match else None
