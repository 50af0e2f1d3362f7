"""Reads one voice out of a file: `.pt`, `.bin` (raw float32), `.npy`, `.npz`, `.safetensors`.

In every format the shape is read first, and numbers only if it is that of a voice: a small file may claim to be a large
one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from math import prod
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from kokoro_fast.config import STYLE_DIM, VOICE_SHAPE
from kokoro_fast.errors import InputError, parsing
from kokoro_fast.files import open_regular
from kokoro_fast.weights.catalog import VOICE_BYTES
from kokoro_fast.weights.torch_file import StoredTensor, TorchFile

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

SUFFIXES = (".pt", ".pth", ".bin", ".npy", ".npz", ".safetensors")

N_ROWS = VOICE_SHAPE[0]

SHAPES = (VOICE_SHAPE, (N_ROWS, STYLE_DIM))

_MOST_HEADER_BYTES = 1000
"""Of a .npy header, which has about 120. Python's parser may call a longer one that is nested deep a lack of memory."""


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
        file = open_regular(path)
    except OSError as error:
        raise InputError(f"voice {path}: {error.strerror}") from None
    with file, parsing(lambda reason: _refused(str(path), f"a damaged file ({reason})")):
        return as_voice(_read(path, file, key), str(path))


def as_voice(values: Tensor | np.ndarray[Any, Any], origin: str) -> Tensor:
    """A tensor or array of shape (510, 1, 256) or (510, 256) -> (510, 256) float32, checked. Raises InputError."""
    import numpy as np
    import torch

    if isinstance(values, np.ndarray):
        _check(values.shape, values.dtype, _is_float(values.dtype), origin)
        values = torch.from_numpy(np.ascontiguousarray(values, values.dtype.newbyteorder("=")))
    if not isinstance(values, torch.Tensor):
        _refuse(origin, f"a {type(values).__name__}")
    _check(tuple(values.shape), values.dtype, values.is_floating_point(), origin)
    voice = values.detach().to("cpu", torch.float32).reshape(N_ROWS, STYLE_DIM)
    if not bool(torch.isfinite(voice).all()):
        raise InputError(f"voice {origin}: expected finite numbers, it holds NaN or infinity")
    return voice


def _read(path: Path, file: IO[bytes], key: str | None) -> Any:
    head = file.read(9)
    file.seek(0)
    size = os.fstat(file.fileno()).st_size
    if size == VOICE_BYTES:  # any other format is larger
        import numpy as np

        return np.frombuffer(bytearray(file.read()), "<f4").reshape(VOICE_SHAPE)
    if head.startswith(b"PK\x03\x04"):
        return _read_archive(path, file, key)
    if head.startswith(b"\x93NUMPY"):
        return _read_array(file, str(path))
    if head[8:] == b"{":
        return _read_safetensors(path, key)
    return _refuse(str(path), f"{size} bytes of another kind")


def _read_archive(path: Path, file: IO[bytes], key: str | None) -> Any:
    """Read a zip archive: .npz, which holds .npy members, or .pt."""
    archive = ZipFile(file)
    members = archive.namelist()
    if all(member.endswith(".npy") for member in members):
        info = archive.getinfo(_pick([member.removesuffix(".npy") for member in members], key, path) + ".npy")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            _refuse(str(path), "an archive of another compression than numpy's")
        with archive.open(info) as member:
            return _read_array(member, str(path))
    saved = TorchFile(file)
    if not isinstance(saved.content, StoredTensor):
        _refuse(str(path), f"a {type(saved.content).__name__}")
    _check(saved.content.shape, saved.content.storage.dtype, True, str(path))
    return saved.tensor(saved.content).clone()


def _read_array(file: IO[bytes], origin: str) -> Any:
    """Read a .npy file. Source of the format: numpy.lib.format."""
    import numpy as np
    from numpy.lib import format as npy

    read_header = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[npy.read_magic(file)]
    shape, by_columns, dtype = read_header(file, _MOST_HEADER_BYTES)
    _check(shape, dtype, _is_float(dtype), origin)
    numbers = np.frombuffer(_read_exactly(file, prod(shape) * dtype.itemsize), dtype)
    return numbers.reshape(shape, order="F" if by_columns else "C")


def _read_exactly(file: IO[bytes], n_bytes: int) -> bytearray:
    content = bytearray(file.read(n_bytes + 1))  # the last byte is not there, and looking for it checks the checksum
    if len(content) != n_bytes:
        raise ValueError(f"expected {n_bytes} bytes of numbers, got {'more' if len(content) > n_bytes else 'fewer'}")
    return content


def _read_safetensors(path: Path, key: str | None) -> Any:
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        name = _pick(file.keys(), key, path)
        header = file.get_slice(name)
        _check(
            tuple(header.get_shape()),
            header.get_dtype(),
            header.get_dtype() in ("F64", "F32", "F16", "BF16"),
            str(path),
        )
        return file.get_tensor(name)


def _pick(names: Iterable[str], key: str | None, path: Path) -> str:
    """The name of the voice that was asked for, or of the only one."""
    known = list(names)
    if key is None and len(known) == 1:
        return known[0]
    if key is None or key not in known:
        listed = ", ".join(known[:8]) + (", ..." if len(known) > 8 else "")
        raise InputError(f"voice {path}: expected {path.name}:NAME with NAME one of {listed}, got {key or 'no name'}")
    return key


def _is_float(dtype: np.dtype[Any]) -> bool:
    return dtype.kind == "f" and dtype.itemsize <= 8  # torch has no longer one


def _check(shape: tuple[int, ...], dtype: object, is_float: bool, origin: str) -> None:
    if shape not in SHAPES or not is_float:
        _refuse(origin, f"{dtype} of shape {shape}")


def _refuse(origin: str, got: str) -> NoReturn:
    raise _refused(origin, got)


def _refused(origin: str, got: str) -> InputError:
    return InputError(f"voice {origin}: expected float values of shape (510, 1, 256) or (510, 256), got {got}")
