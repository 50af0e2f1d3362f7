"""Markdown that can be nothing else: its signs are not read, its text is. Line starts are line feeds in the text."""

from __future__ import annotations

from kokoro_fast.text.verbalize.rule import rule

_TARGET = r"\]\((?:<[^>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)?)(?:\s\"[^\"\n]*\")?\)"
"""The end of a link: its address, which may have one pair of brackets, and a title."""

_START = r"(?:\A|(?<=\n))"


def _silent(_: object) -> str:
    return ""


RULES = (
    rule(r"<!--(?:[^-]|-(?!->)){0,2000}-->", _silent, needs=("<!--",)),
    rule(rf"{_START}(?:```|~~~)\w*", _silent, needs=("```", "~~~")),
    rule(rf"!\[(?=[^\]\n]{{0,300}}{_TARGET})", _silent, needs=("![",)),
    rule(rf"(?<!\w)\[(?=[^\[\]\n]{{1,300}}{_TARGET})", _silent, needs=("](",)),
    rule(rf"(?<=\S){_TARGET}", _silent, needs=("](",)),
    rule(rf"{_START}#{{1,6}}(?= \S)", _silent, needs=("#",)),
    rule(rf"{_START}>(?: ?>)*(?= )", _silent, needs=(">",)),
    rule(r"(?<![\w*])\*{1,3}(?=[^\s*][^*\n]{0,500}\*)", _silent, needs=("*",)),
    rule(r"(?<=[^\s*])\*{2,3}(?![\w*])", _silent, needs=("*",)),
    rule(r"(?<=[^\s*])\*(?!\w|\*)(?<=[a-z.,!?]\*)", _silent, needs=("*",)),
    rule(r"(?<!\w)__(?=[^\s_][^\n]{0,300}__)|(?<=[^\s_])__(?!\w)", _silent, needs=("__",)),
    rule(r"~~", _silent, needs=("~~",)),
    rule(r"`{1,2}", _silent, needs=("`",)),
    rule(rf"{_START}[-*_](?: ?[-*_]){{2,}}(?=\n|\Z)", _silent, needs=("--", "**", "__", "- -", "* *")),
    rule(rf"{_START}\|?(?: ?:?-+:? ?\|)+(?: ?:?-+:? ?)?(?=\n|\Z)", _silent, needs=("-|", "- |")),
    rule(r"(?<![|\w])\|(?=[\s\w])|(?<=\s)\|(?=\n|\Z)", _silent, needs=("|",)),
)
