"""Weights from ONNX: an error of one line, or arrays."""

from __future__ import annotations

import numpy as np
from harness import InputFile, fuzz, import_instrumented, refusing, require

with import_instrumented:
    from kokoro_fast.errors import WeightsError
    from kokoro_fast.weights.onnx_file import read_graph
    from kokoro_fast.weights.onnx_weights import read_onnx

FILE = InputFile("weights.onnx")


def check(data: bytes) -> None:
    path = FILE.holding(data)
    with refusing(WeightsError):
        graph = read_graph(path)
        require(sum(array.nbytes for array in graph.tensors.values()) <= 8 * len(data), "numbers come from the file")
    with refusing(WeightsError), np.errstate(all="ignore"):
        require(all(array.dtype == np.float32 for array in read_onnx(path).values()), "weights are float32")


fuzz(check)
