"""Transforms between samples and spectra: one spectrum goes into the generator, and another comes out of it.

The padding after a row's end must not show in its spectrum, so rows with lengths are transformed one by one.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from kokoro_fast import ops


def spectrum(samples: Tensor, n_fft: int, hop: int, n_samples: Tensor | None) -> Tensor:
    """Magnitude and phase of samples (B, S): (B, n_fft + 2, S / hop + 1), magnitudes in the first half of the rows."""
    if n_samples is None:
        return _spectrum(samples, n_fft, hop)
    width = samples.size(1) // hop + 1
    rows: list[Tensor] = []
    for b in range(samples.size(0)):
        row = _spectrum(samples[b : b + 1, : int(n_samples[b])], n_fft, hop)
        rows.append(F.pad(row, [0, width - row.size(2)]))
    return torch.cat(rows)


def inverse_spectrum(x: Tensor, n_fft: int, hop: int, n_steps: Tensor | None) -> Tensor:
    """Waveform of log magnitudes and phase angles x (B, n_fft + 2, N): (B, (N - 1) * hop). The angle is sin(x)."""
    magnitude = torch.exp(x[:, : n_fft // 2 + 1])
    phase = torch.sin(x[:, n_fft // 2 + 1 :])
    window = torch.hann_window(n_fft, dtype=x.dtype, device=x.device)
    if n_steps is None:
        return ops.istft(magnitude, phase, window, hop)
    n_samples = (x.size(2) - 1) * hop
    rows: list[Tensor] = []
    for b in range(x.size(0)):
        n = int(n_steps[b])
        row = ops.istft(magnitude[b : b + 1, :, :n], phase[b : b + 1, :, :n], window, hop)
        rows.append(F.pad(row, [0, n_samples - row.size(1)]))
    return torch.cat(rows)


def _spectrum(samples: Tensor, n_fft: int, hop: int) -> Tensor:
    window = torch.hann_window(n_fft, dtype=samples.dtype, device=samples.device)
    bins = torch.stft(samples, n_fft, hop, n_fft, window, return_complex=True)
    return torch.cat([bins.abs(), bins.angle()], dim=1)
