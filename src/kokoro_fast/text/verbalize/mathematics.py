"""Signs of mathematics between numbers and letters; exponents and chemical formulas."""

from __future__ import annotations

import re

from kokoro_fast.text.verbalize import spelling
from kokoro_fast.text.verbalize.rule import NUMBER, Unsaid, rule

SIGNS = {
    "≈": "approximately equals", "≠": "does not equal", "≤": "is less than or equal to",
    "≥": "is greater than or equal to", "±": "plus or minus", "√": "the square root of", "∞": "infinity", "∑": "sum",
    "∆": "delta", "π": "pi", "×": "times", "÷": "divided by",
}  # fmt: skip

_RAISED = tuple("⁰¹²³⁴⁵⁶⁷⁸⁹")
_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def _power(match: re.Match[str]) -> str:
    base, exponent = match["base"], match["exponent"].translate(_POWERS)
    words = spelling.number(base) if base[0].isdecimal() else " ".join(base)
    if exponent in ("2", "3"):
        return f"{words} {'squared' if exponent == '2' else 'cubed'}"
    minus = "minus " if exponent[0] in "-−⁻" else ""
    return f"{words} to the power of {minus}{spelling.number(exponent.lstrip('-−⁻'))}"


def _formula(match: re.Match[str]) -> str:
    plain = match[0].translate(_LOWERED)
    return " ".join(spelling.number(part) if part.isdecimal() else spelling.letters(part)
                    for part in re.findall(r"\d+|[A-Z][a-z]?", plain))  # fmt: skip


_COMPARED = {"<": "less than", ">": "more than", "≤": "less than or equal to", "≥": "greater than or equal to",
             "≈": "approximately"}  # fmt: skip


def _compared(match: re.Match[str]) -> str | None:
    if match[0] == "<3" and _HEART.match(match.string, match.end()):
        return None
    scale = {"": "", "k": " thousand", "K": " thousand", "M": " million"}[match["scale"] or ""]
    return f"{_COMPARED[match['sign']]} {spelling.number(match['n'])}{scale}"


_HEART = re.compile(r"\s?(?:[.,!?\n]|\Z)")
"""What follows "<3" where it is a heart."""


_OPERATIONS = {
    "-": "minus", "−": "minus", "–": "minus", "+": "plus", "/": "divided by", "*": "times", "×": "times",
}  # fmt: skip

_RELATIONS = {
    "<": "is less than", ">": "is greater than", "<=": "is less than or equal to", ">=": "is greater than or equal to",
    "≤": "is less than or equal to", "≥": "is greater than or equal to", "!=": "does not equal", "==": "equals",
    "=>": "to", "<>": "does not equal",
}  # fmt: skip

_LEADS_ON = frozenset(
    ["is", "was", "are", "were", "be", "of", "to", "at", "with", "from", "for", "by", "only", "not", "about", "than",
     "and", "or", "over", "under"]
)  # fmt: skip
"""Words that no comparison begins with: "a value of > 5"."""


def _related(match: re.Match[str]) -> str | None:
    """ "x > 5", "if n <= 10"."""
    before = re.search(r"[A-Za-z]+\s\Z", match.string[max(0, match.start() - 12) : match.start()])
    return None if before and before[0].strip().lower() in _LEADS_ON else _RELATIONS[match[0]]


RULES = (
    rule(r"(?<=[a-z] )>(?= [A-Z][a-z])", lambda _: Unsaid.SIGN, needs=("> ",)),
    rule(r"(?<=[\w)%] )(?:[<>!=]=|<>|[<>≤≥])(?= [\w(-])", _related, needs=tuple("<>≤≥=")),
    rule(r"\b(?P<f>[a-z])\((?P<x>[a-z])\)(?!\w)", lambda m: f"{m['f']} of {m['x']}", needs=("(",)),
    rule(
        r"(?<![\w.,])(?P<n>\d{1,3})(?P<x>[xyzn])(?=(?: [+=<>≤≥-] |\)| = |[²³]))",
        lambda m: f"{spelling.number(m['n'])} {m['x']}",
    ),
    rule(r"(?<=[+=-] )(?P<n>\d{1,3})(?P<x>[xyzn])\b", lambda m: f"{spelling.number(m['n'])} {m['x']}"),
    rule(r"\b(?:CO|SO|NO|N|O|H|Cl|F)2\b(?!O)(?![.,]?\d)|\b(?:NH3|CH4|SO3|NO3|O3|H2SO4|C6H12O6|NaCl|CaCO3)\b", _formula),
    rule(r"(?<![\w.])(?P<base>[A-Za-z]|\d+)(?:\^(?P<exponent>[-−]?\d+))(?![\w.]\d)", _power),
    rule(r"(?<![\w.])(?P<base>[A-Za-z]|\d+)(?P<exponent>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)(?!\w)", _power, needs=_RAISED),
    rule(r"\b(?:[A-Z][a-z]?[₀-₉]*){1,8}[₀-₉](?:[A-Z][a-z]?[₀-₉]*)*(?!\w)", _formula, needs=tuple("₀₁₂₃₄₅₆₇₈₉")),
    rule(rf"(?<![\w.>=<-])(?P<sign>[<>≤≥≈])\s?(?P<n>{NUMBER})(?P<scale>[kKM])?(?!\w|>|[.,]\d)", _compared),
    rule(r"(?<=\w )([<>])(?= \w)", lambda m: f"is {'less' if m[1] == '<' else 'greater'} than", needs=("<", ">")),
    rule(
        r"\b([a-zA-Z]) (?P<sign>[<>]) ([a-zA-Z0-9])\b",
        lambda m: f"{m[1]} is {'less' if m['sign'] == '<' else 'greater'} than {m[3]}",
        needs=("<", ">"),
    ),
    rule(rf"±\s?(?P<n>{NUMBER})", lambda m: f"plus or minus {spelling.number(m['n'])}"),
    rule(rf"√\s?(?P<n>{NUMBER})", lambda m: f"the square root of {spelling.number(m['n'])}"),
    rule(r"(?<=[\w)] )([≈≠≤≥±×÷])(?= [\w(√-])", lambda m: SIGNS[m[1]], needs=tuple("≈≠≤≥±×÷")),
    rule(r"(?<![\w.])(?P<base>mc|πr)(?P<exponent>²)", _power, needs=("²",)),
    rule(
        r"(?<![\w.,:/$-])(?P<a>[1-9]\d{2,3})\s?[x×]\s?(?P<b>[1-9]\d{2,3})(?![\w-]|[.,]\d)",
        lambda m: f"{spelling.pairs(m['a'])} by {spelling.pairs(m['b'])}",
    ),
    rule(
        rf"(?<![\w.])(?P<a>{NUMBER})\s?x\s?(?P<b>{NUMBER})(?!\w)",
        lambda m: f"{spelling.number(m['a'])} by {spelling.number(m['b'])}",
    ),
    rule(rf"(?<![\w.])(?P<a>{NUMBER})x(?=[\s.,;:!?)]|\Z)", lambda m: f"{spelling.number(m['a'])} times"),
    rule(
        rf"(?<![\w.])(?P<a>{NUMBER})(?P<sign>[×÷])(?P<b>{NUMBER})(?!\w)",
        lambda m: f"{spelling.number(m['a'])} {SIGNS[m['sign']]} {spelling.number(m['b'])}",
    ),
    rule(r"(?<=\d )(?:-|−|–)(?= \d+(?:\s?=| is \d| equals? | makes? ))", lambda _: "minus"),
    rule(r"(?<=\d)(?P<sign>[-−–+/*×])(?=\d+(?:\.\d+)?\s?=)", lambda m: f" {_OPERATIONS[m['sign']]} "),
    rule(r"(?<=\d )([*/])(?= \d)", lambda m: "times" if m[1] == "*" else "divided by"),
)
