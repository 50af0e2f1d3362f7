"""Reads any file with Kokoro's weights into one canonical dict of float32 tensors, strictly.

Formats are told apart by their first bytes, never by the name of the file:

* `.safetensors`, ours: canonical names; memory-mapped, nothing is copied.
* `.pth`, the official checkpoint: five module state dicts, with weight norm.
* `.onnx`: exports in fp32, fp16 and int8 (see `onnx_weights`).
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from itertools import groupby
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from kokoro_fast.errors import WeightsError, parsing
from kokoro_fast.files import open_regular
from kokoro_fast.weights.names import INSTANCE_NORM_AFFINE, is_unused, official_name
from kokoro_fast.weights.onnx_weights import read_onnx
from kokoro_fast.weights.shapes import and_more, check_complete, tensor_shapes
from kokoro_fast.weights.torch_file import StoredTensor, TorchFile

OFFICIAL_MODULES = ("bert", "bert_encoder", "predictor", "text_encoder", "decoder")

WEIGHT_NORM = ((".weight_g", ".weight_v"), (".parametrizations.weight.original0", ".parametrizations.weight.original1"))
"""The names of magnitude and direction, as torch wrote them before and after version 2.0."""


def load_state(path: str | os.PathLike[str], *, verified: bool = False) -> dict[str, Tensor]:
    """Read a weight file of any known format.

    Args:
        verified: True for a file of the cache, whose numbers were found finite when it was made: they are not read now.

    Returns:
        A float32 tensor by name, with exactly the names and shapes of `shapes.tensor_shapes()`. Tensors of a
        `.safetensors` file are views of the file: its pages load when they are first touched.

    Raises:
        WeightsError: one line, if the file cannot be read, is truncated, damaged or of another kind, or if a tensor is
            missing, unknown, mis-shaped or not finite. A changed bit that leaves a finite number is found in a `.pth`
            (its archive has checksums) and in the cache (`store` keeps a digest), but not in other files.
    """
    path = Path(path)
    kind = _sniff(path)
    expected = f"{path}: expected a whole {kind} file of tensors, got a damaged one"
    with parsing(lambda reason: WeightsError(f"{expected} ({reason})")):
        state = _READERS[kind](path)
    check_complete(state, str(path))
    if not verified:
        _check_finite(state, path)
    return state


def save_state(state: Mapping[str, Tensor], path: str | os.PathLike[str], metadata: Mapping[str, str]) -> None:
    """Write a canonical dict as `.safetensors`. Raises WeightsError if it is incomplete or cannot be written."""
    check_complete(state, "state to save")
    try:
        save_file({name: tensor.contiguous() for name, tensor in state.items()}, path, dict(metadata))
    except (OSError, SafetensorError) as error:
        raise WeightsError(f"{path}: cannot write the weights: {error}") from None


def _sniff(path: Path) -> str:
    try:
        with open_regular(path) as file:
            head = file.read(9)
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise WeightsError(f"{path}: cannot read the weights: {error.strerror}") from None
    if head.startswith(b"PK\x03\x04"):
        return ".pth"
    if len(head) == 9 and head[8:] == b"{" and int.from_bytes(head[:8], "little") < size:
        return ".safetensors"
    if head[:1] == b"\x08" and size > 100:  # the first field of an ONNX model is its ir_version
        return ".onnx"
    what = f"{size} bytes beginning {head[:4].hex(' ')}" if head else "an empty file"
    raise WeightsError(f"{path}: expected Kokoro weights as .safetensors, .pth or .onnx, got {what}")


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    """Map every module on its own, so that its pages go with the last of its tensors when copies replace them."""
    state: dict[str, Tensor] = {}
    with safe_open(path, framework="pt") as file:
        names = sorted(file.keys())
    for _, of_module in groupby(names, lambda name: name.partition(".")[0]):
        with safe_open(path, framework="pt") as file:
            state |= {name: file.get_tensor(name) for name in of_module}
    for name, tensor in state.items():
        if tensor.dtype != torch.float32:
            raise WeightsError(f"{path}: tensor {name} has type {tensor.dtype}, expected torch.float32")
    return state


def _read_official(path: Path) -> dict[str, Tensor]:
    """Read official names, drop `module.` of data-parallel training, and fold weight norm."""
    with open_regular(path) as file:
        saved = TorchFile(file)
        checkpoint = saved.content
        found = sorted(checkpoint) if isinstance(checkpoint, dict) else type(checkpoint).__name__
        if found != sorted(OFFICIAL_MODULES):
            raise WeightsError(f"{path}: expected the modules {', '.join(OFFICIAL_MODULES)}, got {str(found)[:200]}")
        flat: dict[str, Tensor] = {}
        for module, tensors in checkpoint.items():
            if not isinstance(tensors, dict) or not all(isinstance(t, StoredTensor) for t in tensors.values()):
                raise WeightsError(f"{path}: expected module {module} to be a state dict of tensors")
            flat |= {f"{module}.{name.removeprefix('module.')}": saved.tensor(t) for name, t in tensors.items()}
    return _canonical(_fold_weight_norm(flat, path), path)


def _read_onnx(path: Path) -> dict[str, Tensor]:
    """Read an export, which has official names and folded weights."""
    return _canonical({name: torch.from_numpy(array) for name, array in read_onnx(path).items()}, path)


def _fold_weight_norm(flat: dict[str, Tensor], path: Path) -> dict[str, Tensor]:
    """weight = g * v / ||v||, the norm over all dimensions but the first (transposed convolutions too)."""
    folded = dict(flat)
    for magnitude, direction in WEIGHT_NORM:
        for name in [n for n in flat if n.endswith(magnitude)]:
            base = name.removesuffix(magnitude)
            if base + direction not in flat:
                raise WeightsError(f"{path}: tensor {base}{direction} is missing beside {name}")
            g, v = folded.pop(name).float(), folded.pop(base + direction).float()
            try:
                folded[f"{base}.weight"] = v * (g / torch.norm_except_dim(v, 2, 0))
            except RuntimeError:
                shapes = f"{tuple(g.shape)} and {tuple(v.shape)}"
                raise WeightsError(f"{path}: weight norm of {base}: g and v do not fit, shapes {shapes}") from None
    return folded


def _canonical(flat: dict[str, Tensor], path: Path) -> dict[str, Tensor]:
    """Bring official names to ours. A tensor that the model does not use must be known to be unused."""
    ours = {official_name(name): name for name in tensor_shapes()}
    state: dict[str, Tensor] = {}
    unknown: list[str] = []
    for official, tensor in flat.items():
        if official in ours:
            name = ours[official]
            # Snake's alpha is (1, C, 1) in the checkpoint.
            state[name] = (tensor.flatten() if name.endswith(".alpha") else tensor).float()
        elif INSTANCE_NORM_AFFINE.fullmatch(official):
            _check_affine(official, tensor, path)
        elif not is_unused(official):
            unknown.append(official)
    if unknown:
        raise WeightsError(f"{path}: tensor {unknown[0]} is not part of the model{and_more(len(unknown) - 1)}")
    return state


def _check_affine(official: str, tensor: Tensor, path: Path) -> None:
    expected = 1.0 if official.endswith(".weight") else 0.0
    if not bool((tensor == expected).all()):
        raise WeightsError(f"{path}: tensor {official} must be {expected:g} everywhere, the model has no such affine")


def _check_finite(state: Mapping[str, Tensor], path: Path) -> None:
    # A sum is not finite if any term is not, and reads the tensor once: 82 million numbers in some 30 ms.
    bad = [name for name, tensor in state.items() if not math.isfinite(tensor.sum(dtype=torch.float64).item())]
    if bad:
        raise WeightsError(f"{path}: tensor {bad[0]} holds NaN or infinity{and_more(len(bad) - 1)}")


_READERS: dict[str, Callable[[Path], dict[str, Tensor]]] = {
    ".safetensors": _read_safetensors,
    ".pth": _read_official,
    ".onnx": _read_onnx,
}
