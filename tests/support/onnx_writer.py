"""Writes small ONNX files for the tests of the reader: the wire format by hand, so that no package is needed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Node = tuple[str, str, list[str]]
DATA_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int64": 7, "float16": 10}
ONNX_GATES = (0, 3, 1, 2)  # torch i, f, g, o -> ONNX i, o, f, c


def varint(value: int) -> bytes:
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def chunk(number: int, content: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(content)) + content


def tensor_proto(name: str, values: Array) -> bytes:
    dims = chunk(1, b"".join(varint(n) for n in values.shape)) if values.ndim else b""
    data_type = varint(2 << 3) + varint(DATA_TYPES[str(values.dtype)])
    return dims + data_type + chunk(8, name.encode()) + chunk(9, np.ascontiguousarray(values).tobytes())


def node_proto(op: str, name: str, inputs: Iterable[str]) -> bytes:
    reads = b"".join(chunk(1, text.encode()) for text in inputs)
    return reads + chunk(2, f"{name}_output".encode()) + chunk(3, name.encode()) + chunk(4, op.encode())


def write_onnx(path: Path, nodes: Iterable[Node], tensors: dict[str, Array]) -> None:
    graph = b"".join(chunk(1, node_proto(*node)) for node in nodes)
    graph += b"".join(chunk(5, tensor_proto(name, values)) for name, values in tensors.items())
    path.write_bytes(varint(1 << 3) + varint(9) + chunk(2, b"test") + chunk(7, graph))


def write_export(official: dict[str, Array], path: Path) -> None:
    """An fp32 export of folded official weights, named and laid out as torch's exporter does."""
    nodes: list[Node] = []
    tensors: dict[str, Array] = {"shape": np.array([1, -1])}
    for name, values in official.items():
        module, _, leaf = name.rpartition(".")
        scope = f"/decoder/{module_path(module)}" if name.startswith("decoder.") else f"/encoder/{module_path(module)}"
        if "_l0" in leaf:
            if leaf == "weight_ih_l0":
                add_lstm(module, scope, official, nodes, tensors)
        elif leaf == "weight" and values.ndim == 3:
            tensors[f"{scope}/Mul_output_0"] = values
            nodes.append(("Conv", f"{scope}/Conv", ["x", f"{scope}/Mul_output_0"]))
        elif leaf == "weight" and values.ndim == 2 and not keeps_its_name(module):
            tensors[f"onnx::MatMul_{len(nodes)}"] = values.T
            nodes.append(("MatMul", f"{scope}/MatMul", ["x", f"onnx::MatMul_{len(nodes)}"]))
        else:
            kept = f"{'decoder' if name.startswith('decoder.') else 'encoder'}.{name}"
            tensors[kept] = values.reshape(1, -1, 1) if ".alpha" in name else values
            nodes.append(("Mul", f"{scope}/Mul", ["x", kept]))
    write_onnx(path, nodes, tensors)


def keeps_its_name(module: str) -> bool:
    """Embeddings (Gather) and the style projections (Gemm) are stored as they are."""
    return module.endswith(("embedding", "embeddings", ".fc"))


def module_path(module: str) -> str:
    """`text_encoder.cnn.0.0` -> `text_encoder/cnn.0/cnn.0.0`: numbers stay with the list they index."""
    out: list[str] = []
    for segment in module.split("."):
        if not segment.isdigit():
            out.append(segment)
        elif out[-1][-1].isdigit() and "." in out[-1]:
            out.append(f"{out[-1]}.{segment}")
        else:
            out[-1] += f".{segment}"
    if out[0] == "predictor" and out[1].split(".")[0] in ("F0", "N", "shared", "F0_proj", "N_proj"):
        out = out[1:]
    return "/".join(out)


def add_lstm(module: str, scope: str, official: dict[str, Array], nodes: list[Node], tensors: dict[str, Array]) -> None:
    def stacked(name: str) -> Array:
        both = [official[f"{module}.{name}_l0{direction}"] for direction in ("", "_reverse")]
        return np.stack([np.concatenate([np.split(values, 4)[i] for i in ONNX_GATES]) for values in both])

    names = [f"onnx::LSTM_{len(tensors) + i}" for i in range(3)]
    bias = np.concatenate([stacked("bias_ih"), stacked("bias_hh")], axis=1)
    tensors.update(zip(names, (stacked("weight_ih"), stacked("weight_hh"), bias), strict=True))
    nodes.append(("LSTM", f"{scope}/LSTM", ["x", *names]))
