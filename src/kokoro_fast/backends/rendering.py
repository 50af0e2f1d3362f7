"""One chunk between its prosody and its sound: all of it at once, or a window of it early."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from kokoro_fast.config import SAMPLES_PER_FRAME
from kokoro_fast.model import KokoroModel
from kokoro_fast.model.fused.generator import FusedResBlock
from kokoro_fast.model.fused.statistics import HALO
from kokoro_fast.model.kokoro import draw_noise

HALF_FRAME = SAMPLES_PER_FRAME // 2


class Threads(Protocol):
    """Gives a context in which torch uses the threads of the backend."""

    def __call__(self) -> AbstractContextManager[Any]: ...


class Abandoned(Exception):
    """The sound is not wanted any more: raised in the middle of the work, where `stop` says so."""


_here = threading.local()
"""What the rendering at work in this thread asks whether to stop."""


def let_stop(model: KokoroModel) -> None:
    """Has every residual block of a fused model, an eighth of the work, ask before it begins."""

    def ask(*_: object) -> None:
        if getattr(_here, "stop", None) is not None and _here.stop():
            raise Abandoned

    for module in model.generator.modules():
        if isinstance(module, FusedResBlock):
            module.register_forward_pre_hook(ask)


class Features(NamedTuple):
    """What the generator is given."""

    features: torch.Tensor  # (1, 512, H), of the decoder
    f0: torch.Tensor  # (1, H)
    timbre: torch.Tensor  # (1, 128)
    noise: torch.Tensor  # (1, S)


class Rendering:
    """A chunk on its way from durations to sound. Made by `PyTorchBackend.prepare`."""

    def __init__(
        self,
        model: KokoroModel,
        threads: Threads,
        ids: torch.Tensor,
        style: torch.Tensor,
        speed: float,
        seed: int,
        stop: Callable[[], bool] | None = None,
    ) -> None:
        self._model, self._threads, self._style, self._seed = model, threads, style, seed
        self._speed, self._stop = speed, stop
        self._generator: Any = model.generator  # plain, or fused, which can do more
        with threads(), torch.inference_mode():
            self._durations, self._encoding, self._text = model.encode(ids, style, self._speeds(speed), None)
        self._features: Features | None = None

    @property
    def durations(self) -> list[int]:
        """Frames of 600 samples, one for each input id."""
        return self._durations[0].tolist()

    @property
    def n_samples(self) -> int:
        """Length of the whole chunk."""
        return int(self._durations.sum()) * SAMPLES_PER_FRAME

    def durations_at(self, speed: float) -> list[int]:
        """What the durations would be at another speed."""
        return self._time(speed)[0].tolist()

    def set_speed(self, speed: float) -> None:
        """Speak at this speed after all. Only before there is any sound."""
        if speed != self._speed:
            self._durations, self._speed = self._time(speed), speed

    def _time(self, speed: float) -> torch.Tensor:
        if speed == self._speed:
            return self._durations
        with self._threads(), torch.inference_mode():
            return self._model.time(self._encoding, self._speeds(speed))

    def whole(self) -> NDArray[np.float32]:
        """The exact sound, (S,).

        Raises:
            Abandoned: `stop` said so.
        """
        _here.stop = self._stop
        try:
            with self._threads(), torch.inference_mode():
                audio: NDArray[np.float32] = self._generator(*self._described(), None)[0].cpu().numpy()
        finally:
            _here.stop = None
        return audio

    def window(self, begin: int, end: int) -> NDArray[np.float32]:
        """Samples `begin` to `end`, both multiples of 300, by guessed statistics: close to the exact sound, and early.

        Only the native backend has it.
        """
        with self._threads(), torch.inference_mode():
            rows = (row[0] for row in self._described())
            audio: NDArray[np.float32] = self._generator.window(*rows, begin // HALF_FRAME, end // HALF_FRAME).numpy()
        return audio

    def n_rendered(self, begin: int, end: int) -> int:
        """Samples that are made for a window: what is around it matters too."""
        return min(end + HALO * HALF_FRAME, self.n_samples) - max(begin - HALO * HALF_FRAME, 0)

    def statistics(self) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """What is known before rendering, and the statistics found by rendering: `FusedGenerator.statistics`."""
        with self._threads(), torch.inference_mode():
            found: tuple[torch.Tensor, list[torch.Tensor]] = self._generator.statistics(
                *(row[0] for row in self._described())
            )
        return found

    def _described(self) -> Features:
        """Pitch, energy and the decoder's work, once."""
        if self._features is None:
            model = self._model
            prosody = model.shape(self._durations, self._encoding, self._text, self._style, is_padded=False)
            noise = draw_noise(prosody, self.n_samples, 1.0, self._seed)
            timbre = self._style[:, : model.style_width]
            features = model.decoder(prosody.text, prosody.f0, prosody.energy, timbre, None)
            self._features = Features(features, prosody.f0, timbre, noise)
        return self._features

    def _speeds(self, speed: float) -> torch.Tensor:
        return torch.full([1], speed, device=self._style.device)
