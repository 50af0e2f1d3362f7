"""A user's own pronunciations of words and phrases.

    {"JSON": "ʤˈAsᵊn", "New York": "nˈu jˈɔɹk", "gif": "ʤˈɪf"}

They become links of the normalized text, as `[JSON](/ʤˈAsᵊn/)` would: in every language, and without splitting the
sentence. `Lexicon` says how words are compared, and docs/markup.md says it to users.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from kokoro_fast.config import VOCAB
from kokoro_fast.errors import InputError, parsing
from kokoro_fast.text.normalize import NormalizedText, plain_text
from kokoro_fast.text.phonemes import check_symbols

_ENDINGS = frozenset(["s", "t", "d", "m", "ll", "re", "ve"])
"""The endings after the apostrophe of English contractions. No entry matches them: "S" is not the s of "it's"."""

_NEGATION = "t"

_SYMBOLS = re.compile(f"[{re.escape(''.join(VOCAB))}]*")


class Lexicon:
    """Pronunciations of words and phrases; get one from `load_lexicon`. It never changes and is safe in threads.

    Only whole words match: letters, digits, accents and "_" side by side are one word. Apostrophes and hyphens end a
    word ("JSON's", "l'API", "JSON-based"), but "don" is not in "don't". Of several entries the longest matches. An
    entry matches its own spelling; an entry in lower case also matches every other spelling that has no entry.
    """

    def __init__(self, entries: Iterable[tuple[str, str]]) -> None:
        """Check and keep `entries`, each a word and its phonemes.

        Raises:
            InputError: an empty word, phonemes outside the vocabulary, or two pronunciations of one word.
        """
        words: list[str] = []
        given: list[str] = []
        for word, phonemes in entries:
            words.append(word)
            given.append(phonemes)
        plain = [plain_text(word) for word in words]
        said = [" ".join(phonemes.split()) for phonemes in given]
        self._exact = dict(zip(plain, said, strict=True))
        is_right = all(plain) and all(said) and _SYMBOLS.fullmatch("".join(said)) is not None
        if not is_right or len(self._exact) < len(words):
            _check_each(words, given, plain, said)
        self._folded = {word.casefold(): self._exact[word] for word in self._exact if _changes_when_folded(word)}
        self._lengths = _lengths_of_phrases(self._exact)
        self._n_entries = len(words)

    def __len__(self) -> int:
        return self._n_entries

    def apply(self, text: NormalizedText) -> None:
        """Add a link for every entry that stands in the text, where it has no link yet."""
        found = list(self._find(text.text))
        if found:
            taken = {i for start, end, _ in text.links for i in range(start, end)}
            text.links = sorted([*text.links, *(link for link in found if _is_free(text, taken, *link[:2]))])

    def _find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """The range and phonemes of every match, from left to right, the longest at each place."""
        units = list(_units(text))
        index = 0
        while index < len(units):
            length, phonemes = self._longest(text, units, index)
            if length:
                yield units[index][0], units[index + length - 1][1], phonemes
            index += max(length, 1)

    def _longest(self, text: str, units: list[tuple[int, int]], index: int) -> tuple[int, str]:
        """How many units from `index` on are an entry, and its phonemes; 0 if there is none."""
        start, end = units[index]
        for length in (*sorted(self._lengths.get(text[start:end].casefold(), ()), reverse=True), 1):
            last = index + length - 1
            if last >= len(units):
                continue
            phonemes = self._phonemes(text[start : units[last][1]])
            if phonemes and not _is_part_of_contraction(text, units, index, last):
                return length, phonemes
        return 0, ""

    def _phonemes(self, said: str) -> str | None:
        """The phonemes of an entry with this spelling, or of one in lower case that differs in case only."""
        if said in self._exact:
            return self._exact[said]
        folded = said.casefold()
        if folded in self._folded:
            return self._folded[folded]
        return self._exact.get(folded) if folded == folded.lower() else None


def _check_each(words: list[str], given: list[str], plain: list[str], said: list[str]) -> None:
    """Raise InputError for the first entry that is wrong, if there is one."""
    first: dict[str, str] = {}
    for word, phonemes, as_plain, as_said in zip(words, given, plain, said, strict=True):
        if not as_plain:
            raise InputError(f"lexicon: expected a word, got {word!r}")
        if not as_said:
            raise InputError(f"lexicon, {word!r}: expected phonemes, got {phonemes!r}")
        check_symbols(phonemes, where=f"lexicon, {word!r}: ")
        if first.setdefault(as_plain, as_said) != as_said:
            raise InputError(f"lexicon, {word!r}: expected one pronunciation, got {first[as_plain]!r} and {as_said!r}")


def _changes_when_folded(word: str) -> bool:
    """Whether a word in lower case, such as "straße", is compared by other letters than its own."""
    return not word.isascii() and word == word.lower() != word.casefold()


def _lengths_of_phrases(words: Iterable[str]) -> dict[str, set[int]]:
    """The numbers of units of the entries that have several, by their first unit."""
    lengths: dict[str, set[int]] = {}
    for word in words:
        if not word.isalnum():
            units = _ASCII_UNIT.findall(word) if word.isascii() else [word[slice(*unit)] for unit in _units(word)]
            if len(units) > 1:
                lengths.setdefault(units[0].casefold(), set()).add(len(units))
    return lengths


_ASCII_UNIT = re.compile(r"\w+|\W")
"""A unit, as `_units` finds it."""


def load_lexicon(source: Lexicon | Mapping[str, str] | str | os.PathLike[str]) -> Lexicon:
    """A lexicon from a dict, or from a file in UTF-8.

    Args:
        source: word -> phonemes; or a `.json` file with such an object; or a `.tsv` or `.txt` file with a word, a tab
            and its phonemes in each line, where empty lines and lines that begin with "#" are left out.

    Raises:
        InputError: one line that names the file, the entry and what is wrong with it.
    """
    if isinstance(source, Lexicon):
        return source
    if isinstance(source, Mapping):
        return Lexicon(_checked(source.items()))
    if not isinstance(source, str | os.PathLike):
        raise InputError(f"lexicon: expected a dict or a file, got {type(source).__name__}")
    path = Path(source)
    readers = {".json": _read_json, ".tsv": _read_table, ".txt": _read_table}
    if path.suffix.lower() not in readers:
        raise InputError(f"lexicon: expected a file that ends in {', '.join(readers)}; got {str(path)!r}")
    with parsing(lambda reason: InputError(f"lexicon {str(path)!r}: expected a readable file in UTF-8; got {reason}")):
        content = path.read_text("utf-8-sig")
    return Lexicon(readers[path.suffix.lower()](content, path))


def _checked(items: Iterable[tuple[object, object]]) -> Iterator[tuple[str, str]]:
    for word, phonemes in items:
        if not (isinstance(word, str) and isinstance(phonemes, str)):
            raise InputError(f"lexicon: expected strings for word and phonemes, got {word!r}: {phonemes!r}")
        yield word, phonemes


def _read_json(content: str, path: Path) -> Iterator[tuple[str, str]]:
    with parsing(lambda reason: InputError(f"lexicon {str(path)!r}: expected JSON; got {reason}")):
        # Pairs and not a dict, so that a word that stands there twice is noticed.
        pairs = json.loads(content, object_pairs_hook=_Pairs)
    if not isinstance(pairs, _Pairs):
        raise InputError(f"lexicon {str(path)!r}: expected an object of words and phonemes")
    return _checked(pairs)


class _Pairs(list[tuple[str, object]]):
    """The pairs of a JSON object, in the order of the file."""


def _read_table(content: str, path: Path) -> Iterator[tuple[str, str]]:
    lines = []
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.count("\t") != 1:
            raise InputError(f"lexicon {str(path)!r}, line {number}: expected a word, a tab and phonemes; got {line!r}")
        lines.append(line)
    fields = "\t".join(lines).split("\t") if lines else []
    return zip(fields[::2], fields[1::2], strict=True)


def _units(text: str) -> Iterator[tuple[int, int]]:
    """The range of every word, and of every other character."""
    start = 0
    while start < len(text):
        end = start + 1
        if _in_word(text[start]):
            while end < len(text) and _in_word(text[end]):
                end += 1
        yield start, end
        start = end


@lru_cache(maxsize=4096)
def _in_word(char: str) -> bool:
    return char == "_" or unicodedata.category(char)[0] in "LMN"


def _is_part_of_contraction(text: str, units: list[tuple[int, int]], first: int, last: int) -> bool:
    """Whether the units from `first` to `last` are the "do" or the "s" of words like "don't" and "it's"."""

    def unit(index: int) -> str:
        return text[slice(*units[index])].casefold() if 0 <= index < len(units) else ""

    if unit(last + 1) == "'" and unit(last + 2) == _NEGATION and _in_word(unit(last)[-1]):
        return True
    return unit(first - 1) == "'" and unit(first) in _ENDINGS and _in_word((unit(first - 2) or " ")[-1])


def _is_free(text: NormalizedText, taken: set[int], start: int, end: int) -> bool:
    """Whether the match has no other pronunciation and no markup inside."""
    return taken.isdisjoint(range(start, end)) and text.edges.isdisjoint(range(start + 1, end))
