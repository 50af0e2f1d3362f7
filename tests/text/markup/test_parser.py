"""Markup: what is a tag and what is text, what each tag does, and that all offsets stay in the user's text."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kokoro_fast.config import VOCAB
from kokoro_fast.errors import InputError
from kokoro_fast.text import Phonemized, Scope, load_lexicon, parse_markup, phonemizer
from kokoro_fast.text.markup.edits import Alias, Character, Hidden, Link, Pause
from kokoro_fast.types import PLAIN, ProsodyOverride, Token

LANGUAGES = ["en-us", "en-gb", "es", "fr-fr", "hi", "it", "pt-br"]

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
    '<say-as interpret-as="date">',
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


def speak(text: str, language: str = "en-us", **options: object) -> Phonemized:
    return phonemizer(language)(text, **options)  # type: ignore[arg-type]


def rows(text: str, language: str = "en-us") -> list[tuple[str, str]]:
    return [(token.text, token.phonemes) for token in speak(text, language).tokens]


def spoken(tokens: list[Token]) -> str:
    return "".join(token.symbols for token in tokens)


def assert_true_to(text: str, tokens: list[Token]) -> None:
    position = 0
    for token in tokens:
        assert token.text == text[token.char_start : token.char_end] != ""
        assert position <= token.char_start
        position = token.char_end
        assert VOCAB.keys() >= set(token.phonemes)
        assert not token.whitespace.strip()


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
    with pytest.raises(InputError, match="markup: expected 'error' or 'plain', got 'ssml'"):
        parse_markup("x", "ssml")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tag", "seconds"),
    [
        ("[pause:1.5s]", 1.5),
        ("[pause:800ms]", 0.8),
        ("[Pause: .5 S ]", 0.5),
        ("[pause:0s]", 0.0),
        ("[pause]", 0.45),
        ("<break/>", 0.45),
        ('<break time="800ms"/>', 0.8),
        ("<break time='+2s' />", 2.0),
        ('<break strength="weak"/>', 0.2),
        ('<break strength="none" time="1s"/>', 1.0),
    ],
)
def test_pauses(tag: str, seconds: float) -> None:
    assert parse_markup(f"a {tag}").edits == [Pause(2, 2 + len(tag), seconds)]


@pytest.mark.parametrize(
    ("rate", "factor"),
    [("slow", 0.75), ("x-fast", 1.5), ("medium", 1.0), ("80%", 0.8), ("+20%", 1.2), ("-20%", 0.8), ("1.25", 1.25)],
)
def test_rates(rate: str, factor: float) -> None:
    markup = parse_markup(f'a <prosody rate="{rate}">b</prosody> c')
    assert markup.override_at(0) == PLAIN
    assert markup.override_at(markup.edits[0].end) == ProsodyOverride(None, factor)
    assert markup.override_at(markup.edits[1].end) == PLAIN


def test_rates_multiply_and_stay_where_the_model_can_follow() -> None:
    text = '<prosody rate="slow">a<prosody rate="80%">b<prosody rate="x-slow">c</prosody></prosody>d</prosody>'
    markup = parse_markup(text)
    assert [markup.override_at(text.index(f">{c}") + 1).rate for c in "abcd"] == [0.75, 0.6, 0.5, 0.75]


def test_voices() -> None:
    text = "One [voice:af_heart] two [voice:af_heart:0.7, am_adam:0.3] three [voice:default] four."
    markup = parse_markup(text)
    assert markup.voices == {"af_heart": 4, "af_heart:0.7, am_adam:0.3": 25}
    assert [token.override.voice for token in speak(text).tokens] == [
        None,
        "af_heart",
        "af_heart:0.7, am_adam:0.3",
        None,
        None,
    ]


def test_pause_tokens_have_the_range_of_their_tag() -> None:
    text = "One.[pause:1s]Two [pause:2s] [pause]\n three"
    for language in ("en-us", "fr-fr"):
        tokens = speak(text, language).tokens
        assert_true_to(text, tokens)
        assert [(t.text, t.whitespace, t.pause) for t in tokens] == [
            ("One", "", None),
            (".", "", None),
            ("[pause:1s]", "", 1.0),
            ("Two", " ", None),
            ("[pause:2s]", " ", 2.0),
            ("[pause]", "\n ", 0.45),
            ("three", "", None),
        ]
        assert [t.phonemes for t in tokens if t.pause is not None] == ["", "", ""]


def test_pauses_alone() -> None:
    text = " [pause:1s] \n\n [pause:2s]"
    tokens = speak(text).tokens
    assert_true_to(text, tokens)
    assert [(t.whitespace, t.pause) for t in tokens] == [(" \n\n ", 1.0), ("", 2.0)]


def test_a_change_of_delivery_takes_marks_and_endings_along() -> None:
    text = (
        'He said: "<prosody rate="slow">Go</prosody>!" (<prosody rate="fast">Kate</prosody>\'s), '
        'un<prosody rate="slow">do it</prosody>.'
    )
    rates = [(token.text, token.override.rate) for token in speak(text).tokens]
    assert rates == [
        *[(word, 1.0) for word in ("He", "said", ":")],
        *[(word, 0.75) for word in ('"', "Go", "!", '"')],
        *[(word, 1.25) for word in ("(", "Kate", "'s", ")", ",")],
        ("un", 1.0),
        ("do", 1.0),
        ("it", 0.75),
        (".", 0.75),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_change_of_delivery_changes_no_symbol(language: str) -> None:
    text = "The record, no: 3.5 records; el niño est là, 25 ans (oui). मैं ठीक हूँ।"
    marked = f'[voice:af_heart]The <prosody rate="slow">record, no: 3.5 records;</prosody> {text[29:]}'
    expected = speak(text, language).tokens
    tokens = speak(marked, language).tokens
    assert spoken(tokens) == spoken(expected)
    assert [token.tag for token in tokens] == [token.tag for token in expected]
    assert_true_to(marked, tokens)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_alias_is_one_token_with_the_range_of_the_word(language: str) -> None:
    text = 'El <sub alias="World Wide Web, Inc.">W3C</sub>, <sub alias="web">y</sub>.'
    tokens = speak(text, language).tokens
    assert_true_to(text, tokens)
    assert [token.text for token in tokens] == ["El", "W3C", ",", "y", "."]
    assert spoken(tokens) == spoken(speak("El World Wide Web, Inc., web.", language).tokens)


def test_pronunciations() -> None:
    text = (
        '<phoneme alphabet="ipa" ph="ʤˈAsᵊn">JSON</phoneme> and [JSON](/ʤˈA/)\'s '
        "<phoneme ph='ˈɔ'> New York </phoneme>!"
    )
    assert rows(text) == [
        ("JSON", "ʤˈAsᵊn"),
        ("and", "ænd"),
        ("JSON", "ʤˈA"),
        ("'s", "z"),
        ("New York", "ˈɔ"),
        ("!", "!"),
    ]


@pytest.mark.parametrize(
    ("phonemes", "british", "american"), [("kˈæt", "s", "s"), ("dˈɔɡ", "z", "z"), ("bˈʌs", "ɪz", "ᵻz")]
)
def test_a_possessive_agrees_with_what_markup_says(phonemes: str, british: str, american: str) -> None:
    assert rows(f"[x](/{phonemes}/)'s")[1] == ("'s", american)
    assert rows(f"[x](/{phonemes}/)’s", "en-gb")[1] == ("’s", british)


def test_foreign_symbols_are_named_with_their_place() -> None:
    with pytest.raises(InputError, match=r"'g' \(U\+0067\) at 13"):
        parse_markup('<phoneme ph="g">g</phoneme>')
    with pytest.raises(InputError, match=r"'g' \(U\+0067\) at 5"):
        parse_markup("[g](/g/)")


def test_ssml() -> None:
    text = (
        '<?xml version="1.0"?>\n<!-- A remark. -->\n<speak version="1.1" xml:lang="en-US">\n'
        "<p><s>AT&amp;T is 1 &lt; 2.</s><s>So&#33;</s></p><p>Bye</p></speak>"
    )
    tokens = speak(text).tokens
    assert_true_to(text, tokens)
    assert spoken(tokens).split() == spoken(speak("AT&T is 1 < 2. So!\n\nBye").tokens).split()
    assert [t.text for t in tokens if "\n\n" in t.whitespace] == ["&#33;", "Bye"]
    assert parse_markup("<p/>&amp;").edits == [Hidden(0, 4, "\n\n")]
    assert Character(7, 12, "&") in parse_markup("<speak>&amp;</speak>").edits
    assert rows('<speak><sub alias="R &amp; D">R&amp;D</sub></speak>') == [("R&amp;D", "ˈɑɹ ænd dˈi")]


def test_words_do_not_run_together_over_tags() -> None:
    assert [word for word, _ in rows("one[voice:am_adam]two<p>three</p>four<s>five</s>six")] == [
        "one", "two", "three", "four", "five", "six",
    ]  # fmt: skip


def test_no_token_has_markup_in_its_text() -> None:
    text = '$<prosody rate="slow">100</prosody> un<prosody rate="slow">believ</prosody>able - <s>it</s>'
    for language in ("en-us", "fr-fr"):
        tokens = speak(text, language).tokens
        assert_true_to(text, tokens)
        assert not any("<" in token.text for token in tokens)


def test_what_a_link_says_wins_over_its_shape() -> None:
    assert rows("[pause:1s](/pˈɔz/)") == [("pause:1s", "pˈɔz")]


def test_markup_over_pieces_of_a_text() -> None:
    scope = Scope()
    pieces = ['[voice:af_heart]One. <prosody rate="slow">Two. ', "Three. ", "Four.</prosody> Five."]
    tokens = [t for piece in pieces for part in phonemizer("en-us").stream(piece, scope=scope) for t in part.tokens]
    assert [(t.text, t.override.rate) for t in tokens if t.text != "."] == [
        ("One", 1.0),
        ("Two", 0.75),
        ("Three", 0.75),
        ("Four", 0.75),
        ("Five", 1.0),
    ]
    assert {t.override.voice for t in tokens} == {"af_heart"}
    assert scope.position == sum(map(len, pieces))
    scope.close()


def test_errors_in_pieces_count_from_the_first() -> None:
    scope = Scope()
    parse_markup('<prosody rate="slow">x ', scope=scope)
    with pytest.raises(InputError, match="character 24: expected </prosody> for <prosody> at character 0"):
        parse_markup("y</p>", scope=scope)
    with pytest.raises(InputError, match=r"character 0: expected </prosody> .* got 'the end of the text'"):
        scope.close()


def test_pieces_of_plain_text_are_never_an_error() -> None:
    scope = Scope()
    parse_markup('<prosody rate="slow"></p>', "plain", scope)
    assert scope.override.rate == 0.75
    scope.close()


def test_plain_text_without_its_other_half_has_no_effect() -> None:
    markup = parse_markup('<prosody rate="slow">a <p>b</p> [voice:am_adam] c', "plain")
    assert [edit.start for edit in markup.edits] == [23, 27, 32]
    assert markup.override_at(21) == PLAIN


pieces_of_markup = st.sampled_from(
    [
        *["word ", "word", "don’t ", "3,5", "$100 ", "U.S. ", "qu'est-ce que ", "मैं ", "\n\n", " ", "—", '"', "(", ")."],
        *["[pause:1s]", "<break/>", "[voice:am_adam]", "[voice:default]", "[word](/ˈa/)", "[a b](/ˈa bˈi/)", "[12]"],
        *['<sub alias="two words">x</sub>', '<sub alias="e.g.">y z</sub>', '<phoneme ph="ˈa">w</phoneme>', "x<y>z "],
        *['<prosody rate="slow">', "</prosody>", "<p>", "</p>", "<s>", "</s>", "<speak>", "</speak>", "&amp;", "<b>"],
        *["JSON", "New York", "new\nyork's ", "-JSON-", "<", "]"],
    ]
)
LEXICON = load_lexicon({"JSON": "ʤˈAsᵊn", "new york": "nˈu jˈɔɹk", "a b": "ˈa", "two words": "tˈu"})


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(pieces_of_markup | st.text(max_size=4), max_size=25).map("".join),
    st.sampled_from(["en-us", "fr-fr", "hi"]),
)
def test_any_markup_leaves_ranges_true(text: str, language: str) -> None:
    result = phonemizer(language)(text, LEXICON, "plain")
    assert_true_to(text, result.tokens)
    edits = parse_markup(text, "plain").edits
    pauses = [(edit.start, edit.seconds) for edit in edits if isinstance(edit, Pause)]
    assert [(t.char_start, t.pause) for t in result.tokens if t.pause is not None] == pauses
    for token in result.tokens:
        inside = [edit for edit in edits if edit.start < token.char_end and token.char_start < edit.end]
        assert all(isinstance(edit, Link | Alias | Pause | Character) for edit in inside)
        # A word is inside its notation, or has nothing of it.
        assert all(edit.start <= token.char_start and token.char_end <= edit.end for edit in inside) or all(
            isinstance(edit, Character) for edit in inside
        )
