"""Whole utterances of six lengths, from ids to samples."""

from __future__ import annotations

import pytest

from benchmarks.checks import check_speech
from benchmarks.conftest import Measure
from benchmarks.ours import PRECISIONS
from benchmarks.utterances import PHONEMES, utterance
from kokoro_fast.config import SAMPLES_PER_FRAME
from kokoro_fast.model import KokoroModel


@pytest.mark.parametrize("length", PHONEMES)
@pytest.mark.parametrize("variant", ["plain", *PRECISIONS])
def test_utterance(measure: Measure, model: KokoroModel, length: str) -> None:
    what = utterance(length)
    audio, durations = measure(lambda: model.infer(what.input_ids, what.style, seed=0))
    wave = check_speech(audio, len(what.phonemes))
    assert wave.size == int(durations.sum()) * SAMPLES_PER_FRAME
