"""Turns the units that grapheme-to-phoneme conversion found into tokens that are true to the user's text.

Every language hands over `G2PUnit`s: ranges of the normalized text with their phonemes. The tokens have only symbols of
the vocabulary; silent signs are joined to the word they touch, punctuation is split off, offsets count in the source,
pauses stand between them, and everything that will not be heard is recorded.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kokoro_fast.config import VOCAB
from kokoro_fast.errors import excerpt
from kokoro_fast.symbols import MARKS, has_speech
from kokoro_fast.text.markup.edits import Pause
from kokoro_fast.text.normalize import NormalizedText
from kokoro_fast.types import Token

UNKNOWN = "❓"
"""The sign in phonemes for a part of a word that nothing could pronounce. It is misaki's own."""


_SILENT_SIGNS = frozenset(MARKS + " '`‘’‚‹›<>[]{}|\\/^~*_-–•·=")

MANY_SIGNS = 100
"""The number of signs with no word between them that are a drawn line or an accident."""


@dataclass(frozen=True, slots=True)
class G2PUnit:
    """A word or a mark as the adapter of a language saw it.

    Attributes:
        start, end: range of characters in the normalized text; no white space at either end.
        phonemes: raw phonemes, "" when nothing is spoken, None when no pronunciation was found.
        tag: Penn Treebank tag, or None.
    """

    start: int
    end: int
    phonemes: str | None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class UnspokenText:
    """A piece of text that will not be heard.

    Attributes:
        text: the word in the user's text, `source[char_start:char_end]`.
        symbols: the phonemes outside the vocabulary that were left out of it; "" when no pronunciation was found for
            the word or a part of it.
        char_start, char_end: half-open range of characters in the text the user gave.
    """

    text: str
    symbols: str
    char_start: int
    char_end: int

    def report(self, start: int = 0) -> str:
        """One line for a warning; `start` is where the text begins in the whole, in characters."""
        where = f"{excerpt(self.text)} at character {start + self.char_start}"
        if self.symbols:
            return f"{where}: left out {self.symbols!r}, expected symbols of the model's alphabet"
        return f"{where}: left out, no pronunciation was found"


@dataclass(frozen=True, slots=True)
class Phonemized:
    """Tokens of a text, or of one paragraph of it, and the text that was left out; both in the order of the text."""

    tokens: list[Token]
    unspoken: list[UnspokenText]


def only_signs(text: NormalizedText) -> list[G2PUnit] | None:
    """The units of a text that is nothing but many silent signs; None for any other text.

    Grapheme-to-phoneme conversion would take a second for a page of them, only to find that nothing is spoken.
    """
    if len(text.text) < MANY_SIGNS or not _SILENT_SIGNS.issuperset(text.text):
        return None
    chars = enumerate(text.text)
    return [G2PUnit(i, i + 1, char if char in MARKS else "") for i, char in chars if char != " "]


def assemble(units: Sequence[G2PUnit], text: NormalizedText, source: str) -> Phonemized:
    """Tokens for `units` (in order, not overlapping) of `text`, which is the normalized form of a part of `source`."""
    spoken = []
    unspoken = []
    for unit in units:
        kept, missing = _known_symbols(unit.phonemes or "")
        if missing or (not has_speech(kept) and _should_sound(text.text[unit.start : unit.end])):
            start, end = text.source_range(unit.start, unit.end)
            unspoken.append(UnspokenText(source[start:end], missing.replace(UNKNOWN, ""), start, end))
        spoken.append(replace(unit, phonemes=kept))
    joined = _join_silent(_join_aliases(_split_marks(spoken, text.text), text), text)
    tokens = _with_silent(list(_tokens(joined, text, source)), text, source)
    return Phonemized(tokens, unspoken)


def _join_aliases(units: list[G2PUnit], text: NormalizedText) -> list[G2PUnit]:
    """Join all units that are spoken in place of one word of the user's text."""
    ends = dict(text.aliases)
    result: list[G2PUnit] = []
    alias_end = 0
    for unit in units:
        if unit.start < alias_end:
            gap = " " if text.space_at(result[-1].end) else ""
            said = f"{result[-1].phonemes}{gap}{unit.phonemes}"
            result[-1] = replace(result[-1], end=unit.end, phonemes=" ".join(said.split()))
        else:
            alias_end = ends.get(unit.start, alias_end)
            result.append(unit)
    return result


def _known_symbols(phonemes: str) -> tuple[str, str]:
    """The symbols that the model knows, single-spaced, and the symbols that it does not know.

    Signs that espeak merely echoes from the text, such as "*", are not phonemes and belong to neither. The letter g
    stands for its own IPA symbol, U+0261, as espeak writes it in some of its languages.
    """
    kept: list[str] = []
    missing: list[str] = []
    for char in phonemes.replace("g", "ɡ"):
        parts = unicodedata.normalize("NFD", char)
        if char in VOCAB:
            kept.append(char)
        elif char.isspace():
            kept.append(" ")
        elif all(part in VOCAB for part in parts):
            kept.append(parts)
        elif char == UNKNOWN or unicodedata.category(char)[0] not in "PS":
            missing.append(char)
    return " ".join("".join(kept).split()), "".join(missing)


def _should_sound(text: str) -> bool:
    """Whether a reader would expect to hear the text: letters, numbers or pictures. Other signs may be silent."""
    return any(unicodedata.category(char)[0] in "LN" or unicodedata.category(char) == "So" for char in text)


def _is_mark(unit: G2PUnit) -> bool:
    return bool(unit.phonemes) and all(symbol in MARKS for symbol in unit.phonemes or "")


def _split_marks(units: Iterable[G2PUnit], text: str) -> list[G2PUnit]:
    """Split punctuation off the end of words that were pronounced together with it."""
    result = []
    for unit in units:
        marks = []
        while _ends_in_mark(unit, text):
            phonemes = unit.phonemes or ""
            marks.append(G2PUnit(unit.end - 1, unit.end, phonemes[-1]))
            unit = replace(unit, end=unit.end - 1, phonemes=phonemes[:-1].rstrip())
        result += [unit, *reversed(marks)]
    return result


def _ends_in_mark(unit: G2PUnit, text: str) -> bool:
    return (
        unit.end - unit.start > 1
        and bool(unit.phonemes)
        and not _is_mark(unit)
        and text[unit.end - 1] in MARKS
        and (unit.phonemes or "").endswith(text[unit.end - 1])
    )


def _join_silent(units: Sequence[G2PUnit], text: NormalizedText) -> list[G2PUnit]:
    """Join every silent sign to a word: the next one if they touch ("$100"), else the one before if they touch.

    A sign between spaces joins the next word of its line, else the one before ("- milk"), so that the model does not
    hear two spaces in a row. Signs alone in their line stay as they are ("***").
    """
    joined = list(units)
    for reach in (0, 1):
        for forward in (True, False):
            joined = _join_neighbors(joined, text, reach, forward)
    return joined


def _join_neighbors(units: Sequence[G2PUnit], text: NormalizedText, reach: int, forward: bool) -> list[G2PUnit]:
    """One pass: signs join the word after them (`forward`) or before them, over `reach` spaces."""
    result: list[G2PUnit] = []
    for unit in reversed(units) if forward else units:
        other = result[-1] if result else None
        if other and _is_sign(unit, text) and not _is_mark(other) and _spaces_between(unit, other, text) == reach:
            result[-1] = replace(other, start=min(unit.start, other.start), end=max(unit.end, other.end))
        else:
            result.append(unit)
    return result[::-1] if forward else result


def _is_sign(unit: G2PUnit, text: NormalizedText) -> bool:
    return not unit.phonemes and not _should_sound(text.text[unit.start : unit.end])


def _spaces_between(sign: G2PUnit, other: G2PUnit, text: NormalizedText) -> int | None:
    """0 if the two touch, 1 if one space of the same line is between them and the sign touches nothing else, else None.

    It is None, too, where markup stands between them.
    """
    first, second = (sign, other) if sign.start < other.start else (other, sign)
    gap = text.text[first.end : second.start]
    free = all(text.text[i : i + 1] in ("", " ") for i in (sign.start - 1, sign.end) if i >= 0)
    if len(gap) > 1 or not text.edges.isdisjoint(range(first.end, second.start + 1)):
        return None
    if gap == " " and (not free or "\n" in text.space_at(first.end)):
        return None
    return len(gap)


def _tokens(units: Sequence[G2PUnit], text: NormalizedText, source: str) -> Iterator[Token]:
    """The tokens of the units, and for every pause a token without phonemes that has the range of its tag."""
    waiting = deque(text.pauses)
    for unit in units:
        while waiting and waiting[0][0] <= unit.start:
            yield _pause_token(*waiting.popleft(), source)
        start, end = text.source_range(unit.start, unit.end)
        said = text.text[unit.start : unit.end] if text.has_alias(unit.start, unit.end) else None
        space = text.space_after_word(unit.end)
        yield Token(source[start:end], unit.phonemes or "", space, start, end, unit.tag, said=said)
    for pause in waiting:
        yield _pause_token(*pause, source)


def _with_silent(tokens: list[Token], text: NormalizedText, source: str) -> list[Token]:
    """The tokens with the signs that are seen and not said.

    A sign belongs to the word before it if they touch, or if a mark touches the sign from behind ("Hi 😀!"); else to
    the next word of its line; else it is alone.
    """
    for start, end in text.silent:
        index = bisect_left(tokens, end, key=lambda token: token.char_start)
        before = tokens[index - 1] if index and tokens[index - 1].pause is None else None
        after = tokens[index] if index < len(tokens) and tokens[index].pause is None else None
        gap_before = source[before.char_end : start] if before else "\n"
        gap_after = source[end : after.char_start] if after else "\n"
        ends_with_mark = after is not None and not gap_after and not has_speech(after.phonemes)
        if before and (not gap_before or (ends_with_mark and _is_space_in_line(gap_before))):
            space = before.whitespace if not gap_before else ""
            tokens[index - 1] = replace(_reaching(before, before.char_start, end, source), whitespace=space)
            continue
        if before and gap_before.isspace():
            tokens[index - 1] = replace(before, whitespace=gap_before)
        if after and (not gap_after or _is_space_in_line(gap_after)):
            tokens[index] = _reaching(after, start, after.char_end, source)
        else:
            space = gap_after if after and gap_after.isspace() else ""
            tokens.insert(index, Token(source[start:end], "", space, start, end, said=""))
    return tokens


def _reaching(token: Token, start: int, end: int, source: str) -> Token:
    """The token with another range; what is said stays."""
    said = token.text if token.said is None else token.said
    return replace(token, text=source[start:end], char_start=start, char_end=end, said=said)


def _is_space_in_line(gap: str) -> bool:
    return gap.isspace() and "\n" not in gap


def _pause_token(_: int, pause: Pause, whitespace: str, source: str) -> Token:
    tag = source[pause.start : pause.end]
    return Token(tag, "", whitespace, pause.start, pause.end, pause=pause.seconds)
