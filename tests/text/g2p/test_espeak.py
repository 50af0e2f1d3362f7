"""The five languages that espeak speaks."""

from __future__ import annotations

import re

import pytest

from kokoro_fast.config import VOCAB
from kokoro_fast.text import Phonemized, phonemizer

TEXTS = {
    "es": "¿Dónde está la biblioteca? En 1998 nació el niño (aquí), ¡qué día! Cuesta 3,5 euros.",
    "fr-fr": "Les enfants aiment « le week-end ». L'homme a 25 ans, n'est-ce pas ?",
    "hi": "नमस्ते, आप कैसे हैं? मैं ठीक हूँ। मेरा computer 25 साल का है।",
    "it": "Ciao, come stai? Ho 25 anni e un computer nuovo...",
    "pt-br": "Olá, como você está? São Paulo é grande, não é? Em 1998, o coração da cidade.",
}


def spoken(result: Phonemized) -> str:
    return "".join(token.symbols for token in result.tokens)


@pytest.mark.parametrize("code", TEXTS)
def test_tokens_are_true_to_the_text(code: str) -> None:
    text = TEXTS[code]
    result = phonemizer(code)(text)
    assert "".join(token.text + token.whitespace for token in result.tokens) == text
    assert all(token.text == text[token.char_start : token.char_end] for token in result.tokens)
    assert all(token.phonemes and VOCAB.keys() >= set(token.phonemes) for token in result.tokens)
    assert result.unspoken == []
    assert len(result.tokens) > 0.8 * len(re.findall(r"\w+|[.,?!()]", text))


@pytest.mark.parametrize("code", TEXTS)
def test_symbols_are_those_of_misaki(code: str) -> None:
    from misaki.espeak import EspeakG2P

    # Without decimals and with marks of the vocabulary only: misaki loses the others.
    text = re.sub(r"\d,\d", "3", TEXTS[code]).replace("«", "“").replace("»", "”").replace("।", ".")
    expected = "".join(symbol for symbol in EspeakG2P(code)(text)[0] if symbol in VOCAB)
    assert spoken(phonemizer(code)(text)) == expected


def test_numbers_are_one_token() -> None:
    words = {token.text: token.phonemes for token in phonemizer("es")(TEXTS["es"]).tokens}
    assert words["1998"] == "mˈil nˌoβeθjˈɛntos noβˌɛntaiˈoʧo"
    assert words["3,5"] == "tɾˈes koma θˈinko"
    assert words["¿Dónde"] == "dˈonde"


def test_words_that_espeak_runs_together_share_a_token() -> None:
    tokens = phonemizer("fr-fr")("Il est là, c'est-à-dire ici : qu'est-ce que c'est ?").tokens
    assert [token.text for token in tokens if " " in token.text] == ["qu'est-ce que c'est"]


def test_language_switches_leave_no_flags() -> None:
    for code in TEXTS:
        phonemes = spoken(phonemizer(code)("weekend software the Nutella email"))
        assert "(" not in phonemes
        assert ")" not in phonemes


def test_links() -> None:
    text = "El [Kokoro](/kokˈoɾo/) de [Nueva York](/nwˈeβa jˈɔɾk/), pre[texto](/tˈeks/)s y 1998 [x](/ˈa/)."
    result = phonemizer("es")(text)
    assert [(t.text, t.phonemes) for t in result.tokens[:6]] == [
        ("El", "el"),
        ("Kokoro", "kokˈoɾo"),
        ("de", "ðe"),
        ("Nueva York", "nwˈeβa jˈɔɾk"),
        (",", ","),
        ("pre", "pɾˈe"),
    ]
    assert [(t.text, t.phonemes) for t in result.tokens[-2:]] == [("x", "ˈa"), (".", ".")]
    assert all(t.text == text[t.char_start : t.char_end] for t in result.tokens)


def test_links_in_a_clause_whose_words_cannot_be_told_apart() -> None:
    tokens = phonemizer("fr-fr")("qu'est-ce que c'est [Kokoro](/kokˈoʁo/) là").tokens
    assert ("Kokoro", "kokˈoʁo") in [(token.text, token.phonemes) for token in tokens]
    assert "".join(token.text + token.whitespace for token in tokens) == "qu'est-ce que c'est Kokoro là"


@pytest.mark.parametrize("text", ["-_-Ⅸ_", "_-信", "'-মি", "⅙-ↈ", "０-Ｏ", "---लच्छेद", "a-ล"])
def test_hyphens_that_crash_espeak_never_reach_it(text: str) -> None:
    for code in ("hi", "fr-fr"):
        tokens = phonemizer(code)(text).tokens
        assert all(token.text == text[token.char_start : token.char_end] for token in tokens)


def test_a_word_at_which_espeak_fails_is_reported_and_the_rest_is_spoken(monkeypatch: pytest.MonkeyPatch) -> None:
    spanish = phonemizer("es")
    spanish.load()
    say = spanish._adapter._g2p  # type: ignore[union-attr]

    def failing(text: str) -> tuple[str, None]:
        if "roto" in text:
            raise RuntimeError("espeak")
        return say(text)

    monkeypatch.setattr(spanish._adapter, "_g2p", failing)
    said = spanish("Hola roto amigo.")
    assert [token.text for token in said.tokens if token.phonemes] == ["Hola", "amigo", "."]
    assert [unspoken.text for unspoken in said.unspoken] == ["roto"]
