"""Shapes of the native ops for tracing (`torch.compile`, `torch.export`), and their kernels on other devices."""

from __future__ import annotations

import torch
from torch import Tensor

from . import reference


def register() -> None:
    """Complete the ops that the native library has just defined. Call once."""
    torch.library.register_fake("kokoro_fast::istft", _istft)
    torch.library.register_fake("kokoro_fast::adain_snake", _adain_snake)
    # The library holds CPU kernels only; on a GPU the same op name runs the reference.
    torch.library.register_kernel("kokoro_fast::istft", "cuda", reference.istft)
    torch.library.register_kernel("kokoro_fast::adain_snake", "cuda", reference.adain_snake)


def _istft(magnitude: Tensor, phase: Tensor, window: Tensor, hop: int) -> Tensor:
    torch._check(magnitude.dim() == 3, lambda: f"magnitude: expected (B, K, N), got {tuple(magnitude.shape)}")
    torch._check(phase.shape == magnitude.shape, lambda: "phase: expected the shape of magnitude")
    batch, bins, frames = magnitude.shape
    torch._check(window.dim() == 1, lambda: f"window: expected (n_fft,), got {tuple(window.shape)}")
    torch._check(window.size(0) == 2 * (bins - 1), lambda: "window: expected 2 * (K - 1) values")
    return magnitude.new_empty(batch, (frames - 1) * hop)


def _adain_snake(x: Tensor, scale: Tensor, shift: Tensor, alpha: Tensor, lengths: Tensor | None = None) -> Tensor:
    torch._check(x.dim() == 3, lambda: f"x: expected (B, C, T), got {tuple(x.shape)}")
    torch._check(scale.shape == x.shape[:2], lambda: "scale: expected (B, C) of x")
    torch._check(shift.shape == x.shape[:2], lambda: "shift: expected (B, C) of x")
    torch._check(alpha.shape == x.shape[1:2], lambda: "alpha: expected (C,) of x")
    return torch.empty_like(x, memory_format=torch.contiguous_format)
