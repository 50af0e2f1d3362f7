"""Whole utterances of six lengths, from ids to samples."""

from __future__ import annotations

import pytest

from benchmarks.lib.checks import check_speech
from benchmarks.lib.utterances import PHONEMES, utterance
from benchmarks.lib.variants import PRECISIONS
from benchmarks.suites.conftest import Measure
from kokoro_fast.config import SAMPLES_PER_FRAME
from kokoro_fast.model import KokoroModel

PLAIN_LENGTHS = ("word", "sentence", "paragraph")
"""Lengths that the plain model speaks. It takes four times as long as the fused one, and is there to compare with."""


@pytest.mark.parametrize(
    ("variant", "length"),
    [("plain", length) for length in PLAIN_LENGTHS] + [(p, length) for p in PRECISIONS for length in PHONEMES],
)
def test_utterance(measure: Measure, model: KokoroModel, length: str) -> None:
    what = utterance(length)
    audio, durations = measure(lambda: model.infer(what.input_ids, what.style, seed=0))
    wave = check_speech(audio, len(what.phonemes))
    assert wave.size == int(durations.sum()) * SAMPLES_PER_FRAME
