"""English grapheme-to-phoneme conversion, compared with misaki itself on the same text."""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.quality.readings import misaki_g2p
from kokoro_fast.config import VOCAB
from kokoro_fast.errors import InputError
from kokoro_fast.text import Phonemized, phonemizer
from kokoro_fast.types import Token

SENTENCES = """
Hello world.
The quick brown fox jumps over the lazy dog.
I can't believe it's not butter!
Isn't it odd? Well, don't ask.
She said "I'll be there at 3:45pm," and left.
It cost $3.50, not $100 or £20 or €5.
We sold 1,234.5 tons in 1998; that's 100% more than in the 1980s.
The U.S. economy grew 3.5% in Q2.
Dr. Smith met Mr. O'Brien on St. James St. at 9 o'clock.
See https://example.com/a?b=c for more.
My e-mail is AT&T's: someone@example.com.
They love rock 'n' roll.
He read the book that I will read to you.
A well-known mother-in-law lives in New York.
The 2nd, 3rd and 21st of May, 2024.
I am used to the apples, the oranges and an owl.
To be, or not to be: that is the question.
Wait... what?!
It's 5 degrees; no, -5 degrees!
NASA and the FBI use GPUs.
The naïve café owner wrote a résumé.
Supercalifragilistic zyxqwv blorptish words.
Kokoro-82M runs at 24 kHz.
What he used to use is the use of it.
Is the record to record a record?
The dogs' toys, James's hat, the boys' room.
50/50, 12-5-2020, version 2.0.1, a 16x16 grid.
US$100 and $5 million.
She lived (quietly) in Bath.
He was walking, singing, running, hoped, wanted, missed.
Hi😀 there ☃!
IPv6, iPhone, McDonald, YouTube, x_y_z.
Am I? Are you by the way in?
VS. vs. versus.
Water, better, butter, button, mountain.
""".strip().splitlines()

ODD = [
    "",
    " \n\n\t ",
    "...",
    "!?!?",
    "\u201c\u201d",
    "😀😀😀",
    "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "你好，世界。",
    "\u2780 \u00bd x\u00b2 \u0663",
    "a\x00b\x07c\x1b[0m",
    "lone \ud800 surrogate",
    "x" * 10_000,
    "1" * 400,
    "'" * 300,
    "a1" * 100,
    "– one\n– two\n· three",
    "***\n\nNext.",
    "\\ / | ~ ^ ` _ = + < > @ # & *",
]


def spoken(result: Phonemized) -> str:
    return "".join(token.symbols for token in result.tokens)


def triples(result: Phonemized) -> list[tuple[str, str, str]]:
    return [(token.text, token.phonemes, token.whitespace) for token in result.tokens]


def assert_true_to(source: str, tokens: list[Token]) -> None:
    position = 0
    for token in tokens:
        assert token.text == source[token.char_start : token.char_end] != ""
        assert token.text == token.text.strip()
        assert position <= token.char_start
        position = token.char_end
        assert VOCAB.keys() >= set(token.phonemes)
        assert token.phonemes == token.phonemes.strip()
        assert not token.whitespace.strip()


@pytest.fixture(scope="module")
def misaki() -> dict[str, Any]:
    """misaki's own G2P, as it is used by kokoro."""
    return {"en-us": misaki_g2p(british=False), "en-gb": misaki_g2p(british=True)}


@pytest.mark.parametrize("code", ["en-us", "en-gb"])
def test_symbols_are_those_of_misaki(code: str, misaki: dict[str, Any]) -> None:
    for sentence in SENTENCES:
        expected = "".join(symbol for symbol in misaki[code](sentence)[0] if symbol in VOCAB)
        result = phonemizer(code, normalize=False)(sentence)
        assert spoken(result) == expected, sentence
        assert_true_to(sentence, result.tokens)
        covered = "".join(token.text + token.whitespace for token in result.tokens)
        assert covered == sentence
        assert result.unspoken == []


def test_tokens() -> None:
    assert triples(phonemizer("en-us")("“Dr. Smith” paid $100…")) == [
        ("“", "“", ""),
        ("Dr.", "dˈɑktəɹ", " "),
        ("Smith", "smˈɪθ", ""),
        ("”", "”", " "),
        ("paid", "pˈAd", " "),
        ("$100", "wˈʌn hˈʌndɹəd dˈɑləɹz", ""),
        ("…", "…", ""),
    ]


def test_tags() -> None:
    tags = {token.text: token.tag for token in phonemizer("en-us")("She reads, and he sleeps.").tokens}
    assert tags == {"She": "PRP", "reads": "VBZ", ",": ",", "and": "CC", "he": "PRP", "sleeps": "VBZ", ".": "."}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Isn’t it?", "Isn't it?"),
        ("a\u00a0thin\u2009space", "a thin space"),
        ("co\u00adoperate", "cooperate"),
        ("a  double   space", "a double space"),
        ("a line\nbreak", "a line break"),
        ("cafe\u0301", "café"),
        ("yes — no", "yes - no"),
        ("yes -- no", "yes – no"),
    ],
)
def test_typography_changes_nothing_that_is_heard(text: str, plain: str) -> None:
    assert spoken(phonemizer("en-us")(text)) == spoken(phonemizer("en-us")(plain)) != ""
    assert_true_to(text, phonemizer("en-us")(text).tokens)


def test_white_space_is_that_of_the_source() -> None:
    text = "  One.\r\n\r\nTwo  three\n- four\n"
    assert triples(phonemizer("en-us")(text)) == [
        ("One", "wˈʌn", ""),
        (".", ".", "\r\n\r\n"),
        ("Two", "tˈu", "  "),
        ("three", "θɹˈi", "\n"),
        ("- four", "fˈɔɹ", "\n"),
    ]


def test_links_keep_the_sentence_in_one_piece() -> None:
    text = "The [read](/ɹˈid/) [New York](/nˈu jˈɔɹk/)'s [un](/ʌn/)believable [apple](/ˈæ/)."
    result = phonemizer("en-us")(text)
    assert_true_to(text, result.tokens)
    assert [(t.text, t.phonemes) for t in result.tokens] == [
        ("The", "ðə"),
        ("read", "ɹˈid"),
        ("New York", "nˈu jˈɔɹk"),
        ("'s", "s"),
        ("un", "ʌn"),
        ("believable", "bəlˈivəbᵊl"),
        ("apple", "ˈæ"),
        (".", "."),
    ]
    # The article hears the vowel that the link begins with.
    assert phonemizer("en-us")("the [x](/ˈæp/)").tokens[0].phonemes == "ði"


def test_phonemes_of_a_link_are_taken_to_the_letter() -> None:
    # misaki would turn both of these into other symbols.
    assert phonemizer("en-us")("[x](/ɾʔ/)").tokens[0].phonemes == "ɾʔ"


def test_foreign_symbols_in_a_link_are_an_error_before_the_first_part() -> None:
    with pytest.raises(InputError, match=r"'g' \(U\+0067\) at 15"):
        next(phonemizer("en-us").stream("Fine.\n\n[Bad](/bg/)"))


@pytest.mark.parametrize("word", ["你好", "こんにちは", "カタカナ", "안녕"])
def test_words_of_east_asia_are_left_out_and_reported(word: str) -> None:
    """eSpeak's English would say "Chinese letter" for each of their characters."""
    result = phonemizer("en-us")(f"He said {word} to me.")
    assert [unspoken.text for unspoken in result.unspoken] == [word]
    assert spoken(result).split() == spoken(phonemizer("en-us")("He said to me.")).split()


def test_signs_that_nobody_says_stay_in_a_token() -> None:
    assert [(t.text, t.said, t.whitespace) for t in phonemizer("en-us")("Hi 😀! Love™ it 😀 now [12]. 😀").tokens] == [
        ("Hi 😀", "Hi", ""),
        ("!", None, " "),
        ("Love™", "Love", " "),
        ("it", None, " "),
        ("😀 now [12]", "now", ""),
        (".", None, " "),
        ("😀", "", ""),
    ]
    named = phonemizer("en-us", emoji="names")("Hi 😀 👍.").tokens
    assert [token.said for token in named] == [None, "grinning face", "thumbs up", None]


def test_what_cannot_be_said_is_reported() -> None:
    text = "Say \ud800 twice."
    (unspoken,) = phonemizer("en-us")(text).unspoken
    assert (unspoken.text, unspoken.symbols, unspoken.char_start, unspoken.char_end) == ("\ud800", "", 4, 5)


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text)[:20])
def test_odd_text(text: str) -> None:
    result = phonemizer("en-us")(text)
    assert_true_to(text, result.tokens)
    heard = re.sub(r"\s", "", "".join(token.text for token in result.tokens))
    assert heard == re.sub(r"[\s\x00-\x1f]", "", text)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.one_of(st.text(max_size=8), st.sampled_from([*"'-.,$\"([ \n", "don’t", "3.5", "U.S."]))).map("".join)
)
def test_any_text(text: str) -> None:
    result = phonemizer("en-us")(text)
    assert_true_to(text, result.tokens)
    for unspoken in result.unspoken:
        assert unspoken.text == text[unspoken.char_start : unspoken.char_end]


def test_the_whole_is_the_join_of_the_stream() -> None:
    text = "\n\n".join(SENTENCES)
    parts = list(phonemizer("en-us").stream(text))
    assert len(parts) == len(SENTENCES)
    assert phonemizer("en-us")(text).tokens == [token for part in parts for token in part.tokens]
    assert parts[0].tokens[-1].whitespace == "\n\n"
    assert_true_to(text, phonemizer("en-us")(text).tokens)


def test_threads_hear_what_one_thread_hears() -> None:
    texts = [*SENTENCES[:18], "Zyxqwv blorptish.", "Frobnicate the quuxes!"]
    languages = ["en-us", "en-gb", "es", "en-us"] * 2
    serial = {code: [phonemizer(code)(text) for text in texts] for code in set(languages)}
    with ThreadPoolExecutor(8) as pool:
        results = pool.map(lambda code: [phonemizer(code)(text) for text in texts], languages)
        for code, result in zip(languages, results, strict=True):
            assert result == serial[code]


def run_python(code: str, *flags: str) -> str:
    done = subprocess.run([sys.executable, *flags, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.strip()


@pytest.mark.slow
def test_first_call_is_silent_when_warnings_are_errors() -> None:
    code = "from kokoro_fast.text import phonemizer as p; print(len(p('en-us')('Hello blorptish world.').tokens))"
    assert run_python(code, "-W", "error") == "4"


def test_importing_the_room_is_light() -> None:
    heavy = "{'torch', 'spacy', 'misaki', 'phonemizer', 'numpy'}"
    code = f"import sys, kokoro_fast.text as t; t.phonemizer('en-us'); print({heavy} & set(sys.modules))"
    assert run_python(code) == "set()"


@pytest.mark.slow
def test_english_without_espeak_knows_its_dictionary_and_reports_the_rest() -> None:
    code = """
import sys
sys.modules["espeakng_loader"] = None
from kokoro_fast.text import phonemizer
from kokoro_fast.errors import MissingDependencyError
result = phonemizer("en-us")("Hello blorptish world.")
print([t.phonemes for t in result.tokens], [(d.text, d.symbols) for d in result.unspoken])
try:
    phonemizer("es")("hola")
except MissingDependencyError as error:
    print("espeakng_loader" in str(error), str(error).count(chr(10)))
"""
    assert run_python(code) == "['həlˈO', '', 'wˈɜɹld', '.'] [('blorptish', '')]\nTrue 0"


def test_a_word_of_another_script_brings_no_language_name() -> None:
    (token,) = phonemizer("en-us")("한").tokens
    assert "(" not in token.phonemes
    assert "us" not in token.phonemes


def test_small_segments_change_nothing_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        '"I have seen it before," said Anna. "It was raining! Nobody came. Do you remember?" He shook his head. "No. '
        "I was in Lisbon. Dr. Smith had called me. We went to St. James St. at nine o'clock...\" It was late (the "
        'clock had stopped. They did not know that.) and cold. Mr. O\'Brien read "The Waves. A Novel" aloud. They '
        "record records. The U.S. Army left. So did we - 2. Two. "
    ) * 4
    tokens = phonemizer("en-us")(text).tokens
    monkeypatch.setattr("kokoro_fast.text.segments.FIRST_SEGMENT", 2000)
    assert len(list(phonemizer("en-us").stream(text))) == 1
    assert [(t.char_start, t.symbols) for t in phonemizer("en-us")(text).tokens] == [
        (t.char_start, t.symbols) for t in tokens
    ]


def test_a_piece_at_which_misaki_fails_is_reported_and_the_rest_is_spoken() -> None:
    """misaki raises TypeError for a currency sign that it does not know, after a number and a letter like this one."""
    said = phonemizer("en-us")("It costs 100 İ₽")
    assert [token.text for token in said.tokens if token.phonemes] == ["It", "costs", "100"]
    assert [unspoken.text for unspoken in said.unspoken] == ["İ₽"]
