"""Counts the arithmetic of a call, from the shapes of the inputs and outputs of the plain model's layers.

A multiplication and an addition are two operations. Only products of matrices are counted: convolutions, linear layers,
LSTMs and attention, which are more than 99 % of the arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import torch
from torch import nn

from benchmarks.roofline.stages import first, hooks
from kokoro_fast.model.albert import AlbertLayer


def count_flops(model: nn.Module, call: Callable[[], Any]) -> int:
    """Operations in a call that runs layers of `model`."""
    total = 0

    def add(name: str, module: nn.Module, args: Any, result: Any) -> None:
        nonlocal total
        total += layer_flops(module, args[0].shape, first(result).shape)

    with torch.inference_mode(), hooks(dict(model.named_modules()), add):
        call()
    return total


def layer_flops(module: nn.Module, given: torch.Size, made: torch.Size) -> int:
    """Operations in one layer, from the shapes of its input and output."""
    match module:
        case nn.ConvTranspose1d():  # every input step is multiplied with every tap
            return 2 * given.numel() * prod(module.weight.shape[1:])
        case nn.Conv1d():
            return 2 * made.numel() * prod(module.weight.shape[1:])
        case nn.Linear():
            return 2 * made.numel() * module.in_features
        case nn.LSTM():  # four gates, two directions; input and state
            steps = given[0] * given[1]
            return 2 * steps * 2 * 4 * module.hidden_size * (module.input_size + module.hidden_size)
        case AlbertLayer():  # scores and sums of the attention; its linear layers are counted apart
            return 2 * 2 * given[0] * given[1] ** 2 * given[2]
        case _:
            return 0
