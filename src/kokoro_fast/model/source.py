"""The harmonic source: what the vocal folds do. A sum of nine sines that follow the pitch, and a breath of noise.

After Wang et al. 2019, neural source-filter waveform models. The reference adds an independent noise to each sine; the
next layer only ever sums them with fixed weights w, so we draw the one normal variable of deviation |w| that their sum
is: a ninth of the random numbers, the same distribution.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..config import SAMPLE_RATE, ModelConfig


class HarmonicSource(nn.Module):
    """f0 (B, H) in Hz, noise (B, S) of unit variance -> excitation (B, S), S = 300 H."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.hop = config.samples_per_half_frame
        self.sample_rate = SAMPLE_RATE
        self.n_sines = config.harmonics + 1
        self.sine_amplitude = 0.1
        self.voiced_noise = 0.003
        self.unvoiced_noise = self.sine_amplitude / 3
        self.voiced_hz = 10.0
        self.linear = nn.Linear(self.n_sines, 1)

    def forward(self, f0: Tensor, noise: Tensor) -> Tensor:
        voiced = (f0 > self.voiced_hz).to(f0.dtype)
        weights = self.linear.weight[0]
        sines = torch.sin(self.phases(f0)) * self.sine_amplitude
        noise_scale = (self.voiced_noise * voiced + self.unvoiced_noise * (1 - voiced)) * weights.norm()
        sines = self.linear((sines * self.hold(voiced)[:, None, :]).transpose(1, 2))[:, :, 0]
        return torch.tanh(sines + noise * self.hold(noise_scale))

    def hold(self, x: Tensor) -> Tensor:
        """Repeat each half-frame's value for all its samples: (B, H) -> (B, S)."""
        return x.repeat_interleave(self.hop, dim=1)

    def phases(self, f0: Tensor) -> Tensor:
        """Phase in radians of every sine at every sample: (B, H) -> (B, n_sines, S).

        Summed at the half-frames' rate, linear between their middles. The order of the float32 operations is the
        reference's: the network also sees the phase of bins that hold almost nothing, so a difference of 1e-4 here is
        5 % of the waveform (though not of its spectrum), and the golden files could not be met.
        """
        multiples = torch.arange(1, self.n_sines + 1, device=f0.device, dtype=f0.dtype)
        turns_per_sample = (f0[:, None, :] * multiples[:, None] / self.sample_rate) % 1.0
        phases = turns_per_sample.cumsum(2) * 2 * torch.pi * self.hop
        return F.interpolate(phases, scale_factor=float(self.hop), mode="linear")
