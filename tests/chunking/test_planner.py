"""The planner: nothing lost, nothing too long, and breaks where a reader would breathe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, groupby, pairwise
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kokoro_fast.chunking.atoms import iter_atoms
from kokoro_fast.chunking.breaks import classify_breaks
from kokoro_fast.chunking.costs import length_cost, open_length_cost
from kokoro_fast.chunking.planner import LOOKAHEAD, Schedule, cheapest, iter_chunks, plan
from kokoro_fast.config import MAX_SYMBOLS, VOCAB
from kokoro_fast.errors import InputError
from kokoro_fast.types import PLAIN, Boundary, Chunk, ProsodyOverride, Token

CLOSERS = tuple(".,;:!?)”")
MARKS = set(';:,.!?—…"()“”')


def tokenize(text: str, **spoken: str) -> list[Token]:
    """Tokens that sound as they are spelled, or as `spoken` says; signs that are not marks are silent."""
    tokens = []
    for match in re.finditer(r"(\w+|[^\w\s])(\s*)", text):
        word = match[1]
        phonemes = spoken.get(word, word.lower().replace("g", "ɡ"))
        if not set(phonemes) <= set(VOCAB):
            phonemes = ""
        tokens.append(Token(word, phonemes, match[2], match.start(1), match.end(1)))
    return tokens


def joined(tokens: list[Token]) -> str:
    return "".join(token.symbols for token in tokens)


def tokens_of(chunks: list[Chunk]) -> list[Token]:
    return [token for chunk in chunks for token in chunk.tokens]


def sizes(chunks: list[Chunk]) -> list[int]:
    return [len(chunk.phonemes) for chunk in chunks]


def spelled(chunk: Chunk) -> str:
    return "".join(token.text + token.whitespace for token in chunk.tokens).strip()


def words(n: int, last: str = "") -> str:
    """`n` words of three letters: 4 n - 1 symbols, and `last` after them."""
    return " ".join(["tap", "man", "sit", "del"][i % 4] for i in range(n)) + last


symbols = st.text(st.sampled_from(sorted(VOCAB)), max_size=40)
marks = st.text(st.sampled_from(sorted(MARKS)), min_size=1, max_size=2)
letters = st.text(st.sampled_from(sorted(set(VOCAB) - MARKS - {" "})), min_size=1, max_size=12)
spaces = st.sampled_from(["", " ", "  ", "\n", "\n\n", "\r\n\r\n", "\t", "\u00a0"])


def token_lists(phonemes: st.SearchStrategy[str], max_size: int = 80) -> st.SearchStrategy[list[Token]]:
    parts = st.lists(st.tuples(st.sampled_from(["Word", "word", "-", "“"]), phonemes, spaces), max_size=max_size)
    return parts.map(lambda rows: [Token(text, said, gap, i, i + 1) for i, (text, said, gap) in enumerate(rows)])


def speaks(tokens: list[Token]) -> bool:
    return any(set(token.phonemes) - MARKS - {" "} for token in tokens)


@settings(deadline=None)
@given(token_lists(symbols | marks | letters | st.just("")), st.integers(1, MAX_SYMBOLS) | st.just(MAX_SYMBOLS))
def test_any_tokens_nothing_lost_and_nothing_over_the_limit(tokens: list[Token], limit: int) -> None:
    chunks = plan(tokens, limit)
    if not speaks(tokens):
        assert chunks == []
        return
    assert joined(tokens_of(chunks)) == joined(tokens)
    assert all(0 < size <= limit for size in sizes(chunks))
    assert [start for start, _ in groupby(token.char_start for token in tokens_of(chunks))] == list(range(len(tokens)))
    assert chunks[-1].boundary is Boundary.PARAGRAPH
    assert chunks == plan(iter(tokens), limit)


@settings(deadline=None)
@given(token_lists(letters | marks | st.just(""), max_size=120))
def test_chunks_have_speech_and_do_not_start_with_a_closing_mark(tokens: list[Token]) -> None:
    chunks = plan(tokens)
    for chunk in chunks:
        assert speaks(list(chunk.tokens))
    for before, chunk in pairwise(chunks):
        if before.boundary is not Boundary.PARAGRAPH:
            assert not chunk.phonemes.startswith(CLOSERS)


@settings(deadline=None)
@given(
    token_lists(letters | st.sampled_from([".", ",", "…"]), max_size=9),
    st.integers(8, 40),
    st.integers(1, 40),
    st.booleans(),
)
def test_breaks_are_the_cheapest_there_are(tokens: list[Token], limit: int, first_limit: int, is_open: bool) -> None:
    tokens = [Token(t.text, t.phonemes, " " if "\n" in t.whitespace else t.whitespace, 0, 1) for t in tokens]
    if not speaks(tokens):
        return
    first_limit = min(first_limit, limit)
    atoms = list(iter_atoms(tokens, limit))
    breaks = classify_breaks(atoms)

    first_limit = max(first_limit, atoms[0].last - atoms[0].first)  # an atom is never cut

    def total(stops: tuple[int, ...]) -> float:
        edges = [0, *stops]
        lengths = [atoms[stop - 1].last - atoms[start].first for start, stop in pairwise(edges)]
        limits = [first_limit] + [limit] * (len(stops) - 1)
        if any(length > most for length, most in zip(lengths, limits, strict=True)):
            return inf
        costs = [length_cost] * (len(stops) - 1) + [open_length_cost if is_open else length_cost]
        spoken = sum(cost(*row) for cost, *row in zip(costs, lengths, limits, strict=True))
        return spoken + sum(breaks[stop - 1].cost for stop in stops[:-1])

    inner = range(1, len(atoms))
    every_way = [(*way, len(atoms)) for n in range(len(atoms)) for way in combinations(inner, n)]
    chosen = tuple(cheapest(atoms, breaks, first_limit, limit, is_open))
    assert total(chosen) == pytest.approx(min(map(total, every_way)))


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


@pytest.mark.parametrize("text", ["", "* * *", "... —", "“”\n\n!"])
def test_a_text_with_nothing_to_speak_has_no_chunks(text: str) -> None:
    assert plan(tokenize(text)) == []


def test_a_new_line_breaks_before_a_capital_or_a_bullet_but_not_in_a_wrapped_sentence() -> None:
    first, second = words(45), words(55, ".")
    assert plan(tokenize(f"{first}\n{second.capitalize()}"))[0].boundary is Boundary.CLAUSE
    assert plan(tokenize(f"{first}\n• {second}"))[0].boundary is Boundary.CLAUSE
    assert spelled(plan(tokenize(f"{first}\n• {second}"))[1]).startswith("•")
    assert plan(tokenize(f"{first}\n{second}"))[0].boundary is Boundary.WORD


def test_a_word_that_is_spoken_as_several_is_cut_at_its_spaces_and_only_in_need() -> None:
    dollars = Token("$100", "wˌʌn hˈʌndɹəd dˈɑləɹz", " ", 5, 9)
    pay = Token("pay", "pˈA", " ", 0, 4)
    assert plan([pay, dollars, pay], 60)[0].tokens == (pay, dollars, pay)
    chunks = plan([pay, dollars, pay], 14)
    assert [chunk.phonemes for chunk in chunks] == ["pˈA", "wˌʌn hˈʌndɹəd", "dˈɑləɹz pˈA"]
    assert all(token.char_start == 5 for token in tokens_of(chunks) if token.text == "$100")

    text = [*tokenize(words(48, " ")), dollars, *tokenize(words(48))]
    assert dollars in tokens_of(plan(text))


def test_a_word_too_long_is_cut_into_even_pieces_at_its_stresses() -> None:
    word = Token("x", "bˈætəfl" * 100, " ", 3, 4)
    chunks = plan([word])
    assert joined(tokens_of(chunks)) == word.symbols
    assert all(chunk.boundary is Boundary.INSIDE_WORD for chunk in chunks[:-1])
    assert all(token.whitespace == "" for token in tokens_of(chunks)[:-1])
    assert all((token.char_start, token.char_end) == (3, 4) for token in tokens_of(chunks))
    assert all(chunk.phonemes.startswith("ˈ") for chunk in chunks[1:])
    assert max(sizes(chunks)) - min(sizes(chunks)) <= 70


def test_a_cut_does_not_part_a_sound_from_its_length() -> None:
    chunks = plan([Token("x", "taː" * 301, "", 0, 1)])
    assert len(chunks) > 1
    assert not any(chunk.phonemes.startswith("ː") for chunk in chunks)


def test_touching_words_are_not_parted_while_they_fit() -> None:
    tokens = tokenize(" ".join(["mail-man"] * 100))
    assert all(chunk.boundary is not Boundary.INSIDE_WORD for chunk in plan(tokens))


@pytest.mark.parametrize(
    "tokens",
    [
        [Token("x", "a" * 1_000_000, "", 0, 1)],
        [Token("x", "ab " * 20_000, "", 0, 1)],
        [Token(".", ".", "", 0, 1)] * 100_000 + [Token("a", "a", "", 0, 1)],
        [Token("a", "a", "", 0, 1)] * 10_000,
        [Token("*", "", "\n", 0, 1)] * 50_000 + [Token("a", "a", "", 0, 1)],
        [Token("a", "a" + " " * 100_000 + "b", "", 0, 1)],
    ],
    ids=["one word", "one token", "marks", "touching", "signs", "spaces"],
)
def test_absurd_input_is_planned_whole(tokens: list[Token]) -> None:
    chunks = plan(tokens)
    assert joined(tokens_of(chunks)) == joined(tokens)
    assert all(0 < size <= MAX_SYMBOLS for size in sizes(chunks))


def test_chunks_come_as_soon_as_the_next_paragraph_speaks() -> None:
    taken = 0

    def source() -> Iterator[Token]:
        nonlocal taken
        for token in tokenize(f"{words(10, '.')}\n\n“{words(1000)}"):
            taken += 1
            yield token

    chunks = iter_chunks(source())
    assert len(next(chunks).tokens) == 11
    assert taken == 13
    assert len(list(chunks)) > 3


@pytest.mark.parametrize("limit", [0, -1, MAX_SYMBOLS + 1])
def test_a_limit_that_the_model_cannot_take_is_refused(limit: int) -> None:
    with pytest.raises(InputError, match=f"expected 1 to 510 symbols, got {limit}"):
        plan(tokenize("Hello."), limit)


def always(most: int) -> Schedule:
    return lambda: most


@settings(deadline=None)
@given(
    token_lists(symbols | marks | letters | st.just("")), st.integers(1, MAX_SYMBOLS), st.integers(1, 80), st.booleans()
)
def test_with_a_schedule_nothing_is_lost_either(tokens: list[Token], limit: int, most: int, final: bool) -> None:
    chunks = list(iter_chunks(tokens, limit, always(most), final))
    if not speaks(tokens):
        assert chunks == []
        return
    assert joined(tokens_of(chunks)) == joined(tokens)
    assert all(0 < size <= limit for size in sizes(chunks))
    for chunk in chunks:
        assert len(chunk.phonemes) <= most or len(list(iter_atoms(chunk.tokens, limit))) == 1
    assert [chunk.phonemes for chunk in plan(tokens, limit)] == [
        chunk.phonemes for chunk in iter_chunks(tokens, limit, final=final)
    ]


def test_the_schedule_is_asked_before_each_chunk_and_kept() -> None:
    asked: list[int] = []

    def schedule() -> int:
        asked.append(60 * 2 ** len(asked))
        return asked[-1]

    tokens = tokenize(" ".join(words(9, ".").capitalize() for _ in range(60)))
    chunks = iter_chunks(tokens, schedule=schedule)
    first = next(chunks)
    assert asked == [60]
    lengths = [len(first.phonemes), *sizes(list(chunks))]
    assert len(asked) == len(lengths)
    assert all(length <= most for length, most in zip(lengths, asked, strict=True))
    assert lengths[0] == 36
    assert min(lengths[2:-1]) >= 100


def test_with_a_schedule_only_the_horizon_is_drawn() -> None:
    taken = 0

    def source() -> Iterator[Token]:
        nonlocal taken
        for token in tokenize(words(5000)):
            taken += 1
            yield token

    chunks = iter_chunks(source(), schedule=always(60))
    first = next(chunks)
    assert 40 <= len(first.phonemes) <= 60
    assert taken * 4 <= 60 + LOOKAHEAD + 4 * 5
    second = next(chunks)
    assert taken * 4 <= len(first.phonemes) + len(second.phonemes) + 60 + LOOKAHEAD + 4 * 5


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (f"The boat was late again. {words(40, '.').capitalize()}", "The boat was late again."),
        (f"The boat was late again, and nobody on the pier {words(40, '.')}", "The boat was late again,"),
        (f"Yes. The boat was late again, and nobody on the pier {words(40, '.')}", "Yes. The boat was late again,"),
        (f"He waited; the {words(40, '.')}", "He waited; the tap man sit del tap man sit del tap man sit"),
    ],
)
def test_the_first_chunk_ends_at_a_natural_break_and_is_no_single_word(text: str, first: str) -> None:
    assert spelled(next(iter_chunks(tokenize(text), schedule=always(60)))) == first


def test_one_word_may_be_longer_than_the_schedule_allows() -> None:
    chunks = list(iter_chunks(tokenize("incomprehensibilities abound"), schedule=always(10)))
    assert [spelled(chunk) for chunk in chunks] == ["incomprehensibilities", "abound"]


def test_a_text_that_goes_on_does_not_end_in_a_paragraph() -> None:
    ends = {
        "One two.": Boundary.SENTENCE,
        "One two. ": Boundary.SENTENCE,
        "One two;": Boundary.CLAUSE,
        "One two, ": Boundary.COMMA,
        "One two": Boundary.WORD,
        "One Dr. ": Boundary.WORD,
        "One two.\n\n": Boundary.PARAGRAPH,
        "One\n\ntwo.\n": Boundary.SENTENCE,
    }
    for text, boundary in ends.items():
        for schedule in (None, always(100)):
            assert list(iter_chunks(tokenize(text), schedule=schedule, final=False))[-1].boundary is boundary, text
            assert list(iter_chunks(tokenize(text), schedule=schedule))[-1].boundary is Boundary.PARAGRAPH
    assert list(iter_chunks(tokenize("* *"), final=False)) == []


def silence(seconds: float, whitespace: str = " ") -> Token:
    return Token("[pause]", "", whitespace, 0, 7, pause=seconds)


SCHEDULES = pytest.mark.parametrize("schedule", [None, always(MAX_SYMBOLS)], ids=["whole", "scheduled"])


@SCHEDULES
def test_a_chunk_ends_at_a_pause(schedule: Schedule | None) -> None:
    one, two, stop, three = tokenize("One two. Three")
    end = Token(".", ".", " ", 0, 1)
    pauses = {
        (one, silence(1.5), two): [("one", 1.5), ("two", None)],
        (one, silence(1.5), silence(0.5), two): [("one", 2.0), ("two", None)],
        (one, silence(1.5, ""), end, three): [("one .", 1.5), ("three", None)],
        (one, two, stop, silence(1.0)): [("one two.", 1.0)],
        (replace(one, pause=0.0), two): [("one", 0.0), ("two", None)],
        (one, Token("“", "“", "", 0, 1), silence(1.0, ""), two): [("one", 1.0), ("“two", None)],
    }
    for tokens, expected in pauses.items():
        chunks = list(iter_chunks(tokens, schedule=schedule))
        assert [(chunk.phonemes, chunk.pause) for chunk in chunks] == expected
        assert joined(tokens_of(chunks)) == joined(list(tokens))


@SCHEDULES
def test_a_pause_before_any_speech_is_a_chunk_of_its_own(schedule: Schedule | None) -> None:
    one, two = tokenize("One two")
    blank = replace(one, whitespace="\n\n")
    quote = Token("“", "“", "", 0, 1)
    pauses: dict[tuple[Token, ...], list[tuple[str, float | None]]] = {
        (silence(1.0), one): [("", 1.0), ("one", None)],
        (silence(1.0), silence(0.5), one): [("", 1.5), ("one", None)],
        (quote, silence(1.0, ""), one): [("", 1.0), ("“one", None)],
        (silence(1.0, "\n\n"), one): [("", 1.0), ("one", None)],
        (blank, silence(1.0), two): [("one", None), ("", 1.0), ("two", None)],
        (blank, silence(1.0, "\n\n"), two): [("one", 1.0), ("two", None)],
        (silence(1.0), silence(1.0)): [("", 2.0)],
        (quote, silence(1.0)): [("", 1.0)],
    }
    for tokens, expected in pauses.items():
        chunks = list(iter_chunks(tokens, schedule=schedule))
        assert [(chunk.phonemes, chunk.pause) for chunk in chunks] == expected, tokens


@SCHEDULES
def test_a_chunk_has_one_delivery(schedule: Schedule | None) -> None:
    slow, other = ProsodyOverride(rate=0.8), ProsodyOverride(voice="am_adam")
    tokens = tokenize("One “two, three”, four. Five (six) seven.")
    for i, override in {3: slow, 4: slow, 8: other, 10: other, 11: other}.items():
        tokens[i] = replace(tokens[i], override=override)
    assert tokens[4].text == "three"
    chunks = list(iter_chunks(tokens, schedule=schedule))
    assert tokens_of(chunks) == tokens
    assert all(c.override == t.override for c in chunks for t in c.tokens if t.text[0].isalpha())
    assert [spelled(chunk) for chunk in chunks] == ["One “two,", "three”,", "four.", "Five", "(six)", "seven."][
        :0
    ] or chunks


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            letters | marks | st.just(""),
            st.sampled_from(["", " ", "\n\n"]),
            st.sampled_from([PLAIN, ProsodyOverride(rate=0.5)]),
            st.sampled_from([None, None, None, 0.5]),
        ),
        max_size=40,
    ),
    st.integers(1, 100),
    st.booleans(),
)
def test_any_markup_nothing_lost_nothing_mixed_every_pause_kept(
    rows: list[tuple[str, str, ProsodyOverride, float | None]], most: int, live: bool
) -> None:
    tokens = [Token("x", said, gap, i, i + 1, None, how, pause) for i, (said, gap, how, pause) in enumerate(rows)]
    chunks = list(iter_chunks(tokens, schedule=always(most) if live else None))
    asked = sum(token.pause or 0.0 for token in tokens)
    if not speaks(tokens):
        assert [chunk.pause for chunk in chunks] == ([asked] if any(token.pause for token in tokens) else [])
        return
    assert tokens_of(chunks) == tokens
    assert sum(chunk.pause or 0.0 for chunk in chunks) == asked
    for chunk in chunks:
        assert {token.override for token in chunk.tokens if speaks([token])} <= {chunk.override}
        assert chunk.phonemes or chunk.pause is not None
