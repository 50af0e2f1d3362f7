"""The harmonic source, which stands for the vocal folds: nine sines that follow the pitch, and a breath of noise.

After Wang et al. 2019, neural source-filter waveform models. The reference adds independent noise to each sine, and the
next layer only ever sums them with fixed weights w. So one normal variable of deviation |w| is drawn instead, which has
the distribution of their sum, at a ninth of the random numbers.
"""

from __future__ import annotations

from torch import Tensor, nn

from kokoro_fast.config import SAMPLE_RATE, ModelConfig
from kokoro_fast.ops import reference


class HarmonicSource(nn.Module):
    """f0 (B, H) in Hz, noise (B, S) of unit variance -> excitation (B, S), S = 300 H."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.sample_rate = float(SAMPLE_RATE)
        self.sine_amplitude = 0.1
        self.voiced_noise = 0.003
        self.unvoiced_noise = self.sine_amplitude / 3
        self.voiced_hz = 10.0
        self.linear = nn.Linear(config.harmonics + 1, 1)

    def forward(self, f0: Tensor, noise: Tensor) -> Tensor:
        # Always the reference: its sine has the very bits of the golden files
        # (docs/decisions/0005-phases-in-the-references-order.md).
        return reference.harmonic_source(
            f0,
            noise,
            self.linear.weight[0],
            self.linear.bias,
            self.sample_rate,
            self.sine_amplitude,
            self.voiced_noise,
            self.unvoiced_noise,
            self.voiced_hz,
        )
