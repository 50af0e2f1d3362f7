"""Gives each token the voice and rate that markup asks for, so that no word is torn from its marks or its endings."""

from __future__ import annotations

from dataclasses import replace

from kokoro_fast.symbols import has_speech
from kokoro_fast.text.g2p.assemble import Phonemized
from kokoro_fast.text.markup.edits import Markup
from kokoro_fast.types import PLAIN, Token


def apply_markup(part: Phonemized, markup: Markup) -> Phonemized:
    """The part with the overrides of `markup`.

    A chunk never mixes two overrides, so a change must not leave a full stop or an "'s" behind: what touches a word
    takes the override of that word, and marks and signs that open a word take that of the word they open.
    """
    if markup.switches == [(0, PLAIN)]:
        return part
    tokens = part.tokens
    overrides = [markup.override_at(token.char_start) for token in tokens]
    follows_speech = [False] * len(tokens)
    for i in range(1, len(tokens)):
        touches = _touch(tokens[i - 1], tokens[i])
        follows_speech[i] = touches and (has_speech(tokens[i - 1].phonemes) or follows_speech[i - 1])
        if (touches and has_speech(tokens[i - 1].phonemes)) or (
            follows_speech[i] and not has_speech(tokens[i].phonemes)
        ):
            overrides[i] = overrides[i - 1]
    for i in reversed(range(len(tokens) - 1)):
        opens = not follows_speech[i] and not has_speech(tokens[i].phonemes)
        if opens and _touch(tokens[i], tokens[i + 1]):
            overrides[i] = overrides[i + 1]
    pairs = zip(tokens, overrides, strict=True)
    changed = [token if how == PLAIN else replace(token, override=how) for token, how in pairs]
    return Phonemized(changed, part.unspoken)


def _touch(token: Token, following: Token) -> bool:
    return not token.whitespace and token.pause is None and following.pause is None
