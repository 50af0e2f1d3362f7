"""What kind of break stands between two words: abbreviations, initials, quotations, brackets, items, lines."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from kokoro_fast.chunking.atoms import iter_atoms
from kokoro_fast.chunking.breaks import Break, classify_breaks
from kokoro_fast.chunking.costs import BREAK_COST, INSIDE_BRACKETS, INSIDE_QUOTATION, break_cost, length_cost
from kokoro_fast.chunking.kinds import Kind
from kokoro_fast.symbols import MARKS
from kokoro_fast.text import phonemizer
from kokoro_fast.text.abbreviations import Period, period_after
from kokoro_fast.types import Token


def breaks(text: str, lang: str = "en-us") -> dict[str, Break]:
    """Each word that a break follows, by its text with its marks."""
    return judged(phonemizer(lang, normalize=False)(text).tokens)


def judged(tokens: list[Token]) -> dict[str, Break]:
    atoms = list(iter_atoms(tokens, 510))
    texts = ["".join(part.token.text + part.whitespace for part in atom.parts).strip() for atom in atoms]
    return dict(zip(texts, classify_breaks(atoms), strict=True))


def test_the_kinds_are_in_the_order_of_their_cost() -> None:
    assert list(BREAK_COST) == list(Kind)
    assert list(BREAK_COST.values()) == sorted(BREAK_COST.values())
    assert break_cost(Kind.COMMA, quotations=1, brackets=2) == pytest.approx(
        BREAK_COST[Kind.COMMA] + INSIDE_QUOTATION + 2 * INSIDE_BRACKETS
    )
    assert break_cost(Kind.COMMA, quotations=1000) == break_cost(Kind.COMMA, quotations=3)


def test_the_document_has_the_weights() -> None:
    document = (Path(__file__).parents[2] / "docs" / "planning.md").read_text("utf-8")
    rows = re.findall(r"^\| ([A-Z_]+) \| ([\d.]+) \|", document, flags=re.MULTILINE)
    assert {Kind[name]: float(cost) for name, cost in rows} == BREAK_COST
    head, costs = re.findall(r"^\| (?:symbols|cost) (\|[\d .|]+)\|$", document, flags=re.MULTILINE)
    for n, cost in zip(head.strip("| ").split("|"), costs.strip("| ").split("|"), strict=True):
        assert float(cost) == pytest.approx(length_cost(int(n)), abs=0.051)


@pytest.mark.parametrize("limit", [20, 60, 200, 510])
def test_the_cost_of_length_is_convex(limit: int) -> None:
    costs = [length_cost(n, limit) for n in range(1, limit + 1)]
    steps = [after - before for before, after in pairwise(costs)]
    assert all(after >= before - 1e-9 for before, after in pairwise(steps))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("I met Dr. Hale.", "Dr."),
        ("I met Sgt. Hale.", "Sgt."),
        ("It was J. R. R. Okafor.", "J."),
        ("It was J. R. R. Okafor.", "R."),
        ("See No. 5 now.", "No."),
        ("See fig. 3 now.", "fig."),
        ("See vol. II now.", "vol."),
        ("On Jan. 5 it rained.", "Jan."),
        ("It is Smith vs. Jones.", "vs."),
        ("Take one, e.g. The Times.", "e.g."),
    ],
)
def test_an_abbreviation_is_bound_to_what_follows(text: str, word: str) -> None:
    assert breaks(text)[word].kind is Kind.BOUND


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("She joined the U.S. Army then.", "U.S."),
        ("He lives in St. John now.", "St."),
        ("He sued Acme Inc. in May.", "Inc."),
        ("It was 5 p.m. and dark.", "p.m."),
        ("Rope, nails, etc. were bought.", "etc."),
        ("It is at 5 p.m. Eastern time.", "p.m."),
        ("It was at 9 a.m. Monday last.", "a.m."),
    ],
)
def test_an_abbreviation_within_a_sentence_does_not_end_it(text: str, word: str) -> None:
    assert breaks(text)[word].kind not in (Kind.SENTENCE, Kind.CLAUSE)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("He left the U.S. He went home.", "U.S."),
        ("It ended at 5 p.m. Then we left.", "p.m."),
        ("They sued Acme Inc. The case was short.", "Inc."),
        ("We bought rope, nails, etc. They cost little.", "etc."),
        ("Now for plan B. Then we go.", "B."),
        ("She said no. Peter left.", "no."),
        ("He left at 5 p.m. Dr. Smith stayed.", "p.m."),
        ("They sold pens, etc. John bought two.", "etc."),
        ("She has a Ph.D. Mary has none.", "Ph.D."),
        ("It was in 1984. Then it rained.", "1984."),
    ],
)
def test_an_abbreviation_may_end_a_sentence_all_the_same(text: str, word: str) -> None:
    assert breaks(text)[word].kind is Kind.SENTENCE


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It ended at 5 p.m. Then we left.", "It ended at five pea em. Then we left."),
        ("It ended at 5 p.m.", "It ended at five pea em."),
        ("It was 5 p.m. and dark.", "It was five pea em and dark."),
        ("He left the U.S. He went home.", "He left the you ess. He went home."),
        ("We sold pens, etc. John left.", "We sold pens, etcetera. John left."),
        ("It is 3:45, not 12:05.", "It is three forty five, not twelve O five."),
        ("We climbed Mt. Everest.", "We climbed Mount Everest."),
        ("Use a T-shirt on 555-1234.", "Use a T-shirt on five five five one two three four."),
    ],
)
def test_the_stop_of_an_abbreviation_is_heard_where_a_sentence_ends(text: str, words: str) -> None:
    """And nowhere else: a colon or a hyphen inside a number makes no pause either."""
    spelled = words.replace("pea em", "P.M").replace("you ess", "U.S")
    found, expected = ("".join(t.symbols for t in phonemizer("en-us")(each).tokens) for each in (text, spelled))
    assert [char for char in found if char in MARKS] == [char for char in expected if char in MARKS]


def test_abbreviations_of_other_languages_without_tags() -> None:
    found = breaks("Vino el Sr. García de EE. UU. con J. Ruiz. Nadie habló.", "es")
    assert found["Sr."].kind in (Kind.BOUND, Kind.TIGHT)
    assert found["J."].kind is Kind.BOUND
    assert found["EE."].kind is Kind.TIGHT
    assert found["Ruiz."].kind is Kind.SENTENCE


def test_the_periods_of_some_words() -> None:
    assert period_after("Dr") is period_after("e.g") is Period.NEVER
    assert period_after("DR") is period_after("mr") is Period.NEVER
    assert period_after("Fig") is period_after("p") is Period.BEFORE_NUMBER
    assert period_after("P") is period_after("U.S") is Period.EITHER
    assert period_after("Ph.D") is period_after("p.m") is period_after("etc") is Period.BEFORE_TIME
    assert period_after("sat") is period_after("gate") is period_after("") is Period.ENDS


def test_numbers_of_items_stay_with_the_item() -> None:
    found = breaks("1. Open it.\n2. Close it.\nThen a) wait, (3) sit, or b) go.\nQ: Why?")
    for number in ("1.", "2.", "a)", "(3)", "b)", "Q:"):
        assert found[number].kind is Kind.BOUND


def test_a_quoted_question_is_a_part_of_its_sentence() -> None:
    assert breaks("“Why?” Mary asked.")["“Why?”"].kind is Kind.CLAUSE
    assert breaks("“Why?” he asked.")["“Why?”"].kind is Kind.CLAUSE
    assert breaks("“Why?” He had no answer.")["“Why?”"].kind is Kind.SENTENCE
    assert breaks("“Go.” They said nothing.")["“Go.”"].kind is Kind.SENTENCE


def test_breaks_inside_quotations_and_brackets_cost_more() -> None:
    found = breaks("We left. “Go on, now. Quick.” The dog (a poodle, old) slept, deep.")
    assert found["left."].cost == BREAK_COST[Kind.SENTENCE]
    assert found["now."].cost == BREAK_COST[Kind.SENTENCE] + INSIDE_QUOTATION
    assert found["Quick.”"].cost == BREAK_COST[Kind.SENTENCE]
    assert found["poodle,"].cost == pytest.approx(BREAK_COST[found["poodle,"].kind] + INSIDE_BRACKETS)
    assert found["slept,"].cost == BREAK_COST[found["slept,"].kind]


def test_an_unclosed_quotation_is_none() -> None:
    assert breaks("“We left. They stayed. All slept.")["left."].cost == BREAK_COST[Kind.SENTENCE]


def test_a_straight_single_quote_opens_before_a_word() -> None:
    assert "'Stay" in breaks("He left. 'Stay here,' she said.")


def test_words_that_lean_on_each_other() -> None:
    found = breaks("The old man from the village carried two boxes because he was ill and had seen Maria Huber.")
    tight = [word for word, each in found.items() if each.kind is Kind.TIGHT]
    assert {"The", "old", "from", "the", "two", "because", "he", "and", "Maria"} <= set(tight)
    assert found["boxes"].kind is Kind.OPENING
    assert found["man"].kind is Kind.PHRASE


def test_commas() -> None:
    found = breaks("Apples, pears, and plums, which we ate, were red, and we slept on May 5, 2021, at home.")
    assert found["Apples,"].kind is found["pears,"].kind is Kind.LIST_COMMA
    assert found["plums,"].kind is found["red,"].kind is Kind.CLAUSE_COMMA
    assert found["5,"].kind is Kind.TIGHT
    assert found["2021,"].kind is Kind.COMMA


def test_a_full_line_is_wrapped_and_a_short_one_ends() -> None:
    words = "all of the many words that are on this very long line of text"
    assert breaks(f"{words}\nIn May we slept.")["text"].kind is not Kind.LINE
    assert breaks(f"{words}\n2. We slept.")["text"].kind is Kind.LINE
    assert breaks("The last ferry\nIn May we slept.")["ferry"].kind is Kind.LINE
    assert breaks("the last ferry\nin may we slept.")["ferry"].kind is not Kind.LINE


def test_a_line_that_ends_in_a_comma_ends() -> None:
    assert breaks("The moon is out,\nThe dogs are in,\nand so am I.")["out,"].kind is Kind.LINE
    assert breaks("The moon is out,\nThe dogs are in,\nand so am I.")["in,"].kind is Kind.CLAUSE_COMMA


def test_words_that_touch() -> None:
    texts = ["tap", "”", "man", "-", "sit", ".", "del"]
    tokens = [Token(text, text.strip("-"), "", i, i + 1) for i, text in enumerate(texts)]
    kinds = {text: each.kind for text, each in judged(tokens).items()}
    expected = [Kind.INSIDE_WORD, Kind.INSIDE_WORD, Kind.CLAUSE, Kind.PARAGRAPH]
    assert kinds == dict(zip(["tap”", "man-", "sit.", "del"], expected, strict=True))


def test_marks_of_chinese_and_japanese_need_no_space() -> None:
    sounds = {"。": ".", "、": ",", "「": "“", "」": "”", "！": "!"}
    text = "そう、「待て！」と言った。次の日"
    tokens = [
        Token(match[0], sounds.get(match[0], "so"), "", match.start(), match.end())
        for match in re.finditer(r"[。、「」！]|[^。、「」！]+", text)
    ]
    found = judged(tokens)
    assert found["そう、"].kind is Kind.COMMA
    assert found["「待て！」"].kind is Kind.SENTENCE
    assert found["と言った。"].kind is Kind.SENTENCE
