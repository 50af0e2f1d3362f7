"""A model that rounds as the reference does, so that its waveform can be compared sample by sample.

The generator looks at the phase of spectral bins that hold next to nothing, so one last bit of F0 moves the waveform by
some percent, though nobody hears it. The reference's F0 differs from ours in last bits for two reasons:

* it computes every convolution weight anew as `g * v / |v|`, also where the result was folded before;
* it spells the GELU of ALBERT out as `0.5 x (1 + tanh(...))`, where we call torch's own.

With both put back, what is left is the order of additions inside the convolutions. That shows the plain model differs
from the reference in rounding and in nothing else.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from kokoro_fast.model import KokoroModel
from kokoro_fast.weights import find_weights, load_state

WITHOUT_WEIGHT_NORM = ("f0_projection", "energy_projection", "source_conv")
"""The convolutions that the reference keeps as plain weights."""


def reference_model() -> KokoroModel:
    """The model with its convolution weights normalized once more, as the reference does at run time."""
    model = KokoroModel.from_state({name: tensor.clone() for name, tensor in load_state(find_weights()).items()})
    for name, module in model.named_modules():
        if isinstance(module, nn.Conv1d | nn.ConvTranspose1d) and not name.endswith(WITHOUT_WEIGHT_NORM):
            weight = module.weight
            weight.copy_(torch._weight_norm(weight, torch.norm_except_dim(weight, 2, 0), 0))
    return model


def reference_gelu(x: Tensor, approximate: str = "tanh") -> Tensor:
    """GELU in the reference's own order of operations. Stands in for `torch.nn.functional.gelu`."""
    assert approximate == "tanh"
    return 0.5 * x * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * torch.pow(x, 3.0))))
