"""Markup over the pieces of a text, and any markup at all."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.markup import assert_true_to

from kokoro_fast.errors import InputError
from kokoro_fast.text import Scope, load_lexicon, parse_markup, phonemizer
from kokoro_fast.text.markup.edits import Alias, Character, Link, Pause
from kokoro_fast.types import PLAIN


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
