"""The protocols of networks that backends run: one for all of them, and one for those that render early windows."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable

import torch

from kokoro_fast.errors import RenderingCancelled

Tensors = tuple[torch.Tensor, ...]

ShouldStop = Callable[[], bool]
"""Says whether the sound is no longer wanted."""


class Network(Protocol):
    """Runs the stages of the network. `model.stages` says what each stage takes and gives, with its shapes."""

    def predict(self, input_ids: torch.Tensor, style: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Expected frames, and the encodings for `decode`."""
        ...

    def decode(self, encoding: torch.Tensor, text: torch.Tensor, frames: torch.Tensor, style: torch.Tensor) -> Any:
        """Whatever `generate` of the same network wants to be given."""
        ...

    def generate(
        self, decoded: Any, style: torch.Tensor, noise: torch.Tensor, should_stop: ShouldStop | None
    ) -> torch.Tensor:
        """The sound, (1, S). May poll `should_stop` and raise `RenderingCancelled`."""
        ...


@runtime_checkable
class WindowedNetwork(Network, Protocol):
    """A network that can render part of the sound before the whole."""

    def window(self, decoded: Any, style: torch.Tensor, noise: torch.Tensor, begin: int, end: int) -> torch.Tensor:
        """Half-frames `begin` to `end` of the sound, by predicted statistics: (300 (end - begin),)."""
        ...


class Threads(Protocol):
    """Gives a context in which torch uses the threads of the backend."""

    def __call__(self) -> AbstractContextManager[Any]: ...


class PairNetwork:
    """A network of two functions, for artifacts that render in one step.

    Args:
        predict, render: as in `model.stages.Stages`; each may return a list.
        threads: entered around all work.
    """

    def __init__(self, predict: Callable[..., Any], render: Callable[..., Any], threads: Threads) -> None:
        self._predict, self._render, self._threads = predict, render, threads

    def predict(self, input_ids: torch.Tensor, style: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        with self._threads(), torch.inference_mode():
            expected, encoding, text = self._predict(input_ids, style)
        return expected, encoding, text

    def decode(self, encoding: torch.Tensor, text: torch.Tensor, frames: torch.Tensor, style: torch.Tensor) -> Tensors:
        """Nothing is decoded yet: `generate` does it."""
        return encoding, text, frames

    def generate(
        self, decoded: Any, style: torch.Tensor, noise: torch.Tensor, should_stop: ShouldStop | None
    ) -> torch.Tensor:
        if should_stop is not None and should_stop():
            raise RenderingCancelled
        with self._threads(), torch.inference_mode():
            rendered = self._render(*decoded, style, noise)
        audio: torch.Tensor = rendered[0] if isinstance(rendered, list) else rendered
        return audio
