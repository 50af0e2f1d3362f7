"""Marks that are seen and not said: trademarks, bullets, pictures, arrows."""

from __future__ import annotations

from kokoro_fast.text.verbalize.rule import Unsaid, rule

_PICTURES = (
    "\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff\u25a0-\u25ff\U0001f1e6-\U0001f1ff\u200d\ufe0f\u20e3"
)


def _sign(_: object) -> Unsaid:
    return Unsaid.SIGN


RULES = (
    rule(r"(?<=[,.:;!?] )'(?=[A-Za-z][^'\n]{0,300}[.,!?]')", lambda _: "‘", needs=("'",)),
    rule(r"[™®©℠]", _sign, needs=("™", "®", "©", "℠")),
    rule(rf"[{_PICTURES}]+", _sign, needs=()),
    rule(r"(?<=[a-z])[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?=[\s.,;:!?)]|\Z)", _sign, needs=tuple("⁰¹²³⁴⁵⁶⁷⁸⁹")),
    rule(r"(?<=\w )(?:→|->|=>|⇒|➜|➔)(?= \w)", lambda _: "to", needs=("→", "->", "=>", "⇒", "➜", "➔")),
    rule(r"(?<=\w )(?:←|<-)(?= \w)", lambda _: "from", needs=("←", "<-")),
    rule(r"(?<=\s)[:;]-?[()DP](?=\s|\Z)", _sign, needs=(":", ";")),
    rule(r"(?<=\s)<3(?!\w)", _sign, needs=("<3",)),
    rule(r"(?<=[a-z])–(?=[A-Z][a-z])", _sign, needs=("–",)),
    rule(r"[•‣▪◦●■]", _sign, needs=()),
)
