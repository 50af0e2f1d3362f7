"""The stages of the model on a sentence of five seconds, for the plain model and every precision of the fused one."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pytest
import torch

from benchmarks.conftest import Measure
from benchmarks.ours import PRECISIONS
from benchmarks.stages import stages
from benchmarks.utterances import utterance
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
    """Taken apart once for all stages of a model."""
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
