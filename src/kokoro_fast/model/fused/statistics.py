"""Predicts the statistics that AdaIN needs of a whole utterance before the utterance is rendered.

The generator normalizes by mean and variance over all time, so its first sample depends on its last. Everything else it
looks at lies within `config.CONTEXT_HALF_FRAMES`. With predicted statistics the first half second can be heard while
the rest is still to be rendered. The predictor is linear and of low rank, over features that are known before
rendering. `tools/fit_statistics.py` fits it to the model itself, and docs/streaming.md says how good it is.
"""

from pathlib import Path
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn

FILE = Path(__file__).with_name("statistics.npz")

DEVIATION_FLOOR = 1e-4
"""Added to deviations before their logarithm: some channels may be constant."""

VARIANCE_FLOOR = 1e-8
"""Added to the variances of the examples before their logarithm, when the predictor is fitted."""

PITCH_BANDS = 48
HIGHEST_PITCH = 480.0
"""The number of pitch bands, and their upper end in Hz: 10 Hz each. The lowest band also has everything that is
unvoiced. Without these features a sixth more of the variance remains unexplained."""


class StatisticsPredictor(nn.Module):
    """Features (P,) -> for each residual block the mean and variance before its convolutions, (6, 2, C).

    Each mean is predicted in units of its channel's deviation over the examples, and each variance as its logarithm.
    Both are linear in the features and in the products of the M main components of the features.
    """

    center: Tensor  # (P,)
    scale: Tensor  # (P,)
    main: Tensor  # (P, M)
    mean_products: Tensor  # (M (M + 1) / 2,)
    down: Tensor  # (P, R)
    quadratic: Tensor  # (M (M + 1) / 2, R)
    up: Tensor  # (R, Q)
    spread: Tensor  # (Q,)
    mean: Tensor  # (Q,): what is predicted of an average utterance
    deviation: Tensor  # (Q / 2,): of each channel over the examples, the unit of its mean
    pairs: Tensor  # (2, M (M + 1) / 2)

    def __init__(self, factors: dict[str, Tensor]) -> None:
        super().__init__()
        for name, factor in factors.items():
            self.register_buffer(name, factor.float())
        n_main = self.main.size(1)
        self.register_buffer("pairs", torch.triu_indices(n_main, n_main))
        self.deviation_floor, self.n_pitch_bands, self.highest_pitch = DEVIATION_FLOOR, PITCH_BANDS, HIGHEST_PITCH

    @classmethod
    def load(cls) -> Self:
        """The predictor that comes with the package: 2 MB, most of it as compressed 8-bit numbers."""
        with np.load(FILE, allow_pickle=False) as factors:
            return cls({name: torch.from_numpy(factors[name]) for name in factors})

    def forward(self, features: Tensor, channels: list[int]) -> list[Tensor]:
        """The statistics for features (P,); `channels` of each residual block in order."""
        x = (features - self.center) / self.scale
        products = products_of(x @ self.main, self.pairs) - self.mean_products
        predicted = (self.mean + (x @ self.down + products @ self.quadratic) @ self.up * self.spread).view(2, -1)
        mean, variance = predicted[0] * self.deviation, predicted[1].exp()
        statistics: list[Tensor] = []
        start = 0
        for width in channels:
            end = start + 6 * width
            statistics.append(torch.stack([mean[start:end].view(6, width), variance[start:end].view(6, width)], dim=1))
            start = end
        return statistics

    def features(self, x: Tensor, harmonics: Tensor, f0: Tensor, style: Tensor) -> Tensor:
        """The features of an utterance, all known before it is rendered.

        Args:
            x: (H, 512), the decoder's features.
            harmonics: (60H + 1, 22), magnitudes and phases of the excitation.
            f0: (H,), pitch in Hz.
            style: (128,), the half of the style that the decoder sees.

        Returns:
            (P,): style, logarithm of the length, mean and logarithm of the deviation over time of `x` and
            `harmonics`, and the share of each pitch band.
        """
        n_half_frames = float(x.size(0))
        features = [style, torch.tensor([n_half_frames]).log()]
        for rows in (x, harmonics):
            features += [rows.mean(0), (rows.std(0, correction=0) + self.deviation_floor).log()]
        pitches = torch.histc(f0.clamp(0.0, self.highest_pitch), self.n_pitch_bands, 0.0, self.highest_pitch)
        features.append(pitches / n_half_frames)
        return torch.cat(features)


def products_of(components: Tensor, pairs: Tensor) -> Tensor:
    """The product of every pair of components: (..., M), pairs (2, M (M + 1) / 2) -> (..., M (M + 1) / 2)."""
    return components.index_select(-1, pairs[0]) * components.index_select(-1, pairs[1])
