"""The verbalizer as a whole: nothing vanishes, readings stand where the user wrote, and the time is linear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kokoro_fast.symbols import has_speech
from kokoro_fast.text import Phonemized, phonemizer
from kokoro_fast.text.g2p.lexicon import load_lexicon
from kokoro_fast.text.verbalize import verbalize
from kokoro_fast.text.verbalize import verbalizer as module

WRITTEN = [
    "It costs $3.50.", "On 3/14/2024 we met.", "Wait 10-15 minutes.", "He is 6'2\" tall.", "At 5 p.m. She left.",
    "See https://example.com/a_b?c=1.", "Mail a.b@example.com.", "King Henry VIII, Chapter IV.", "Add 2 1/2 cups.",
    "Use v1.2.3 on 192.168.0.1.", "A change of -5%.", "Dr. Smith, 5th Ave., St. Louis.", "I read it yesterday.",
    "x² + y² = z²", "It was clear.[12] Then it rained.", "Call (415) 555-2671 ext. 12.", "The lead pipe burst.",
]  # fmt: skip


def spoken(result: Phonemized, start: int, end: int) -> bool:
    """Whether the text in this range is heard, or reported as unheard."""
    tokens = [token for token in result.tokens if token.char_start < end and token.char_end > start]
    reported = any(each.char_start < end and each.char_end > start for each in result.unspoken)
    return reported or any(has_speech(token.phonemes) for token in tokens)


WORDS = (
    "kg km/h GHz p.m. am PM Dr. St. Mt. p. vol. No. fig. Jan March Monday John Henry VIII II I a x v million dollars "
    "of to the and read lead version page World War chapter"
)
PIECES = st.one_of(
    st.integers(0, 10**7).map(str),
    st.integers(0, 10**6).map(lambda n: f"{n:,}"),
    st.floats(0, 1000, allow_nan=False).map(lambda x: f"{x:.2f}"),
    st.text("0123456789", min_size=1, max_size=18),
    st.sampled_from(list("$€£¥%‰°#@&*+-–—/\\=<>≤≥±×÷~^√²³½¾'\"“”‘’()[]{}.,:;!?…_|`№§¹₂★😀→")),
    st.sampled_from(WORDS.split()),
    st.sampled_from(["http://", "www.", ".com", ".pdf"]),
)  # fmt: skip
GLUE = st.sampled_from(["", "", " ", " ", "\n"])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(PIECES, GLUE), min_size=1, max_size=8))
def test_no_digits_vanish(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + glue for piece, glue in pieces)
    result = phonemizer("en-us")(text, markup="plain")
    silent = [(r.start, r.end) for r in verbalize(text) if not isinstance(r.said, str)]
    for match in re.finditer(r"\d+", text):
        footnote = any(start <= match.start() and match.end() <= end for start, end in silent)
        assert footnote or spoken(result, *match.span()), (text, match[0])


@pytest.mark.parametrize("text", WRITTEN)
def test_a_reading_is_one_token_with_the_text_of_the_user(text: str) -> None:
    tokens = phonemizer("en-us")(text).tokens
    assert "".join(token.text + token.whitespace for token in tokens) == text
    for reading in verbalize(text):
        inside = [t for t in tokens if t.char_start < reading.end and t.char_end > reading.start]
        assert len(inside) == 1, (text[reading.start : reading.end], inside)
        assert text[reading.start : reading.end] in inside[0].text


def test_without_normalization_the_text_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("the verbalizer was asked")

    for name in ("readings_of", "in_words", "pronunciations"):
        monkeypatch.setattr(f"kokoro_fast.text.g2p.phonemizer.{name}", never)
    for text in WRITTEN:
        assert phonemizer("en-us", normalize=False)(text).tokens
    with pytest.raises(AssertionError, match="was asked"):
        phonemizer("en-us")(WRITTEN[0])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.one_of(PIECES, st.sampled_from(WRITTEN)), GLUE), max_size=20))
def test_readings_stand_in_order_and_apart(pieces: list[tuple[str, str]]) -> None:
    text = "".join(piece + glue for piece, glue in pieces)
    end = 0
    for reading in verbalize(text):
        assert end <= reading.start < reading.end <= len(text)
        end = reading.end


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=3), st.sampled_from(list("٣४۹¹₂①Ⅳ"))), max_size=12))
def test_any_text_is_taken(pieces: list[str]) -> None:
    verbalize("".join(pieces))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(WRITTEN), min_size=1, max_size=5), st.data())
def test_taken_places_are_not_read(sentences: list[str], data: st.DataObject) -> None:
    text = " ".join(sentences)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    for reading in verbalize(text, [(start, end)]):
        assert reading.end <= start or reading.start >= end


def test_no_rule_reads_what_the_user_has_given() -> None:
    read = phonemizer("en-us")
    assert "tɛst" in "".join(token.phonemes for token in read("It costs [$3.50](/tɛst/) now.").tokens)
    assert "tɛst" in "".join(token.phonemes for token in read("Use km/h.", load_lexicon({"km/h": "tɛst"})).tokens)
    said = read('<speak>It is <sub alias="five miles">5 km</sub> away.</speak>').tokens
    assert "mˈIlz" in "".join(token.phonemes for token in said)


@dataclass
class Counted:
    """A pattern that counts the characters it is tried on, and its matches."""

    pattern: re.Pattern[str]
    work: list[int]

    def finditer(self, text: str, start: int, end: int) -> Iterator[re.Match[str]]:
        self.work[0] += end - start
        for match in self.pattern.finditer(text, start, end):
            self.work[0] += 1
            yield match


@pytest.mark.parametrize("text", [" ".join(WRITTEN) + " ", "One finished sentence. ", "12 ", "9/", '"5" THE ', "a.m. "])
def test_the_work_grows_with_the_text_alone(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    work = [0]
    counted = tuple(replace(rule, pattern=Counted(rule.pattern, work)) for rule in module.RULES)  # type: ignore[arg-type]
    monkeypatch.setattr(module, "RULES", counted)
    few = text * (4000 // len(text) + 1)
    verbalize(few)
    once, work[0] = work[0], 0
    verbalize(few * 8)
    assert work[0] <= 8.5 * once


def test_blocks_end_with_sentences() -> None:
    text = "It was really finished, said Dr. Smith at 5 p.m. " * 200 + "And then nothing more happened. " * 200
    blocks = list(module._blocks(text))
    assert "".join(text[first:last] for first, last in blocks) == text
    assert all(text[:last].endswith("happened. ") for _, last in blocks)


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("He left at 5 p.m. She stayed.", 2), ("She lives in the U.S. He does not.", 2),
        ("He has a Ph.D. She does not.", 2),
        ("Apples, pears, etc. Then we left.", 2), ("He climbed Mt. Everest then.", 1), ("Ask Dr. Smith now.", 1),
        ("See p. 12 now.", 1), ("It is 12 in. long.", 1), ("Meet me at 1:49 PM today.", 1), ("Wait 10-15 minutes.", 1),
    ],
)  # fmt: skip
def test_only_sentence_ends_make_pauses(text: str, ends: int) -> None:
    symbols = "".join(token.symbols for token in phonemizer("en-us")(text).tokens)
    assert symbols.count(".") == ends
    assert not set(":—-;") & set(symbols)
