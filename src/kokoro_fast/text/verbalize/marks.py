"""Marks that are seen and not said: trademarks, bullets, arrows."""

from __future__ import annotations

from kokoro_fast.text.verbalize.rule import Unsaid, rule


def _sign(_: object) -> Unsaid:
    return Unsaid.SIGN


RULES = (
    rule(r"(?<=[,.:;!?] )'(?=[A-Za-z][^'\n]{0,300}[.,!?]')", lambda _: "‘", needs=("'",)),
    rule(r"[™®©℠]", _sign, needs=("™", "®", "©", "℠")),
    rule(r"(?<=[a-z])[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?=[\s.,;:!?)]|\Z)", _sign, needs=tuple("⁰¹²³⁴⁵⁶⁷⁸⁹")),
    rule(r"(?<=\w )(?:→|->|=>|⇒|➜|➔)(?= \w)", lambda _: "to", needs=("→", "->", "=>", "⇒", "➜", "➔")),
    rule(r"(?<=\w )(?:←|<-)(?= \w)", lambda _: "from", needs=("←", "<-")),
    rule(r"(?<=\s)[:;]-?[()DP](?=\s|\Z)", _sign, needs=(":", ";")),
    rule(r"(?<=\s)<3(?!\w)", _sign, needs=("<3",)),
    rule(r"(?<=[a-z])–(?=[A-Z][a-z])", _sign, needs=("–",)),
    rule(r"[•‣▪◦●■]", _sign, needs=()),
)
