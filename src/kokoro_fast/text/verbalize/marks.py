"""Marks that are seen and not said: footnotes, trademarks, bullets, arrows."""

from __future__ import annotations

from kokoro_fast.text.verbalize.rule import Unsaid, rule


def _sign(_: object) -> Unsaid:
    return Unsaid.SIGN


RULES = (
    rule(r"[™®©℠]", _sign, needs=("™", "®", "©", "℠")),
    rule(r"(?<=[a-z.,;:!?)”\"])[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?=\s|$)", _sign, needs=tuple("⁰¹²³⁴⁵⁶⁷⁸⁹")),
    rule(r"(?<=[a-z][.,;!?])\d{1,3}(?=\s[A-Z]|$)", _sign),
    rule(r"(?<=[a-z.,;:!?])\s?\[\d{1,3}(?:[,–-]\s?\d{1,3})*\](?!\()", _sign),
    rule(r"(?<=[a-z])[*†‡§]+(?=[\s.,;:!?]|$)", _sign, needs=("*", "†", "‡", "§")),
    rule(r"(?<=\w )(?:→|->|=>|⇒|➜|➔)(?= \w)", lambda _: "to", needs=("→", "->", "=>", "⇒", "➜", "➔")),
    rule(r"(?<=\w )(?:←|<-)(?= \w)", lambda _: "from", needs=("←", "<-")),
    rule(r"[•‣▪◦●■]", _sign, needs=()),
)
