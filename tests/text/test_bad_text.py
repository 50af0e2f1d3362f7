"""Text that no one would read aloud: never a crash or a hang, nothing lost, and an error only where markup is meant."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kokoro_fast.errors import InputError
from kokoro_fast.text import load_lexicon, parse_markup, phonemizer
from kokoro_fast.text.normalize import normalize
from kokoro_fast.text.segments import segments
from kokoro_fast.types import Token

MILLION = 1_000_000

# Each would take hours if the work at one place grew with the length of the text.
HOSTILE = {
    "less-than signs": "<" * MILLION,
    "brackets": "[" * MILLION,
    "nested brackets": "[" * 100_000 + "]" * 100_000,
    "names": "<a" * (MILLION // 2),
    "a long name": "<" + "a" * MILLION,
    "tags": "<p>" * 100_000,
    "nested tags": '<prosody rate="slow">' * 100_000 + "x" + "</prosody>" * 100_000,
    "closing tags": "</p>" * 100_000,
    "unclosed values": '<break time="' * 50_000,
    "one unclosed value": '<break time="' + "1" * MILLION,
    "attributes": "<a " + "b='c' " * (MILLION // 6),
    "spaces in a tag": "<p" + " " * MILLION,
    "comments": "<!--" * (MILLION // 4),
    "aliases": '<sub alias="x">' * 50_000,
    "links": "[a](/" * (MILLION // 5),
    "one unclosed link": "[a](/" + "x" * MILLION,
    "broken links": "[a](/ˈ" * (MILLION // 6),
    "a link of many words": "[" + "a " * MILLION + "](/a/)",
    "pauses": "[pause:1s]" * 50_000,
    "unclosed pauses": "[pause:" * (MILLION // 7),
    "a long voice": "[voice:" + "a," * (MILLION // 2) + "]",
    "spaces in a bracket": "[" + " " * MILLION + "]",
    "entities": "<speak>" + "&#1" * (MILLION // 3),
    "accents": "a" + "\u0301" * MILLION,
    "white space": " \t\n\r" * (MILLION // 4),
    "line ends": "a" + "\r" * MILLION,
    "quotes": '!"' * (MILLION // 2),
    "initials": "A. " * (MILLION // 3),
    "nothing": "\u200b" * MILLION,
    "surrogates": "\ud800" * MILLION,
    "nulls": "\x00" * MILLION,
}

# Words that espeak and misaki get to see; short, since they are slow with what no one would say.
ODD = {
    "only punctuation": ".,;:!?—…\"'()[]{}<>/\\|@#%^&*_+=~" * 30,
    "right to left": "\u202eשלום עולם\u202c مرحبا بالعالم \u200f123",
    "emoji": "👩‍👩‍👧‍👦🇩🇪👍🏽❤️🏴󠁧󠁢󠁥󠁮󠁧󠁿" * 20,
    "lone surrogates": "a\ud800b \udfff c\udc00\ud800",
    "controls": "".join(map(chr, range(32))) + "x\x7f\x80\x9fy\x1b[31mred\x1b[0m",
    "no space": "abcdefghij" * 60,
    "digits": "1234567890" * 60,
    "mixed scripts": "aбγ漢字かな한글ไทยहि" * 10,
    "accents": "a" + "\u0301\u0302" * 300,
    "unclosed": '<prosody rate="slow"><sub alias="x">[pause:1s [a](/b <break',
    "brackets": "[[[[((((<<<<a>>>>))))]]]]" * 10,
    "private use": "\ue000\uf8ff\U000f0000\ufffe\uffff",
    "spaces": "\u00a0\u2003\u3000\u1680 \u205f",
}


def assert_true_to(text: str, tokens: list[Token]) -> None:
    position = 0
    for token in tokens:
        assert token.text == text[token.char_start : token.char_end] != ""
        assert position <= token.char_start
        position = token.char_end


def visible(text: str) -> str:
    """What must come back in tokens: all but white space, control and format characters, and variation selectors."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\ufe0f\U000e0000-\U000e007f]", "", text)


def assert_read_in_one_pass(text: str) -> None:
    markup = parse_markup(text, "plain")
    starts = [edit.start for edit in markup.edits]
    position = 0
    for number, (start, end) in enumerate(segments(text, markup.edits)):
        assert start == position < end
        position = end
        if number < 30:
            normalize(text, start, end, markup.edits[bisect_left(starts, start) : bisect_left(starts, end)])
    assert position == len(text)
    assert error_of(text) is None or len(error_of(text) or "") < 250


def error_of(text: str) -> str | None:
    try:
        parse_markup(text)
    except InputError as error:
        return str(error)
    return None


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text(name: str) -> None:
    assert_read_in_one_pass(HOSTILE[name][:20_000])


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_read_in_one_pass(name: str) -> None:
    assert_read_in_one_pass(HOSTILE[name])


@pytest.mark.parametrize("language", ["en-us", "fr-fr", "hi"])
@pytest.mark.parametrize("name", ODD)
def test_odd_text_is_not_lost(name: str, language: str) -> None:
    text = ODD[name]
    result = phonemizer(language)(text, load_lexicon({"a": "ˈA"}), "plain")
    assert_true_to(text, result.tokens)
    assert visible("".join(token.text for token in result.tokens)) == visible(text)


@pytest.mark.parametrize("language", ["en-us", "es"])
def test_the_first_words_of_ten_megabytes_do_not_wait_for_the_rest(language: str) -> None:
    for text in ("x" * 10 * MILLION, "word " * 2 * MILLION, "One sentence more. " * (MILLION // 2), "!" * 10 * MILLION):
        (first,) = islice(phonemizer(language).stream(text), 1)
        assert_true_to(text, first.tokens)
        assert 0 < first.tokens[-1].char_end <= 2000


def test_a_text_without_words_has_no_phonemes_but_its_marks() -> None:
    for text in ("", " \n", "\u200b\u200b", "\x00\x01", "\n\n\n\u2029"):
        assert phonemizer("en-us")(text).tokens == []
    assert {token.phonemes for token in phonemizer("en-us")("... !!! ???").tokens} <= set(".!?…") | {
        "...",
        "!!!",
        "???",
    }


def test_what_cannot_be_said_is_reported_with_its_place() -> None:
    text = "Say \ue000 and \ud800."
    assert [(d.text, d.char_start) for d in phonemizer("en-us")(text).unspoken] == [("\ud800", 10)]


@pytest.mark.parametrize("signs", ["'", "<", "[", "-", '"', "* ", ".,;", "=\n"])
def test_a_book_of_signs_takes_no_longer_than_a_book(signs: str) -> None:
    text = signs * 50_000
    result = phonemizer("en-us")(text)
    assert_true_to(text, result.tokens)
    assert visible("".join(token.text for token in result.tokens)) == visible(text)
    assert result.unspoken == []


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en-us", "fr-fr"])
@pytest.mark.parametrize("unit", ["x", "1", "!", "[", "<", "é", "word ", "a. ", "😀", "[pause:1s]", "'"])
def test_a_long_text_is_read_to_its_end(unit: str, language: str) -> None:
    text = unit * (20_000 // len(unit))
    tokens = phonemizer(language)(text, markup="plain").tokens
    assert_true_to(text, tokens)
    assert visible("".join(token.text for token in tokens)) == visible(text)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.sampled_from(
            [*"<>[]/:=\"'&;()! \n\r", "<p>", "</p>", "[pause:", "1s]", "<sub alias=", "<!--", "-->", "&#", "a"]
        )
        | st.text(st.characters(), max_size=5),
        max_size=60,
    ).map("".join)
)
def test_any_text_is_markup_or_plain_or_a_clear_error(text: str) -> None:
    markup = parse_markup(text, "plain")
    position = 0
    for edit in markup.edits:
        assert position <= edit.start < edit.end <= len(text)
        position = edit.end
    error = error_of(text)
    if error is None:
        assert parse_markup(text) == markup
    else:
        assert "\n" not in error
