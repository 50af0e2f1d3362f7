"""The stages as modules of torch: eager, fused, compiled, or loaded from TorchScript."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

import torch
from torch import nn

from kokoro_fast.backends.rendering import Abandoned
from kokoro_fast.model.fused.generator import FusedResBlock


class Threads(Protocol):
    """Gives a context in which torch uses the threads of the backend."""

    def __call__(self) -> AbstractContextManager[Any]: ...


class TorchNetwork:
    """A `Network` of a module that has the methods of `model.stages.Stages`.

    Args:
        stages: the module, scripted or not.
        threads: around all work.
        has_windows: whether the module has `window`, as fused ones do.
    """

    def __init__(self, stages: Any, threads: Threads, has_windows: bool) -> None:
        self.stages, self._threads, self.has_windows = stages, threads, has_windows

    def predict(self, input_ids: torch.Tensor, style: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        with self._threads(), torch.inference_mode():
            predicted: tuple[torch.Tensor, torch.Tensor, torch.Tensor] = self.stages.predict(input_ids, style)
        return predicted

    def decode(self, *given: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        with self._threads(), torch.inference_mode():
            decoded: tuple[torch.Tensor, torch.Tensor] = self.stages.decode(*given)
        return decoded

    def generate(
        self, decoded: Any, style: torch.Tensor, noise: torch.Tensor, stop: Callable[[], bool] | None
    ) -> torch.Tensor:
        if stop is not None and stop():  # what is scripted cannot ask later
            raise Abandoned
        _here.stop = stop
        try:
            with self._threads(), torch.inference_mode():
                audio: torch.Tensor = self.stages.generate(*decoded, style, noise)
        finally:
            _here.stop = None
        return audio

    def window(self, decoded: Any, style: torch.Tensor, noise: torch.Tensor, begin: int, end: int) -> torch.Tensor:
        with self._threads(), torch.inference_mode():
            audio: torch.Tensor = self.stages.window(*decoded, style, noise, begin, end)
        return audio


_here = threading.local()
"""What the rendering at work in this thread asks whether to stop."""


def let_stop(stages: nn.Module) -> None:
    """Has every residual block of a fused model, an eighth of the work, ask before it begins."""

    def ask(*_: object) -> None:
        if getattr(_here, "stop", None) is not None and _here.stop():
            raise Abandoned

    for module in stages.modules():
        if isinstance(module, FusedResBlock):
            module.register_forward_pre_hook(ask)
