"""The harmonic source in one pass; `model.source` says what it computes."""

import torch
from torch import Tensor, nn

from kokoro_fast.model.source import HarmonicSource


class FusedSource(nn.Module):
    """`HarmonicSource` in one pass: f0 (B, H), noise (B, S) -> excitation (B, S).

    It keeps the order of roundings. But its sine is always the nearest float, and torch's is not: one sample in a
    hundred differs in the last bit. Where no noise is added, that can flip the phase of an empty bin.
    """

    def __init__(self, source: HarmonicSource) -> None:
        super().__init__()
        self.register_buffer("weight", source.linear.weight[0].clone())
        self.register_buffer("bias", source.linear.bias.clone())
        self.sample_rate, self.amplitude, self.voiced_hz = source.sample_rate, source.sine_amplitude, source.voiced_hz
        self.voiced_noise, self.unvoiced_noise = source.voiced_noise, source.unvoiced_noise

    def forward(self, f0: Tensor, noise: Tensor) -> Tensor:
        return torch.ops.kokoro_fast.harmonic_source(
            f0,
            noise,
            self.weight,
            self.bias,
            self.sample_rate,
            self.amplitude,
            self.voiced_noise,
            self.unvoiced_noise,
            self.voiced_hz,
        )
