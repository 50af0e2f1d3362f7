"""Puts ONNX graphs together and saves them: two stages as one graph, other names for values, shared weights."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import onnx
from onnx import GraphProto, ModelProto, StringStringEntryProto, TensorProto, helper, numpy_helper

from kokoro_fast._version import installed_version

OPSET = 18
"""The oldest opset that torch's exporter writes. onnxruntime, OpenVINO and sherpa-onnx read it."""

IR_VERSION = 9
"""The version of the file format: hardly newer than the opset demands, for hosts with an old onnxruntime."""

_SMALL = 1024
"""The most bytes of a tensor that stays in the graph: such tensors are constants that describe shapes."""

_PAGE = 4096
"""The alignment in bytes of memory-mapped tensors."""

_BETWEEN = """
<ir_version: 9, opset_import: ["": 18]>
between (float[1, T] expected_frames, float[1] speed, float[1, S] noise, float[1] random_noise)
    => (int64[1, T] durations, int64[1, F] frames, float[1, S] all_noise)
    <int64[1] first_axis = {0}, int64 zero = {0}, int64 step = {1}, int64[1] one = {1}, float least = {1},
     int64[1] per_frame = {600}>
{
    at_speed = Div (expected_frames, speed)
    whole = Round (at_speed)
    some = Max (whole, least)
    durations = Cast <to = 7> (some)

    spans = Squeeze (durations, first_axis)
    ends = CumSum (spans, zero)
    n_frames = ReduceSum <keepdims = 0> (spans)
    places = Range (zero, n_frames, step)
    ends_below = Unsqueeze (ends, one)
    is_over = LessOrEqual (ends_below, places)
    tokens_over = Cast <to = 7> (is_over)
    frames_flat = ReduceSum <keepdims = 0> (tokens_over, first_axis)
    frames = Unsqueeze (frames_flat, first_axis)

    n_frames_flat = Unsqueeze (n_frames, first_axis)
    n_samples = Mul (n_frames_flat, per_frame)
    shape = Concat <axis = 0> (one, n_samples)
    stillness = ConstantOfShape (shape)
    drawn = RandomNormalLike (stillness)
    breath = Mul (drawn, random_noise)
    all_noise = Add (breath, noise)
}
"""
"""The graph between the stages, as in `model.stages`: durations, frames, and the noise that the graph draws."""


def prefixed(model: ModelProto, prefix: str) -> ModelProto:
    """A graph whose inner names begin with `prefix`, so that it can stand beside others in one graph."""
    graph = model.graph
    ports = {value.name for value in (*graph.input, *graph.output)}
    inner = {name for node in graph.node for name in (*node.input, *node.output) if name not in ports}
    return renamed(model, {name: f"{prefix}/{name}" for name in inner if name})


def joined(predict: ModelProto, render: ModelProto) -> ModelProto:
    """Both stages, with prefixed names, as one graph: input_ids, style, speed -> audio, durations.

    Two more inputs are optional: `noise`, which is 0 by default, and `random_noise`, which is 1 by default and scales
    the noise that the graph draws.
    """
    between = prefixed(onnx.parser.parse_model(_BETWEEN), "between")
    parts = [part.graph for part in (predict, between, renamed(render, {"noise": "all_noise"}))]
    inputs = {value.name: value for part in parts for value in part.input}
    outputs = {value.name: value for part in parts for value in part.output}
    defaults = [
        helper.make_tensor("noise", TensorProto.FLOAT, [1, 1], [0.0]),
        helper.make_tensor("random_noise", TensorProto.FLOAT, [1], [1.0]),
    ]
    graph = helper.make_graph(
        [node for part in parts for node in part.node],
        "kokoro",
        [inputs[name] for name in ("input_ids", "style", "speed", "noise", "random_noise")],
        [outputs[name] for name in ("audio", "durations")],
        [*(tensor for part in parts for tensor in part.initializer), *defaults],
    )
    return _model(graph)


def renamed(model: ModelProto, names: Mapping[str, str]) -> ModelProto:
    """The same graph with other names for its values."""
    graph = model.graph
    kept = helper.make_graph(graph.node, graph.name, graph.input, graph.output, graph.initializer)
    for node in kept.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
        node.name = node.output[0]
        del node.metadata_props[:]  # the place of each node in the program: twice the size of the rest
    for named in (*kept.input, *kept.output, *kept.initializer):
        named.name = names.get(named.name, named.name)
    return _model(kept)


class Weights:
    """A file of tensors that several graphs share. A tensor that is added again is stored once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._places: dict[bytes, int] = {}

    def move(self, model: ModelProto) -> None:
        """Put the values of the model's tensors into the file, except small ones."""
        for tensor in model.graph.initializer:
            values = numpy_helper.to_array(tensor).tobytes()
            if len(values) > _SMALL:
                place = {"location": self.path.name, "offset": str(self._place(values)), "length": str(len(values))}
                tensor.ClearField("raw_data")
                tensor.data_location = TensorProto.EXTERNAL
                tensor.external_data.extend(StringStringEntryProto(key=key, value=place[key]) for key in place)

    def _place(self, values: bytes) -> int:
        digest = sha256(values).digest()
        if digest not in self._places:
            with self.path.open("ab") as file:
                file.write(bytes(-file.tell() % _PAGE))
                self._places[digest] = file.tell()
                file.write(values)
        return self._places[digest]


def save(model: ModelProto, path: Path) -> None:
    """Write a graph. Tensors that were not moved are in it."""
    path.write_bytes(model.SerializeToString())


def drop_in(path: Path, names: Mapping[str, str], said: dict[str, str]) -> ModelProto:
    """A saved graph as one file, with other names of inputs and outputs, and metadata for hosts.

    It has no optional inputs: such hosts do not know them, and onnxruntime warns about each when it loads.
    """
    model = renamed(onnx.load(path), names)
    defaults = {tensor.name for tensor in model.graph.initializer}
    required = [value for value in model.graph.input if value.name not in defaults]
    del model.graph.input[:]
    model.graph.input.extend(required)
    helper.set_model_props(model, said)
    return model


def _model(graph: GraphProto) -> ModelProto:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    model.producer_name, model.producer_version = "kokoro-fast", installed_version()
    return model
