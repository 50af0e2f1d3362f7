"""Where chunks end in prose: at sentences first, at strong marks next, and never inside what belongs together."""

from __future__ import annotations

import pytest
from support.tokens import sizes, spelled, tokenize, tokens_of, words

from kokoro_fast.chunking.planner import plan
from kokoro_fast.types import Boundary, Token


def test_long_text_breaks_at_sentence_ends() -> None:
    text = " ".join(words(n, mark) for n, mark in [(28, "."), (33, "?"), (20, "!"), (40, "."), (25, "…"), (31, ".")])
    chunks = plan(tokenize(text.title()))
    assert all(chunk.boundary is Boundary.SENTENCE for chunk in chunks[:-1])
    assert all(100 <= size <= 250 for size in sizes(chunks))


def test_short_sentences_join_a_neighbor() -> None:
    chunks = plan(tokenize(f"Yes. No. {words(30, '.')} Oh! {words(35, '.')} Well? {words(30, '.')} So it is."))
    assert min(sizes(chunks)) >= 100
    assert len(plan(tokenize("Yes. No. Oh!"))) == 1


def test_a_shortish_sentence_joins_one_that_nearly_fills_a_chunk() -> None:
    assert sizes(plan(tokenize(f"{words(15, '.')} {words(54, '.')}"))) == [277]


@pytest.mark.parametrize("n_words", [96, 135, 140, 200, 400, 1000])
def test_text_without_marks_is_cut_between_words_into_even_pieces(n_words: int) -> None:
    chunks = plan(tokenize(words(n_words)))
    assert len(chunks) > 1
    assert all(chunk.boundary is Boundary.WORD for chunk in chunks[:-1])
    assert max(sizes(chunks)) - min(sizes(chunks)) <= 8
    assert all(150 <= size <= 300 for size in sizes(chunks))


def test_sentences_of_one_size_are_not_split_475_to_66() -> None:
    chunks = plan(tokenize(" ".join(words(16, ".").capitalize() for _ in range(8))))
    assert max(sizes(chunks)) - min(sizes(chunks)) <= 70


def test_a_long_sentence_breaks_at_the_strongest_mark() -> None:
    chunks = plan(tokenize(f"{words(30, ',')} {words(25, ';')} {words(30, ',')} {words(25, '.')}"))
    assert [chunk.boundary for chunk in chunks] == [Boundary.CLAUSE, Boundary.PARAGRAPH]
    chunks = plan(tokenize(f"{words(20)} {words(35, ',')} {words(55, '.')}"))
    assert [chunk.boundary for chunk in chunks] == [Boundary.COMMA, Boundary.PARAGRAPH]


def test_a_sentence_of_middling_length_stays_whole() -> None:
    assert len(plan(tokenize(f"{words(35, ',')} {words(35, '.')}"))) == 1


def test_the_period_of_an_abbreviation_is_no_break() -> None:
    tokens = tokenize(f"{words(48)} Dr Tapman {words(48, ',')} {words(10)}.", Dr="dˈɑktəɹ")
    at = next(i for i, token in enumerate(tokens) if token.text == "Dr")
    tokens[at] = Token("Dr.", "dˈɑktəɹ", " ", tokens[at].char_start, tokens[at].char_start + 3, "NNP")
    for chunk in plan(tokens)[:-1]:
        assert chunk.tokens[-1].text != "Dr."


def test_closing_quotes_and_brackets_stay_with_what_they_close() -> None:
    text = f"“{words(40, '.”')} ({words(40, '.)')} “{words(40, '!”')} {words(40, '.').capitalize()}"
    chunks = plan(tokenize(text))
    assert [spelled(chunk)[-2:] for chunk in chunks] == [".”", ".)", "!”", "l."]
    assert [spelled(chunk)[0] for chunk in chunks] == ["“", "(", "“", "T"]


def test_straight_quotes_and_silent_ones_open_and_close_by_their_spaces() -> None:
    for left, right in ['""', "‘’", "''"]:
        text = " ".join(f"{left}{words(40, '.').capitalize()}{right}" for _ in range(3))
        for chunk in plan(tokenize(text)):
            assert spelled(chunk)[0] == left
            assert spelled(chunk)[-1] == right


def test_a_sentence_goes_on_after_a_quoted_exclamation() -> None:
    start, rest = "“" + words(45, "!”"), f"he said, {words(55, '.')}"
    assert plan(tokenize(f"{start} {rest}"))[0].boundary is Boundary.CLAUSE
    assert plan(tokenize(f"{start} {rest.capitalize()}"))[0].boundary is Boundary.SENTENCE


def test_an_ellipsis_ends_a_sentence_only_before_a_capital() -> None:
    assert plan(tokenize(f"{words(45, '…')} {words(50, '.')}"))[0].boundary is Boundary.CLAUSE
    assert plan(tokenize(f"{words(45, '…')} {words(50, '.').capitalize()}"))[0].boundary is Boundary.SENTENCE


def test_paragraphs_stand_apart_even_a_short_heading() -> None:
    chunks = plan(tokenize(f"One\n\n{words(10, '.')}\n \n{words(9, '.')}\n"))
    assert [spelled(chunk)[:3] for chunk in chunks] == ["One", "tap", "tap"]
    assert {chunk.boundary for chunk in chunks} == {Boundary.PARAGRAPH}


def test_a_spaced_dash_ends_a_chunk_and_a_touching_one_starts_it() -> None:
    before, after = plan(tokenize(f"{words(45)} — {words(50)}"))
    assert (before.tokens[-1].text, before.boundary) == ("—", Boundary.CLAUSE)
    before, after = plan(tokenize(f"{words(45, '.')} —{words(50)}"))
    assert after.tokens[0].text == "—"


def test_a_mark_that_touches_the_next_word_ends_no_sentence() -> None:
    assert plan(tokenize(f"{words(45, '.')}{words(50)}"))[0].boundary is Boundary.CLAUSE


def test_a_sign_at_the_end_takes_no_room() -> None:
    tokens = [Token("a", "aaaaa", " ", 0, 1), Token("b", "aaaa", " ", 1, 2), Token("‘", "", "", 2, 3)]
    assert [chunk.tokens for chunk in plan(tokens, 10)] == [tuple(tokens)]


def test_signs_between_paragraphs_join_the_one_before() -> None:
    tokens = tokenize("* * *\n\nOne.\n\n* * *\n\n“Two.”\n\n* *")
    chunks = plan(tokens)
    assert [spelled(chunk) for chunk in chunks] == ["* * *\n\nOne.\n\n* * *", "“Two.”\n\n* *"]
    assert tokens_of(chunks) == tokens


def test_a_new_line_breaks_before_a_capital_or_a_bullet_but_not_in_a_wrapped_sentence() -> None:
    first, second = words(45), words(55, ".")
    assert plan(tokenize(f"{first}\n{second.capitalize()}"))[0].boundary is Boundary.CLAUSE
    assert plan(tokenize(f"{first}\n• {second}"))[0].boundary is Boundary.CLAUSE
    assert spelled(plan(tokenize(f"{first}\n• {second}"))[1]).startswith("•")
    assert plan(tokenize(f"{first}\n{second}"))[0].boundary is Boundary.WORD
