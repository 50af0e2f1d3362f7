"""A reader of ONNX files: nodes and initializers, nothing else.

Why not the `onnx` package: it brings tens of megabytes of wheels (itself, protobuf, ml_dtypes) and holds the file in
memory twice, all to read six fields of three messages. The wire format of protobuf is five rules, frozen since 2008
(field numbers are from onnx.proto), and a file is memory-mapped here, so reading costs the tensors and nothing more.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kokoro_fast.errors import WeightsError, parsing
from kokoro_fast.files import open_regular

Array = NDArray[Any]

FLOAT, UINT8, INT8, FLOAT16 = 1, 2, 3, 10
"""The values of `TensorProto.DataType` that can hold weights."""

DTYPES: dict[int, type[np.generic]] = {FLOAT: np.float32, UINT8: np.uint8, INT8: np.int8, FLOAT16: np.float16}
INTEGER_TYPES = {6: "int32", 7: "int64", 9: "bool"}
"""The types of shapes, axes and indices. They are never weights, so their values are not read."""


MOST_NODES = 20_000
"""The most nodes of a graph that is read; the published exports have 2,463 (fp32) and 3,614 (int8)."""


@dataclass(frozen=True, slots=True)
class Node:
    """One operation: its type, the module path that the exporter named it by, and the names it reads and writes."""

    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


@dataclass(slots=True)
class Graph:
    """The content of an ONNX file, as far as weights go.

    Attributes:
        tensors: the float32, float16, int8 and uint8 initializers by name, each a copy in the stored type.
        integers: the names of the other initializers (shapes, axes, indices).
    """

    nodes: list[Node] = field(default_factory=list)
    tensors: dict[str, Array] = field(default_factory=dict)
    integers: set[str] = field(default_factory=set)


def read_graph(path: Path) -> Graph:
    """Read the graph of an ONNX file. Raises WeightsError if the file is truncated or is no ONNX model."""
    graph = Graph()
    damaged = f"{path}: expected an ONNX model, the file is truncated or damaged"
    with parsing(lambda reason: WeightsError(f"{damaged} ({reason})")), open_regular(path) as file:
        _read_model(memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)), graph)
    if not graph.tensors:
        raise WeightsError(f"{path}: expected an ONNX model with weights inside, found none")
    return graph


def _read_model(data: memoryview, graph: Graph) -> None:
    for number, value in _fields(data):
        if number == 7 and isinstance(value, memoryview):
            for kind, message in _fields(value):
                if kind == 1 and isinstance(message, memoryview):
                    graph.nodes.append(_read_node(message))
                    if len(graph.nodes) > MOST_NODES:
                        raise ValueError(f"expected at most {MOST_NODES} nodes, got more")
                elif kind == 5 and isinstance(message, memoryview):
                    _read_tensor(message, graph)


def _read_node(data: memoryview) -> Node:
    inputs, outputs, names = [], [], {3: "", 4: ""}
    for number, value in _fields(data):
        if isinstance(value, memoryview) and number in (1, 2, 3, 4):
            text = str(value, "utf-8")
            if number == 1:
                inputs.append(text)
            elif number == 2:
                outputs.append(text)
            else:
                names[number] = text
    return Node(op=names[4], name=names[3], inputs=tuple(inputs), outputs=tuple(outputs))


def _read_tensor(data: memoryview, graph: Graph) -> None:
    """TensorProto: 1 dims, 2 data_type, 4 float_data, 5 int32_data, 8 name, 9 raw_data, 14 data_location."""
    shape: list[int] = []
    packed: dict[int, Any] = {}
    for number, value in _fields(data):
        if number == 1:
            shape += list(_varints(value)) if isinstance(value, memoryview) else [value]
        else:
            packed[number] = value
    name = str(packed.get(8, b""), "utf-8")
    if packed.get(14, 0):
        raise ValueError(f"tensor {name} lies in another file")
    dtype = packed.get(2, 0)
    if dtype in INTEGER_TYPES:
        graph.integers.add(name)
    elif dtype in DTYPES:
        graph.tensors[name] = _values(dtype, packed, prod(shape)).reshape(shape)
    else:
        raise ValueError(f"tensor {name} has the unexpected data type {dtype}")


def _values(dtype: int, packed: dict[int, Any], n_values: int) -> Array:
    """Values lie in raw_data (9), or float_data (4) for float32, or int32_data (5) for the narrow types."""
    if 9 in packed:
        return np.frombuffer(packed[9], DTYPES[dtype]).copy()
    if dtype == FLOAT:
        return np.frombuffer(packed.get(4, b""), np.float32).copy()
    stored = packed.get(5, b"")
    if not isinstance(stored, int) and n_values > len(stored):  # each takes a byte or more
        raise ValueError(f"{n_values} values expected, {len(stored)} bytes left")
    words = np.fromiter([stored] if isinstance(stored, int) else _varints(stored), np.uint64, n_values)
    if dtype == FLOAT16:
        return words.astype(np.uint16).view(np.float16)
    return words.astype(np.uint8).view(DTYPES[dtype])


def _fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Field numbers and values of one message: a number, or the bytes of a string, message or packed list."""
    position = 0
    while position < len(data):
        key, position = _varint(data, position)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, position = _varint(data, position)
            yield number, value
            continue
        if wire == 2:
            size, position = _varint(data, position)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise ValueError(f"wire type {wire} at byte {position}")
        if position + size > len(data):
            raise ValueError(f"{size} bytes expected, {len(data) - position} left")
        yield number, data[position : position + size]
        position += size


def _varints(data: memoryview | bytes) -> Iterator[int]:
    view, position = memoryview(data), 0
    while position < len(view):
        value, position = _varint(view, position)
        yield value


def _varint(data: memoryview, position: int) -> tuple[int, int]:
    """An integer of 7 bits a byte, low bits first; the top bit says that more follow. At most 64 bits."""
    value = shift = 0
    while shift < 64:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, position
        shift += 7
    raise ValueError(f"a number longer than 64 bits at byte {position}")
