"""Normalization, links and segments: what happens to a text before any grapheme-to-phoneme conversion."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokoro_fast.errors import InputError
from kokoro_fast.text.markup.edits import Link
from kokoro_fast.text.markup.parser import parse_markup
from kokoro_fast.text.normalize import NormalizedText, normalize, plain_text
from kokoro_fast.text.segments import FIRST_SEGMENT, MAX_SEGMENT, segments


def normalized(text: str) -> NormalizedText:
    return normalize(text, 0, len(text), parse_markup(text).edits)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("don\u2019t", "don't"),
        ("a\u00a0b\u2009c\td", "a b c d"),
        ("a \u200b \u00a0 b", "a b"),
        ("co\u00adop\u200bera\u2060te\ufeff", "cooperate"),
        ("one\r\ntwo\rthree\u2028four", "one two three four"),
        ("a\x00b\x07c", "a b c"),
        ("cafe\u0301", "café"),
        ("«oui»", "“oui”"),
        ("5\u22123", "5-3"),
        ("what\uff1f", "what?"),
        ("\u2764\ufe0f", "\u2764"),
        ("bad\ud800", "bad\ufffd"),
        ("  lead", "lead"),
    ],
)
def test_plain_forms(text: str, plain: str) -> None:
    assert normalized(text).text == plain


@given(st.text(st.one_of(st.characters(), st.sampled_from("ab 'é\u0301\u0308\u1100\u1161\u02bc\r\n\u200b\x1f\u212b"))))
def test_plain_text_is_the_normalized_text(text: str) -> None:
    assert plain_text(text) == normalize(text, 0, len(text), []).text.rstrip()


def test_offsets_survive_deleted_and_composed_characters() -> None:
    text = "\u200bcafe\u0301  co\u00adop"
    result = normalized(text)
    assert result.text == "café coop"
    assert text[slice(*result.source_range(0, 4))] == "cafe\u0301"
    assert text[slice(*result.source_range(5, 9))] == "co\u00adop"
    assert result.space_at(4) == "  "
    assert result.space_at(3) == result.space_at(99) == ""


@pytest.mark.parametrize(("text", "space"), [("a\r\n\r\nb", "\r\n\r\n"), ("a\r\rb", "\n\n"), ("a\u2029b", "\n\n")])
def test_a_blank_line_is_two_line_feeds(text: str, space: str) -> None:
    assert normalized(text).space_at(1) == space


@given(st.text(max_size=80))
def test_every_character_knows_where_it_came_from(text: str) -> None:
    result = normalized(text)
    assert "  " not in result.text
    assert not result.text.startswith(" ")
    position = 0
    for i, char in enumerate(result.text):
        start, end = result.source_range(i, i + 1)
        assert position <= start < end <= len(text)
        position = end
        if char == " ":
            assert result.space_at(i).isspace()
        elif char not in "'“”-—,.!?:;()\ufffd":
            assert unicodedata.normalize("NFC", text[start:end]) == char


def test_links() -> None:
    (link,) = parse_markup("Say [ New York ](/ nˈu  jˈɔɹk /)!").edits
    assert isinstance(link, Link)
    assert (link.start, link.end, link.word_start, link.word_end) == (4, 32, 6, 14)
    assert link.phonemes == "nˈu jˈɔɹk"
    assert normalized("Say [New York](/nˈu jˈɔɹk/)!").text == "Say New York!"


@pytest.mark.parametrize(
    "text", ["[a](/b", "[a](b)", "[a] (/b/)", "[](/b/)", "[ ](/b/)", "[a](//)", "[a\n](/b/)", "a](/b/)", "[a](+x)"]
)
def test_what_is_not_quite_a_link_is_plain_text(text: str) -> None:
    assert parse_markup(text).edits == []


def test_foreign_symbols_in_a_link() -> None:
    with pytest.raises(InputError, match=r"'g' \(U\+0067\) at 8"):
        parse_markup("ab [c](/g/)")


@given(st.text(alphabet="ab. \n\r\t“[x](/ˈa/)", max_size=300), st.integers(1, 8))
def test_segments_cover_the_text_and_keep_links_whole(text: str, times: int) -> None:
    text *= times * 3
    links = parse_markup(text).edits
    ranges = list(segments(text, links))
    assert "".join(text[start:end] for start, end in ranges) == text
    for start, end in ranges:
        assert all(not start < link.start < end or link.end <= end for link in links)
    for _, end in ranges[:-1]:
        assert not text[end].isspace()


def test_segments_end_at_blank_lines_and_nowhere_else_in_a_short_text() -> None:
    text = "One.\r\nTwo.\r\n\r\nThree.\n \nFour. Five."
    assert [text[start:end] for start, end in segments(text, [])] == [
        "One.\r\nTwo.\r\n\r\n",
        "Three.\n \n",
        "Four. Five.",
    ]


def test_a_long_paragraph_is_cut_after_sentences() -> None:
    text = "This is a sentence of middling length. " * 200
    pieces = [text[start:end] for start, end in segments(text, [])]
    assert len(pieces) > 3
    assert all(piece.endswith(". ") and len(piece) <= MAX_SEGMENT for piece in pieces)


def test_a_text_without_spaces_is_still_cut() -> None:
    assert [end - start for start, end in segments("x" * 5000, [])] == [2000, 2000, 1000]


def test_segments_begin_small_and_grow() -> None:
    text = "This is a sentence of middling length. " * 300
    sizes = [end - start for start, end in segments(text, [])]
    assert FIRST_SEGMENT - 39 <= sizes[0] <= FIRST_SEGMENT
    assert all(first <= second <= 2 * first + 39 for first, second in pairwise(sizes[:-1]))
    assert MAX_SEGMENT - 39 <= max(sizes) <= MAX_SEGMENT


def test_small_segments_end_with_sentences_only() -> None:
    text = (
        "Dr. Smith met J. R. Jones of St. James St. in the U.S. Army, no. 5, i.e. here... and there; 1. One 2. Two - "
        * 4
    )
    assert len(text) > FIRST_SEGMENT
    assert list(segments(text + "Then he left.", [])) == [(0, len(text) + 13)]
    assert [text[:end] for _, end in segments(text + "Then he left. And so did I.", [])][:1] == [text]
    ends = [end for _, end in segments(text + "Then he left. And so did I.", [])]
    assert ends == [len(text) + 14, len(text) + 27]


def test_paragraphs_of_markup_end_segments() -> None:
    text = "<p>One.</p>\n<p>Two.</p> Three."
    pieces = [text[start:end] for start, end in segments(text, parse_markup(text).edits)]
    assert [piece for piece in pieces if piece not in ("<p>", "</p>")] == ["One.</p>\n", "Two.</p> ", "Three."]


def test_markup_is_read_as_what_it_stands_for() -> None:
    text = 'a[pause:1s]b [voice:x], <sub alias="two  words">w</sub>(<p>d</p>) <prosody rate="slow">e</prosody>f'
    result = normalized(text)
    assert result.text == "a b , two words( d ) ef"
    assert text[slice(*result.source_range(6, 15))] == "w"
    assert result.aliases == [(6, 15)]
    assert [(position, pause.seconds, space) for position, pause, space in result.pauses] == [(2, 1.0, "")]
    assert (result.space_at(1), result.space_after_word(1)) == (" ", "")
    assert result.space_at(16) == "\n\n"
    assert {2, 22} <= result.edges


@pytest.mark.slow
def test_a_million_spaces_and_a_million_accents_take_a_moment() -> None:
    assert normalized("a" + " " * 1_000_000 + "b").space_at(1) == " " * 1_000_000
    assert len(normalized("e" + "\u0301" * 1_000_000).text) == 1_000_001
