"""Whole utterances of six lengths, from ids to samples."""

from __future__ import annotations

import pytest

from benchmarks.checks import check_speech
from benchmarks.conftest import Measure
from benchmarks.ours import PRECISIONS
from benchmarks.utterances import PHONEMES, utterance
from kokoro_fast.config import SAMPLES_PER_FRAME
from kokoro_fast.model import KokoroModel

PLAIN_LENGTHS = ("word", "sentence", "paragraph")
"""The plain model takes four times as long, and is there to compare with."""


@pytest.mark.parametrize(
    ("variant", "length"),
    [("plain", length) for length in PLAIN_LENGTHS] + [(p, length) for p in PRECISIONS for length in PHONEMES],
)
def test_utterance(measure: Measure, model: KokoroModel, length: str) -> None:
    what = utterance(length)
    audio, durations = measure(lambda: model.infer(what.input_ids, what.style, seed=0))
    wave = check_speech(audio, len(what.phonemes))
    assert wave.size == int(durations.sum()) * SAMPLES_PER_FRAME
