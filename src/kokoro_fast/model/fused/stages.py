"""The stages of a fused model, which can also render a window of the sound before the whole."""

from collections.abc import Callable

import torch
from torch import Tensor

from kokoro_fast.model.stages import Stages


class FusedStages(Stages):
    """See `Stages`."""

    @torch.jit.export
    def window(self, features: Tensor, f0: Tensor, style: Tensor, noise: Tensor, begin: int, end: int) -> Tensor:
        """Half-frames `begin` to `end` of what `generate` would give, by predicted statistics: (300 (end - begin),)."""
        timbre = style[0, : self.timbre_width]
        return self.model.generator.window(features[0], f0[0], timbre, noise[0], begin, end)  # type: ignore[operator]

    @torch.jit.unused
    def generate_unless(
        self, features: Tensor, f0: Tensor, style: Tensor, noise: Tensor, should_stop: Callable[[], bool] | None
    ) -> Tensor:
        """`generate`, polling `should_stop` before each residual block: whether the sound is no longer wanted.

        Raises:
            RenderingCancelled: `should_stop` said so.
        """
        timbre = style[0, : self.timbre_width]
        row: Tensor = self.model.generator.row(features[0], f0[0], timbre, noise[0], should_stop)  # type: ignore[operator]
        return row[None]

    def statistics(self, features: Tensor, f0: Tensor, style: Tensor, noise: Tensor) -> tuple[Tensor, list[Tensor]]:
        """The features of an utterance, and the statistics found by rendering it: `FusedGenerator.statistics`."""
        timbre = style[0, : self.timbre_width]
        return self.model.generator.statistics(features[0], f0[0], timbre, noise[0])  # type: ignore[operator]
