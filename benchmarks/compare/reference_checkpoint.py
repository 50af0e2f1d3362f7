"""Writes the cached weights as a checkpoint that the reference implementation loads, in place of the official file."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import torch
from torch import Tensor

from kokoro_fast.config import VOCAB, ModelConfig
from kokoro_fast.weights import find_weights, load_state
from kokoro_fast.weights.names import official_name

PLAIN_CONVOLUTIONS = ("F0_proj", "N_proj", "noise_convs")
"""Parts of the official names of the convolutions that have no weight norm."""


def write_checkpoint(path: Path) -> None:
    """Write the cached weights as the official .pth: five state dicts, weight norm split into g and v."""
    modules: dict[str, dict[str, Tensor]] = defaultdict(dict)
    for canonical_name, tensor in load_state(find_weights()).items():
        module, name = official_name(canonical_name).split(".", 1)
        if "alpha" in name:
            tensor = tensor.reshape(1, -1, 1)
        if has_weight_norm(name, tensor):
            modules[module][f"{name}_g"] = torch.norm_except_dim(tensor, 2, 0)
            modules[module][f"{name}_v"] = tensor
        else:
            modules[module][name] = tensor
    torch.save(dict(modules), path)


def has_weight_norm(name: str, tensor: Tensor) -> bool:
    """Whether a tensor is the weight of a convolution with weight norm: all but `PLAIN_CONVOLUTIONS` have it."""
    is_convolution = name.endswith(".weight") and tensor.dim() == 3
    return is_convolution and not any(plain in name for plain in PLAIN_CONVOLUTIONS)


def reference_config() -> dict[str, object]:
    """The entries of `config.json` in the official repository that the reference reads."""
    config = ModelConfig()
    return {
        "vocab": VOCAB,
        "n_token": config.n_symbols,
        "hidden_dim": config.hidden,
        "style_dim": config.style,
        "n_layer": config.text_layers,
        "text_encoder_kernel_size": config.text_kernel,
        "max_dur": config.max_duration,
        "dropout": 0.2,
        "n_mels": 80,
        "plbert": {
            "hidden_size": config.albert_hidden,
            "num_attention_heads": config.albert_heads,
            "intermediate_size": config.albert_intermediate,
            "max_position_embeddings": config.albert_positions,
            "num_hidden_layers": config.albert_layers,
            "dropout": 0.1,
        },
        "istftnet": {
            "upsample_rates": list(config.upsample_rates),
            "upsample_kernel_sizes": list(config.upsample_kernels),
            "upsample_initial_channel": config.hidden,
            "resblock_kernel_sizes": list(config.resblock_kernels),
            "resblock_dilation_sizes": [list(config.resblock_dilations)] * len(config.resblock_kernels),
            "gen_istft_n_fft": config.n_fft,
            "gen_istft_hop_size": config.hop,
        },
    }
