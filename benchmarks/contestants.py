"""The others: each is a function from an utterance to its waveform, loaded and ready, on the same weights and voice.

One whose package is not installed is left out, with the reason.
"""

from __future__ import annotations

import importlib.util
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.checks import Waveform
from benchmarks.ours import Contestant, LeftOut
from benchmarks.reference_checkpoint import reference_config, write_checkpoint
from benchmarks.utterances import VOICE, Utterance
from kokoro_fast.weights import load_voice


def kokoro() -> Contestant:
    """The reference implementation, eager PyTorch."""
    need("kokoro")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own use of torch's older weight norm and LSTM dropout
        from kokoro import KModel

        with tempfile.TemporaryDirectory() as folder:
            checkpoint = Path(folder) / "kokoro.pth"
            write_checkpoint(checkpoint)
            model = KModel("hexgrad/Kokoro-82M", config=reference_config(), model=str(checkpoint)).eval()
    return lambda what: model.forward_with_tokens(what.input_ids, what.style, 1)[0].numpy()


def onnxruntime(export: Path, threads: int) -> Contestant:
    """onnxruntime on a published export."""
    session = onnx_session(export, threads)
    tokens, style, speed = (each.name for each in session.get_inputs())

    def speak(what: Utterance) -> Waveform:
        inputs = {tokens: what.input_ids.numpy(), style: what.style.numpy(), speed: np.ones(1, np.float32)}
        return session.run(None, inputs)[0].ravel()

    return speak


def kokoro_onnx(export: Path, threads: int) -> Contestant:
    """The package kokoro-onnx: its `create` on phonemes, without trimming, so that all speak equally long."""
    engine, style = kokoro_onnx_engine(export, threads)
    return lambda what: engine.create(what.phonemes, style, is_phonemes=True, trim=False)[0]


def kokoro_onnx_engine(export: Path, threads: int) -> tuple[Any, Any]:
    """The engine of kokoro-onnx, and the style of our voice in its form."""
    need("kokoro_onnx")
    from kokoro_onnx import Kokoro

    with tempfile.TemporaryDirectory() as folder:
        voices = Path(folder) / "voices.npz"
        np.savez(voices, **{VOICE: load_voice(VOICE)[:, None].numpy()})
        engine = Kokoro.from_session(onnx_session(export, threads), str(voices))
        return engine, engine.get_voice_style(VOICE)  # read now: the file goes away


def openvino(export: Path, threads: int, precision: str) -> Contestant:
    """OpenVINO on the published fp32 export, computing in "f32" or "bf16"."""
    need("openvino")
    import openvino as ov

    settings = {
        "INFERENCE_PRECISION_HINT": precision,
        "INFERENCE_NUM_THREADS": threads,
        "PERFORMANCE_HINT": "LATENCY",
    }
    compiled = ov.Core().compile_model(str(export), "CPU", settings)

    def speak(what: Utterance) -> Waveform:
        inputs = {"input_ids": what.input_ids.numpy(), "style": what.style.numpy(), "speed": np.ones(1, np.float32)}
        return compiled(inputs)[0].ravel().copy()

    return speak


def onnx_session(export: Path, threads: int) -> Any:
    """A session with a fixed number of threads and everything else as onnxruntime has it."""
    need("onnxruntime")
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    return ort.InferenceSession(str(export), options, providers=["CPUExecutionProvider"])


def need(package: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise LeftOut(f"{package} is not installed")
