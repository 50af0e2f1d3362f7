"""eSpeak NG through misaki: Spanish, French, Hindi, Italian, Portuguese, and English words that no dictionary has.

espeak tells the phonemes of a clause, not of each word. A clause is spoken as a whole, because words change beside each
other (French liaison), and its phonemes are then dealt out to the words of the text.
"""

from __future__ import annotations

import os
import re
import threading
import weakref
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from kokoro_fast.errors import MissingDependencyError
from kokoro_fast.forks import held_over_forks
from kokoro_fast.text.g2p.assemble import UNKNOWN, G2PUnit
from kokoro_fast.text.normalize import NormalizedText

LOCK = held_over_forks(threading.RLock())
"""Lets one caller of the process in at a time, loading included: espeak keeps its state in global variables."""

_NO_MARK = "\x00"
"""The punctuation mark that phonemizer must be given. It never occurs in normalized text, since this file reads all
marks itself."""

_MARK_SYMBOLS = {"[": "(", "{": "(", "]": ")", "}": ")", "।": ".", "॥": ".", "-": "—", "–": "—", "--": "—"}
"""The symbols of marks that are not in the vocabulary themselves."""

_MARK = re.compile(
    r"\.{2,}|[;!?—…\"“”()\[\]{}।॥]"
    r"|(?<!\d)[.,:]|[.,:](?!\d)"  # not in 3,5 or 12:30
    r"|(?<!\S)(?:--?|–)(?!\S)"
)
_FLAG = re.compile(r"\(.*?\)")
"""A change of language in espeak's output, as in "(en)". A clause has no brackets of its own: they are marks."""

_WORD = re.compile(r"\S+")


def _leave_copies_to_the_parent() -> None:
    """Keep a forked child from removing its parent's copies of the library: phonemizer removes them at every exit."""
    from phonemizer.backend.espeak.api import EspeakAPI

    for finalizer in list(weakref.finalize._registry):  # type: ignore[attr-defined]
        known = finalizer.peek()
        if known and known[1] is EspeakAPI._delete:
            finalizer.detach()


def english_fallback(british: bool) -> Callable[[Any], tuple[str | None, int | None]]:
    """misaki's espeak fallback: it takes a misaki token and gives its phonemes and a rating.

    Raises:
        MissingDependencyError: espeak could not be loaded.
    """
    with LOCK:
        espeak = _load()
        fallback = espeak.EspeakFallback(british)
        fallback.backend = _backend("en-gb" if british else "en-us")

    def locked(token: Any) -> tuple[str | None, int | None]:
        with LOCK:
            phonemes, rating = fallback(token)
        return phonemes, rating

    return locked


def _load() -> Any:
    """The module `misaki.espeak`, after a check that its library can be opened."""
    try:
        from misaki import espeak
        from phonemizer.backend.espeak.wrapper import EspeakWrapper

        EspeakWrapper()
        _at_forks()
    except (ImportError, OSError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise MissingDependencyError(
            f"expected eSpeak NG from the packages phonemizer-fork and espeakng-loader; got: {reason}"
        ) from error
    return espeak


@cache
def _at_forks() -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_leave_copies_to_the_parent)


def _backend(code: str, **options: str) -> Any:
    """phonemizer's espeak as misaki sets it up, but without the name of a language, "(ko)", before a foreign word."""
    from phonemizer.backend import EspeakBackend

    return EspeakBackend(
        language=code,
        preserve_punctuation=True,
        with_stress=True,
        tie="^",
        language_switch="remove-flags",
        **options,
    )


def _without_stray_hyphens(text: str) -> str:
    """The text with a space for every hyphen that joins no two letters.

    Such a hyphen is never spoken, and between signs or digits and another script it makes espeak-ng 1.52 read past its
    tables and crash the process. Source: espeak-ng issue 831, and fuzzing.
    """
    joins = (before.isalpha() and after.isalpha() for before, after in zip(" " + text, text[1:] + " ", strict=False))
    return "".join(" " if char == "-" and not join else char for char, join in zip(text, joins, strict=True))


def _between(edges: set[int], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The range from `start` to `end`, cut at the edges inside."""
    return pairwise([start, *sorted(edges.intersection(range(start + 1, end))), end])


class EspeakLanguage:
    """Grapheme-to-phoneme conversion of one espeak language, in the symbols that Kokoro was trained on."""

    def __init__(self, code: str) -> None:
        """Load espeak with the voice `code`, as in "fr-fr"; MissingDependencyError when that fails."""
        with LOCK:
            espeak = _load()
            self._g2p = espeak.EspeakG2P(language=code)
            self._g2p.backend = _backend(code, punctuation_marks=_NO_MARK)

    def units(self, text: NormalizedText) -> list[G2PUnit]:
        """Words and marks of the text, in order."""
        result: list[G2PUnit] = []
        position = 0
        given = {i for start, end, _ in text.links for i in range(start, end)}
        for match in _MARK.finditer(text.text):
            if not given.isdisjoint(range(*match.span())):
                continue
            result += self._clauses(text, position, match.start())
            for start, end in _between(text.edges, *match.span()):
                mark = text.text[start:end]
                result.append(G2PUnit(start, end, _MARK_SYMBOLS.get(mark, mark)))
            position = match.end()
        return result + self._clauses(text, position, len(text.text))

    def _clauses(self, text: NormalizedText, start: int, end: int) -> list[G2PUnit]:
        """The units of a stretch without marks. Words do not run together over a pause."""
        pauses = [position for position, _, _ in text.pauses if start < position < end]
        return [unit for ends in pairwise([start, *pauses, end]) for unit in self._clause(text, *ends)]

    def _clause(self, text: NormalizedText, start: int, end: int) -> list[G2PUnit]:
        """The units of a clause without marks: one for each word if espeak's words can be told apart, else one."""
        words = [match.span() for match in _WORD.finditer(text.text, start, end)]
        if not words:
            return []
        said = self._say(text.text[start:end])
        groups = self._deal(said, [text.text[first:last] for first, last in words])
        links = [G2PUnit(*link) for link in text.links if start <= link[0] and link[1] <= end]
        if groups:
            spoken = [G2PUnit(*word, " ".join(group)) for word, group in zip(words, groups, strict=True)]
            return [part for unit in self._with_links(text, spoken, links) for part in self._cut(text, unit)]
        first, last = words[0][0], words[-1][1]
        if links or len(list(_between(text.edges, first, last))) > 1:
            return list(self._around(text, start, end, links))
        return [G2PUnit(first, last, " ".join(said))]

    def _cut(self, text: NormalizedText, unit: G2PUnit) -> Iterator[G2PUnit]:
        """The parts of a word that markup stands in, each spoken on its own."""
        parts = list(_between(text.edges, unit.start, unit.end))
        if len(parts) == 1:
            yield unit
            return
        for start, end in parts:
            yield from self._alone(text, start, end)

    def _say(self, text: str) -> list[str]:
        """The phonemes of every word that espeak makes of a text without marks.

        Where espeak fails, the text is tried word by word, and `UNKNOWN` stands for a word at which it fails alone.
        """
        try:
            with LOCK:
                phonemes, _ = self._g2p(_without_stray_hyphens(text))
        except Exception:  # of the libraries: no list of their errors would be whole
            words = text.split()
            return [UNKNOWN] if len(words) < 2 else [said for word in words for said in self._say(word)]
        return _FLAG.sub("", phonemes).split()

    def _deal(self, said: list[str], words: list[str]) -> list[list[str]] | None:
        """Deal out espeak's words to the words of the text; None when it cannot be known which belongs to which.

        A number is one word of the text and may be several words of espeak's. So each word is spoken alone to count
        them, unless all words have letters only and their number agrees.
        """
        if len(said) == len(words) and all(word.isalpha() for word in words):
            return [[phonemes] for phonemes in said]
        counts = [len(self._say(word)) for word in words]
        if sum(counts) != len(said):
            return None
        rest = iter(said)
        return [[next(rest) for _ in range(count)] for count in counts]

    def _with_links(self, text: NormalizedText, spoken: list[G2PUnit], links: list[G2PUnit]) -> Iterator[G2PUnit]:
        """Put the given phonemes in place of espeak's. The rest of a word beside a link is spoken on its own."""
        for unit in spoken:
            inside = [link for link in links if link.start < unit.end and unit.start < link.end]
            if not inside:
                yield unit
                continue
            position = unit.start
            for link in inside:
                yield from self._alone(text, position, link.start)
                if link.start >= unit.start:  # a link of several words is given out at its first one
                    yield link
                position = link.end
            yield from self._alone(text, position, unit.end)

    def _alone(self, text: NormalizedText, start: int, end: int) -> Iterator[G2PUnit]:
        if start < end:
            yield G2PUnit(start, end, " ".join(self._say(text.text[start:end])))

    def _around(self, text: NormalizedText, start: int, end: int, links: list[G2PUnit]) -> Iterator[G2PUnit]:
        """The links of a clause whose words cannot be told apart, and each part between them as a clause of its own.

        No such part reaches over markup.
        """
        for link in links:
            yield from self._parts(text, start, link.start)
            yield link
            start = link.end
        yield from self._parts(text, start, end)

    def _parts(self, text: NormalizedText, start: int, end: int) -> Iterator[G2PUnit]:
        for part in _between(text.edges, start, end):
            yield from self._clause(text, *part)
