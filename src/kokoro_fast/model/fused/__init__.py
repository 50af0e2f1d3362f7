"""The network on the native kernels, several times as fast on a CPU; `model` stays the specification.

Activations are [time, channel] here, so that one time step is one run of memory and a convolution is one matrix product
per tap. A batch is done row by row. Each file stands for the file of that name in `model`; read `layers` first, then
`albert`, `prosody`, `decoder`, `source`, `stft` and `generator`.
"""

from __future__ import annotations

from torch import nn

from kokoro_fast import ops
from kokoro_fast.errors import InputError, MissingDependencyError
from kokoro_fast.model.fused.albert import FusedAlbert
from kokoro_fast.model.fused.decoder import FusedDecoder
from kokoro_fast.model.fused.generator import FusedGenerator
from kokoro_fast.model.fused.prosody import FusedProsodyPredictor, FusedTextEncoder
from kokoro_fast.model.fused.stages import FusedStages
from kokoro_fast.model.kokoro import KokoroModel
from kokoro_fast.ops.precision import Precision

__all__ = ["fuse", "fused_stages"]


def fuse(model: KokoroModel, precision: Precision) -> KokoroModel:
    """Replace the parts of `model` by fused ones, whose weights are packed copies; return it.

    Args:
        model: a plain model on the CPU; it is changed.
        precision: the precision of the products in the residual blocks. Sums, statistics and everything before the
            decoder are always float32.

    Raises:
        InputError: this CPU does not have the precision.
        MissingDependencyError: the native library is not loaded.
    """
    status = ops.status()
    if status.path is None:
        raise MissingDependencyError(f"the fused model needs the native ops, but {status.reason}")
    if not ops.supports(precision):
        able = ", ".join(name for name in ("fp32", "bf16", "int8") if ops.supports(name))
        raise InputError(f"precision: expected one that this CPU has with {status.isa} ({able}), got {precision}")
    _replace(model, "albert", FusedAlbert(model.albert))
    _replace(model, "text_encoder", FusedTextEncoder(model.text_encoder))
    _replace(model, "prosody", FusedProsodyPredictor(model.prosody))
    _replace(model, "decoder", FusedDecoder(model.decoder, precision))
    _replace(model, "generator", FusedGenerator(model.generator, precision))
    return model


def fused_stages(model: KokoroModel, precision: Precision) -> FusedStages:
    """`fuse` a model that is used for nothing else, and let go of its weight file, 300 MB of memory."""
    stages = FusedStages(fuse(model, precision))
    for parameter in stages.parameters():  # the few that were not packed
        parameter.data = parameter.data.clone()
    return stages


def _replace(model: KokoroModel, name: str, fused: nn.Module) -> None:
    """Replace a part of the model.

    Tensors that are still part of the weight file are copied, so that each part of its mapping goes as soon as it is
    packed.
    """
    for tensor in (*fused.parameters(), *fused.buffers()):
        tensor.data = tensor.data.clone()
    setattr(model, name, fused)
