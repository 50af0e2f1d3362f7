"""Grapheme-to-phoneme conversion: one `Phonemizer` for each language, with misaki or espeak behind it."""

from __future__ import annotations

import warnings
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol, get_args

from kokoro_fast.errors import InputError, UnspokenTextWarning
from kokoro_fast.forks import RenewedLock
from kokoro_fast.text.g2p.assemble import G2PUnit, Phonemized, assemble, only_signs
from kokoro_fast.text.g2p.languages import Language, resolve_language
from kokoro_fast.text.g2p.lexicon import Lexicon
from kokoro_fast.text.g2p.overrides import apply_markup
from kokoro_fast.text.markup.edits import Alias, Edit, SayAs
from kokoro_fast.text.markup.inline import Markdown
from kokoro_fast.text.markup.parser import MarkupMode, Scope, parse_markup
from kokoro_fast.text.normalize import NormalizedText, normalize
from kokoro_fast.text.segments import segments
from kokoro_fast.text.verbalize import (
    EmojiMode,
    in_words,
    pronunciations,
    readings_of,
    say_as,
    say_letters,
    with_readings,
)
from kokoro_fast.types import Token

VERBALIZED = frozenset(["en-us", "en-gb"])
"""The languages whose text is put into words before it is pronounced."""


class Adapter(Protocol):
    """The grapheme-to-phoneme conversion of a language. Safe to call from several threads."""

    def units(self, text: NormalizedText) -> list[G2PUnit]: ...


class Phonemizer:
    """Turns text of one language into tokens. Safe to call from several threads; get one from `phonemizer`."""

    def __init__(self, language: Language, normalize: bool = True, emoji: EmojiMode = "silent") -> None:
        self.language, self._emoji = language, emoji
        self._normalizes = normalize
        self._verbalizes = normalize and language.code in VERBALIZED
        self._adapter: Adapter | None = None
        self._lock = RenewedLock()

    def load(self) -> None:
        """Load dictionaries and models now, not at the first text.

        Raises:
            MissingDependencyError: a package that this language needs is not installed.
        """
        self._loaded()

    def markdown(self, markup: MarkupMode) -> Markdown:
        """How much of Markdown is read as such in a text with this markup."""
        if markup == "markdown":
            return Markdown.ALL
        return Markdown.CERTAIN if self._normalizes else Markdown.LINKS

    def __call__(self, text: str, lexicon: Lexicon | None = None, markup: MarkupMode = "error") -> Phonemized:
        """Tokens of the whole text: the join of `stream`."""
        parts = list(self.stream(text, lexicon, markup))
        return Phonemized(
            tokens=[token for part in parts for token in part.tokens],
            unspoken=[unspoken for part in parts for unspoken in part.unspoken],
        )

    def stream(
        self, text: str, lexicon: Lexicon | None = None, markup: MarkupMode = "error", scope: Scope | None = None
    ) -> Iterator[Phonemized]:
        """Tokens part by part, each as soon as it is asked for: a paragraph, or some sentences of a long one.

        The first part is a few sentences at most, so that it is there in milliseconds. All offsets count from the start
        of `text`. Parts without tokens are left out.

        Args:
            text: the text as the user wrote it, with markup (docs/markup.md).
            lexicon: pronunciations that override those of the dictionaries. Pronunciations in the text override these.
            markup: how to treat an invalid or unknown tag: as an "error", or as "plain" text; "markdown" is plain, too,
                and reads all of Markdown.
            scope: the state of markup of a text that comes in pieces; give the same scope with each piece.

        Raises:
            InputError: markup that is not understood, or phonemes outside the vocabulary; before the first part.
            MissingDependencyError: a package that this language needs is not installed.
        """
        marked = parse_markup(text, markup, scope, self.markdown(markup))
        edits = marked.edits
        starts = [edit.start for edit in edits]
        for start, end in segments(text, edits):
            inside = edits[bisect_left(starts, start) : bisect_left(starts, end)]
            normalized = self._normalized(text, start, end, inside, lexicon)
            if normalized.text or normalized.pauses or normalized.silent:
                yield apply_markup(assemble(self._units(normalized), normalized, text), marked)

    def tokens(
        self,
        text: str,
        lexicon: Lexicon | None = None,
        markup: MarkupMode = "error",
        scope: Scope | None = None,
        start: int = 0,
    ) -> Iterator[Token]:
        """The tokens of `stream`, each as soon as it is asked for, with a warning for all text that is left out.

        Args:
            start: the character of the whole text at which `text` begins; token ranges and warnings count from there.

        Warns:
            UnspokenTextWarning: part of the text will not be heard.
        """
        for part in self.stream(text, lexicon, markup, scope):
            for unspoken in part.unspoken:
                warnings.warn(unspoken.report(start), UnspokenTextWarning, stacklevel=2)
            for token in part.tokens:
                yield token if start == 0 else token.later(start)

    def _normalized(
        self, text: str, start: int, end: int, edits: Sequence[Edit], lexicon: Lexicon | None
    ) -> NormalizedText:
        """The plain text, with the words of the lexicon, and with words for what nobody says as it stands."""
        given = {edit.word_start for edit in edits if isinstance(edit, Alias)}
        edits = [self._said(edit, text) for edit in edits]
        normalized = normalize(text, start, end, edits)
        if lexicon:
            lexicon.apply(normalized)
        if not self._verbalizes:
            return normalized
        readings = readings_of(normalized, self._emoji)
        if readings:
            normalized = normalize(text, start, end, with_readings(edits, readings))
            if lexicon:
                lexicon.apply(normalized)
        say_letters(normalized, given)
        if self.language.code == "en-us":
            pronunciations().apply(normalized)
        return normalized

    def _said(self, edit: Edit, text: str) -> Edit:
        """An alias in words, where the user's words hold more than words, or where `<say-as>` asks for one."""
        match edit:
            case Alias() if self._verbalizes:
                return replace(edit, text=in_words(edit.text))
            case SayAs():
                word = text[edit.word_start : edit.word_end]
                said = say_as(edit.kind, edit.form, word) if self.language.code in VERBALIZED else word
                return Alias(edit.start, edit.end, edit.word_start, edit.word_end, said)
            case _:
                return edit

    def _units(self, text: NormalizedText) -> list[G2PUnit]:
        if not text.text:
            return []
        units = only_signs(text)
        return self._loaded().units(text) if units is None else units

    def _loaded(self) -> Adapter:
        with self._lock:
            if self._adapter is None:
                self._adapter = _load_adapter(self.language)
            return self._adapter


def _load_adapter(language: Language) -> Adapter:
    if language.code in ("en-us", "en-gb"):
        from kokoro_fast.text.g2p.english import English

        return English(british=language.code == "en-gb")
    from kokoro_fast.text.g2p.espeak import EspeakLanguage

    return EspeakLanguage(language.code)


_phonemizers: dict[tuple[str, bool, EmojiMode], Phonemizer] = {}
_phonemizers_lock = RenewedLock()


def phonemizer(language: str | Language, normalize: bool = True, emoji: EmojiMode = "silent") -> Phonemizer:
    """The phonemizer of a language, one for the whole process. Nothing heavy is imported before its first text.

    Args:
        normalize: whether numbers, signs, abbreviations and addresses are put into words first, as `text.verbalize`
            does; otherwise the dictionaries and eSpeak read them as they can.
        emoji: whether emoji are "silent" or read by their "names".

    Raises:
        InputError: unknown language, or one whose text cannot be read (only its phonemes can be spoken).
    """
    if isinstance(language, str):
        language = resolve_language(language)
    if not language.supported:
        raise InputError(
            f"expected a language whose text can be read; got {language.name} ({language.code}), "
            "which has no grapheme-to-phoneme conversion here: give phonemes= instead of text"
        )
    if emoji not in get_args(EmojiMode):
        raise InputError(f"emoji: expected {' or '.join(map(repr, get_args(EmojiMode)))}, got {emoji!r}")
    with _phonemizers_lock:
        found = _phonemizers.get((language.code, normalize, emoji))
        if found is None:
            found = _phonemizers[language.code, normalize, emoji] = Phonemizer(language, normalize, emoji)
        return found
