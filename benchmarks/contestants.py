"""Who takes part: each contestant is a function from an utterance to its waveform, loaded and ready.

A contestant whose package is not installed is left out, with the reason.
"""

from __future__ import annotations

import importlib.util
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.reference_checkpoint import reference_config, write_checkpoint
from benchmarks.utterances import Utterance
from kokoro_fast import ops
from kokoro_fast.model import KokoroModel

Waveform = NDArray[np.float32]
Contestant = Callable[[Utterance], Waveform]


class LeftOut(Exception):
    """This contestant cannot take part; the message says why."""


def ours(native: bool) -> Contestant:
    """This project's model, on its compiled ops or on the pure-torch ones."""
    if native and not ops.status().native:
        raise LeftOut(ops.status().reason)
    model = KokoroModel.from_pretrained()

    def speak(utterance: Utterance) -> Waveform:
        with ops.force("native" if native else "reference"):
            return model.infer(utterance.input_ids, utterance.style, seed=0)[0][0].numpy()

    return speak


def kokoro() -> Contestant:
    """The reference implementation, on the same weights."""
    need("kokoro")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own use of torch's older weight norm and LSTM dropout
        from kokoro import KModel

        with tempfile.TemporaryDirectory() as folder:
            checkpoint = Path(folder) / "kokoro.pth"
            write_checkpoint(checkpoint)
            model = KModel("hexgrad/Kokoro-82M", config=reference_config(), model=str(checkpoint)).eval()

    def speak(utterance: Utterance) -> Waveform:
        return model.forward_with_tokens(utterance.input_ids, utterance.style, 1)[0].numpy()

    return speak


def onnxruntime(model: Path, threads: int) -> Contestant:
    """onnxruntime on the published fp32 export of the same weights."""
    need("onnxruntime")
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    speed = np.ones(1, np.float32)

    def speak(utterance: Utterance) -> Waveform:
        inputs = {"input_ids": utterance.input_ids.numpy(), "style": utterance.style.numpy(), "speed": speed}
        return session.run(None, inputs)[0].ravel()

    return speak


def need(package: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise LeftOut(f"{package} is not installed")
