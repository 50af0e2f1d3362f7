"""The base of every backend: a loaded network that renders chunks."""

from __future__ import annotations

from contextlib import AbstractContextManager

import numpy as np
import torch
from numpy.typing import NDArray

from kokoro_fast.backends.network import Network, ShouldStop, WindowedNetwork
from kokoro_fast.backends.rendering import Rendering
from kokoro_fast.backends.turns import turns


class Backend:
    """One loaded model. Safe to call from several threads.

    Attributes:
        name: the kind of backend, such as "native" or "onnx".
        precision: "fp32", "bf16" or "int8".
        threads: the CPU threads for one call.
        compile_seconds: the time that torch.compile took; None where nothing was compiled.
    """

    compile_seconds: float | None = None

    def __init__(
        self, network: Network, name: str, precision: str, threads: int, device: torch.device | str = "cpu"
    ) -> None:
        self.network, self.name, self.precision, self.threads = network, name, precision, threads
        self._device = torch.device(device)

    @property
    def has_windows(self) -> bool:
        """Whether a rendering can give a window of its sound before the whole."""
        return isinstance(self.network, WindowedNetwork)

    def turn(self) -> AbstractContextManager[None]:
        """Wait until it is this caller's turn to render, and run the block in it. Steps of work go inside; pauses of
        the caller do not."""
        return turns().taken(self.threads)

    def prepare(
        self,
        input_ids: list[int],
        style: torch.Tensor,
        speed: float,
        seed: int,
        should_stop: ShouldStop | None = None,
    ) -> Rendering:
        """Decide the durations of one chunk.

        Args:
            input_ids: T phoneme ids, boundary ids included.
            style: (1, 256), a row of a voice.
            speed: 1.0 as trained; larger is faster.
            seed: the seed of the noise in the excitation.
            should_stop: polled while the sound is made (by the native backend): whether it is no longer wanted.
        """
        ids = torch.tensor([input_ids], device=self._device)
        return Rendering(self.network, ids, style.to(self._device), speed, seed, should_stop)

    def synthesize(
        self, input_ids: list[int], style: torch.Tensor, speed: float, seed: int
    ) -> tuple[NDArray[np.float32], list[int]]:
        """Speak one chunk: audio (S,), and the T durations in frames of 600 samples. Arguments as for `prepare`."""
        rendering = self.prepare(input_ids, style, speed, seed)
        return rendering.whole(), rendering.durations
