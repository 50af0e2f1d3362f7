"""Marks of footnotes and citations: seen, and not said."""

from __future__ import annotations

import re

from kokoro_fast.text.verbalize.rule import Unsaid, rule, unsaid

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_CITED = (
    r"(?:\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,9}|[a-h]|note \d{1,2}|(?:citation|clarification) needed|"
    r"\w{2,12} needed|who\?|when\?|where\?|better source needed|update|nb \d{1,2})"
)


def _cited(match: re.Match[str]) -> Unsaid | None:
    """A citation after a space, unless the sentence needs it: "as in [12]"."""
    before = _WORD.search(match.string, max(0, match.start() - 12), match.start())
    return None if before and before[0].lower() in _LEADS_ON else Unsaid.SIGN


_WORD = re.compile(r"[A-Za-z]+\Z")
_LEADS_ON = frozenset(
    ["as", "is", "are", "see", "in", "of", "through", "and", "or", "to", "from", "by", "with", "at", "on", "for",
     "than", "ref", "refs", "reference"]
)  # fmt: skip
"""Words after which a number in brackets is said."""

RULES = (
    rule(rf"(?<=[.,;:!?)”\"'])[{_RAISED}]+(?=[\s.,;:!?)]|\Z)", unsaid, needs=tuple(_RAISED)),
    rule(rf"(?<=[a-z]{{3}})[{_RAISED}]+(?=[\s.,;:!?)]|\Z)", unsaid, needs=tuple(_RAISED)),
    rule(r"(?<=[a-z][.,;!?])\d{1,3}(?:[,–-]\d{1,3})*(?=\s[A-Z]|\Z|\n)", unsaid),
    rule(r"(?<=[a-z],)\d{1,2}(?=\s[a-z])", unsaid),
    rule(r"(?<=[a-z][.,;!?][\"”'’])\d{1,3}(?:[,–-]\d{1,3})*(?=\s[A-Z]|\Z|\n)", unsaid),
    rule(rf"(?<=[a-zA-Z.,;:!?”\"')])(?:\[{_CITED}\])+(?!\()", unsaid, needs=("[",)),
    rule(rf"(?<=[a-zA-Z.,;:!?”\"')])(?: ?\[{_CITED}\])+(?!\()", _cited, needs=("[",)),
    rule(r"(?<=[a-z.,;:!?])[*†‡§]+(?=[\s.,;:!?]|\Z)", unsaid, needs=("*", "†", "‡", "§")),
    rule(r"\[(?:\.\.\.|…|\. \. \.)\]", lambda _: "…", needs=("[",)),
)
