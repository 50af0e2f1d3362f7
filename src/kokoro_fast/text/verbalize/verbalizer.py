"""Runs the rules of all classes over a text, and keeps the first reading of every place."""

from __future__ import annotations

import re
from bisect import bisect, insort
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import NamedTuple

from kokoro_fast.text.markup.edits import Alias, Edit, Link, Silent
from kokoro_fast.text.normalize import NormalizedText
from kokoro_fast.text.verbalize import (
    abbreviations,
    capitals,
    chat,
    codes,
    dates,
    footnotes,
    fractions,
    homographs,
    marks,
    mathematics,
    measures,
    money,
    numbers,
    phones,
    pictures,
    ranges,
    roman,
    times,
    verses,
    web,
    words,
)
from kokoro_fast.text.verbalize.pictures import EmojiMode
from kokoro_fast.text.verbalize.rule import DIGITS, Rule, Said, Sounds, Unsaid

RULES: tuple[Rule, ...] = (
    *web.RULES,
    *footnotes.RULES,
    *phones.RULES,
    *verses.RULES,
    *dates.RULES,
    *times.RULES,
    *money.RULES,
    *measures.RULES,
    *fractions.RULES,
    *mathematics.RULES,
    *codes.RULES,
    *ranges.RULES,
    *roman.RULES,
    *words.RULES,
    *chat.RULES,
    *capitals.RULES,
    *abbreviations.RULES,
    *marks.RULES,
    *numbers.RULES,
    *homographs.RULES,
)
"""From the most particular to the most general: a place that one rule has read is no other rule's."""


BLOCK = 300
"""The least characters of a block."""

_DIGIT = re.compile(r"[0-9]")
_AROUND_DIGITS = 80
"""The most characters before or after a digit that a rule for digits looks at."""

_SENTENCE_END = re.compile(r"[a-z]{5}[.!?][\"”]?\s|\b[a-z]{3,4}(?:[!?][\"”]?|[.][\"”])\s|\b[a-z]{4}\.\s(?=[A-Z])")
"""The end of a sentence, for sure: no abbreviation looks like that, or none that a rule reads with what follows."""


class Reading(NamedTuple):
    """The words or sounds to be read in place of `text[start:end]`."""

    start: int
    end: int
    said: Said


def verbalize(text: str, taken: Iterable[tuple[int, int]] = (), emoji: EmojiMode = "silent") -> list[Reading]:
    """The readings of a plain text, in order, not overlapping. The time is linear in the text.

    Args:
        text: as `NormalizedText.with_lines` gives it: plain apostrophes and minus signs, single spaces and line feeds.
        taken: ranges that somebody else reads, such as the words of a lexicon.
        emoji: whether emoji are read by their names.
    """
    given = sorted(taken)
    readings: list[Reading] = []
    rules = (*RULES, *(pictures.NAMED if emoji == "names" else pictures.SILENT))
    for first, last in _blocks(text):
        claimed = [each for each in given[bisect(given, (first, first)) :] if each[0] < last] if given else []
        readings += sorted(_readings(text, first, last, claimed, rules))
    return readings


def _readings(text: str, first: int, last: int, claimed: list[tuple[int, int]], rules: Sequence[Rule]) -> list[Reading]:
    """The readings between two positions, where nobody else reads."""
    readings: list[Reading] = []
    block = text[first:last]
    first_digit = _DIGIT.search(block)
    last_digit = max(map(block.rfind, DIGITS))
    for rule in rules:
        low, high = first, last
        if rule.needs is DIGITS:
            if first_digit is None:
                continue
            low = max(first, first + first_digit.start() - _AROUND_DIGITS)
            high = min(last, first + last_digit + _AROUND_DIGITS)
        elif not _has(block, rule.needs):
            continue
        if rule.also and not _has(block, rule.also):
            continue
        found = []
        for match in rule.pattern.finditer(text, low, high):
            start, end = match.span(rule.group)
            if _is_free(claimed, start, end) and (said := rule.read(match)) is not None:
                if not isinstance(said, Unsaid):
                    start = end - len(text[start:end].lstrip())
                found.append(Reading(start, end, said))
        if found:
            readings += found
            claimed = sorted([*claimed, *((start, end) for start, end, _ in found)])
    return readings


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Pieces of some sentences: a rule that needs a sign is tried only in the pieces that have it."""
    start = 0
    while start < len(text):
        cut = _SENTENCE_END.search(text, start + BLOCK)
        end = cut.end() if cut else len(text)
        yield start, end
        start = end


def readings_of(text: NormalizedText, emoji: EmojiMode = "silent") -> list[Edit]:
    """The readings of a normalized text as edits of the user's text, where no markup and no lexicon reads it."""
    taken = [*((start, end) for start, end, _ in [*text.links, *text.hints]), *text.aliases]
    torn = text.edges | {position for position, _, _ in text.pauses}
    return [
        _edit(*text.source_range(start, end), said)
        for start, end, said in verbalize(text.with_lines(), taken, emoji)
        if torn.isdisjoint(range(start + 1, end))
    ]


def with_readings(edits: Sequence[Edit], readings: Sequence[Edit]) -> list[Edit]:
    """The edits of markup and of readings, in order. An entity within a reading, such as `&lt;`, is read with it."""
    starts = [reading.start for reading in readings]

    def is_read(edit: Edit) -> bool:
        index = bisect(starts, edit.start) - 1
        return index >= 0 and edit.start < readings[index].end

    return sorted([*(edit for edit in edits if not is_read(edit)), *readings], key=lambda edit: edit.start)


_LETTER_A = re.compile(r"(?<![\w.'])A(?![\w.'])")
_NO_ARTICLE = re.compile(r"(?<![\w.'])A(?![\w.']| [a-z])")


def say_letters(text: NormalizedText, given: Set[int]) -> None:
    """Let the letter A be said as a letter where a reading spells something; misaki takes it for the article.

    Args:
        given: where the user's own aliases begin in the user's text. In these "A" may be an article, before a word.
    """
    for start, end in text.aliases:
        letter = _NO_ARTICLE if text.source_range(start, end)[0] in given else _LETTER_A
        for match in letter.finditer(text.text, start, end):
            insort(text.links, (*match.span(), "ˈA"))


def in_words(text: str) -> str:
    """The words of a plain text that stands within a sentence."""
    words: list[str] = []
    position = 0
    for start, end, said in verbalize(f"{text} and"):
        if not isinstance(said, Sounds):
            words += [text[position:start], said if isinstance(said, str) else ""]
            position = end
    return "".join([*words, text[position:]])


def _edit(start: int, end: int, said: Said) -> Edit:
    match said:
        case Sounds():
            return Link(start, end, start, end, said.phonemes)
        case Unsaid.SIGN:
            return Silent(start, end)
        case _:
            return Alias(start, end, start, end, said)


def _has(text: str, needs: tuple[str, ...]) -> bool:
    for each in needs:  # any() takes twice as long
        if each in text:
            return True
    return not needs


def _is_free(claimed: list[tuple[int, int]], start: int, end: int) -> bool:
    index = bisect(claimed, (start, end))
    return (index == 0 or claimed[index - 1][1] <= start) and (index == len(claimed) or end <= claimed[index][0])
