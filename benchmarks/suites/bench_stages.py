"""The stages of the model on a sentence of five seconds: the plain model, and the fused one in each precision."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pytest
import torch

from benchmarks.lib.utterances import utterance
from benchmarks.lib.variants import PRECISIONS
from benchmarks.roofline.stages import stages
from benchmarks.suites.conftest import Measure
from kokoro_fast.model import KokoroModel

Calls = dict[str, Callable[[], Any]]

STAGES = [
    "albert",
    "encode",
    "contours",
    "decoder",
    "generator",
    "generator source",
    "generator stage 0",
    "generator stage 1",
    "generator output conv",
]


@pytest.fixture
def calls(model: KokoroModel) -> Calls:
    return calls_of(model)


@lru_cache(maxsize=1)
def calls_of(model: KokoroModel) -> Calls:
    """The calls of a model, which is taken apart once for all its stages."""
    return stages(model, utterance("sentence"))


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("variant", ["plain", *PRECISIONS])
def test_stage(measure: Measure, calls: Calls, stage: str) -> None:
    if stage not in calls:
        pytest.skip(f"this variant has no module for {stage}")
    with torch.inference_mode():
        expected = calls[stage]()
        found = measure(calls[stage], seconds=1)
    assert found.isfinite().all()
    assert found.std() > 0
    torch.testing.assert_close(found, expected)  # the same input gives the same result
