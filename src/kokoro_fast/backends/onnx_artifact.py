"""Runs an exported folder of kind onnx with onnxruntime. Each of the two stages is a graph."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import torch

from kokoro_fast.artifact.manifest import check_artifact, refuse
from kokoro_fast.backends.backend import Backend
from kokoro_fast.backends.network import PairNetwork
from kokoro_fast.backends.threads import checked_threads
from kokoro_fast.errors import MissingDependencyError
from kokoro_fast.forks import PerProcess


class OnnxBackend(Backend):
    """An artifact folder of ONNX graphs in this process.

    Attributes:
        folder: the folder.
        manifest: its manifest.

    Args:
        path: the folder.
        threads: CPU threads for one call; None for as many as this process has physical cores.

    Raises:
        InputError: fewer than one thread.
        MissingDependencyError: onnxruntime is not installed.
        WeightsError: the folder is missing, changed or not of ONNX; the message ends with the command that writes it.
    """

    def __init__(self, path: str | Path, threads: int | None = None) -> None:
        n_threads = checked_threads(threads)
        runtime = _onnxruntime()
        self.folder = Path(path)
        self.manifest = check_artifact(self.folder, "onnx")
        predict, render = (
            _function(runtime, self.folder / f"{name}.onnx", n_threads, self.manifest.command)
            for name in ("predict", "render")
        )
        super().__init__(PairNetwork(predict, render, nullcontext), "onnx", self.manifest.precision, n_threads)


def _onnxruntime() -> Any:
    """The package, without its telemetry (from 1.29 on): its thread sends reports, and a forked child waits for it."""
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        import onnxruntime
    except ImportError:
        raise MissingDependencyError(
            "backend onnx: expected the package onnxruntime, found none; install it with: pip install kokoro-fast[onnx]"
        ) from None
    return onnxruntime


def _function(runtime: Any, path: Path, threads: int, command: str) -> Callable[..., list[torch.Tensor]]:
    """A graph as a function of tensors. It is safe to call from several threads, as sessions are."""
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads

    def open_session() -> Any:
        try:
            return runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except (RuntimeError, ValueError) as error:
            refuse(path, f"expected an ONNX graph, got {str(error).splitlines()[0]}", command)

    session = PerProcess(open_session)
    names = [port.name for port in session.get().get_inputs()]

    def run(*inputs: torch.Tensor) -> list[torch.Tensor]:
        arrays = {name: tensor.numpy() for name, tensor in zip(names, inputs, strict=True)}
        return [torch.from_numpy(array) for array in session.get().run(None, arrays)]

    return run
