"""ONNX: the two stages, one graph of both, and if asked for, the one file that kokoro-onnx takes.

Torch's exporter by way of `torch.export` writes the stages; the older exporter, by way of TorchScript, is deprecated.
The other nodes of the single graph are added as ONNX, in `onnx_graph`.
"""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from kokoro_fast import ops as operations
from kokoro_fast.artifact.graphs import AUDIO, DURATIONS, INPUT_IDS, SPEED, STYLE, stage
from kokoro_fast.artifact.manifest import Graph, Port
from kokoro_fast.config import MAX_SYMBOLS, SAMPLE_RATE, STYLE_DIM, VOCAB
from kokoro_fast.errors import InputError, MissingDependencyError
from kokoro_fast.export.onnx_layers import for_onnx
from kokoro_fast.export.stage_modules import PredictStage, RenderStage
from kokoro_fast.model import KokoroModel
from kokoro_fast.model.stages import Stages

if TYPE_CHECKING:
    from onnx import ModelProto

WEIGHTS = "weights.bin"
"""The file of weights that the three graphs share, so that they are stored once."""

DROP_IN = "kokoro-onnx.onnx"

NOISE = Port("noise", "float32", (1, "S"), "normal, of deviation 1, or (1, 1); optional, 0")
RANDOM_NOISE = Port("random_noise", "float32", (1,), "deviation of noise that the graph draws; optional, 1")
TOKENS = Port("tokens", "int64", (1, "T"), INPUT_IDS.unit)
DURATION = Port("duration", "int64", (1, "T"), DURATIONS.unit)


def write(folder: Path, *, ops: str, precision: str, weights: Path | None, drop_in: bool = False) -> list[Graph]:
    """Write the ONNX files into a folder; the arguments are those of an `ExportConfig`.

    Raises:
        InputError: other operations or another precision than an ONNX graph has.
        MissingDependencyError: the packages of the extra `export` are not installed.
    """
    if (ops, precision) != ("torch", "fp32"):
        raise InputError(f"onnx: expected ops torch and precision fp32, got ops {ops} and precision {precision}")
    _check_packages()
    from kokoro_fast.export import onnx_graph

    predict, render = _stages(weights)
    shared = onnx_graph.Weights(folder / WEIGHTS)
    shared.move(predict)
    shared.move(render)
    onnx_graph.save(predict, folder / "predict.onnx")
    onnx_graph.save(render, folder / "render.onnx")
    onnx_graph.save(onnx_graph.joined(predict, render), folder / "model.onnx")
    graphs = [
        stage("predict", "predict.onnx"),
        stage("render", "render.onnx"),
        Graph("model", "model.onnx", (INPUT_IDS, STYLE, SPEED, NOISE, RANDOM_NOISE), (AUDIO, DURATIONS)),
    ]
    if drop_in:
        names = {INPUT_IDS.name: TOKENS.name, DURATIONS.name: DURATION.name}
        onnx_graph.save(onnx_graph.drop_in(folder / "model.onnx", names, _said_to_hosts()), folder / DROP_IN)
        graphs.append(Graph("kokoro-onnx", DROP_IN, (TOKENS, STYLE, SPEED), (AUDIO, DURATION)))
    return graphs


def _check_packages() -> None:
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise MissingDependencyError(
            f"export onnx: expected the packages onnx and onnxscript, but {error}; "
            "install them with: pip install kokoro-fast[export]"
        ) from None


def _said_to_hosts() -> dict[str, str]:
    """The metadata that hosts read from the file itself: kokoro-onnx the vocabulary, sherpa-onnx the rest."""
    from kokoro_fast.weights import VOICES

    return {
        "kokoro_config": json.dumps({"vocab": VOCAB}, ensure_ascii=False),
        "sample_rate": str(SAMPLE_RATE),
        "style_dim": f"{MAX_SYMBOLS},1,{STYLE_DIM}",
        "n_speakers": str(len(VOICES)),
        "speaker_names": ",".join(VOICES),
        "has_espeak": "1",
    }


def _stages(weights: Path | None) -> tuple[ModelProto, ModelProto]:
    """The two graphs, from example inputs of 7 ids and 20 frames."""
    from kokoro_fast.export import onnx_graph

    model = for_onnx(KokoroModel.from_pretrained(weights))
    stages = Stages(model)
    n_tokens, n_frames = 7, 20
    tokens, frames = torch.export.Dim("T", min=3, max=MAX_SYMBOLS + 2), torch.export.Dim("F", min=3)
    style = torch.zeros(1, STYLE_DIM)
    predict = _exported(
        PredictStage(stages),
        {"input_ids": torch.ones(1, n_tokens, dtype=torch.int64), "style": style},
        {"input_ids": {1: tokens}, "style": {}},
        ["expected_frames", "encoding", "text"],
    )
    render = _exported(
        RenderStage(stages),
        {
            "encoding": torch.zeros(1, 640, n_tokens),
            "text": torch.zeros(1, 512, n_tokens),
            "frames": torch.arange(n_frames)[None] * n_tokens // n_frames,
            "style": style,
            "noise": torch.zeros(1, n_frames * stages.samples_per_frame),
        },
        {
            "encoding": {2: tokens},
            "text": {2: tokens},
            "frames": {1: frames},
            "style": {},
            "noise": {1: stages.samples_per_frame * frames},
        },
        ["audio"],
    )
    return onnx_graph.prefixed(predict, "predict"), onnx_graph.prefixed(render, "render")


def _exported(module: nn.Module, inputs: dict[str, Tensor], shapes: dict[str, Any], outputs: list[str]) -> ModelProto:
    from onnx_ir.passes.common import DeduplicateInitializersPass
    from onnxscript import optimizer

    from kokoro_fast.export import onnx_graph

    with _quiet(), torch.no_grad(), operations.force("reference"):
        program = torch.onnx.export(
            module.eval(),
            kwargs=inputs,
            input_names=list(inputs),
            output_names=outputs,
            dynamic_shapes=shapes,
            opset_version=onnx_graph.OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None  # as it is with dynamo=True
    # Transposes of weights and the like are done here, once for all loads, and equal weights are joined.
    everything = 1 << 30
    optimizer.optimize(program.model, input_size_limit=everything, output_size_limit=everything)
    DeduplicateInitializersPass(size_limit=everything)(program.model)
    graph: ModelProto = program.model_proto
    return graph


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence the exporter's remarks on torch's own parts, and on torchvision, which is not needed here."""
    logger = logging.getLogger("torch.onnx._internal.exporter._registration")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "(?s).*(LeafSpec|_check_is_size|axis name: T will not be used)", Warning)
            yield
    finally:
        logger.setLevel(level)
