"""ONNX exports of Kokoro (fp32, fp16, int8) back to the names and layout of the official checkpoint.

What the exporter does to a checkpoint, and how it is undone here:

* The model is wrapped: names begin with `encoder.` or `decoder.`. Dropped.
* Parameters it leaves alone keep their names. Those it folds (weight norm) or transposes (linear layers, LSTM) get
  names such as `onnx::MatMul_6547`; only the node that reads them says what they are: `/encoder/bert_encoder/MatMul`.
* MatMul stores linear weights (inputs, outputs). Transposed back.
* LSTM stores (2, 4 hidden, inputs), gates i, o, f, c, and both biases in one tensor. Split into torch's tensors.
* Half precision casts what must stay float32 on its way to the node. Looked through.
* Dynamic quantisation replaces X by X_quantized, X_scale and a zero point. Dequantised: (q - zero point) * scale.

Everything in the file must be a weight or a known by-product of the export; anything else is an error.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import numpy as np

from kokoro_fast.errors import WeightsError
from kokoro_fast.weights.onnx_file import Array, Graph, Node, read_graph

TRANSPOSED = {"MatMul", "MatMulInteger"}
"""The operations that read a linear weight as (inputs, outputs); torch keeps (outputs, inputs)."""

WEIGHTED = {"Conv", "ConvTranspose", "ConvInteger", "MatMul", "MatMulInteger"}
"""The operations whose second input is a weight when the exporter took its name away."""

TORCH_GATES = (0, 2, 3, 1)
"""The order of torch's LSTM gates (input, forget, cell, output) in that of ONNX (input, output, forget, cell)."""

# fmt: off
BYPRODUCTS: tuple[tuple[str, str], ...] = (
    # A regular expression for the name of an initializer, and what it is.
    (r".*/Constant(_\d+)?_output_0",       "a constant of the code: epsilon, factor, STFT window, harmonic numbers"),
    (r".*/Reciprocal(_\d+)?_output_0",     "1 / alpha of a Snake activation, folded"),
    (r".*/lstm/ConstantOfShape_output_0",  "the zero state an LSTM starts from"),
    (r".*\.stft\..*",                      "the export's own inverse STFT"),
)
# fmt: on


def read_onnx(path: Path) -> dict[str, Array]:
    """The float32 arrays by official name, weight norm folded. Raises WeightsError unless it is a Kokoro export."""
    graph = read_graph(path)
    readers = _readers(graph)
    weights: dict[str, Array] = {}
    used: set[str] = set()
    for name in graph.tensors:
        for node, slot in readers[name][:1]:
            if slot == 1 and node.op in ("LSTM", "DynamicQuantizeLSTM"):
                weights.update(_lstm(graph, node, used, path))
            elif official := _official(name, node, slot):
                weights[official] = _tensor(graph, name, node, readers, used, path)
    _check_leftovers(graph, readers, used, path)
    return weights


def _readers(graph: Graph) -> dict[str, list[tuple[Node, int]]]:
    """The nodes that read each initializer, with its place among their inputs. Casts are looked through."""
    readers: dict[str, list[tuple[Node, int]]] = defaultdict(list)
    for node in graph.nodes:
        for slot, name in enumerate(node.inputs):
            readers[name].append((node, slot))
    for name in graph.tensors:
        if all(node.op == "Cast" for node, _ in readers[name]):
            readers[name] = [reader for cast, _ in readers[name] for reader in readers[cast.outputs[0]]]
    return readers


def _official(name: str, node: Node, slot: int) -> str | None:
    """The official name of an initializer, or None where it is no weight."""
    kept = re.fullmatch(r"(?:encoder|decoder)\.(.*?)(_quantized)?", name)
    if kept:
        is_part = name.endswith(("_scale", "_zero_point")) or ".stft." in name
        return None if is_part else kept[1]
    if slot == 1 and node.op in WEIGHTED:
        return f"{_module(node.name)}.weight"
    return None


def _module(node_name: str) -> str:
    """`/encoder/F0.1/conv1/Conv` -> `predictor.F0.1.conv1`: the official module a node belongs to."""
    segments = node_name.strip("/").split("/")[1:-1]
    # A Sequential names its children in full: cnn.0/cnn.0.0. The longer one says it all.
    path = [s for s, child in zip(segments, [*segments[1:], ""], strict=True) if not child.startswith(f"{s}.")]
    if path and re.fullmatch(r"(F0|N)\.\d+|shared|(F0|N)_proj", path[0]):
        path = ["predictor", *path]  # called from outside the predictor's own forward
    return ".".join(path)


def _tensor(
    graph: Graph, name: str, node: Node, readers: dict[str, list[tuple[Node, int]]], used: set[str], path: Path
) -> Array:
    """One weight as float32 in torch's layout."""
    used.add(name)
    if name.endswith("_quantized"):
        scale, zero_point = _quantisation(name, node, readers)
        values = _dequantise(graph, name, scale, zero_point, used, path)
    else:
        values = graph.tensors[name].astype(np.float32)
    return np.ascontiguousarray(values.T) if node.op in TRANSPOSED else values


def _quantisation(name: str, node: Node, readers: dict[str, list[tuple[Node, int]]]) -> tuple[str, str]:
    """The names of the scale and zero point. Equal zero points are stored once, so the node that uses them tells."""
    if node.op == "Gather":
        node = next(reader for reader, _ in readers[node.outputs[0]] if reader.op == "DequantizeLinear")
        return node.inputs[1], node.inputs[2]
    return name.removesuffix("_quantized") + "_scale", node.inputs[3]


def _dequantise(graph: Graph, name: str, scale: str, zero_point: str, used: set[str], path: Path) -> Array:
    """(q - zero point) * scale, both one number (Conv, Gather), one a column (MatMul) or one a direction (LSTM)."""
    missing = [part for part in (scale, zero_point) if part not in graph.tensors]
    if missing:
        raise WeightsError(f"{path}: expected {missing[0]} beside the quantised tensor {name}, it is missing")
    used.update((scale, zero_point))
    factor, zero = graph.tensors[scale], graph.tensors[zero_point].astype(np.int32)
    quantised = graph.tensors[name].astype(np.int32)
    if quantised.ndim == 3:
        factor, zero = factor.reshape(-1, 1, 1), zero.reshape(-1, 1, 1)
    return np.asarray((quantised - zero) * factor, np.float32)


def _lstm(graph: Graph, node: Node, used: set[str], path: Path) -> dict[str, Array]:
    """Torch's eight tensors of a bidirectional LSTM from ONNX's W, R and B."""
    input_name, recurrent_name, bias_name = node.inputs[1:4]
    used.update((input_name, recurrent_name, bias_name))
    if node.op == "DynamicQuantizeLSTM":  # stored (2, inputs, 4 hidden)
        w = _dequantise(graph, input_name, node.inputs[8], node.inputs[9], used, path).transpose(0, 2, 1)
        r = _dequantise(graph, recurrent_name, node.inputs[10], node.inputs[11], used, path).transpose(0, 2, 1)
    else:
        w, r = graph.tensors[input_name], graph.tensors[recurrent_name]
    bias_ih, bias_hh = np.split(graph.tensors[bias_name], 2, axis=1)
    parts = {"weight_ih": w, "weight_hh": r, "bias_ih": bias_ih, "bias_hh": bias_hh}
    return {
        f"{_module(node.name)}.{name}_l0{direction}": _torch_gates(stored[i])
        for name, stored in parts.items()
        for i, direction in enumerate(("", "_reverse"))
    }


def _torch_gates(stored: Array) -> Array:
    gates = np.split(stored, 4)
    return np.concatenate([gates[i] for i in TORCH_GATES]).astype(np.float32)


def _check_leftovers(graph: Graph, readers: dict[str, list[tuple[Node, int]]], used: set[str], path: Path) -> None:
    for name in graph.tensors.keys() - used:
        if not any(re.fullmatch(pattern, name) for pattern, _ in BYPRODUCTS):
            raise WeightsError(f"{path}: expected a Kokoro export, found the unknown tensor {name}")
        for node, slot in readers[name]:
            # A normalisation without learned affine was given 1 and 0. Any other values would be lost weights.
            if node.op in ("LayerNormalization", "InstanceNormalization") and slot in (1, 2):
                _check_constant(graph.tensors[name], float(slot == 1), name, path)


def _check_constant(values: Array, expected: float, name: str, path: Path) -> None:
    if not np.all(values == expected):
        raise WeightsError(f"{path}: expected {name} to be {expected:g} everywhere, it holds other values")
