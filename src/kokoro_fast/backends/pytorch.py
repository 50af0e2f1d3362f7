"""Runs the model from its weights: on the fused native kernels, in plain PyTorch, or compiled by torch.compile."""

from __future__ import annotations

import time
import warnings
from functools import partial
from pathlib import Path
from typing import NamedTuple

import torch

from kokoro_fast import ops
from kokoro_fast.backends.backend import Backend
from kokoro_fast.backends.network import Network
from kokoro_fast.backends.threads import checked_threads, limited
from kokoro_fast.backends.torch_network import FusedNetwork, TorchNetwork
from kokoro_fast.config import STYLE_DIM
from kokoro_fast.errors import InputError, MissingDependencyError
from kokoro_fast.model import KokoroModel
from kokoro_fast.model.stages import Stages
from kokoro_fast.ops.precision import choose_precision

BACKENDS = ("native", "eager", "compile")

WARM_UP = [0, *range(43, 73), 0]
"""The ids to compile with: over a second of sound. Below half a second torch takes another convolution, and would
compile anew."""


class BackendChoice(NamedTuple):
    """The backend that will run the model, and the reason in a few words."""

    name: str
    reason: str


class PyTorchBackend(Backend):
    """The model in this process, from its weights.

    Args:
        weights: a weight file, or None for the cache (fetched when missing).
        device: "cpu", "cuda" or any other name that torch knows.
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
        where = _checked_device(device)
        n_threads = checked_threads(threads)
        name = choose_backend(backend, where.type).name
        chosen = choose_precision(precision, name).name
        is_native = name == "native"
        threads_of_call = partial(limited, n_threads, is_native)
        model = KokoroModel.from_pretrained(weights)
        network: Network
        if is_native:
            from kokoro_fast.model.fused import fused_stages

            with threads_of_call():
                network = FusedNetwork(fused_stages(model, chosen), threads_of_call)
        else:
            network = TorchNetwork(Stages(model.to(where)), threads_of_call)
        super().__init__(network, name, chosen, n_threads, where)
        if name == "compile":
            self._compile(model)

    def _compile(self, model: KokoroModel) -> None:
        """Compile the generator, nine tenths of all work, for any length, by speaking a little.

        The rest is not compiled: torch.compile does not take LSTMs, and would compile the decoder once more for each of
        three ranges of short lengths.
        """
        started = time.perf_counter()
        with warnings.catch_warnings():
            # The compiler warns about a part of torch itself, and that it leaves complex numbers (the STFT) to torch.
            warnings.filterwarnings("ignore", r"`torch\.jit\.script_method` is deprecated", DeprecationWarning)
            warnings.filterwarnings("ignore", "Torchinductor does not support code generation for complex", UserWarning)
            model.generator.compile(dynamic=True)
            self.synthesize(WARM_UP, torch.zeros(1, STYLE_DIM), 1.0, 0)
        self.compile_seconds = time.perf_counter() - started


def choose_backend(wanted: str = "auto", device: str = "cpu") -> BackendChoice:
    """Choose the backend that will run the model.

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
