"""How the operations of a call are counted."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.roofline.flops import count_flops
from kokoro_fast.config import ModelConfig
from kokoro_fast.model.albert import AlbertLayer

LAYERS = [
    pytest.param(nn.Conv1d(6, 8, 5, stride=2, padding=2, dilation=2), (2, 6, 40), id="conv"),
    pytest.param(nn.Conv1d(6, 6, 3, groups=3), (1, 6, 40), id="grouped"),
    pytest.param(nn.ConvTranspose1d(6, 4, 10, 5, padding=2), (1, 6, 40), id="transposed"),
    pytest.param(nn.Linear(6, 9), (2, 7, 6), id="linear"),
    pytest.param(AlbertLayer(ModelConfig()), (1, 9, 768), id="attention"),
]


@pytest.mark.parametrize(("layer", "shape"), LAYERS)
def test_operations_are_those_that_torch_counts(layer: nn.Module, shape: tuple[int, ...]) -> None:
    arguments = (torch.rand(shape), None) if isinstance(layer, AlbertLayer) else (torch.rand(shape),)
    with (
        FlopCounterMode(display=False) as counter,
        sdpa_kernel(SDPBackend.MATH),
    ):  # it counts no fused attention
        layer(*arguments)
    assert count_flops(layer, lambda: layer(*arguments)) == counter.get_total_flops() > 0


def test_operations_of_an_lstm() -> None:
    lstm = nn.LSTM(5, 3, batch_first=True, bidirectional=True)
    multiply_adds = 7 * 2 * 4 * 3 * (5 + 3)  # steps, directions, gates, outputs, inputs and state
    assert count_flops(lstm, lambda: lstm(torch.rand(1, 7, 5))) == 2 * multiply_adds
