"""Pronunciations given in the text itself: `[Kokoro](/kˈOkəɹO/)`.

The notation is misaki's. It is parsed here, and not by misaki, so that character offsets stay exact, so that a link may
be any part of a word, and so that it works in every language.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kokoro_fast.text.phonemes import check_symbols

_LINK = re.compile(
    r"\[[^\S\n]*(?P<word>[^\[\]\s](?:[^\[\]\n]*[^\[\]\s])?)[^\S\n]*\]"
    r"\(/(?P<phonemes>[^/\n]*[^/\s][^/\n]*)/\)"
)


@dataclass(frozen=True, slots=True)
class Link:
    """One pronunciation, all offsets into the user's text.

    Attributes:
        start, end: the whole notation, brackets included.
        word_start, word_end: the word inside the square brackets.
        phonemes: what to say, without white space at the ends and with single spaces inside.
    """

    start: int
    end: int
    word_start: int
    word_end: int
    phonemes: str


def find_links(text: str) -> list[Link]:
    """All links of a text, in order. What does not follow the notation to the letter is left as plain text.

    Raises:
        InputError: the phonemes of a link have a symbol that is not in the vocabulary.
    """
    links = []
    for match in _LINK.finditer(text):
        check_symbols(match["phonemes"], offset=match.start("phonemes"))
        links.append(
            Link(
                start=match.start(),
                end=match.end(),
                word_start=match.start("word"),
                word_end=match.end("word"),
                phonemes=" ".join(match["phonemes"].split()),
            )
        )
    return links
