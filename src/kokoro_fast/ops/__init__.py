"""The fused operations: native where the compiled library loads, and plain torch where it does not.

The fused model (`model.fused`) calls the native ops by name. The plain model calls two through this module, as
`ops.istft(...)` and `ops.adain_snake(...)`, never by `from ... import`: these names are bound to one of the two
implementations when this module is imported, and `force` binds them anew. Both implementations can be scripted,
compiled and exported; a scripted or exported model keeps the one bound at that time. `reference` states what each op
computes.

`KOKORO_FAST_OPS` chooses: `auto` (default; one RuntimeWarning if the library is missing), `native` (an error if it is
missing) or `reference`. `KOKORO_FAST_ISA` chooses the instruction set of the kernels: `generic`, `avx2` or `avx512`.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal

import torch
from torch import Tensor

from kokoro_fast.errors import InputError, MissingDependencyError
from kokoro_fast.ops import library, reference
from kokoro_fast.ops.library import Status

__all__ = ["Status", "adain_snake", "force", "istft", "set_threads", "status", "supports"]

_SETTING = "KOKORO_FAST_OPS"

istft: Callable[[Tensor, Tensor, Tensor, int], Tensor]
adain_snake: Callable[[Tensor, Tensor, Tensor, Tensor, Tensor | None], Tensor]


def status() -> Status:
    """The implementation that the ops run on at present."""
    if _native or not _library.native:
        return _library
    return replace(_library, native=False, reason="the reference was asked for")


def supports(precision: str) -> bool:
    """Whether the native convolutions can use this precision ("fp32", "bf16", "int8") on this CPU."""
    return _library.native and torch.ops.kokoro_fast.supports(precision)


def set_threads(n_threads: int) -> int:
    """Run the fused ops that this thread calls on `n_threads` threads, 0 for as many as torch uses.

    Returns the number that was set before.

    All of them share one pool of threads in the process; `istft` and `adain_snake` of the plain model use torch's.
    """
    return int(torch.ops.kokoro_fast.set_threads(n_threads)) if _library.native else 0


@contextmanager
def force(implementation: Literal["native", "reference"]) -> Iterator[None]:
    """Bind the ops to one implementation inside a `with` block; for exports, tests and measurements.

    The binding holds for the whole process: enter and leave it while no other thread runs a model. TorchScript compiles
    a class once in a process, so a class that was scripted before keeps its implementation.

    Raises:
        InputError: the name is neither.
        MissingDependencyError: native was asked for and the library is not loaded.
    """
    before = _native
    _bind(_resolve(implementation))
    try:
        yield
    finally:
        _bind(before)


def _resolve(choice: str) -> bool:
    """Whether the choice comes to the native ops."""
    if choice not in ("auto", "native", "reference"):
        raise InputError(f"{_SETTING}: expected auto, native or reference, got {choice!r}")
    if choice == "native" and not _library.native:
        raise MissingDependencyError(f"the native ops were asked for, but {_library.reason}")
    if choice == "auto" and not _library.native:
        warnings.warn(
            f"kokoro-fast runs on its slower pure-torch ops: {_library.reason}. "
            "To fix it, run: pip install --force-reinstall --no-deps kokoro-fast",
            RuntimeWarning,
            stacklevel=2,
        )
    return choice != "reference" and _library.native


def _bind(native: bool) -> None:
    global istft, adain_snake, _native
    source = torch.ops.kokoro_fast if native else reference
    istft, adain_snake, _native = source.istft, source.adain_snake, native


_library = library.load()
_native = False
_bind(_resolve(os.environ.get(_SETTING, "auto")))
