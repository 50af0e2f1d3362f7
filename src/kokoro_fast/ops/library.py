"""Finds and loads the native op library, or says in one line why it is not there."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import torch

from kokoro_fast.errors import InputError
from kokoro_fast.ops import fake

OLDEST_TORCH = (2, 11)
"""The torch version whose stable C++ interface the library is built against; newer versions keep that interface."""

_FILE_NAME = "libkokoro_fast_ops" + (".dylib" if sys.platform == "darwin" else ".so")
_OPS = (
    "adain_snake",
    "channel_moments",
    "conv",
    "conv_pack",
    "harmonic_source",
    "isa",
    "istft",
    "istft_rows",
    "lstm",
    "polar_rows",
    "resblock",
    "scratch",
    "set_threads",
    "supports",
)
"""Every op that the package calls: a library that lacks one is from another version."""


@dataclass(frozen=True, slots=True)
class Status:
    """The implementation that the ops run on.

    Attributes:
        native: True where the compiled kernels are used, False for the pure-torch reference.
        reason: why that is so, in one line.
        path: the library that was loaded, or None.
        isa: the instruction set of the kernels ("generic", "avx2", "avx512"), or None.
    """

    native: bool
    reason: str
    path: Path | None = None
    isa: str | None = None


def load() -> Status:
    """Load the library into torch and complete its ops. A missing or unfit library is reported in the status.

    Raises:
        InputError: the environment variable KOKORO_FAST_ISA names an instruction set that cannot be used.
    """
    if _torch_version() < OLDEST_TORCH:
        wanted = ".".join(map(str, OLDEST_TORCH))
        return Status(False, f"the native library needs torch {wanted} or newer, found {torch.__version__}")
    path = find()
    if path is None:
        return Status(False, f"{_FILE_NAME} is not installed beside the package")
    try:
        torch.ops.load_library(str(path))
    except (OSError, RuntimeError) as error:
        return Status(False, f"{path} does not load: {str(error).splitlines()[0]}")
    missing = [name for name in _OPS if not hasattr(torch.ops.kokoro_fast, name)]
    if missing:
        return Status(False, f"{path} is from another version: it has no op {', '.join(missing)}")
    try:
        isa = torch.ops.kokoro_fast.isa()
    except ValueError as error:  # KOKORO_FAST_ISA names a set that this build or CPU does not have
        raise InputError(str(error)) from None
    fake.register()
    return Status(True, "native library loaded", path, isa)


def find() -> Path | None:
    """The library file in the folder `lib` of the package, or beside the compiled module of an editable install."""
    folders = [Path(__file__).parents[1]]
    module = find_spec("kokoro_fast._native")
    if module is not None and module.origin is not None:
        folders.append(Path(module.origin).parent)
    return next((path for folder in folders if (path := folder / "lib" / _FILE_NAME).is_file()), None)


def _torch_version() -> tuple[int, int]:
    major, minor = torch.__version__.split(".")[:2]
    return int(major), int(minor)
