"""Reads one voice out of a file: `.pt`, `.bin` (raw float32), `.npy`, `.npz`, `.safetensors`."""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from zipfile import BadZipFile, ZipFile

from kokoro_fast.config import STYLE_DIM, VOICE_SHAPE
from kokoro_fast.errors import InputError
from kokoro_fast.weights.catalog import VOICE_BYTES

if TYPE_CHECKING:
    from torch import Tensor

SUFFIXES = (".pt", ".pth", ".bin", ".npy", ".npz", ".safetensors")

N_ROWS = VOICE_SHAPE[0]


def read_voice_file(path: Path, key: str | None = None) -> Tensor:
    """Read a voice. The content of the file tells its format.

    Args:
        key: the name of the voice in a file that holds several (.npz, .safetensors).

    Returns:
        (510, 256) float32.

    Raises:
        InputError: one line, if the file is not a voice.
    """
    try:
        with path.open("rb") as file:
            head = file.read(9)
        found = _read(path, head, key)
    except OSError as error:
        raise InputError(f"voice {path}: {error.strerror or error}") from None
    return as_voice(found, str(path))


def as_voice(values: Any, origin: str) -> Tensor:
    """A tensor or array of shape (510, 1, 256) or (510, 256) -> (510, 256) float32, checked. Raises InputError."""
    import torch

    try:
        tensor = torch.as_tensor(values)
    except (TypeError, ValueError, RuntimeError):
        _refuse(origin, f"a {type(values).__name__}")
    shape = tuple(tensor.shape)
    if shape not in (VOICE_SHAPE, (N_ROWS, STYLE_DIM)) or not tensor.is_floating_point():
        _refuse(origin, f"{tensor.dtype} of shape {shape}")
    voice = tensor.detach().to("cpu", torch.float32).reshape(N_ROWS, STYLE_DIM)
    if not bool(torch.isfinite(voice).all()):
        raise InputError(f"voice {origin}: expected finite numbers, it holds NaN or infinity")
    return voice


def _read(path: Path, head: bytes, key: str | None) -> Any:
    import numpy as np

    size = path.stat().st_size
    if size == VOICE_BYTES:  # any other format is larger
        return np.fromfile(path, "<f4").reshape(VOICE_SHAPE)
    if head.startswith(b"PK\x03\x04"):
        return _read_archive(path, key)
    if head.startswith(b"\x93NUMPY"):
        try:
            return np.load(path, allow_pickle=False)
        except ValueError as error:
            _refuse(str(path), f"a damaged .npy ({error})")
    if head[8:] == b"{":
        return _read_safetensors(path, key)
    return _refuse(str(path), f"{size} bytes of another kind")


def _read_archive(path: Path, key: str | None) -> Any:
    """Read a zip archive: .npz, which holds .npy members, or .pt."""
    import numpy as np
    import torch

    try:
        with ZipFile(path) as archive:
            members = archive.namelist()
            if archive.testzip():
                _refuse(str(path), "a damaged archive")
        if all(member.endswith(".npy") for member in members):
            with np.load(path, allow_pickle=False) as arrays:
                return arrays[_pick(arrays.files, key, path)]
        return torch.load(path, map_location="cpu", weights_only=True)
    except (BadZipFile, EOFError, RuntimeError, ValueError, pickle.UnpicklingError) as error:
        if isinstance(error, InputError):
            raise
        _refuse(str(path), f"a damaged archive ({str(error).splitlines()[0][:100]})")


def _read_safetensors(path: Path, key: str | None) -> Any:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt") as file:
            return file.get_tensor(_pick(file.keys(), key, path))
    except SafetensorError as error:
        _refuse(str(path), f"a damaged .safetensors ({error})")


def _pick(names: Iterable[str], key: str | None, path: Path) -> str:
    """The name of the voice that was asked for, or of the only one."""
    known = list(names)
    if key is None and len(known) == 1:
        return known[0]
    if key is None or key not in known:
        listed = ", ".join(known[:8]) + (", ..." if len(known) > 8 else "")
        raise InputError(f"voice {path}: expected {path.name}:NAME with NAME one of {listed}, got {key or 'no name'}")
    return key


def _refuse(origin: str, got: str) -> NoReturn:
    raise InputError(f"voice {origin}: expected float values of shape (510, 1, 256) or (510, 256), got {got}")
