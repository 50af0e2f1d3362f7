"""Makes the backend that the arguments of `Kokoro` ask for: from weights, or from an exported folder."""

from __future__ import annotations

from pathlib import Path

from kokoro_fast.artifact.manifest import KINDS, read_manifest
from kokoro_fast.backends.backend import Backend
from kokoro_fast.errors import InputError


def open_backend(
    backend: str, path: str | Path | None, weights: str | Path | None, device: str, threads: int | None, precision: str
) -> Backend:
    """Load a backend; arguments as for `Kokoro`.

    Raises:
        InputError: a backend, device or precision that this machine lacks, or arguments that do not go together.
        MissingDependencyError: a library that the backend needs is not installed.
        WeightsError: no usable weights, or a folder that does not fit this machine.
    """
    if path is None and backend not in KINDS:
        from kokoro_fast.backends.pytorch import PyTorchBackend

        return PyTorchBackend(weights, device, threads, backend, precision)
    if path is None:
        raise InputError(f"backend {backend}: expected path=, the folder that `kokoro-fast export {backend}` writes")
    manifest = read_manifest(Path(path))
    if backend not in ("auto", manifest.kind):
        raise InputError(f"backend {backend}: expected a folder of this kind, got one of {manifest.kind} in {path}")
    if precision not in ("auto", manifest.precision):
        raise InputError(f"precision {precision}: expected what the folder {path} has, {manifest.precision}")
    if weights is not None:
        raise InputError(f"weights: expected none beside path={path}, which has its own")
    if device != manifest.device:
        raise InputError(f"device: expected {manifest.device}, which the folder {path} is made for, got {device!r}")
    if manifest.kind == "onnx":
        from kokoro_fast.backends.onnx_artifact import OnnxBackend

        return OnnxBackend(path, threads)
    from kokoro_fast.backends.torch_artifact import ArtifactBackend

    return ArtifactBackend(path, manifest.kind, threads)
