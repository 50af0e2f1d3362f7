"""TorchScript: one file with the stages as methods, for `torch::jit::load` in C++ and `torch.jit.load` in Python.

The flavor with torch's own operations needs nothing but torch. The other flavor needs the op library loaded before it.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import torch

from kokoro_fast import ops as operations
from kokoro_fast.artifact.graphs import stage
from kokoro_fast.artifact.manifest import Graph, Ops
from kokoro_fast.errors import KokoroFastError
from kokoro_fast.model import KokoroModel
from kokoro_fast.model.fused import fused_stages
from kokoro_fast.model.stages import Stages
from kokoro_fast.ops.precision import Precision

FILE = "model.pt"
METHODS = ("predict", "durations", "frames", "decode", "generate", "render", "forward")


def write(folder: Path, *, ops: Ops, precision: Precision, weights: Path | None) -> list[Graph]:
    """Write `model.pt` into a folder; the arguments are those of a `ExportConfig`."""
    model = KokoroModel.from_pretrained(weights)
    stages = fused_stages(model, precision) if ops == "native" else Stages(model)
    with warnings.catch_warnings(), operations.force("native" if ops == "native" else "reference"):
        # Torch 2.13 warns that TorchScript is deprecated; here it is one export among others.
        warnings.filterwarnings("ignore", r"`torch\.jit\.\w+` is deprecated", DeprecationWarning)
        scripted = torch.jit.script(stages)
    if ops == "torch" and "kokoro_fast::" in str(scripted.generate.inlined_graph):
        # TorchScript compiles a class once in a process, with the operations that were bound then.
        raise KokoroFastError("ops torch: expected a process that has not scripted the model with native ops before")
    # `save` would end the process where the disk is full.
    (folder / FILE).write_bytes(scripted.save_to_buffer())
    return [stage(name, FILE) for name in (*METHODS, *(["window"] if ops == "native" else []))]
