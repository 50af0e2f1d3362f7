"""KPipeline with phonemes and tokens that the caller gives, and with voices."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from torch import Tensor

from kokoro_fast import KModel, KPipeline
from kokoro_fast.errors import UnspokenTextWarning
from kokoro_fast.weights import load_voice


def test_generate_from_a_string(kmodel: KModel, quiet: KPipeline) -> None:
    (result,) = quiet.generate_from_tokens("həlˈO!", voice="af_heart", speed=2, model=kmodel)
    assert (result.graphemes, result.phonemes) == ("", "həlˈO!")
    assert [token.phonemes for token in result.tokens] == ["həlˈO", "!"]
    assert result.audio.abs().max() > 0.05


def test_generate_from_changed_tokens(american: KPipeline, quiet: KPipeline) -> None:
    _, tokens = quiet.g2p("Tomato soup.")
    tokens[0].phonemes = "təmˈɑtO"
    (result,) = american.generate_from_tokens(tokens=tokens, voice="af_heart", speed=2)
    assert (result.graphemes, result.phonemes) == ("Tomato soup.", "təmˈɑtO sˈup.")
    assert result.tokens[0].tag == tokens[0].tag is not None
    assert result.tokens[1].start_ts == result.tokens[0].end_ts > 0


def test_tokens_of_misaki(quiet: KPipeline) -> None:
    from misaki.token import MToken

    tokens = [MToken("Hi", "UH", " ", "hˈI"), MToken("#", "NN", " ", None), MToken("you", "PRP", "", "ju")]
    (result,) = quiet.generate_from_tokens(tokens)
    assert result.graphemes == "Hi # you"
    assert result.phonemes.split() == ["hˈI", "ju"]


def test_long_phonemes_are_not_lost(quiet: KPipeline) -> None:
    phonemes = "ˈoʊld haʊs, " * 60 + "ˈɛnd"
    results = list(quiet.generate_from_tokens(phonemes))
    assert len(results) > 1
    assert " ".join(result.phonemes for result in results) == phonemes


def test_unknown_symbols_are_left_out_with_a_warning(kmodel: KModel, quiet: KPipeline) -> None:
    with pytest.warns(UnspokenTextWarning, match=re.escape("'é' (U+00E9)")):
        (result,) = quiet.generate_from_tokens("həé lˈO")
    assert result.phonemes == "hə lˈO"
    with pytest.warns(UnspokenTextWarning, match="漢"):
        output = kmodel("hˈI漢", load_voice("af_heart")[2:3], speed=2, return_output=True)
    assert len(output.pred_dur) == 5


def test_g2p_can_be_replaced(quiet: KPipeline) -> None:
    pipeline = KPipeline("a", model=False)
    pipeline.g2p = lambda text: ("hˈI ðˈɛɹ", None)
    (result,) = pipeline("你好")
    assert (result.graphemes, result.phonemes) == ("你好", "hˈI ðˈɛɹ")


def test_voices(quiet: KPipeline) -> None:
    heart, adam = quiet.load_voice("af_heart"), quiet.load_single_voice("am_adam")
    assert heart.shape == (510, 1, 256)
    assert quiet.voices["af_heart"] is heart
    for blend in (quiet.load_voice("af_heart,am_adam"), quiet.load_voice("af_heart+am_adam", delimiter="+")):
        torch.testing.assert_close(blend, (heart + adam) / 2)
    torch.testing.assert_close(quiet.load_voice("af_heart:3,am_adam:1"), 0.75 * heart + 0.25 * adam)
    torch.testing.assert_close(quiet.load_voice(heart), heart)
    quiet.voices["mine"] = 2 * heart
    torch.testing.assert_close(quiet.load_voice("mine,af_heart"), 1.5 * heart)


def test_a_voice_file_and_a_voice_tensor_sound_like_the_name(american: KPipeline, tmp_path: Path) -> None:
    def speak(voice: str | Tensor, seed: int) -> Tensor:
        torch.manual_seed(seed)
        (result,) = american("Yes.", voice=voice, speed=2)
        return result.audio

    heart = american.load_voice("af_heart")
    torch.save(heart, tmp_path / "mine.pt")
    by_name = speak("af_heart", seed=0)
    assert torch.equal(speak(str(tmp_path / "mine.pt"), seed=0), by_name)
    assert torch.equal(speak(heart, seed=0), by_name)
    assert not torch.equal(speak("af_heart", seed=1), by_name)
    assert not torch.equal(speak("am_adam", seed=0), by_name)


@pytest.mark.parametrize("n_symbols", [1, 2, 510])
def test_the_row_of_a_voice_is_that_of_the_number_of_symbols(n_symbols: int) -> None:
    def model(ps: str, ref_s: Tensor, speed: float, return_output: bool) -> tuple[str, int, float]:
        return ps, int(ref_s), speed

    symbols = "a" * n_symbols
    found = KPipeline.infer(cast(KModel, model), symbols, torch.arange(510), speed=lambda n: n / 2)
    assert cast(Any, found) == (symbols, n_symbols - 1, n_symbols / 2)
