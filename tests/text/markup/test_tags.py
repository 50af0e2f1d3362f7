"""What each tag does to the tokens: pauses, rates, voices, aliases and pronunciations."""

from __future__ import annotations

import pytest
from support.markup import assert_true_to, speak

from kokoro_fast.errors import InputError
from kokoro_fast.text import parse_markup
from kokoro_fast.text.markup.edits import Character, Hidden, Pause
from kokoro_fast.types import PLAIN, ProsodyOverride, Token

LANGUAGES = ["en-us", "en-gb", "es", "fr-fr", "hi", "it", "pt-br"]


def rows(text: str, language: str = "en-us") -> list[tuple[str, str]]:
    return [(token.text, token.phonemes) for token in speak(text, language).tokens]


def spoken(tokens: list[Token]) -> str:
    return "".join(token.symbols for token in tokens)


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


def test_a_change_of_prosody_takes_marks_and_endings_along() -> None:
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
def test_a_change_of_prosody_changes_no_symbol(language: str) -> None:
    text = "The record, no: 3.5 records; el niño est là, 25 ans (oui). मैं ठीक हूँ।"
    marked = f'[voice:af_heart]The <prosody rate="slow">record, no: 3.5 records;</prosody> {text[29:]}'
    expected = speak(text, language).tokens
    tokens = speak(marked, language).tokens
    assert spoken(tokens) == spoken(expected)
    assert [token.tag for token in tokens] == [token.tag for token in expected]
    assert_true_to(marked, tokens)


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_alias_is_one_token_with_the_range_of_the_word(language: str) -> None:
    text = 'El <sub alias="World Wide Web, Rome.">W3C</sub>, <sub alias="web">y</sub>.'
    tokens = speak(text, language).tokens
    assert_true_to(text, tokens)
    assert [token.text for token in tokens] == ["El", "W3C", ",", "y", "."]
    assert spoken(tokens) == spoken(speak("El World Wide Web, Rome., web.", language).tokens)


@pytest.mark.parametrize(
    ("attributes", "text", "words"),
    [
        ('"cardinal"', "1234", "one thousand two hundred thirty four"),
        ('"cardinal"', "-3.5", "minus three point five"),
        ('"ordinal"', "21", "twenty first"),
        ('"digits"', "2024", "two zero two four"),
        ('"characters"', "a1-B", "ay one dash bee"),
        ('"spell-out"', "USA", "you ess ay"),
        ('"telephone"', "+1 (555) 0123", "plus one, five five five, zero one two three"),
        ('"date"', "2024-01-05", "January fifth, twenty twenty four"),
        ('"date" format="dmy"', "10/11/2024", "November tenth, twenty twenty four"),
        ('"date" format="mdy"', "10/11/2024", "October eleventh, twenty twenty four"),
        ('"date" format="md"', "10/11", "October eleventh"),
        ('"time"', "2:30pm", "two thirty pea em"),
        ('"fraction"', "3/4", "three quarters"),
        ('"currency"', "$42.50", "forty two dollars and fifty cents"),
        ('"unit"', "10 km", "ten kilometers"),
        ('"date"', "some day", "some day"),
    ],
)
def test_say_as(attributes: str, text: str, words: str) -> None:
    names = {"ay": "[A](/ˈA/)", "bee": "[B](/bˈi/)", "ess": "[S](/ˈɛs/)", "you": "[U](/jˈu/)", "em": "[M](/ˈɛm/)",
             "pea": "[P](/pˈi/)"}  # fmt: skip
    expected = " ".join(names.get(word, word) for word in words.split())
    marked = f"It is <say-as interpret-as={attributes}>{text}</say-as> now."
    tokens = speak(marked).tokens
    assert_true_to(marked, tokens)
    assert [token.text for token in tokens] == ["It", "is", text, "now", "."]
    assert spoken(tokens).replace(" ", "") == spoken(speak(f"It is {expected} now.").tokens).replace(" ", "")


def test_say_as_needs_a_class() -> None:
    for attributes in ("", 'interpret-as="poem"'):
        with pytest.raises(InputError, match=r"expected interpret-as cardinal, number, ordinal, .*; got"):
            speak(f"<say-as {attributes}>1</say-as>")


def test_say_as_is_read_as_it_stands_in_other_languages() -> None:
    marked = speak('<say-as interpret-as="digits">12</say-as> euros', "fr-fr")
    assert spoken(marked.tokens) == spoken(speak("12 euros", "fr-fr").tokens)


def test_an_alias_is_put_into_words() -> None:
    tokens = speak('<sub alias="$5, Inc.">x</sub> now').tokens
    assert (tokens[0].text, tokens[0].said) == ("x", "five dollars, ink")


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


@pytest.mark.parametrize("code", ["1", "31", "0", "x7f", "xd800", "1114112"])
def test_an_entity_for_no_character_is_read_as_a_space_or_not_at_all(code: str) -> None:
    text = f"<speak>one&#{code};two</speak>"
    tokens = speak(text).tokens
    assert_true_to(text, tokens)
    assert spoken(tokens).replace(" ", "") == spoken(speak("one two").tokens).replace(" ", "")


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
