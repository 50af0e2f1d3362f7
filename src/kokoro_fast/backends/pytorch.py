"""Runs the model in PyTorch, on the CPU or a GPU, with the native ops where they are built."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from kokoro_fast.errors import InputError
from kokoro_fast.model import KokoroModel


class PyTorchBackend:
    """One loaded model. Safe to call from several threads.

    Args:
        weights: a weight file, or None for the cache (fetched when missing).
        device: "cpu", "cuda" or any other name torch knows.
        threads: CPU threads for one call; None leaves torch's own setting alone.

    Raises:
        InputError: a device that is not there, or fewer than one thread.
        WeightsError: no usable weights.
    """

    def __init__(self, weights: str | Path | None, device: str, threads: int | None) -> None:
        if threads is not None and threads < 1:
            raise InputError(f"threads: expected 1 or more, got {threads}")
        self._device = _checked_device(device)
        self._threads = threads
        self._model = KokoroModel.from_pretrained(weights).to(self._device)

    def synthesize(
        self, input_ids: list[int], style: torch.Tensor, speed: float, seed: int
    ) -> tuple[NDArray[np.float32], list[int]]:
        """Speak one chunk.

        Args:
            input_ids: T token ids, boundary ids included.
            style: (1, 256) row of a voice.
            speed: 1.0 as trained.
            seed: of the noise in the excitation.

        Returns:
            Audio (S,), and the T durations in frames of 600 samples.
        """
        ids = torch.tensor([input_ids], device=self._device)
        with _limited_threads(self._threads):
            audio, durations = self._model.infer(ids, style.to(self._device), speed, seed=seed)
        return audio[0].cpu().numpy(), durations[0].tolist()


def _checked_device(name: str) -> torch.device:
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:  # torch raises any of these, by device
        reason = str(error).splitlines()[0]
        raise InputError(f"device: expected one this machine has, such as cpu; got {name!r}: {reason}") from None
    return device


@contextmanager
def _limited_threads(threads: int | None) -> Iterator[None]:
    """Torch keeps the number of OpenMP threads for each calling thread, so a call limits only itself."""
    before = torch.get_num_threads()
    if threads is None or threads == before:
        yield
        return
    torch.set_num_threads(threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
