"""The predictor on native kernels against the golden files and against the plain one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from support import goldens
from support.goldens import Golden

from benchmarks.lib.metrics import relative_error
from kokoro_fast import ops
from kokoro_fast.model import KokoroModel
from kokoro_fast.weights import find_weights, load_state

pytestmark = pytest.mark.skipif(not ops.status().native, reason="the native library is not loaded")

LAST_BITS = 1e-5
"""Relative error left by another order of additions. Seen: 1.3e-6."""

QUICK = ("one_word", "hello")
FILES = [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in goldens.NAMES]


@pytest.fixture(scope="module")
def fused(fetched: None) -> KokoroModel:
    from kokoro_fast.model.fused.albert import FusedAlbert
    from kokoro_fast.model.fused.prosody import FusedProsodyPredictor, FusedTextEncoder

    model = KokoroModel.from_state(load_state(find_weights()))
    with torch.inference_mode():
        model.albert = FusedAlbert(model.albert)
        model.text_encoder = FusedTextEncoder(model.text_encoder)
        model.prosody = FusedProsodyPredictor(model.prosody)
    return model


@pytest.mark.parametrize("name", FILES)
def test_predict(fused: KokoroModel, model: KokoroModel, golden: Callable[[str], Golden], name: str) -> None:
    case = golden(name)
    with torch.inference_mode():
        found = fused.predict(case.input_ids, case.style, case.speeds)
        plain = model.predict(case.input_ids, case.style, case.speeds)
    assert torch.equal(found.durations, case.durations)
    assert relative_error(found.f0, case.f0) < LAST_BITS
    assert relative_error(found.energy, case.energy) < LAST_BITS
    assert relative_error(found.text, plain.text) < LAST_BITS


def test_a_batch_equals_the_plain_model(
    fused: KokoroModel, model: KokoroModel, golden: Callable[[str], Golden]
) -> None:
    cases = [golden("one_word"), golden("question"), golden("hello")]
    lengths = torch.tensor([case.input_ids.size(1) for case in cases])
    input_ids = torch.full([3, int(lengths.max())], 7)
    for row, case in zip(input_ids, cases, strict=True):
        row[: case.input_ids.size(1)] = case.input_ids[0]
    style = torch.cat([case.style for case in cases])
    speed = torch.tensor([1.0, 0.9, 1.2])
    with torch.inference_mode():
        found = fused.predict(input_ids, style, speed, lengths)
        plain = model.predict(input_ids, style, speed, lengths)
    assert torch.equal(found.durations, plain.durations)
    assert found.n_frames is not None
    for b, n in enumerate(found.n_frames.tolist()):
        assert relative_error(found.f0[b, : 2 * n], plain.f0[b, : 2 * n]) < LAST_BITS
        assert relative_error(found.energy[b, : 2 * n], plain.energy[b, : 2 * n]) < LAST_BITS
        assert relative_error(found.text[b, :, :n], plain.text[b, :, :n]) < LAST_BITS
