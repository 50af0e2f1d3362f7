"""Weights from safetensors and from a checkpoint: an error of one line; nothing so small holds all weights."""

from __future__ import annotations

from harness import InputFile, fuzz, import_instrumented, refusing, require

with import_instrumented:
    from kokoro_fast.errors import WeightsError
    from kokoro_fast.weights.formats import load_state

FILE = InputFile("weights")


def check(data: bytes) -> None:
    with refusing(WeightsError):
        load_state(FILE.holding(data))
        require(False, "an incomplete file is refused")


fuzz(check)
