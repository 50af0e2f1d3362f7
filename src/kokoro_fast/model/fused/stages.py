"""The stages of a fused model, which can also give a window of the sound before the whole."""

import torch
from torch import Tensor

from ..stages import Stages


class FusedStages(Stages):
    """See `Stages`."""

    @torch.jit.export
    def window(self, features: Tensor, f0: Tensor, style: Tensor, noise: Tensor, begin: int, end: int) -> Tensor:
        """Half-frames `begin` to `end` of what `generate` would give, by guessed statistics: (300 (end - begin),)."""
        timbre = style[0, : self.timbre_width]
        return self.model.generator.window(features[0], f0[0], timbre, noise[0], begin, end)  # type: ignore[operator]

    def statistics(self, features: Tensor, f0: Tensor, style: Tensor, noise: Tensor) -> tuple[Tensor, list[Tensor]]:
        """What is known before rendering, and the statistics found by rendering: `FusedGenerator.statistics`."""
        timbre = style[0, : self.timbre_width]
        return self.model.generator.statistics(features[0], f0[0], timbre, noise[0])  # type: ignore[operator]
