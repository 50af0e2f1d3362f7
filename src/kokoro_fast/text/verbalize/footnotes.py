"""Marks of footnotes and citations: seen, and not said."""

from __future__ import annotations

from kokoro_fast.text.verbalize.rule import Unsaid, rule

_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_CITED = (
    r"(?:\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,9}|[a-h]|note \d{1,2}|(?:citation|clarification) needed|"
    r"\w{2,12} needed|who\?|when\?|where\?|better source needed|update|nb \d{1,2})"
)


def _sign(_: object) -> Unsaid:
    return Unsaid.SIGN


RULES = (
    rule(rf"(?<=[.,;:!?)”\"'])[{_RAISED}]+(?=[\s.,;:!?)]|\Z)", _sign, needs=tuple(_RAISED)),
    rule(rf"(?<=[a-z]{{3}})[{_RAISED}]+(?=[\s.,;:!?)]|\Z)", _sign, needs=tuple(_RAISED)),
    rule(r"(?<=[a-z][.,;!?])\d{1,3}(?:[,–-]\d{1,3})*(?=\s[A-Z]|\Z|\n)", _sign),
    rule(r"(?<=[a-z],)\d{1,2}(?=\s[a-z])", _sign),
    rule(r"(?<=[a-z][.,;!?][\"”'’])\d{1,3}(?:[,–-]\d{1,3})*(?=\s[A-Z]|\Z|\n)", _sign),
    rule(rf"(?<=[a-zA-Z.,;:!?”\"')])(?:\s?\[{_CITED}\])+(?!\()", _sign, needs=("[",)),
    rule(r"(?<=[a-z.,;:!?])[*†‡§]+(?=[\s.,;:!?]|\Z)", _sign, needs=("*", "†", "‡", "§")),
    rule(r"\[(?:\.\.\.|…|\. \. \.)\]", lambda _: "…", needs=("[",)),
)
