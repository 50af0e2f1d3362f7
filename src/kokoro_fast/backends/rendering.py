"""The rendering of one chunk, from its durations to its sound: as a whole, or a window of it early."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from kokoro_fast.backends.network import Network, ShouldStop, WindowedNetwork
from kokoro_fast.config import SAMPLES_PER_FRAME
from kokoro_fast.errors import RenderingCancelled
from kokoro_fast.model.kokoro import durations_at, normal, phoneme_indices

HALF_FRAME = SAMPLES_PER_FRAME // 2


class Rendering:
    """A chunk on its way from durations to sound. Made by `Backend.prepare`.

    Each step asks `should_stop` before it begins; the native kernels ask also within the last step.

    Attributes:
        style: (1, 256).

    Raises:
        RenderingCancelled: `should_stop` said so, here or in any method that computes.
    """

    def __init__(
        self,
        network: Network,
        ids: torch.Tensor,
        style: torch.Tensor,
        speed: float,
        seed: int,
        should_stop: ShouldStop | None = None,
    ) -> None:
        self._network, self.style, self._seed, self._should_stop = network, style, seed, should_stop
        self._go_on()
        self._expected, self._encoding, self._text = network.predict(ids, style)
        self._durations = self._durations_at(speed)
        self._decoded: Any = None
        self._noise: torch.Tensor | None = None

    @property
    def durations(self) -> list[int]:
        """Frames of 600 samples, one for each input id."""
        return self._durations[0].tolist()

    @property
    def n_samples(self) -> int:
        """The length of the whole chunk."""
        return int(self._durations.sum()) * SAMPLES_PER_FRAME

    def durations_at(self, speed: float) -> list[int]:
        """The durations that the chunk would have at another speed."""
        return self._durations_at(speed)[0].tolist()

    def set_speed(self, speed: float) -> None:
        """Change the speed. This is possible only before there is any sound."""
        self._durations = self._durations_at(speed)

    def whole(self) -> NDArray[np.float32]:
        """The exact sound, (S,)."""
        audio = self._network.generate(self.decoded, self.style, self.noise, self._should_stop)
        return audio[0].cpu().numpy()

    def window(self, begin: int, end: int) -> NDArray[np.float32]:
        """Samples `begin` to `end`, both multiples of 300, by predicted statistics: early, and near the exact sound.

        Raises:
            TypeError: the network has no windows; `Backend.has_windows` says so beforehand.
        """
        if not isinstance(self._network, WindowedNetwork):
            raise TypeError("window: expected a network that has windows")
        first, last = begin // HALF_FRAME, end // HALF_FRAME
        decoded = self.decoded
        self._go_on()
        return self._network.window(decoded, self.style, self.noise, first, last).numpy()

    @property
    def decoded(self) -> Any:
        """The pitch, energy and features of the decoder, computed once."""
        if self._decoded is None:
            self._go_on()
            frames = phoneme_indices(self._durations, int(self._durations.sum()))
            self._decoded = self._network.decode(self._encoding, self._text, frames, self.style)
        return self._decoded

    @property
    def noise(self) -> torch.Tensor:
        """The noise of the excitation, (1, S), drawn once."""
        if self._noise is None:
            self._noise = normal(self.n_samples, self._seed)[None].to(self.style.device)
        return self._noise

    def _go_on(self) -> None:
        if self._should_stop is not None and self._should_stop():
            raise RenderingCancelled

    def _durations_at(self, speed: float) -> torch.Tensor:
        return durations_at(self._expected, torch.full([1], speed, device=self._expected.device), None)
