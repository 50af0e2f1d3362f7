"""AOTInductor: `predict` and `render` compiled to machine code, both in one file, for lengths of any kind.

In C++ `torch::inductor::AOTIModelPackageLoader(path, "predict")` loads one of them; where native ops are called, the op
library must be loaded first. Compiled code relies on the form of its inputs: they are contiguous, of the right type and
on the CPU, `T` is 3 to 512, and there are at least `T` frames with 600 samples of noise each.
"""

from __future__ import annotations

import io
import logging
import platform
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import Dim

from kokoro_fast import ops as operations
from kokoro_fast.artifact.graphs import stage
from kokoro_fast.artifact.manifest import Graph, Ops
from kokoro_fast.config import MAX_SYMBOLS, SAMPLES_PER_FRAME, ModelConfig
from kokoro_fast.errors import KokoroFastError, MissingDependencyError
from kokoro_fast.export.aoti_exact import torchs_own_kernels, with_torchs_own_kernels
from kokoro_fast.export.stage_modules import PredictStage, RenderStage
from kokoro_fast.model import KokoroModel
from kokoro_fast.model.fused import fused_stages
from kokoro_fast.model.stages import Stages
from kokoro_fast.ops.precision import Precision

FILE = "model.pt2"
STAGES = ("predict", "render")

_LONGEST = (MAX_SYMBOLS + 2) * 2 * ModelConfig().max_duration
"""The most frames: every symbol as long as it can be, at half speed."""

_OPTIONS: dict[str, Any] = {
    "aot_inductor.package": True,
    "aot_inductor.precompile_headers": False,  # they would leave 280 MB behind, for two models
    "cpp.dynamic_threads": True,  # the number of the process that runs the code, not of the one that compiled it
}

_X86 = {"cpp.simdlen": 256, "cpp.march": "x86-64-v3"}
"""The instructions that nearly every x86-64 processor in use has. Libraries do the convolutions and products, and
choose the widest instructions at run time; the compiler only makes the operations between them."""

_X86_NEEDS = ("avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe")

_TRACED = 31, 77
"""The ids and frames of the example that is traced: numbers that occur nowhere in the model."""


def write(folder: Path, *, ops: Ops, precision: Precision, weights: Path | None) -> list[Graph]:
    """Write `model.pt2` into a folder; the arguments are those of an `ExportConfig`. This takes some minutes.

    Raises:
        MissingDependencyError: no C++ compiler.
        KokoroFastError: the compiler failed.
    """
    compiled: dict[str, Any] = {}
    with TemporaryDirectory() as work, _quiet(), _compiler_caches_in(work):
        _check_compiler()
        model = KokoroModel.from_pretrained(weights)
        stages = fused_stages(model, precision) if ops == "native" else Stages(model)
        with operations.force("native" if ops == "native" else "reference"):
            traced = {name: _trace(stages, name) for name in STAGES}
        for name, program in traced.items():
            compiled[name] = _compile(program)
        package = _package(compiled)
    # torch's own writer of files would end the process where the disk is full.
    (folder / FILE).write_bytes(package.getbuffer())
    return [stage(name, FILE) for name in STAGES]


def needs() -> tuple[str, ...]:
    """The CPU features that the compiled code needs, as Linux spells them."""
    return _X86_NEEDS if _is_x86() else ()


def _trace(stages: Stages, name: str) -> torch.export.ExportedProgram:
    """A stage as a graph in which T and F are open and all other sizes are fixed."""
    n_tokens, n_frames = _TRACED
    tokens, frames = Dim("T", min=3, max=MAX_SYMBOLS + 2), Dim("F", min=3, max=_LONGEST)
    style = torch.zeros(1, 256)
    module: nn.Module
    inputs: tuple[Tensor, ...]
    open_lengths: tuple[Any, ...]
    if name == "predict":
        module, inputs = PredictStage(stages), (torch.zeros(1, n_tokens).long(), style)
        open_lengths = ({1: tokens}, None)
    else:
        encoding, text = torch.zeros(1, 640, n_tokens), torch.zeros(1, 512, n_tokens)
        noise = torch.zeros(1, SAMPLES_PER_FRAME * n_frames)
        module, inputs = RenderStage(stages), (encoding, text, torch.zeros(1, n_frames).long(), style, noise)
        open_lengths = ({2: tokens}, {2: tokens}, {1: frames}, None, {1: SAMPLES_PER_FRAME * frames})
    with _lstms_of_any_length(module):
        return torch.export.export(module, inputs, dynamic_shapes=open_lengths, strict=False)


def _compile(program: torch.export.ExportedProgram) -> Any:
    """The files that make up a compiled model."""
    from torch._inductor import aot_compile
    from torch._inductor.exc import InductorError

    graph = with_torchs_own_kernels(program.module())
    inputs, _ = program.example_inputs
    options = {**_OPTIONS, **(_X86 if _is_x86() else {})}
    try:
        with torchs_own_kernels():
            return aot_compile(graph, inputs, options=options)
    except InductorError as error:
        lines = str(error).splitlines()
        said = next((line for line in lines if " error: " in line), lines[0])
        raise KokoroFastError(f"kind aoti: expected the model to compile, got: {said.strip()}") from error


def _package(models: dict[str, Any]) -> io.BytesIO:
    from torch._inductor.package.package import package_aoti

    buffer = io.BytesIO()
    package_aoti(buffer, models)
    return buffer


def _is_x86() -> bool:
    return platform.machine() in ("x86_64", "AMD64")


def _check_compiler() -> None:
    from torch._inductor.cpp_builder import get_cpp_compiler
    from torch._inductor.exc import InvalidCxxCompiler

    try:
        get_cpp_compiler()
    except InvalidCxxCompiler:
        raise MissingDependencyError(
            "kind aoti: expected a C++ compiler, found none; install g++, or name one in the environment variable CXX"
        ) from None


@contextmanager
def _lstms_of_any_length(module: nn.Module) -> Iterator[None]:
    """Turn oneDNN on around LSTMs: export turns it off, and without it unrolls an LSTM over one length."""

    def switch(on: bool) -> Callable[..., None]:
        def hook(*_: object) -> None:
            torch.backends.mkldnn.set_flags(on)

        return hook

    lstms = [part for part in module.modules() if isinstance(part, nn.LSTM)]
    handles = [lstm.register_forward_pre_hook(switch(True)) for lstm in lstms]
    handles += [lstm.register_forward_hook(switch(False)) for lstm in lstms]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


@contextmanager
def _compiler_caches_in(folder: str) -> Iterator[None]:
    """Keep the caches of the compiler in a folder: hundreds of megabytes that are of no use afterwards."""
    from torch._inductor.utils import fresh_cache

    with fresh_cache(dir=folder):
        yield


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the compiler's remarks about itself and about operations that it leaves to torch, as it should."""
    logger = logging.getLogger("torch._inductor")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", r"`torch\.jit\.script_method` is deprecated", DeprecationWarning)
            warnings.filterwarnings("ignore", r"`isinstance\(treespec, LeafSpec\)` is deprecated", FutureWarning)
            warnings.filterwarnings("ignore", "Torchinductor does not support code generation for complex", UserWarning)
            # torch's own LSTM keeps a list of its weights, which tracing replaces
            warnings.filterwarnings("ignore", r"The tensor attributes? .*_flat_weights\[\d+\] w", UserWarning)
            yield
    finally:
        logger.setLevel(level)
