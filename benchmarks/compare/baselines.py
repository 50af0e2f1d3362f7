"""Other implementations, on the same weights and voice. One whose package is not installed raises `Unavailable`."""

from __future__ import annotations

import importlib.util
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.compare.reference_checkpoint import reference_config, write_checkpoint
from benchmarks.lib.checks import Waveform
from benchmarks.lib.utterances import VOICE, Utterance
from benchmarks.lib.variants import Implementation, Unavailable
from kokoro_fast.weights import load_voice


def kokoro() -> Implementation:
    """The reference implementation, eager PyTorch."""
    model = reference_model()
    return lambda what: model.forward_with_tokens(what.input_ids, what.style, 1)[0].numpy()


def reference_model() -> Any:
    """The `KModel` of the reference implementation on this package's weights."""
    require("kokoro")
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")  # it uses torch's older weight norm and LSTM dropout
        from kokoro import KModel

        checkpoint = Path(folder) / "kokoro.pth"
        write_checkpoint(checkpoint)
        return KModel("hexgrad/Kokoro-82M", config=reference_config(), model=str(checkpoint)).eval()


def onnxruntime(export: Path, threads: int) -> Implementation:
    """onnxruntime on a published export."""
    session = onnx_session(export, threads)
    tokens, style, speed = (each.name for each in session.get_inputs())

    def speak(what: Utterance) -> Waveform:
        inputs = {tokens: what.input_ids.numpy(), style: what.style.numpy(), speed: np.ones(1, np.float32)}
        return session.run(None, inputs)[0].ravel()

    return speak


def kokoro_onnx(export: Path, threads: int) -> Implementation:
    """The package kokoro-onnx: its `create` on phonemes, without trimming, so that all speak equally long."""
    engine, style = kokoro_onnx_engine(export, threads)
    return lambda what: engine.create(what.phonemes, style, is_phonemes=True, trim=False)[0]


def kokoro_onnx_engine(export: Path, threads: int) -> tuple[Any, Any]:
    """The engine of kokoro-onnx, and the style of the benchmarks' voice in its form."""
    require("kokoro_onnx")
    from kokoro_onnx import Kokoro

    with tempfile.TemporaryDirectory() as folder:
        voices = Path(folder) / "voices.npz"
        np.savez(voices, **{VOICE: load_voice(VOICE)[:, None].numpy()})
        engine = Kokoro.from_session(onnx_session(export, threads), str(voices))
        return engine, engine.get_voice_style(VOICE)  # read here, before the file is removed


def openvino(export: Path, threads: int, precision: str) -> Implementation:
    """OpenVINO on the published fp32 export, computing in "f32" or "bf16"."""
    require("openvino")
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
    """A session with a fixed number of threads; everything else is onnxruntime's default."""
    require("onnxruntime")
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    return ort.InferenceSession(str(export), options, providers=["CPUExecutionProvider"])


def require(package: str) -> None:
    """Raise `Unavailable` if a package is not installed."""
    if importlib.util.find_spec(package) is None:
        raise Unavailable(f"{package} is not installed")
