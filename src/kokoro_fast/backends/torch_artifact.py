"""Runs an exported folder of kind torchscript or aoti, without weights or model code. All of it is checked first."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from kokoro_fast import ops
from kokoro_fast.artifact.manifest import ArtifactManifest, check_artifact, refuse
from kokoro_fast.backends.backend import Backend
from kokoro_fast.backends.network import Network, PairNetwork, Threads
from kokoro_fast.backends.threads import checked_threads, limited
from kokoro_fast.backends.torch_network import TorchNetwork, WindowedTorchNetwork
from kokoro_fast.errors import InputError, MissingDependencyError
from kokoro_fast.ops.precision import choose_precision


class ArtifactBackend(Backend):
    """An artifact folder in this process.

    Attributes:
        folder: the folder.
        manifest: its manifest.

    Args:
        path: the folder.
        kind: "torchscript" or "aoti".
        threads: CPU threads for one call; None for as many as this process has physical cores.

    Raises:
        InputError: another kind, fewer than one thread, or a precision that the chosen instruction set lacks.
        MissingDependencyError: the folder calls native ops, and the native library of the package is not there.
        WeightsError: the folder is missing, changed, or made for another torch, processor or library; the message ends
            with the command that writes it anew.
    """

    def __init__(self, path: str | Path, kind: str, threads: int | None = None) -> None:
        if kind not in ("torchscript", "aoti"):
            raise InputError(f"kind: expected torchscript or aoti, got {kind!r}")
        n_threads = checked_threads(threads)
        self.folder = Path(path)
        self.manifest = check_artifact(self.folder, "torchscript" if kind == "torchscript" else "aoti")
        is_native = self.manifest.ops == "native"
        if is_native:
            _check_library(self.manifest, self.folder)
        open_network = _torchscript if kind == "torchscript" else _aoti
        network = open_network(self.manifest, self.folder, partial(limited, n_threads, is_native))
        super().__init__(network, kind, self.manifest.precision, n_threads)


def _check_library(manifest: ArtifactManifest, folder: Path) -> None:
    """Refuse a folder with another op library: its copy is for other hosts, and here the ops are loaded already."""
    status = ops.status()
    if status.path is None:
        raise MissingDependencyError(
            f"{folder}: expected the native library, which it calls, but {status.reason}; "
            f"an artifact with --ops torch needs none"
        )
    own, other = status.path, folder / status.path.name
    if own.read_bytes() != other.read_bytes():
        refuse(other, "expected the library of this kokoro-fast, got that of another build", manifest.command)
    choose_precision(manifest.precision, "native")  # KOKORO_FAST_ISA may have chosen kernels without it


def _torchscript(manifest: ArtifactManifest, folder: Path, threads: Threads) -> Network:
    path = folder / "model.pt"
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"`torch\.jit\.load` is deprecated", DeprecationWarning)
        try:
            module = torch.jit.load(str(path))
        except (RuntimeError, ValueError) as error:
            refuse(path, f"expected TorchScript, got {_first_line(error)}", manifest.command)
    make_network = WindowedTorchNetwork if hasattr(module, "window") else TorchNetwork
    return make_network(module.eval(), threads)


def _aoti(manifest: ArtifactManifest, folder: Path, threads: Threads) -> Network:
    path = folder / "model.pt2"
    try:
        predict, render = (_compiled(path, name) for name in ("predict", "render"))
    except RuntimeError as error:  # also where the temporary folder has no room for the unpacked package
        refuse(path, f"expected an AOTInductor package that can be opened, got {_first_line(error)}", manifest.command)
    return PairNetwork(predict, render, threads)


def _compiled(path: Path, name: str) -> Callable[..., list[torch.Tensor]]:
    """One model of the package, by torch's loader in C++: the loader in Python loads all models, and the compiler."""
    loader = torch._C._aoti.AOTIModelPackageLoader(str(path), name, False, 1, -1)
    # Compiled code relies on contiguous inputs and checks nothing.
    return lambda *inputs: list(loader.boxed_run([tensor.contiguous() for tensor in inputs]))


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["an error without words"])[0]
