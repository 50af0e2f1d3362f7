"""The two stages as modules of their own, for exporters that take a module with one `forward`.

The outputs of a stage are contiguous, since compiled code relies on contiguous inputs.
"""

from __future__ import annotations

from torch import Tensor, nn

from kokoro_fast.model.stages import Stages


class PredictStage(nn.Module):
    """`Stages.predict`."""

    def __init__(self, stages: Stages) -> None:
        super().__init__()
        self.stages = stages

    def forward(self, input_ids: Tensor, style: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        expected, encoding, text = self.stages.predict(input_ids, style)
        return expected.contiguous(), encoding.contiguous(), text.contiguous()


class RenderStage(nn.Module):
    """`Stages.render`."""

    def __init__(self, stages: Stages) -> None:
        super().__init__()
        self.stages = stages

    def forward(self, encoding: Tensor, text: Tensor, frames: Tensor, style: Tensor, noise: Tensor) -> Tensor:
        return self.stages.render(encoding, text, frames, style, noise).contiguous()
