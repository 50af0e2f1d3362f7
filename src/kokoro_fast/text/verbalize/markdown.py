"""Markdown that can be nothing else: its signs are not read, its text is. Line starts are line feeds in the text."""

from __future__ import annotations

from kokoro_fast.text.verbalize.rule import Unsaid, rule

_TARGET = r"\]\((?:<[^>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)?)(?:\s\"[^\"\n]*\")?\)"
"""The end of a link: its address, which may have one pair of brackets, and a title."""

_START = r"(?:\A|(?<=\n))"


def _markup(_: object) -> Unsaid:
    return Unsaid.MARKUP


def _sign(_: object) -> Unsaid:
    return Unsaid.SIGN


RULES = (
    rule(r"<!--(?:[^-]|-(?!->)){0,2000}-->", _markup, needs=("<!--",)),
    rule(rf"{_START}(?:```|~~~)\w*", _markup, needs=("```", "~~~")),
    rule(rf"!\[(?=[^\]\n]{{0,300}}{_TARGET})", _markup, needs=("![",)),
    rule(rf"(?<!\w)\[(?=[^\[\]\n]{{1,300}}{_TARGET})", _markup, needs=("](",)),
    rule(rf"(?<=\S){_TARGET}", _markup, needs=("](",)),
    rule(rf"{_START}#{{1,6}}(?= \S)", _markup, needs=("#",)),
    rule(rf"{_START}>(?: ?>)*(?= )", _markup, needs=(">",)),
    rule(r"(?<![\w*])\*{1,3}(?=[\w\"'“‘(\[`][^*\n]{0,500}\*)", _markup, needs=("*",)),
    rule(r"(?<=[^\s*])\*{2,3}(?![\w*])", _markup, needs=("*",)),
    rule(r"(?<=[^\s*])\*(?!\w|\*)(?<=[a-z.,!?]\*)", _markup, needs=("*",)),
    rule(r"(?<!\w)__(?=[^\s_][^\n]{0,300}__)|(?<=[^\s_])__(?!\w)", _markup, needs=("__",)),
    rule(r"~~", _markup, needs=("~~",)),
    rule(r"(?<!`)(`{1,2})(?=[^`\n]{1,500}\1(?!`))|(?<=[^`\n])`{1,2}(?!`)(?<=\S`)", _markup, needs=("`",)),
    rule(rf"{_START}[-*_](?: ?[-*_]){{2,}}(?=\n|\Z)", _sign, needs=("--", "**", "__", "- -", "* *")),
    rule(rf"{_START}\|?(?: ?:?-+:? ?\|)+(?: ?:?-+:? ?)?(?=\n|\Z)", _markup, needs=("-|", "- |")),
    rule(r"(?m:^)\|(?=[^|\n]{0,300}\|)|(?<=[\w ])\|(?=[^|\n]{0,300}\|)|(?<=\w )\|(?=\n|\Z)", _markup, needs=("|",)),
)
