"""Grapheme to phoneme: one `Phonemizer` for a language, whatever engine stands behind it."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterator
from typing import Protocol

from kokoro_fast.errors import InputError
from kokoro_fast.text.assemble import Phonemized, Piece, assemble, only_signs
from kokoro_fast.text.delivery import deliver
from kokoro_fast.text.languages import Language, resolve_language
from kokoro_fast.text.lexicon import Lexicon
from kokoro_fast.text.markup import Mode, Scope, parse_markup
from kokoro_fast.text.normalize import NormalizedText, normalize
from kokoro_fast.text.segments import segments


class Adapter(Protocol):
    """What a language must offer: pieces for a normalized text that is not empty. Safe to call from several threads."""

    def pieces(self, text: NormalizedText) -> list[Piece]: ...


class Phonemizer:
    """Turns text of one language into tokens. Safe to call from several threads; get one from `phonemizer`."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._adapter: Adapter | None = None
        self._lock = threading.Lock()

    def load(self) -> None:
        """Load dictionaries and models now and not at the first text.

        Raises:
            MissingDependencyError: a package that this language needs is not installed.
        """
        self._loaded()

    def __call__(self, text: str, lexicon: Lexicon | None = None, markup: Mode = "error") -> Phonemized:
        """Tokens of the whole text: the join of `stream`."""
        parts = list(self.stream(text, lexicon, markup))
        return Phonemized(
            tokens=[token for part in parts for token in part.tokens],
            dropped=[dropped for part in parts for dropped in part.dropped],
        )

    def stream(
        self, text: str, lexicon: Lexicon | None = None, markup: Mode = "error", scope: Scope | None = None
    ) -> Iterator[Phonemized]:
        """Tokens part by part, each as soon as it is asked for: a paragraph, or of a long one some sentences.

        The first part is a few sentences at most, so that it is there in milliseconds. All offsets count from the start
        of `text`. Parts without tokens are left out.

        Args:
            text: as the user wrote it, with markup (docs/markup.md).
            lexicon: pronunciations that go before those of the dictionaries; those in the text go before it.
            markup: what is not understood as markup is an "error", or is read as "plain" text.
            scope: for a text that comes in pieces: the same one for each, so that markup may span them.

        Raises:
            InputError: markup that is not understood, or phonemes outside the vocabulary; before the first part.
            MissingDependencyError: a package that this language needs is not installed.
        """
        marked = parse_markup(text, markup, scope)
        edits = marked.edits
        starts = [edit.start for edit in edits]
        for start, end in segments(text, edits):
            inside = edits[bisect_left(starts, start) : bisect_left(starts, end)]
            normalized = normalize(text, start, end, inside)
            if lexicon:
                lexicon.apply(normalized)
            if normalized.text or normalized.pauses:
                yield deliver(assemble(self._pieces(normalized), normalized, text), marked)

    def _pieces(self, text: NormalizedText) -> list[Piece]:
        if not text.text:
            return []
        pieces = only_signs(text)
        return self._loaded().pieces(text) if pieces is None else pieces

    def _loaded(self) -> Adapter:
        with self._lock:
            if self._adapter is None:
                self._adapter = _load_adapter(self.language)
            return self._adapter


def _load_adapter(language: Language) -> Adapter:
    if language.code in ("en-us", "en-gb"):
        from kokoro_fast.text.english import English

        return English(british=language.code == "en-gb")
    from kokoro_fast.text.espeak import EspeakLanguage

    return EspeakLanguage(language.code)


_phonemizers: dict[str, Phonemizer] = {}
_phonemizers_lock = threading.Lock()


def phonemizer(language: str | Language) -> Phonemizer:
    """The phonemizer of a language, one for the whole process. Nothing heavy is imported before its first text.

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
    with _phonemizers_lock:
        return _phonemizers.setdefault(language.code, Phonemizer(language))
