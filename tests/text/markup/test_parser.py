"""Markup: what is a tag and what is text, and one line for what is neither."""

from __future__ import annotations

import re

import pytest
from support.markup import assert_true_to, speak

from kokoro_fast.errors import InputError
from kokoro_fast.text import parse_markup, phonemizer
from kokoro_fast.types import PLAIN

ORDINARY = [
    "a < b and c > d",
    "x<y>z",
    "if (a<b && c>d) {}",
    "mail <a@b.c> or <mailto:a@b.c>",
    "see <https://example.com/x>",
    "List<String>, Map<K, V>, <stdin>",
    "I <3 you </3",
    "[sic] [12] [1, 2] [...]",
    "[Note: see below] [Narrator: hello]",
    "[10:30] [00:12:33] [Smith:2004] [doi:10.1000/182]",
    "[laughs] [voice over] [silence falls]",
    "[citation needed]",
    "[docs](https://example.com) [docs](/naïve.md) [a](b) [a] (/b/) [](/b/) [a](/b",
    "[[nested] brackets]",
    "AT&amp;T &copy; R&D",
    "<", ">", "<>", "</>", "< b>", "[", "]", "[]", "[:]", "<-- here", "<!DOCTYPE html>",
]  # fmt: skip

UNKNOWN = [
    '<emphasis level="strong">',
    "<emphasis>",
    "</b>",
    "<br>",
    "<br/>",
    "<y/>",
    "<Break time='1s'/>",
    '<emphasis level="strong">',
    '<a href="x">',
    "[rate:1.2]",
    "[puase:1s]",
    "[lang:fr]",
]

BAD = [
    ("[pause:1.5]", "a duration such as 1.5s or 800ms"),
    ("[pause:-1s]", "a duration"),
    ("[pause:601s]", "at most 600s"),
    ("[pause:]", "a duration"),
    ("[pause: the crowd laughs]", "a duration"),
    ("[pause:1s", "a whole tag"),
    ("[Kokoro](/kˈOkəɹO)", "a whole tag"),
    ("[Kokoro](/kˈOkəɹO and on", "a whole tag"),
    ("[voice:]", "the name of a voice"),
    ("[voice:../x.pt]", "the name of a voice"),
    ("[voice:x.pt]", "the name of a voice"),
    ('<break time="1"/>', "a duration"),
    ('<break strength="huge"/>', "strength none, x-weak"),
    ('<break tme="1s"/>', "only time and strength in <break>"),
    ("<break time=1s/>", "a whole tag"),
    ('<break time="1s">', "a slash at its end"),
    ("<break", "a whole tag"),
    ("<prosody>x</prosody>", "rate x-slow"),
    ('<prosody rate="0">x</prosody>', "50% to 200%"),
    ('<prosody rate="-60%">x</prosody>', "50% to 200%"),
    ('<prosody pitch="high">x</prosody>', "only rate in <prosody>"),
    ('<prosody rate="slow">x', "</prosody> for <prosody>"),
    ("x</prosody>", "no closing tag"),
    ("<p><s>x</p></s>", "</s> for <s> at character 7"),
    ('<sub alias="">x</sub>', "<sub alias="),
    ("<sub>x</sub>", "<sub alias="),
    ('<sub alias="x"></sub>', "a word between"),
    ('<sub alias="x"/>', "a word between"),
    ('<sub alias="x">y', "text and </sub> after"),
    ('<sub alias="x"><s>y</s></sub>', "text and </sub> after"),
    (f'<sub alias="x">{"y " * 300}</sub>', "got '600 characters'"),
    ('<phoneme alphabet="x-sampa" ph="a">b</phoneme>', 'alphabet="ipa"'),
    ("<phoneme>b</phoneme>", '<phoneme ph="..."'),
]


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_no_markup(text: str) -> None:
    markup = parse_markup(text)
    assert (markup.edits, markup.switches, markup.voices) == ([], [(0, PLAIN)], {})


@pytest.mark.parametrize("tag", UNKNOWN)
def test_unknown_tags_are_an_error_or_text(tag: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_markup(f"Oh {tag} no")
    assert "markup at character 3: expected one of [pause:...]" in str(caught.value)
    assert repr(tag) in str(caught.value)
    assert parse_markup(f"Oh {tag} no", "plain").edits == []


@pytest.mark.parametrize(("text", "expected"), BAD)
def test_bad_markup_is_one_line_with_its_place(text: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_markup("Ah. " + text)
    message = str(caught.value)
    assert expected in message
    assert "\n" not in message
    assert len(message) < 250
    place = re.match(r"markup at character (\d+): ", message)
    assert place
    assert 4 <= int(place[1]) <= 4 + len(text)


@pytest.mark.parametrize("text", [text for text, _ in BAD] + UNKNOWN)
def test_plain_text_is_never_an_error(text: str) -> None:
    result = speak(f"Ah. {text} Oh.", markup="plain")
    assert_true_to(f"Ah. {text} Oh.", result.tokens)
    assert result.tokens[0].phonemes


def test_bad_markup_comes_before_the_first_part() -> None:
    with pytest.raises(InputError, match="character 8"):
        next(phonemizer("en-us").stream("Fine.\n\n </p>"))


def test_the_mode_is_checked() -> None:
    with pytest.raises(InputError, match="markup: expected 'error', 'plain' or 'markdown', got 'ssml'"):
        parse_markup("x", "ssml")  # type: ignore[arg-type]
