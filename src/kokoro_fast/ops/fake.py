"""The shapes of the native ops for tracing (`torch.compile`, `torch.export`), and their kernels on other devices."""

from __future__ import annotations

import torch
from torch import Tensor

from kokoro_fast.ops import reference


def register() -> None:
    """Complete the ops that the native library has just defined. Call it once."""
    torch.library.register_fake("kokoro_fast::istft", _istft)
    torch.library.register_fake("kokoro_fast::adain_snake", _adain_snake)
    torch.library.register_fake("kokoro_fast::harmonic_source", _harmonic_source)
    torch.library.register_fake("kokoro_fast::polar_rows", _polar_rows)
    torch.library.register_fake("kokoro_fast::istft_rows", _istft_rows)
    torch.library.register_fake("kokoro_fast::lstm", _lstm)
    # The weights of these ops are packed for a CPU, so they have no kernel for a GPU.
    torch.library.register_fake("kokoro_fast::conv_pack", _conv_pack)
    torch.library.register_fake("kokoro_fast::conv", _conv)
    torch.library.register_fake("kokoro_fast::channel_moments", _channel_moments)
    torch.library.register_fake("kokoro_fast::resblock", _resblock)
    torch.library.register_fake("kokoro_fast::scratch", _scratch)
    # The library holds CPU kernels only; on a GPU the same op name runs the reference.
    torch.library.register_kernel("kokoro_fast::istft", "cuda", reference.istft)
    torch.library.register_kernel("kokoro_fast::adain_snake", "cuda", reference.adain_snake)
    torch.library.register_kernel("kokoro_fast::harmonic_source", "cuda", reference.harmonic_source)
    torch.library.register_kernel("kokoro_fast::polar_rows", "cuda", reference.polar_rows)
    torch.library.register_kernel("kokoro_fast::istft_rows", "cuda", reference.istft_rows)
    torch.library.register_kernel("kokoro_fast::lstm", "cuda", reference.lstm)


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


def _harmonic_source(
    f0: Tensor,
    noise: Tensor,
    weight: Tensor,
    bias: Tensor,
    sample_rate: float,
    amplitude: float,
    voiced_noise: float,
    unvoiced_noise: float,
    voiced_hz: float,
) -> Tensor:
    torch._check(f0.dim() == 2, lambda: f"f0: expected (B, H), got {tuple(f0.shape)}")
    torch._check(noise.dim() == 2, lambda: f"noise: expected (B, S), got {tuple(noise.shape)}")
    torch._check(weight.dim() == 1, lambda: f"weight: expected (n_sines,), got {tuple(weight.shape)}")
    return torch.empty_like(noise, memory_format=torch.contiguous_format)


def _polar_rows(bins: Tensor) -> Tensor:
    torch._check(bins.dim() == 3, lambda: f"bins: expected (N, K, 2), got {tuple(bins.shape)}")
    return bins.new_empty(bins.size(0), 2 * bins.size(1))


def _istft_rows(x: Tensor, window: Tensor, hop: int) -> Tensor:
    torch._check(x.dim() == 2, lambda: f"x: expected (N, 2 * K), got {tuple(x.shape)}")
    return x.new_empty((x.size(0) - 1) * hop)


def _lstm(gates: Tensor, weight: Tensor) -> Tensor:
    torch._check(gates.dim() == 3, lambda: f"gates: expected (T, D, 4 * H), got {tuple(gates.shape)}")
    torch._check(weight.dim() == 4, lambda: f"weight: expected (D, P, H, 64), got {tuple(weight.shape)}")
    return gates.new_empty(gates.size(0), gates.size(1) * weight.size(2))


def _conv_pack(weight: Tensor, bias: Tensor | None, precision: str) -> Tensor:
    """The size is that of `csrc/cpu/conv/conv_pack.cpp`: lines of 64 bytes, each 16 numbers of 32 bits."""
    torch._check(weight.dim() == 3, lambda: f"weight: expected (C_out, C_in, K), got {tuple(weight.shape)}")
    per_word = {"fp32": 1, "bf16": 2, "int8": 4}[precision]
    arrays = 3 if precision == "int8" else 1
    channels_out, channels_in, taps = weight.shape
    panels, words = (channels_out + 15) // 16, (channels_in + per_word - 1) // per_word
    return weight.new_empty(64 * (1 + panels * (arrays + taps * words)), dtype=torch.uint8)


def _conv(
    x: Tensor,
    packed: Tensor,
    affine: Tensor | None,
    alpha: Tensor | None,
    slope: float,
    stride: int,
    dilation: int,
    padding: int,
    residual: Tensor | None,
    gain: float,
    y: Tensor,
) -> None:
    torch._check(x.dim() == 2, lambda: f"x: expected (T, C_in), got {tuple(x.shape)}")
    torch._check(y.dim() == 2, lambda: f"y: expected (T_out, C_out), got {tuple(y.shape)}")


def _channel_moments(x: Tensor) -> Tensor:
    torch._check(x.dim() == 2, lambda: f"x: expected (T, C), got {tuple(x.shape)}")
    return x.new_empty(2, x.size(1))


def _resblock(
    x: Tensor,
    style: Tensor,
    alpha: Tensor,
    packed: Tensor,
    dilations: list[int],
    moments: Tensor | None,
    y: Tensor,
    accumulate: bool,
) -> Tensor:
    torch._check(x.dim() == 2, lambda: f"x: expected (T, C), got {tuple(x.shape)}")
    torch._check(y.shape == x.shape, lambda: f"y: expected {tuple(x.shape)}, got {tuple(y.shape)}")
    return x.new_empty(packed.size(0), 2, x.size(1))


def _scratch(n_floats: int) -> Tensor:
    torch._check(n_floats >= 0, lambda: f"n_floats: expected 0 or more, got {n_floats}")
    return torch.empty(n_floats)
