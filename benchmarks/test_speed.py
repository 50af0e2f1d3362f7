"""pytest-benchmark on whole utterances: `pytest benchmarks` prints a table. Every result is checked, no time is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.utterances import utterance
from kokoro_fast import Kokoro, ops
from kokoro_fast.config import SAMPLE_RATE, SAMPLES_PER_FRAME
from kokoro_fast.model import KokoroModel

TEXT = "The sky above the port was the color of television, tuned to a dead channel."


@pytest.fixture(scope="module", autouse=True)
def two_threads() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def model() -> KokoroModel:
    return KokoroModel.from_pretrained()


@pytest.mark.parametrize("implementation", ["native", "reference"])
@pytest.mark.parametrize("name", ["word", "sentence"])
def test_model(benchmark: BenchmarkFixture, model: KokoroModel, name: str, implementation: str) -> None:
    """From ids to samples."""
    if implementation == "native" and not ops.status().native:
        pytest.skip(ops.status().reason)
    what = utterance(name)
    with ops.force(implementation):
        audio, durations = benchmark(model.infer, what.input_ids, what.style, seed=0)
    assert audio.shape == (1, int(durations.sum()) * SAMPLES_PER_FRAME)
    assert 0.01 < float(audio.square().mean().sqrt()) < 0.5


def test_predict(benchmark: BenchmarkFixture, model: KokoroModel) -> None:
    """From ids to durations and contours."""
    what = utterance("sentence")
    prosody = benchmark(model.predict, what.input_ids, what.style, torch.ones(1))
    assert prosody.f0.shape == (1, 2 * int(prosody.durations.sum()))


def test_speak(benchmark: BenchmarkFixture) -> None:
    """From text to speech, the whole engine."""
    speech = benchmark(Kokoro(seed=0).speak, TEXT)
    assert 4 * SAMPLE_RATE < len(speech.audio) < 6 * SAMPLE_RATE
    assert len(speech.words) == 15
