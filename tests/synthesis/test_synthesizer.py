"""Chunks to speech: exact and live are the same but for the first window, silences are exact, work can be taken up."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.lib.metrics import log_mel_distance
from kokoro_fast import Kokoro, Speech, ops
from kokoro_fast.backends.backend import Backend
from kokoro_fast.backends.rendering import Rendering
from kokoro_fast.backends.threads import usable_cores
from kokoro_fast.backends.turns import CORES_OF_ONE
from kokoro_fast.chunking.planner import plan
from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.errors import RenderingCancelled
from kokoro_fast.streaming.pacing import LONGEST_WINDOW, SHORTEST_WINDOW, PlaybackBuffer
from kokoro_fast.synthesis.early_window import BLEND_SAMPLES
from kokoro_fast.synthesis.lookahead import ChunkRun
from kokoro_fast.synthesis.pauses import PAUSE_SECONDS, POWER_WINDOW, silent_ends
from kokoro_fast.synthesis.synthesizer import N_SEEDS, Synthesizer
from kokoro_fast.synthesis.throughput import Throughput
from kokoro_fast.synthesis.timeline import CROSSFADE
from kokoro_fast.text import phonemes_to_tokens
from kokoro_fast.types import Boundary, Chunk, ProsodyOverride
from kokoro_fast.weights import load_voice

PHONEMES = (
    "ðə skˈI əbˈʌv ðə pˈɔɹt wʌz ðə kˈʌləɹ ʌv tˈɛləvˌɪʒən.",
    "ɐ bˈAkəɹ kˈɛɹid bɹˈɛd əkɹˈɔs ðə skwˈɛɹ, wˌIl ðə bˈɛlz ɹˈæŋ.",
    "bˌI ðˈɛn ðə lˈæmps wɜɹ lˈɪt əɡˈɛn.",
)
SLOW = 10.0
"""Seconds for a symbol, so that every chunk would come too late, and first windows are as long as they get."""

QUICK = 0.0001
"""The same, so that a window is as short as it gets."""

AMERICAN = ["af_heart", "am_adam", "af_nicole", "am_puck", "af_sky", "am_onyx"]
VOICES = [*AMERICAN, "bf_emma", "bm_george", "bm_lewis", "bf_lily"]

needs_native = pytest.mark.skipif(not ops.status().native, reason="only native kernels have windows")


OPENING_DIFFERENCE = 0.06
"""Seconds: live, the opening silence of a chunk follows from its durations and is cut less."""

LIVE_DISTANCE = {"mean": 0.82, "most": 1.4}
"""dB between a first window and the exact sound. Seen: 0.78 over ten voices and three sentences, at most 1.16."""


def chunk(phonemes: str, boundary: Boundary = Boundary.SENTENCE, **markup: object) -> Chunk:
    return Chunk(plan(phonemes_to_tokens(phonemes))[0].tokens, boundary, **markup)  # type: ignore[arg-type]


def silence(seconds: float) -> Chunk:
    return Chunk((), Boundary.PARAGRAPH, pause=seconds)


CHUNKS = [chunk(phonemes) for phonemes in PHONEMES]


def speak(
    tts: Kokoro,
    chunks: list[Chunk],
    *,
    live: bool = False,
    skip: int = 0,
    voice: str = "af_heart",
    seconds_per_symbol: float = SLOW,
) -> list[Speech]:
    throughput = Throughput(seconds_per_symbol)
    buffer = PlaybackBuffer(throughput) if live else None
    synthesis = Synthesizer(tts.backend, load_voice(voice), load_voice, 1.0, 7, throughput, buffer)
    return list(synthesis.parts([ChunkRun(chunks, ends_text=True)], skip))


NUMBERS = ("wˈʌn.", "tˈu tˈu!", "θɹˈi?", "fˈɔɹ ʌv ðˈɛm.", "fˈIv.", "sˈɪks ɔɹ sˈO.")
SHORT = [chunk(phonemes) for phonemes in NUMBERS]


@pytest.mark.slow
def test_work_taken_up_gives_the_rest_sample_for_sample(tts: Kokoro) -> None:
    chunks = [silence(0.1), *SHORT, *SHORT[::2], silence(0.4), CHUNKS[1], chunk("sˈɛvᵊn.", pause=0.3), CHUNKS[2]]
    whole = speak(tts, chunks)
    for skip in (1, 2, 6, 11, 12, 13, 14):
        rest = speak(tts, chunks, skip=skip)
        assert len(rest) == len(whole) - skip
        for expected, found in zip(whole[skip:], rest, strict=True):
            np.testing.assert_array_equal(found.audio, expected.audio)
            assert found.words == expected.words


class Spy:
    """A backend that notes the seeds of what it is given."""

    def __init__(self, backend: Backend) -> None:
        self.backend, self.seeds, self.turn = backend, list[int](), backend.turn

    def prepare(
        self, ids: list[int], style: Tensor, speed: float, seed: int, should_stop: Callable[[], bool] | None
    ) -> Rendering:
        self.seeds.append(seed)
        return self.backend.prepare(ids, style, speed, seed, should_stop)


@pytest.mark.parametrize(("seed", "seeds"), [(7, [7, 8, 10]), (N_SEEDS - 2, [N_SEEDS - 2, N_SEEDS - 1, 1])])
def test_each_chunk_has_a_seed_of_its_own(tts: Kokoro, seed: int, seeds: list[int]) -> None:
    """The same noise twice in a row would be heard as a pattern. A pause counts as a chunk."""
    spy, run = Spy(tts.backend), ChunkRun([SHORT[0], SHORT[0], silence(0.1), SHORT[0]], ends_text=True)
    synthesis = Synthesizer(cast(Backend, spy), load_voice("af_heart"), load_voice, 1.0, seed, Throughput())
    assert len(list(synthesis.parts([run]))) == 4
    assert spy.seeds == seeds


class Rush:
    """A backend that notes how many callers it works for at once."""

    def __init__(self, backend: Backend) -> None:
        self.backend, self.now, self.most, self.lock, self.turn = backend, 0, 0, threading.Lock(), backend.turn

    def prepare(self, *given: Any) -> Rendering:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        try:
            return self.backend.prepare(*given)
        finally:
            with self.lock:
                self.now -= 1


def test_callers_take_turns(tts: Kokoro) -> None:
    """All at once they would be served no sooner, and their buffers would be in memory together."""
    rush, rows = Rush(tts.backend), load_voice("af_heart")

    def one(_: int) -> int:
        synthesis = Synthesizer(cast(Backend, rush), rows, load_voice, 1.0, 1, Throughput())
        return len(list(synthesis.parts([ChunkRun([SHORT[0]], ends_text=True)])))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(16))) == [1] * 16
    assert 1 <= rush.most <= max(1, usable_cores() // min(CORES_OF_ONE, tts.backend.threads))


def test_a_word_begins_where_its_sound_is_heard(tts: Kokoro) -> None:
    """After a pause the first sound is heard 55 ms earlier than the durations say; its time allows for that."""
    early = []
    for one in (*CHUNKS, *SHORT[:3]):
        _, part = speak(tts, [chunk(PHONEMES[0], pause=1.5), one])
        early.append(part.words[0].start - silent_ends(part.audio)[0] / SAMPLE_RATE)
    assert abs(np.mean(early)) < 0.025, early  # seen: 6 ms late
    assert np.abs(early).max() < 0.06, early


def gap(before: NDArray[np.float32], after: NDArray[np.float32]) -> float:
    """Seconds between the last sound of one part and the first of the next."""
    return (silent_ends(before)[1] + silent_ends(after)[0]) / SAMPLE_RATE


@pytest.mark.parametrize("pause", [0.0, 0.2, 1.5])
def test_a_pause_is_as_long_as_markup_says(tts: Kokoro, pause: float) -> None:
    first, second = speak(tts, [chunk(PHONEMES[0], pause=pause), CHUNKS[1]])
    # To the windows in which silence is measured; a chunk keeps 30 ms before its onset.
    assert gap(first.audio, second.audio) == pytest.approx(
        max(pause, 0.03), abs=(2 * POWER_WINDOW + CROSSFADE) / SAMPLE_RATE
    )


def test_a_pause_at_the_ends_of_the_text(tts: Kokoro) -> None:
    opening, spoken, closing = speak(tts, [silence(1.0), CHUNKS[2], silence(0.5)])
    sound = np.concatenate([opening.audio, spoken.audio, closing.audio])
    head, tail = silent_ends(sound)
    assert head / SAMPLE_RATE == pytest.approx(1.0, abs=0.01)
    assert tail / SAMPLE_RATE == pytest.approx(0.5 + PAUSE_SECONDS[Boundary.SENTENCE], abs=0.05)


def test_markup_chooses_voice_and_rate(tts: Kokoro) -> None:
    plain, other, fast = (
        speak(tts, [chunk(PHONEMES[0], override=override)])[0]
        for override in (ProsodyOverride(), ProsodyOverride(voice="am_adam"), ProsodyOverride(rate=1.5))
    )
    np.testing.assert_array_equal(other.audio, speak(tts, [CHUNKS[0]], voice="am_adam")[0].audio)
    assert fast.duration < 0.8 * plain.duration


@needs_native
@pytest.mark.parametrize("one", CHUNKS, ids=range(len(CHUNKS)))
@pytest.mark.parametrize(("seconds_per_symbol", "length"), [(QUICK, SHORTEST_WINDOW), (SLOW, LONGEST_WINDOW)])
def test_live_is_exact_but_for_the_first_window(
    tts: Kokoro, seconds_per_symbol: float, length: float, one: Chunk
) -> None:
    (exact,) = speak(tts, [one])
    window, rest = speak(tts, [one], live=True, seconds_per_symbol=seconds_per_symbol)
    assert length < window.duration < length + 0.3
    found = np.concatenate([window.audio, rest.audio])
    # The ends are the same; live, the opening silence follows from the durations and not from the sound.
    n_same = min(len(found), len(exact.audio)) - len(window.audio) - BLEND_SAMPLES
    assert n_same > SAMPLE_RATE
    np.testing.assert_array_equal(found[-n_same:], exact.audio[-n_same:])


@needs_native
def test_live_words_are_the_exact_words(tts: Kokoro) -> None:
    exact, live = Speech.join(speak(tts, CHUNKS)), Speech.join(speak(tts, CHUNKS, live=True))
    assert live.phonemes == exact.phonemes
    assert [word.text for word in live.words] == [word.text for word in exact.words]
    for one, other in zip(live.words, exact.words, strict=True):
        assert abs(one.start - other.start) <= len(CHUNKS) * OPENING_DIFFERENCE
        assert abs(one.end - other.end) <= len(CHUNKS) * OPENING_DIFFERENCE


@needs_native
def test_a_short_chunk_comes_whole(tts: Kokoro) -> None:
    (part,) = speak(tts, [chunk("jˈɛs.")], live=True)
    np.testing.assert_array_equal(part.audio, speak(tts, [chunk("jˈɛs.")])[0].audio)


def window_distance(tts: Kokoro, one: Chunk, voice: str, seconds_per_symbol: float) -> float:
    """dB between the first window of a chunk and the same samples of the exact sound; checks the level at the join."""
    (exact,) = speak(tts, [one], voice=voice)
    first, rest = speak(tts, [one], voice=voice, live=True, seconds_per_symbol=seconds_per_symbol)
    window = first.audio
    offset = len(exact.audio) - len(window) - len(rest.audio)  # both end with the same sample
    reference = exact.audio[max(offset, 0) : offset + len(window)]
    window = window[max(-offset, 0) :]
    level = 20 * np.log10(np.std(window[-2400:]) / np.std(reference[-2400:]))
    assert abs(level) < 1.0, "the level jumps where the exact sound takes over"
    return log_mel_distance(torch.from_numpy(window), torch.from_numpy(reference))


@needs_native
@pytest.mark.slow
@pytest.mark.parametrize("seconds_per_symbol", [QUICK, SLOW])
def test_the_first_window_is_close_to_the_exact_sound(tts: Kokoro, seconds_per_symbol: float) -> None:
    distances = {
        (voice, i): window_distance(tts, one, voice, seconds_per_symbol)
        for voice in VOICES
        for i, one in enumerate(CHUNKS)
    }
    assert np.mean(list(distances.values())) < LIVE_DISTANCE["mean"], distances
    assert max(distances.values()) < LIVE_DISTANCE["most"], distances


@needs_native
def test_the_first_window_of_one_voice_is_close(tts: Kokoro) -> None:
    assert window_distance(tts, CHUNKS[0], "af_heart", QUICK) < LIVE_DISTANCE["most"]


@needs_native
def test_no_step_where_the_exact_sound_takes_over(tts: Kokoro) -> None:
    """The largest difference of neighbors around the join is no larger than elsewhere in the sound."""
    for one in CHUNKS:
        first, rest = speak(tts, [one], live=True)
        sound, place = np.concatenate([first.audio, rest.audio]), len(first.audio)
        steps = np.abs(np.diff(sound))
        assert steps[place - 20 : place + BLEND_SAMPLES + 20].max() <= steps[place - 4800 : place + 4800].max()
        assert steps[place - 1] <= np.quantile(steps[place - 2400 : place + 2400], 0.999)


@needs_native
def test_work_that_is_no_longer_wanted_ends_within_a_chunk(tts: Kokoro) -> None:
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked == 3

    synthesis = Synthesizer(tts.backend, load_voice("af_heart"), load_voice, 1.0, 7, Throughput())
    with pytest.raises(RenderingCancelled):
        next(synthesis.parts([ChunkRun(CHUNKS, ends_text=True)], should_stop=stop))
    assert asked == 3
    assert len(speak(tts, CHUNKS[2:])[0].audio) > SAMPLE_RATE  # the engine is as good as before
