"""Runs the model: by the fused native kernels, operation by operation in PyTorch, or compiled by torch.compile."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from kokoro_fast import ops
from kokoro_fast.backends.precision import choose_precision
from kokoro_fast.backends.rendering import Rendering, let_stop
from kokoro_fast.backends.threads import checked_threads, limited
from kokoro_fast.config import STYLE_DIM
from kokoro_fast.errors import InputError, MissingDependencyError
from kokoro_fast.model import KokoroModel

BACKENDS = ("native", "eager", "compile")

WARM_UP = [0, *range(43, 73), 0]
"""Symbols to compile with: over a second of sound. Below half a second torch takes another convolution, and would
compile that anew."""


class BackendChoice(NamedTuple):
    """What will run the model, and why in a few words."""

    name: str
    reason: str


class PyTorchBackend:
    """One loaded model. Safe to call from several threads.

    Attributes:
        name: "native", "eager" or "compile".
        precision: "fp32", "bf16" or "int8".
        threads: CPU threads for one call.
        compile_seconds: what torch.compile took; None where nothing was compiled.

    Args:
        weights: a weight file, or None for the cache (fetched when missing).
        device: "cpu", "cuda" or any other name torch knows.
        threads: CPU threads for one call; None for as many as this process has physical cores.
        backend: one of BACKENDS, or "auto" for native where it can be had, else eager.
        precision: "fp32", "bf16", "int8", or "auto" for the fastest that nobody can tell from fp32.

    Raises:
        InputError: a device, backend or precision that cannot be had here, or fewer than one thread.
        MissingDependencyError: the native backend was asked for and the native library is not there.
        WeightsError: no usable weights.
    """

    def __init__(
        self,
        weights: str | Path | None = None,
        device: str = "cpu",
        threads: int | None = None,
        backend: str = "auto",
        precision: str = "auto",
    ) -> None:
        self._device = _checked_device(device)
        self.threads = checked_threads(threads)
        self.name = choose_backend(backend, self._device.type).name
        self.precision = choose_precision(precision, self.name).name
        self.compile_seconds: float | None = None
        self._model = KokoroModel.from_pretrained(weights)
        if self.name == "native":
            self._fuse()
        else:
            self._model.to(self._device)
        if self.name == "compile":
            self._compile()

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
        rendering = self.prepare(input_ids, style, speed, seed)
        return rendering.whole(), rendering.durations

    @property
    def has_windows(self) -> bool:
        """Whether a rendering can give a window of its sound before the whole."""
        return self.name == "native"

    def prepare(
        self,
        input_ids: list[int],
        style: torch.Tensor,
        speed: float,
        seed: int,
        stop: Callable[[], bool] | None = None,
    ) -> Rendering:
        """Decide the durations of one chunk; arguments as for `synthesize`.

        Args:
            stop: asked now and then while its sound is made, whether that is still wanted (native backend).
        """
        ids = torch.tensor([input_ids], device=self._device)
        return Rendering(self._model, self._limited, ids, style.to(self._device), speed, seed, stop)

    def _limited(self) -> AbstractContextManager[None]:
        return limited(self.threads, self.name == "native")

    def _fuse(self) -> None:
        from kokoro_fast.model.fused import fuse

        with self._limited():
            self._model = fuse(self._model, self.precision)
        let_stop(self._model)
        # What is packed is a copy. With the little that is not copied too, the mapped file goes: 300 MB.
        for parameter in self._model.parameters():
            parameter.data = parameter.data.clone()

    def _compile(self) -> None:
        """Compile the generator, nine tenths of all work, for any length, by speaking a little.

        The rest stays as it is: torch.compile does not take LSTMs, and would compile the decoder once more for each of
        three ranges of short lengths.
        """
        started = time.perf_counter()
        with warnings.catch_warnings():
            # The compiler warns of a part of torch itself, and that it leaves complex numbers (the STFT) to torch.
            warnings.filterwarnings("ignore", r"`torch\.jit\.script_method` is deprecated", DeprecationWarning)
            warnings.filterwarnings("ignore", "Torchinductor does not support code generation for complex", UserWarning)
            self._model.generator.compile(dynamic=True)
            self.synthesize(WARM_UP, torch.zeros(1, STYLE_DIM), 1.0, 0)
        self.compile_seconds = time.perf_counter() - started


def choose_backend(wanted: str = "auto", device: str = "cpu") -> BackendChoice:
    """What will run the model, and why.

    Raises:
        InputError: an unknown backend, or native on another device than the CPU.
        MissingDependencyError: native was asked for and the native library is not there.
    """
    status = ops.status()
    if wanted not in (*BACKENDS, "auto"):
        raise InputError(f"backend: expected auto, {', '.join(BACKENDS[:-1])} or {BACKENDS[-1]}, got {wanted!r}")
    if wanted == "auto":
        if device != "cpu":
            return BackendChoice("eager", f"the native kernels run on the cpu, not on {device}")
        return BackendChoice("native" if status.native else "eager", status.reason)
    if wanted == "native" and device != "cpu":
        raise InputError(f"backend native: expected device cpu, got {device}")
    if wanted == "native" and not status.native:
        raise MissingDependencyError(f"backend native: expected the native library, but {status.reason}")
    return BackendChoice(wanted, "asked for")


def _checked_device(name: str) -> torch.device:
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:  # torch raises any of these, by device
        reason = str(error).splitlines()[0]
        raise InputError(f"device: expected one this machine has, such as cpu; got {name!r}: {reason}") from None
    return device
