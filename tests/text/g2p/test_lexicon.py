"""A user's own pronunciations: which words match, files, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kokoro_fast.errors import InputError
from kokoro_fast.text import Lexicon, load_lexicon, phonemizer
from kokoro_fast.text.normalize import normalize

WORDS = {
    "JSON": "ʤˈAsᵊn",
    "gif": "ʤˈɪf",
    "Polish": "pˈOlɪʃ",
    "polish": "pˈɑlɪʃ",
    "New York": "nˈu jˈɔɹk",
    "New": "nˈɪu",
    "e.g.": "fˌɔɹ ɪɡzˈæmpᵊl",
    "C++": "sˈi plˈʌs",
    "don": "dˈɑn",
    "s": "ˈɛs",
    "API": "ˌApˌiˈI",
    "niño": "nˈiɲo",
    "हूँ": "hˈu",
}


def found(text: str, language: str = "en-us", words: dict[str, str] = WORDS) -> list[str]:
    """The words of the text that the lexicon pronounced."""
    lexicon = load_lexicon(words)
    tokens = phonemizer(language)(text, lexicon).tokens
    assert all(token.text == text[token.char_start : token.char_end] for token in tokens)
    return [token.text for token in tokens if token.phonemes in words.values()]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("JSON, json and JSONs", ["JSON"]),
        ("A gif, a GIF and Gif's.", ["gif", "GIF", "Gif"]),
        ("Polish polish POLISH", ["Polish", "polish", "POLISH"]),
        ("New York's New\n York, Newark: New.", ["New York", "New\n York", "New"]),
        ("new york", []),
        ("Say e.g. this, E.G. that.", ["e.g.", "E.G."]),
        ("C++ or C", ["C++"]),
        ("I don't, I don’t, Don did, don's", ["Don", "don"]),
        ("It's s, S", ["s", "S"]),
        ("JSON-based re-JSON JSON_x JSON2 (JSON)", ["JSON", "JSON", "JSON"]),
        ("nin\u0303o, nińo", ["nin\u0303o"]),
        ("a\u00adgif g\u00adif", ["g\u00adif"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert found(text) == words


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        ("fr-fr", "L'API et d’API, qu'est-ce que l'API", ["API", "API", "API"]),
        ("es", "El niño y JSON", ["niño", "JSON"]),
        ("hi", "मैं ठीक हूँ।", ["हूँ"]),
        ("it", "un gif", ["gif"]),
        ("pt-br", "New York, não", ["New York"]),
        ("en-gb", "JSON", ["JSON"]),
    ],
)
def test_every_language(language: str, text: str, words: list[str]) -> None:
    assert found(text, language) == words


def test_the_sentence_stays_in_one_piece() -> None:
    text = "The record of JSON's use."
    plain = phonemizer("en-us")(text.replace("JSON", "[JSON](/ʤˈAsᵊn/)")).tokens
    tokens = phonemizer("en-us")(text, load_lexicon(WORDS)).tokens
    assert [(t.phonemes, t.whitespace, t.tag) for t in tokens] == [(t.phonemes, t.whitespace, t.tag) for t in plain]


def test_a_pronunciation_in_the_text_wins() -> None:
    lexicon = load_lexicon({"JSON": "ʤˈA", "the JSON": "ðə ʤˈO"})
    assert [t.phonemes for t in phonemizer("en-us")("[JSON](/sˈɑn/) JSON", lexicon).tokens] == ["sˈɑn", "ʤˈA"]
    assert [t.phonemes for t in phonemizer("en-us")("the [JSON](/sˈɑn/)", lexicon).tokens] == ["ðə", "sˈɑn"]


def test_entries_do_not_reach_over_markup_but_into_aliases() -> None:
    lexicon = load_lexicon({"New York": "nˈu", "gif": "ʤˈɪf"})
    tokens = phonemizer("en-us")('New [pause:1s] York <sub alias="a gif">x</sub>', lexicon).tokens
    assert [t.text for t in tokens] == ["New", "[pause:1s]", "York", "x"]
    assert tokens[-1].phonemes == "ɐ ʤˈɪf"


def test_files(tmp_path: Path) -> None:
    table, pairs = tmp_path / "words.tsv", tmp_path / "words.JSON"
    table.write_text("# word\tphonemes\n\nJSON\tʤˈAsᵊn\nNew York\t nˈu  jˈɔɹk \n", "utf-8-sig")
    pairs.write_text('{"JSON": "ʤˈAsᵊn", "New York": "nˈu jˈɔɹk"}', "utf-8")
    for source in (table, str(pairs)):
        lexicon = load_lexicon(source)
        assert len(lexicon) == 2
        assert [t.phonemes for t in phonemizer("en-us")("JSON New York", lexicon).tokens] == ["ʤˈAsᵊn", "nˈu jˈɔɹk"]
    assert load_lexicon(lexicon) is lexicon


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.json", "{", "expected JSON"),
        ("x.json", "[" * 100_000, "expected JSON"),
        ("x.json", '["a"]', "expected an object of words and phonemes"),
        ("x.json", '{"a": 1}', "expected strings for word and phonemes, got 'a': 1"),
        ("x.json", '{"a": {"b": "a"}}', "expected strings"),
        ("x.json", '{"a": "b", "a": "d"}', "'a': expected one pronunciation, got 'b' and 'd'"),
        ("x.tsv", "a b\n", "line 1: expected a word, a tab and phonemes; got 'a b'"),
        ("x.tsv", "b\ta\n\nx\tg\n", r"'x': expected phonemes of the Kokoro vocabulary only; got 'g' \(U\+0067\) at 0"),
        ("x.tsv", "b\t \n", "'b': expected phonemes, got ' '"),
        ("x.tsv", " \ta\n", "expected a word, got ' '"),
        ("x.csv", "", r"expected a file that ends in \.json, \.tsv, \.txt"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, name: str, content: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    with pytest.raises(InputError, match=message) as caught:
        load_lexicon(path)
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_bytes(b"\xff\xfe")
    for path in (tmp_path / "none.json", tmp_path / "x.tsv"):
        with pytest.raises(InputError, match="expected a readable file in UTF-8"):
            load_lexicon(path)
    with pytest.raises(InputError, match="expected a dict or a file, got list"):
        load_lexicon([])  # type: ignore[arg-type]


def test_one_word_in_two_spellings_of_the_apostrophe() -> None:
    assert len(load_lexicon({"rock'n'roll": "ɹˈɑk", "rock’n’roll": "ɹˈɑk"})) == 2
    with pytest.raises(InputError, match="expected one pronunciation"):
        load_lexicon({"rock'n'roll": "ɹˈɑk", "rock’n’roll": "ɹˈɑ"})


def test_the_first_wrong_entry_is_named() -> None:
    with pytest.raises(InputError, match="'c': expected phonemes, got ' '"):
        load_lexicon({"a": "b", "c": " ", "": "d", "e": "g"})


def test_an_empty_lexicon_changes_nothing() -> None:
    assert phonemizer("en-us")("Hello.", Lexicon([])) == phonemizer("en-us")("Hello.")


def test_entries_of_any_length_are_found_the_longest_first() -> None:
    lexicon = load_lexicon({"New": "a", "New York": "b", "New York City": "c", "straße": "d", "NEW": "e"})
    text = "New York City, new York, New, NEW, STRASSE, new york city"
    normalized = normalize(text, 0, len(text), [])
    lexicon.apply(normalized)
    found = [(normalized.text[start:end], phonemes) for start, end, phonemes in normalized.links]
    assert found == [("New York City", "c"), ("New", "a"), ("NEW", "e"), ("STRASSE", "d")]
