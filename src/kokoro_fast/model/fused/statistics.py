"""Guesses the statistics that AdaIN needs of a whole utterance before the utterance is rendered.

The generator normalizes by mean and variance over all time, so its first sample depends on its last. All else it looks
at lies within `HALO` half-frames. With guessed statistics the first half second can be heard while the rest is still to
be made. The guess is linear and of low rank, from what is known before rendering; `tools/fit_statistics.py` makes it
from the model itself, and docs/streaming.md says how good it is.
"""

from pathlib import Path
from typing import Self

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

FILE = Path(__file__).with_name("statistics.safetensors")

HALO = 8
"""Half-frames on each side of a window that its samples depend on: the receptive field of the generator."""

LEAST_DEVIATION = 1e-4
"""Added to deviations before their logarithm: some columns may be constant."""

LEAST_VARIANCE = 1e-8
"""The same for variances that are learned from."""


class StatisticsGuess(nn.Module):
    """What is known (P,) -> for each residual block the mean and variance before its convolutions, (6, 2, C).

    Each mean is guessed in units of the channel's usual deviation, and each variance as its logarithm.
    """

    center: Tensor  # (P,)
    down: Tensor  # (P, R)
    up: Tensor  # (R, Q)
    usual: Tensor  # (Q,): what is guessed of an utterance like all others
    deviation: Tensor  # (Q / 2,): of the channels, the unit of the means

    def __init__(self, factors: dict[str, Tensor]) -> None:
        super().__init__()
        for name in ("center", "down", "up", "usual", "deviation"):
            self.register_buffer(name, factors[name].float())
        self.least_deviation = LEAST_DEVIATION

    @classmethod
    def load(cls) -> Self:
        """The guess that comes with the package: 3 MB, most of it as 8-bit numbers."""
        return cls(load_file(FILE))

    def forward(self, known: Tensor, channels: list[int]) -> list[Tensor]:
        """known (P,) from `known`; `channels` of each residual block in order."""
        guessed = (self.usual + ((known - self.center) @ self.down) @ self.up).view(2, -1)
        mean, variance = guessed[0] * self.deviation, guessed[1].exp()
        statistics: list[Tensor] = []
        start = 0
        for width in channels:
            end = start + 6 * width
            statistics.append(torch.stack([mean[start:end].view(6, width), variance[start:end].view(6, width)], dim=1))
            start = end
        return statistics

    def known(self, x: Tensor, harmonics: Tensor, style: Tensor) -> Tensor:
        """What is known of an utterance before it is rendered.

        Args:
            x: (H, 512), the decoder's features.
            harmonics: (60H + 1, 22), magnitudes and phases of the excitation.
            style: (128,), the half of the style that the decoder sees.

        Returns:
            (P,): mean and logarithm of the deviation over time of both, style, logarithm of the length.
        """
        described = [style, torch.tensor([float(x.size(0))]).log()]
        for columns in (x, harmonics):
            described += [columns.mean(0), (columns.std(0, correction=0) + self.least_deviation).log()]
        return torch.cat(described)
