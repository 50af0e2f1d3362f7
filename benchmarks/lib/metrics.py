"""The distance between two sounds, or between two tensors."""

from __future__ import annotations

from functools import lru_cache

import torch
from torch import Tensor

SAMPLE_RATE = 24_000
N_FFT, HOP = 1024, 256
"""Samples of a window of the spectrum, and from one window to the next."""

N_BANDS = 80
"""Bands of the mel scale."""


def relative_error(found: Tensor, expected: Tensor) -> float:
    """Norm of the difference over the norm of `expected`. The shapes must be the same."""
    assert found.shape == expected.shape, f"expected shape {tuple(expected.shape)}, got {tuple(found.shape)}"
    difference = found.double() - expected.double()
    return float(difference.norm() / expected.double().norm())


def correlation(found: Tensor, expected: Tensor) -> float:
    """Pearson correlation of two waveforms of the same length."""
    return float(torch.corrcoef(torch.stack([found.flatten(), expected.flatten()]).double())[0, 1])


def log_mel_distance(found: Tensor, expected: Tensor) -> float:
    """Mean absolute difference of two waveforms' log-mel spectra, in dB.

    Two runs of the reference that differ only in their noise are 0.42 dB apart: nobody hears less than that. A
    difference in level is part of the distance, so compare the levels first.
    """
    return float((log_mel(found) - log_mel(expected)).abs().mean())


def log_mel(audio: Tensor) -> Tensor:
    """Waveform of S samples -> (80, S / 256 + 1) dB: 80 mel bands from 0 to 12 kHz, with a floor of -60 dB."""
    window = torch.hann_window(N_FFT)
    spectrum = torch.stft(audio.flatten().float(), N_FFT, HOP, N_FFT, window, return_complex=True).abs()
    return 20 * torch.log10((mel_bands() @ spectrum).clamp(min=1e-3))


@lru_cache
def mel_bands() -> Tensor:
    """Triangles over the bins of the spectrum, (80, 513), their corners evenly spaced on the mel scale of HTK."""
    highest = 2595 * torch.log10(torch.tensor(1 + SAMPLE_RATE / 2 / 700, dtype=torch.float64))
    corners = 700 * (10 ** (torch.linspace(0, float(highest), N_BANDS + 2, dtype=torch.float64) / 2595) - 1)
    low, middle, high = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    hertz = torch.linspace(0, SAMPLE_RATE / 2, N_FFT // 2 + 1, dtype=torch.float64)
    rising, falling = (hertz - low) / (middle - low), (high - hertz) / (high - middle)
    return torch.minimum(rising, falling).clamp(min=0).float()
