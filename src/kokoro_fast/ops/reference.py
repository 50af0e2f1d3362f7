"""Every op in plain torch: the specification, the oracle of the tests, and the path taken without the native library.

Shapes: B batch, C channels, T columns of time, K frequency bins, N spectrum frames, S samples. Everything is float32.
Scriptable and exportable, and right on every device that torch knows.
"""

from __future__ import annotations

import torch
from torch import Tensor


def istft(magnitude: Tensor, phase: Tensor, window: Tensor, hop: int) -> Tensor:
    """Samples of a spectrum given in polar form: the exact inverse of a centered `torch.stft`.

    Overlapping frames are divided by the sum of squared windows, and every bin but the first and the last counts for
    two, as it also stands for its negative frequency.

    Args:
        magnitude: (B, K, N).
        phase: (B, K, N), radians.
        window: (n_fft,) with n_fft = 2 * (K - 1).
        hop: samples from one frame to the next, 1 to n_fft.

    Returns:
        (B, S) with S = (N - 1) * hop.
    """
    n_fft = 2 * (magnitude.size(1) - 1)
    return torch.istft(torch.polar(magnitude, phase), n_fft, hop, n_fft, window, center=True)


def adain_snake(x: Tensor, scale: Tensor, shift: Tensor, alpha: Tensor, lengths: Tensor | None = None) -> Tensor:
    """Adaptive instance normalization, then the Snake activation `y + sin(alpha * y)^2 / alpha`.

    AdaIN (Huang and Belongie 2017) normalizes each channel over time, with the biased variance, and gives it the scale
    and shift of a style. Snake is from Ziyin et al. 2020.

    Args:
        x: (B, C, T).
        scale, shift: (B, C); the normalized channel becomes `(1 + scale) * y + shift`.
        alpha: (C,), frequency of Snake; not zero.
        lengths: (B,) int64 from 0 to T, or None. Columns at and after `lengths[b]` take no part in the statistics and
            are zero in the result.

    Returns:
        (B, C, T).
    """
    if lengths is None:
        mean = x.mean(2, keepdim=True)
        variance = (x - mean).square().mean(2, keepdim=True)
        return _snake(x, mean, variance, scale, shift, alpha)
    valid = (torch.arange(x.size(2), device=x.device) < lengths.unsqueeze(1)).unsqueeze(1)
    count = lengths.to(x.dtype).view(-1, 1, 1)
    mean = torch.where(valid, x, 0.0).sum(2, keepdim=True) / count
    variance = torch.where(valid, x - mean, 0.0).square().sum(2, keepdim=True) / count
    return torch.where(valid, _snake(x, mean, variance, scale, shift, alpha), 0.0)


def _snake(x: Tensor, mean: Tensor, variance: Tensor, scale: Tensor, shift: Tensor, alpha: Tensor) -> Tensor:
    epsilon = 1e-5  # of torch's InstanceNorm; a local, because a scripted function sees no module constants
    y = (x - mean) * torch.rsqrt(variance + epsilon)
    y = (1 + scale.unsqueeze(2)) * y + shift.unsqueeze(2)
    alpha = alpha.view(1, -1, 1)
    return y + torch.sin(alpha * y).square() / alpha
