"""The stages of `model.stages` together are the model, plain and fused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from support.goldens import Golden

from kokoro_fast import ops
from kokoro_fast.model import KokoroModel
from kokoro_fast.model.fused import fused_stages
from kokoro_fast.model.kokoro import normal
from kokoro_fast.model.stages import Stages


@pytest.mark.parametrize("name", ["one_word", "hello"])
def test_the_stages_are_the_model(model: KokoroModel, golden: Callable[[str], Golden], name: str) -> None:
    case, stages = golden(name), Stages(model)
    with torch.inference_mode():
        expected, encoding, text = stages.predict(case.input_ids, case.style)
        durations = stages.durations(expected, case.speeds)
        frames = stages.frames(durations)
        noise = normal(600 * frames.size(1), 3)[None]
        features, f0 = stages.decode(encoding, text, frames, case.style)
        audio = stages.generate(features, f0, case.style, noise)
        whole, whole_durations = model.infer(case.input_ids, case.style, float(case.speeds), seed=3)
        assert torch.equal(durations, whole_durations)
        assert torch.equal(audio, whole)
        assert torch.equal(stages.render(encoding, text, frames, case.style, noise), whole)


@pytest.mark.skipif(not ops.status().native, reason="the fused model needs the native library")
def test_a_window_is_of_the_whole(golden: Callable[[str], Golden]) -> None:
    case, stages = golden("hello"), fused_stages(KokoroModel.from_pretrained(), "fp32")
    with torch.inference_mode():
        expected, encoding, text = stages.predict(case.input_ids, case.style)
        frames = stages.frames(stages.durations(expected, case.speeds))
        noise = normal(600 * frames.size(1), 3)[None]
        features, f0 = stages.decode(encoding, text, frames, case.style)
        window = stages.window(features, f0, case.style, noise, 30, 70)[None]
        exact = stages.generate(features, f0, case.style, noise)[:, 300 * 30 : 300 * 70]
    assert window.shape == exact.shape
    assert torch.corrcoef(torch.cat([window, exact]))[0, 1] > 0.9


def test_forward_draws_its_own_noise(model: KokoroModel, golden: Callable[[str], Golden]) -> None:
    case, stages = golden("one_word"), Stages(model)
    with torch.inference_mode():
        torch.manual_seed(1)
        one, durations = stages(case.input_ids, case.style, case.speeds)
        torch.manual_seed(1)
        again, _ = stages(case.input_ids, case.style, case.speeds)
        other, _ = stages(case.input_ids, case.style, case.speeds)
    assert one.shape == (1, 600 * int(durations.sum()))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
