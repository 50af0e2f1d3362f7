"""The stages as modules of torch: eager, fused, compiled, or loaded from TorchScript."""

from __future__ import annotations

from typing import Any

import torch

from kokoro_fast.backends.network import ShouldStop, Threads
from kokoro_fast.errors import RenderingCancelled


class TorchNetwork:
    """A network of a module that has the methods of `model.stages.Stages`.

    Args:
        stages: the module, scripted or not.
        threads: entered around all work.
    """

    def __init__(self, stages: Any, threads: Threads) -> None:
        self.stages, self._threads = stages, threads

    def predict(self, input_ids: torch.Tensor, style: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        with self._threads(), torch.inference_mode():
            predicted: tuple[torch.Tensor, torch.Tensor, torch.Tensor] = self.stages.predict(input_ids, style)
        return predicted

    def decode(self, *given: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        with self._threads(), torch.inference_mode():
            decoded: tuple[torch.Tensor, torch.Tensor] = self.stages.decode(*given)
        return decoded

    def generate(
        self, decoded: Any, style: torch.Tensor, noise: torch.Tensor, should_stop: ShouldStop | None
    ) -> torch.Tensor:
        """The sound. A scripted module is asked to stop only before it begins."""
        if should_stop is not None and should_stop():
            raise RenderingCancelled
        with self._threads(), torch.inference_mode():
            audio: torch.Tensor = self.stages.generate(*decoded, style, noise)
        return audio


class WindowedTorchNetwork(TorchNetwork):
    """A network of a fused module, which also has the method `window` of `model.fused.stages.FusedStages`."""

    def window(self, decoded: Any, style: torch.Tensor, noise: torch.Tensor, begin: int, end: int) -> torch.Tensor:
        with self._threads(), torch.inference_mode():
            audio: torch.Tensor = self.stages.window(*decoded, style, noise, begin, end)
        return audio


class FusedNetwork(WindowedTorchNetwork):
    """A network of a fused module in Python, which polls `should_stop` before each residual block, an eighth of the
    work."""

    def generate(
        self, decoded: Any, style: torch.Tensor, noise: torch.Tensor, should_stop: ShouldStop | None
    ) -> torch.Tensor:
        with self._threads(), torch.inference_mode():
            audio: torch.Tensor = self.stages.generate_unless(*decoded, style, noise, should_stop)
        return audio
