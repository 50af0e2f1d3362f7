"""Gives each token the delivery that markup asks for, so that no word is torn from its marks or its endings."""

from __future__ import annotations

from dataclasses import replace

from kokoro_fast.config import MARKS
from kokoro_fast.text.assemble import Phonemized
from kokoro_fast.text.edits import Markup
from kokoro_fast.types import PLAIN, Token


def deliver(part: Phonemized, markup: Markup) -> Phonemized:
    """The part with the deliveries of `markup`.

    A chunk never mixes two deliveries, so a change must not leave a full stop or an "'s" behind: what touches a word
    goes with it, marks and signs at their front with the word they open.
    """
    if markup.switches == [(0, PLAIN)]:
        return part
    tokens = part.tokens
    deliveries = [markup.delivery_at(token.char_start) for token in tokens]
    follows_speech = [False] * len(tokens)
    for i in range(1, len(tokens)):
        touches = _touch(tokens[i - 1], tokens[i])
        follows_speech[i] = touches and (_speaks(tokens[i - 1]) or follows_speech[i - 1])
        if (touches and _speaks(tokens[i - 1])) or (follows_speech[i] and not _speaks(tokens[i])):
            deliveries[i] = deliveries[i - 1]
    for i in reversed(range(len(tokens) - 1)):
        opens = not follows_speech[i] and not _speaks(tokens[i])
        if opens and _touch(tokens[i], tokens[i + 1]):
            deliveries[i] = deliveries[i + 1]
    pairs = zip(tokens, deliveries, strict=True)
    changed = [token if how == PLAIN else replace(token, delivery=how) for token, how in pairs]
    return Phonemized(changed, part.dropped)


def _touch(token: Token, following: Token) -> bool:
    return not token.whitespace and token.pause is None and following.pause is None


def _speaks(token: Token) -> bool:
    return bool(token.phonemes.strip(MARKS + " "))
