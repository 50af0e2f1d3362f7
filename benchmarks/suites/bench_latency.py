"""The time from a text to its first samples, in a warm engine: medians in the table, p95 in the notes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.lib.checks import check_speech
from benchmarks.lib.utterances import TEXT
from benchmarks.lib.variants import Unavailable, engine
from benchmarks.suites.conftest import Measure
from kokoro_fast import Kokoro, Speech


@pytest.fixture(scope="module")
def tts() -> Kokoro:
    try:
        return engine()
    except Unavailable as reason:
        pytest.skip(str(reason))


FIRST_AUDIO: dict[str, Callable[[Kokoro], Speech]] = {
    "one word": lambda tts: tts.speak("Yes."),
    "first of a long text": lambda tts: next(tts.stream(TEXT)),
}


@pytest.mark.parametrize("what", FIRST_AUDIO)
def test_first_audio(
    benchmark: BenchmarkFixture, measure: Measure, note: Callable[[str], None], tts: Kokoro, what: str
) -> None:
    speech = measure(lambda: FIRST_AUDIO[what](tts), seconds=8)
    # The words that begin in it: the phonemes of an early window are those of its whole chunk.
    check_speech(speech.audio, sum(len(word.phonemes) for word in speech.words))
    if benchmark.enabled:
        p50, p95 = benchmark.stats.stats.median, benchmark.extra_info["p95_seconds"]
        note(f"p50 {p50 * 1e3:.0f} ms, p95 {p95 * 1e3:.0f} ms, the part is {speech.duration:.1f} s of speech")
