"""Weights from ONNX: an error of one line; nothing so small holds all weights."""

from __future__ import annotations

from harness import InputFile, fuzz, import_instrumented, refusing, require

with import_instrumented:
    from kokoro_fast.errors import WeightsError
    from kokoro_fast.weights.formats import load_state
    from kokoro_fast.weights.onnx_file import read_graph

FILE = InputFile("weights.onnx")


def check(data: bytes) -> None:
    path = FILE.holding(data)
    with refusing(WeightsError):
        graph = read_graph(path)
        require(sum(array.nbytes for array in graph.tensors.values()) <= 8 * len(data), "numbers come from the file")
    with refusing(WeightsError):
        load_state(path)
        require(False, "an incomplete file is refused")


fuzz(check)
