"""Guesses the statistics that AdaIN needs of a whole utterance before the utterance is rendered.

The generator normalizes by mean and variance over all time, so its first sample depends on its last. All else it looks
at lies within `HALO` half-frames. With guessed statistics the first half second can be heard while the rest is still to
be made. The guess is linear and of low rank, from what is known before rendering; `tools/fit_statistics.py` makes it
from the model itself, and docs/streaming.md says how good it is.
"""

from pathlib import Path
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn

FILE = Path(__file__).with_name("statistics.npz")

HALO = 8
"""Half-frames on each side of a window that its samples depend on: the receptive field of the generator."""

LEAST_DEVIATION = 1e-4
"""Added to deviations before their logarithm: some columns may be constant."""

PITCHES = 48
HIGHEST_PITCH = 480.0
"""Bands of pitch, 10 Hz each; the lowest has all that is unvoiced. Without them a sixth more remains unexplained."""

LEAST_VARIANCE = 1e-8
"""The same for variances that are learned from."""


class StatisticsGuess(nn.Module):
    """What is known (P,) -> for each residual block the mean and variance before its convolutions, (6, 2, C).

    Each mean is guessed in units of the channel's usual deviation, and each variance as its logarithm: both linear in
    what is known and in the products of its M main components.
    """

    center: Tensor  # (P,)
    scale: Tensor  # (P,)
    main: Tensor  # (P, M)
    usual_products: Tensor  # (M (M + 1) / 2,)
    down: Tensor  # (P, R)
    bend: Tensor  # (M (M + 1) / 2, R)
    up: Tensor  # (R, Q)
    spread: Tensor  # (Q,)
    usual: Tensor  # (Q,): what is guessed of an utterance like all others
    deviation: Tensor  # (Q / 2,): of the channels, the unit of the means
    pairs: Tensor  # (2, M (M + 1) / 2)

    def __init__(self, factors: dict[str, Tensor]) -> None:
        super().__init__()
        for name, factor in factors.items():
            self.register_buffer(name, factor.float())
        n_main = self.main.size(1)
        self.register_buffer("pairs", torch.triu_indices(n_main, n_main))
        self.least_deviation, self.n_pitches, self.highest_pitch = LEAST_DEVIATION, PITCHES, HIGHEST_PITCH

    @classmethod
    def load(cls) -> Self:
        """The guess that comes with the package: 2 MB, most of it as compressed 8-bit numbers."""
        with np.load(FILE, allow_pickle=False) as factors:
            return cls({name: torch.from_numpy(factors[name]) for name in factors})

    def forward(self, known: Tensor, channels: list[int]) -> list[Tensor]:
        """known (P,) from `known`; `channels` of each residual block in order."""
        x = (known - self.center) / self.scale
        products = products_of(x @ self.main, self.pairs) - self.usual_products
        guessed = (self.usual + (x @ self.down + products @ self.bend) @ self.up * self.spread).view(2, -1)
        mean, variance = guessed[0] * self.deviation, guessed[1].exp()
        statistics: list[Tensor] = []
        start = 0
        for width in channels:
            end = start + 6 * width
            statistics.append(torch.stack([mean[start:end].view(6, width), variance[start:end].view(6, width)], dim=1))
            start = end
        return statistics

    def known(self, x: Tensor, harmonics: Tensor, f0: Tensor, style: Tensor) -> Tensor:
        """What is known of an utterance before it is rendered.

        Args:
            x: (H, 512), the decoder's features.
            harmonics: (60H + 1, 22), magnitudes and phases of the excitation.
            f0: (H,), pitch in Hz.
            style: (128,), the half of the style that the decoder sees.

        Returns:
            (P,): style, logarithm of the length, mean and logarithm of the deviation over time of both, and how often
            each pitch is there.
        """
        n_columns = float(x.size(0))
        described = [style, torch.tensor([n_columns]).log()]
        for columns in (x, harmonics):
            described += [columns.mean(0), (columns.std(0, correction=0) + self.least_deviation).log()]
        pitches = torch.histc(f0.clamp(0.0, self.highest_pitch), self.n_pitches, 0.0, self.highest_pitch)
        described.append(pitches / n_columns)
        return torch.cat(described)


def products_of(components: Tensor, pairs: Tensor) -> Tensor:
    """Each component times each, itself included: (..., M), pairs (2, M (M + 1) / 2) -> (..., M (M + 1) / 2)."""
    return components.index_select(-1, pairs[0]) * components.index_select(-1, pairs[1])
