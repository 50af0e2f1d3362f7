"""The onnx backend: a folder of graphs in onnxruntime behind the same API."""

from __future__ import annotations

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from benchmarks.lib.metrics import log_mel_distance
from kokoro_fast import Kokoro
from kokoro_fast.backends.network import RenderingCancelled
from kokoro_fast.backends.onnx_artifact import OnnxBackend
from kokoro_fast.backends.pytorch import PyTorchBackend
from kokoro_fast.errors import MissingDependencyError, WeightsError
from kokoro_fast.weights import load_voice, style_row

IDS = [0, *range(43, 60), 0]


@pytest.fixture(scope="module")
def opened(onnx_folder: Path) -> OnnxBackend:
    pytest.importorskip("onnxruntime")
    return OnnxBackend(onnx_folder, threads=2)


def spoken(
    backend: OnnxBackend | PyTorchBackend, ids: list[int], seed: int = 7
) -> tuple[NDArray[np.float32], list[int]]:
    return backend.synthesize(ids, style_row(load_voice("af_heart"), len(ids) - 2), 1.1, seed)


@pytest.mark.slow
@pytest.mark.parametrize("ids", [[0, 43, 0], IDS])
def test_the_sound_is_that_of_the_model(opened: OnnxBackend, ids: list[int]) -> None:
    assert (opened.name, opened.precision, opened.threads, opened.has_windows) == ("onnx", "fp32", 2, False)
    sound, durations = spoken(opened, ids)
    expected, expected_durations = spoken(PyTorchBackend(threads=2, backend="eager"), ids)
    assert durations == expected_durations
    assert log_mel_distance(torch.from_numpy(sound), torch.from_numpy(expected)) < 0.25
    assert np.sqrt(np.mean(sound**2)) == pytest.approx(np.sqrt(np.mean(expected**2)), rel=0.01)


@pytest.mark.slow
def test_seeds(opened: OnnxBackend) -> None:
    first, again, other = (spoken(opened, IDS, seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert 0.1 < log_mel_distance(torch.from_numpy(first), torch.from_numpy(other)) < 0.6


@pytest.mark.slow
def test_two_threads_at_once(opened: OnnxBackend) -> None:
    inputs = [[0, *range(43, 43 + n), 0] for n in (3, 12, 20, 7)]
    alone = [spoken(opened, ids)[0] for ids in inputs]
    with ThreadPoolExecutor(2) as pool:
        for sound, expected in zip(pool.map(lambda ids: spoken(opened, ids)[0], inputs), alone, strict=True):
            np.testing.assert_array_equal(sound, expected)


@pytest.mark.slow
def test_it_can_be_stopped(opened: OnnxBackend) -> None:
    style = style_row(load_voice("af_heart"), len(IDS) - 2)
    stopped: list[bool] = []
    rendering = opened.prepare(IDS, style, 1.0, 0, should_stop=lambda: bool(stopped))
    stopped.append(True)
    with pytest.raises(RenderingCancelled):
        rendering.whole()


@pytest.mark.slow
def test_the_whole_engine(onnx_folder: Path) -> None:
    speech = Kokoro(backend="onnx", path=onnx_folder, seed=0).speak("Hello there.", voice="af_heart")
    expected = Kokoro(backend="eager", seed=0).speak("Hello there.", voice="af_heart")
    assert speech.audio.shape == expected.audio.shape
    assert log_mel_distance(torch.from_numpy(speech.audio), torch.from_numpy(expected.audio)) < 0.25


@pytest.mark.slow
@pytest.mark.parametrize("name", ["render.onnx", "weights.bin"])
def test_a_changed_file_is_refused(onnx_folder: Path, tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(onnx_folder, tmp_path / "copy", copy_function=os.link))
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).unlink()
    (folder / name).write_bytes(content)
    with pytest.raises(WeightsError, match=rf"{name}: expected sha256 .*; rebuild it with: kokoro-fast export onnx -o"):
        OnnxBackend(folder)


@pytest.mark.slow
def test_another_kind_is_refused(torchscript_folder: object) -> None:
    folder = torchscript_folder("torch")  # type: ignore[operator]
    with pytest.raises(WeightsError, match="kind: expected onnx, got torchscript; rebuild it with: kokoro-fast export"):
        OnnxBackend(folder)


def test_without_onnxruntime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingDependencyError, match=r"pip install kokoro-fast\[onnx\]"):
        OnnxBackend(tmp_path)
