"""Marks that are seen and not said: trademarks, bullets, arrows."""

from __future__ import annotations

from kokoro_fast.text.verbalize.rule import rule, unsaid

RULES = (
    rule(r"(?<=[,.:;!?] )'(?=[A-Za-z][^'\n]{0,300}[.,!?]')", lambda _: "‘", needs=("'",)),
    rule(r"[™®©℠]", unsaid, needs=("™", "®", "©", "℠")),
    rule(r"(?<=[a-z])[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?=[\s.,;:!?)]|\Z)", unsaid, needs=tuple("⁰¹²³⁴⁵⁶⁷⁸⁹")),
    rule(r"(?<=\w )(?:→|->|=>|⇒|➜|➔)(?= \w)", lambda _: "to", needs=("→", "->", "=>", "⇒", "➜", "➔")),
    rule(r"(?<=\w )(?:←|<-)(?= \w)", lambda _: "from", needs=("←", "<-")),
    rule(r"(?<=\s)[:;]-?[()DP](?=\s|\Z)", unsaid, needs=(":", ";")),
    rule(r"(?<=\s)<3(?!\w)", unsaid, needs=("<3",)),
    rule(r"(?<=[a-z])–(?=[A-Z][a-z])", unsaid, needs=("–",)),
    rule(r"[•‣▪◦●■]", unsaid, needs=()),
)
