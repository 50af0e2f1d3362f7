"""Classifies the break between two atoms: its kind, and how deep it lies inside quotations and brackets.

Marks and white space decide first, then the tags of the two words. Without tags (other languages, raw phonemes) all
words without a mark between them are alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from kokoro_fast.chunking.atoms import Atom, Gap
from kokoro_fast.chunking.costs import break_cost
from kokoro_fast.chunking.kinds import Kind, boundary_of
from kokoro_fast.symbols import CLAUSE_MARKS, QUOTES, SENTENCE_MARKS
from kokoro_fast.text.abbreviations import TIMES, Period, period_after
from kokoro_fast.types import Boundary, Token

WRAPPED_LINE = range(50, 121)
"""The lengths in characters of a line that may have been broken only because it was full."""

REACH = 4
"""The number of words after a closing quotation within which "said" makes the quotation a part of the sentence."""

ENDS_LINE = (None, Kind.CLAUSE, Kind.CLAUSE_COMMA, Kind.COMMA, Kind.LIST_COMMA)
"""Break kinds that a line end overrides."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


SAID = _words(
    "said says say asked asks replied replies answered cried shouted whispered murmured exclaimed yelled muttered "
    "snapped"
)
SUBORDINATORS = _words(
    "because although though if unless until till while since that whether when where as before after so than lest "
    "whereas once"
)
AUXILIARIES = _words("is are was were be been being am has have had do does did 's 're 've 'm 'd 'll")

NOUNS = frozenset(("NN", "NNS", "NNP", "NNPS"))
NAMES = frozenset(("NNP", "NNPS"))
NAME_LIKE = frozenset((*NAMES, "CD", "JJ", "FW"))
ADJECTIVES = frozenset(("JJ", "JJR", "JJS"))
VERBS = frozenset(("VB", "VBD", "VBG", "VBN", "VBP", "VBZ"))
FINITE = frozenset(("VBD", "VBP", "VBZ", "MD"))
RELATIVES = frozenset(("WDT", "WP", "WP$", "WRB"))
LEANS_ON_NEXT = frozenset(("DT", "PDT", "PRP$", "IN", "TO", "CC", "MD", "POS", "EX", "$", *RELATIVES))
LEANS_ON_BEFORE = frozenset(("POS", "RP"))
STARTS_SENTENCE = frozenset(("PRP", "PRP$", "DT", "EX", "IN", "CC", "RB", "TO", "MD", "UH", *RELATIVES))
"""Words of these tags have a capital letter only at the start of a sentence ("I" apart)."""

_ITEM_NUMBER = re.compile(r"\d{1,3}|[a-zA-Z]|[ivxlc]{1,5}|[IVXLC]{1,5}")


class Break(NamedTuple):
    """The break that would be made if a piece ended after an atom."""

    kind: Kind
    boundary: Boundary
    cost: float


def classify_breaks(atoms: Sequence[Atom]) -> list[Break]:
    """The break after each atom of a row. That of the last atom is classified as far as it can be known."""
    quotations, brackets = _depths(atoms, QUOTES, QUOTES), _depths(atoms, "(", ")")
    breaks = []
    for i in range(len(atoms)):
        kind = _kind(atoms, i)
        breaks.append(Break(kind, boundary_of(kind), break_cost(kind, quotations[i], brackets[i])))
    return breaks


def _depths(atoms: Sequence[Atom], openers: str, closers: str) -> list[int]:
    """The number of pairs of marks that are open after each atom. A mark without its partner does not count."""
    change = [0] * (len(atoms) + 1)
    open_at: list[int] = []
    for i, atom in enumerate(atoms):
        open_at += [i for mark in atom.opening if mark in openers]
        for mark in atom.closing:
            if mark in closers and open_at:
                change[open_at.pop()] += 1
                change[i] -= 1
    return list(accumulate(change[:-1]))


def _kind(atoms: Sequence[Atom], i: int) -> Kind:
    atom = atoms[i]
    if atom.ends_paragraph:
        return Kind.PARAGRAPH
    following = atoms[i + 1] if i + 1 < len(atoms) else None
    kind = _by_marks(atoms, i, following)
    if following is None:
        return kind or Kind.WORD
    if atom.gap is Gap.NONE and not atom.wide and atom.pause is None:
        return _touching(atom, kind)
    if atom.gap is Gap.NEWLINE and kind in ENDS_LINE and _ends_line(atom, following):
        return Kind.LINE
    if kind:
        return kind
    if following.inside_token:
        return Kind.BOUND
    if atom.word is None or following.word is None:
        return Kind.WORD
    kind = _by_words(atom.word, following.word, atoms[i + 2].word if i + 2 < len(atoms) else None)
    if following.opening and kind not in (Kind.TIGHT, Kind.BOUND):
        return Kind.CLAUSE if following.opening[0] in "—…" else Kind.OPENING
    return kind


def _touching(atom: Atom, kind: Kind | None) -> Kind:
    """The break between an atom and a word that touches it: never the end of a sentence ("example.com")."""
    if kind is None or not atom.closing:
        return Kind.INSIDE_WORD
    return Kind.CLAUSE if kind is Kind.SENTENCE else kind


def _ends_line(atom: Atom, following: Atom) -> bool:
    """Whether the line ends something (a heading, an item, a verse), and was not merely full."""
    start = following.parts[0].token.text[:1]
    full = atom.line_end - atom.line_start in WRAPPED_LINE
    return not (start.islower() or (full and start.isalpha()))


def _by_marks(atoms: Sequence[Atom], i: int, following: Atom | None) -> Kind | None:
    """The kind that the marks after an atom make, or the period inside its word; None if they leave it open."""
    atom = atoms[i]
    marks = atom.closing
    swallowed = _swallows_period(atom) and not (following and following.inside_token)
    if _is_item_number(atoms, i, "." if swallowed else marks):
        return Kind.BOUND
    if swallowed and atom.word:
        return _by_period(atom.word.text[:-1], following, swallowed=True)
    if marks[:1] == "." and atom.word and not any(mark in SENTENCE_MARKS for mark in marks[1:]):
        kind = _by_period(atom.word.text, following)
        if kind is not Kind.SENTENCE:
            return _by_lesser_marks(atoms, i, following) if marks.strip('."”') else kind
    if any(mark in SENTENCE_MARKS for mark in marks):
        return Kind.CLAUSE if _goes_on(atoms, i, following) else Kind.SENTENCE
    return _by_lesser_marks(atoms, i, following)


def _swallows_period(atom: Atom) -> bool:
    """Whether the period after a word is a part of its token and not of the phonemes."""
    return not atom.closing and atom.word is not None and len(atom.word.text) > 1 and atom.word.text.endswith(".")


def _by_lesser_marks(atoms: Sequence[Atom], i: int, following: Atom | None) -> Kind | None:
    marks = atoms[i].closing
    if any(mark in CLAUSE_MARKS for mark in marks):
        return Kind.CLAUSE
    if "," in marks:
        words = [each.word for each in atoms[i : i + 3]]
        return Kind.COMMA if following is None or "”" in marks or '"' in marks else _comma(*words)
    return Kind.COMMA if ")" in marks else None


def _by_period(word: str, following: Atom | None, swallowed: bool = False) -> Kind | None:
    """The kind that the period after a word makes; None if it ends nothing and the words around it may decide.

    A period that the phonemes lack never ends a sentence by itself.
    """
    period = period_after(word)
    if period is Period.NEVER:
        return Kind.BOUND
    if following is None or following.word is None or (period is Period.ENDS and not swallowed):
        return Kind.SENTENCE
    text, tag = following.word.text, following.word.tag
    is_number = text[:1].isdigit() or (len(text) > 1 and not text.strip("IVXLC"))
    capital = text[:1].isupper()
    if period is Period.BEFORE_NUMBER:
        return Kind.BOUND if is_number else Kind.SENTENCE if capital else None
    if period is Period.BEFORE_TIME and capital:
        return Kind.TIGHT if text in TIMES else Kind.SENTENCE
    if capital and text != "I" and tag and (tag in STARTS_SENTENCE or (len(word) > 1 and tag not in NAME_LIKE)):
        return Kind.SENTENCE
    if len(word) == 1 and capital:
        return Kind.BOUND
    return Kind.TIGHT if capital or is_number else None


def _goes_on(atoms: Sequence[Atom], i: int, following: Atom | None) -> bool:
    """Whether a sentence goes on after a sentence mark: "Stop!" he said; "Why?" Mary asked; well... maybe."""
    marks = atoms[i].closing
    quoted = any(mark in QUOTES for mark in marks)
    trails_off = "…" in marks or ".." in marks
    if following is None or following.inside_token or not (quoted or trails_off):
        return False
    if following.parts[0].token.text[:1].islower():
        return True
    speaker = following.word
    if marks[0] == "." or following.opening or speaker is None or not (speaker.tag in NAMES or speaker.text == "I"):
        return False
    for atom in atoms[i + 1 : i + 1 + REACH]:
        if atom.word and atom.word.text.lower() in SAID:
            return True
        if atom.closing:
            return False
    return False


def _is_item_number(atoms: Sequence[Atom], i: int, marks: str) -> bool:
    """Whether an atom numbers an item: "1.", "b)" or "Q:" where a line or clause begins, "2)" and "c)" anywhere."""
    atom = atoms[i]
    if marks not in (".", ")", ":") or atom.word is None or not _ITEM_NUMBER.fullmatch(atom.word.text.rstrip(".")):
        return False
    if marks == ")" and not atom.opening:
        return True
    if i == 0 or atoms[i - 1].gap >= Gap.NEWLINE:
        return True
    return any(mark in ".:;," for mark in atoms[i - 1].closing) or _tag(atoms[i - 1].word) == "CC"


def _comma(word: Token | None, next_word: Token | None, third: Token | None = None) -> Kind:
    tag, next_tag = _tag(word), _tag(next_word)
    third_tag = _tag(third)
    if next_tag == "CD" and (tag == "CD" or tag in NAMES):
        return Kind.TIGHT
    if next_tag == "CC":
        return Kind.LIST_COMMA if tag in NOUNS and third_tag in NOUNS else Kind.CLAUSE_COMMA
    if next_tag in RELATIVES or _subordinates(next_word):
        return Kind.CLAUSE_COMMA
    alike = any(tag in group and next_tag in group for group in (NOUNS, ADJECTIVES))
    return Kind.LIST_COMMA if alike else Kind.COMMA


def _by_words(word: Token, next_word: Token, third: Token | None) -> Kind:
    """The kind of break between two words without a mark, by their tags."""
    tag, next_tag = word.tag, next_word.tag
    if tag is None or next_tag is None:
        return Kind.WORD
    if _leans(word, tag, next_word, next_tag):
        return Kind.TIGHT
    if next_tag == "CC":
        third_tag = _tag(third)
        alike = any(tag in group and third_tag in group for group in (NOUNS, ADJECTIVES, VERBS))
        return Kind.PHRASE if alike else Kind.OPENING
    if next_tag in RELATIVES or _subordinates(next_word):
        return Kind.OPENING
    if next_tag == "TO" or (next_tag == "IN" and next_word.text.lower() != "of"):
        return Kind.PHRASE
    if next_tag in ("PRP", "EX", "DT") and tag in NOUNS | {"RB", "RP"}:
        return Kind.PHRASE
    return Kind.WORD


def _leans(word: Token, tag: str, next_word: Token, next_tag: str) -> bool:
    """Whether nobody would pause between two words."""
    if tag in LEANS_ON_NEXT or next_tag in LEANS_ON_BEFORE or next_word.text.lower() in ("not", "n't"):
        return True
    if tag in NOUNS:
        is_name = tag in NAMES and next_tag in NAMES
        return is_name or next_tag == "CD" or next_tag in ("NN", "NNS") or word.text.endswith(("'s", "’s"))
    if tag in ADJECTIVES or tag == "CD":
        return next_tag in NOUNS | ADJECTIVES | {"CD"}
    if tag == "RB":
        is_negation = word.text.lower() in ("not", "n't", "never")
        return next_tag in ADJECTIVES | {"RB", "VBN", "CD", "$"} or (is_negation and next_tag in VERBS)
    if tag == "PRP":
        return next_tag in FINITE
    return word.text.lower() in AUXILIARIES and next_tag in VERBS | ADJECTIVES | {"RB"}


def _subordinates(token: Token | None) -> bool:
    return token is not None and token.tag == "IN" and token.text.lower() in SUBORDINATORS


def _tag(token: Token | None) -> str | None:
    return token.tag if token else None
