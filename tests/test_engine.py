"""The whole path on real weights: text in, sound and times out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kokoro_fast import Kokoro, Speech
from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.errors import InputError, UnspokenTextWarning
from kokoro_fast.synthesis.pauses import PAUSE_SECONDS, silent_ends
from kokoro_fast.types import Boundary

TEXT = "Dr. Smith paid $100 for “it”.\n\nIsn’t that a lot?"


@pytest.fixture(scope="module")
def speech(tts: Kokoro) -> Speech:
    return tts.speak(TEXT)


def test_audio_is_mono_float_in_range(speech: Speech) -> None:
    assert speech.audio.dtype == np.float32
    assert speech.audio.ndim == 1
    assert speech.sample_rate == SAMPLE_RATE
    assert 0.05 < np.abs(speech.audio).max() <= 1.0
    assert speech.duration == len(speech.audio) / SAMPLE_RATE


def test_words_are_those_of_the_text(speech: Speech) -> None:
    words = [word.text for word in speech.words]
    assert words == ["Dr.", "Smith", "paid", "$100", "for", "it", "Isn’t", "that", "a", "lot"]
    assert all(TEXT[word.char_start : word.char_end] == word.text for word in speech.words)


def test_word_times_are_in_order_and_on_sound(speech: Speech) -> None:
    edges = [edge for word in speech.words for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= speech.duration
    for word in speech.words:
        said = speech.audio[round(word.start * SAMPLE_RATE) : round(word.end * SAMPLE_RATE)]
        assert np.sqrt(np.mean(np.square(said))) > 0.003, f"{word} is silent"


def test_speak_is_the_join_of_its_parts(tts: Kokoro, speech: Speech) -> None:
    parts = list(tts.parts(TEXT))
    assert len(parts) == 2
    joined = Speech.join(parts)
    np.testing.assert_array_equal(joined.audio, speech.audio)
    assert joined.words == speech.words
    assert joined.phonemes == speech.phonemes


def test_paragraphs_are_apart_as_long_as_the_table_says(tts: Kokoro, speech: Speech) -> None:
    first, second = tts.parts(TEXT)
    crossfade = 2 * 120
    tail = silent_ends(first.audio)[1]
    head = silent_ends(second.audio)[0]
    assert (tail + head) / SAMPLE_RATE == pytest.approx(
        PAUSE_SECONDS[Boundary.PARAGRAPH], abs=(crossfade + 2 * 120) / SAMPLE_RATE
    )


def test_same_seed_same_samples_other_seed_other_samples(tts: Kokoro) -> None:
    once, again = tts("One."), tts("One.")
    np.testing.assert_array_equal(once.audio, again.audio)
    tts_without_seed = Kokoro()
    assert not np.array_equal(tts_without_seed("One.").audio, tts_without_seed("One.").audio)


def test_the_last_seed_speaks_more_than_one_chunk() -> None:
    assert len(list(Kokoro(seed=2**63 - 1).parts("One.\n\nTwo."))) == 2


def test_phonemes_in_phonemes_out(tts: Kokoro) -> None:
    from_text = tts("Hello world.")
    assert from_text.phonemes == "həlˈO wˈɜɹld."
    np.testing.assert_array_equal(tts(phonemes=from_text.phonemes).audio, from_text.audio)


def test_link_gives_the_pronunciation(tts: Kokoro) -> None:
    speech = tts("Say [Kokoro](/kˈOkəɹO/) now.")
    assert "kˈOkəɹO" in speech.phonemes
    assert [word.text for word in speech.words] == ["Say", "Kokoro", "now"]


def test_speed_changes_length(tts: Kokoro) -> None:
    slow, fast = tts("A short sentence.", speed=0.7), tts("A short sentence.", speed=1.6)
    assert slow.duration > 1.5 * fast.duration


def test_voice_per_call_and_language_of_the_voice(tts: Kokoro) -> None:
    assert not np.array_equal(tts("One.", voice="am_adam").audio, tts("One.").audio)
    blend = tts("One.", voice="af_heart:0.7,am_adam:0.3").audio
    assert not np.array_equal(blend, tts("One.").audio)
    assert "ɑː" in Kokoro(voice="bf_emma", seed=0)("The bath.").phonemes


def test_threads_of_one_engine_do_not_disturb_each_other(tts: Kokoro) -> None:
    texts = ["One.", "Two.", "Three.", "Four."]
    alone = [tts(text).audio for text in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda text: tts(text).audio, texts))
    for expected, got in zip(alone, together, strict=True):
        np.testing.assert_array_equal(got, expected)


def test_threads_argument_limits_only_its_own_calls() -> None:
    import torch

    before = torch.get_num_threads()
    assert len(Kokoro(threads=1, seed=0)("One.").audio) > 0
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"text": ""}, "nothing speakable in ''"),
        ({"text": "*** … ***"}, "nothing speakable"),
        ({"text": None}, "expected text or phonemes, got neither"),
        ({"text": "a", "phonemes": "a"}, "got both"),
        ({"text": b"a"}, "expected a string, got bytes"),
        ({"text": "a", "speed": 0.4}, r"expected 0.5 to 2.0, got 0.4"),
        ({"text": "a", "speed": float("nan")}, "got nan"),
        ({"text": "a", "voice": "af_hart"}, "did you mean af_heart"),
        ({"phonemes": "həlˈO 5"}, "5"),
    ],
)
def test_bad_input_is_one_line_and_raised_at_the_call(tts: Kokoro, arguments: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        tts.parts(**arguments)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"voice": "xx_nobody"}, "xx_nobody"),
        ({"lang": "klingon"}, "klingon"),
        ({"device": "abacus"}, "abacus"),
        ({"threads": 0}, "expected 1 or more, got 0"),
        ({"backend": "abacus"}, "expected auto, native, eager or compile, got 'abacus'"),
        ({"precision": "int4"}, "expected auto, fp32, bf16 or int8, got 'int4'"),
        ({"backend": "eager", "precision": "int8"}, "expected the native backend, got eager"),
        ({"voice": np.full((510, 1, 256), np.inf, np.float32)}, "expected finite numbers, it holds NaN or infinity"),
        ({"seed": -1}, "got -1"),
        ({"seed": 2**63}, f"got {2**63}"),
        ({"seed": 0.5}, "got 0.5"),
    ],
)
def test_bad_engine_is_one_line(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        Kokoro(**arguments)
    assert "\n" not in str(caught.value)


def test_what_cannot_be_spoken_is_reported(tts: Kokoro) -> None:
    with pytest.warns(UnspokenTextWarning, match=r"character 6"):
        speech = tts("Hello \ud800 world.")
    assert [word.text for word in speech.words] == ["Hello", "world"]


@pytest.mark.slow
def test_long_text_is_spoken_whole(tts: Kokoro) -> None:
    sentence = "Every good book deserves a reader who will not skip a single word of it, however long it may be. "
    text = sentence * 12
    speech = tts(text)
    assert [word.text for word in speech.words] == text.replace(",", "").replace(".", "").split()
    assert 40 < speech.duration < 120


@pytest.mark.parametrize(("voice", "phonemes"), [("jf_alpha", "koɴnitɕiβa."), ("zf_xiaobei", "ni↓ xau↓.")])
def test_a_voice_whose_language_cannot_be_read_speaks_phonemes(voice: str, phonemes: str) -> None:
    engine = Kokoro(voice=voice, seed=0)
    assert 0.5 < engine.speak(phonemes=phonemes).duration < 5
    for call in (engine.speak, engine.stream):
        with pytest.raises(InputError, match="give phonemes= instead of text"):
            next(iter(call("Hi.")), None)  # type: ignore[call-overload]
