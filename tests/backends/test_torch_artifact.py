"""TorchScript artifacts in Python: the same samples as the model itself, with this package and without it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from support.goldens import Golden

from benchmarks.lib.metrics import correlation, log_mel_distance
from kokoro_fast import Kokoro, ops
from kokoro_fast.artifact.manifest import described, read_manifest
from kokoro_fast.backends.backend import Backend
from kokoro_fast.backends.network import PairNetwork, RenderingCancelled
from kokoro_fast.backends.pytorch import PyTorchBackend
from kokoro_fast.backends.torch_artifact import ArtifactBackend
from kokoro_fast.errors import InputError, MissingDependencyError, WeightsError
from kokoro_fast.model.kokoro import durations_at, phoneme_indices
from kokoro_fast.weights import load_voice, style_row

Folder = Callable[..., Path]

pytestmark = pytest.mark.slow

IDS = [0, *range(43, 52), 0]

native = pytest.mark.skipif(not ops.status().native, reason="no native library here")
FLAVORS = [pytest.param("native", marks=native), "torch"]


@pytest.fixture(scope="module")
def opened(torchscript_folder: Folder) -> Callable[[str], ArtifactBackend]:
    found: dict[str, ArtifactBackend] = {}
    return lambda flavor: found.setdefault(flavor, ArtifactBackend(torchscript_folder(flavor), "torchscript", 1))


def style_of(ids: list[int], voice: str = "af_heart") -> torch.Tensor:
    return style_row(load_voice(voice), len(ids) - 2)


def sound_of(backend: Backend, ids: list[int], seed: int = 7) -> NDArray[np.float32]:
    return backend.synthesize(ids, style_of(ids), 1.1, seed)[0]


def copy_of(folder: Path, target: Path) -> Path:
    return Path(shutil.copytree(folder, target / "copy", copy_function=os.link))


def replace_file(folder: Path, name: str, content: bytes) -> None:
    """Another file, with a manifest that takes it for the right one."""
    (folder / name).unlink()  # it is a link to the fixture's own
    (folder / name).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    file = described(folder / name)
    manifest["files"][name] = {"bytes": file.bytes, "sha256": file.sha256}
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")


# The same sound


@pytest.mark.parametrize("flavor", FLAVORS)
def test_the_samples_are_those_of_the_model(opened: Callable[[str], ArtifactBackend], flavor: str) -> None:
    artifact = opened(flavor)
    assert (artifact.name, artifact.precision, artifact.threads) == ("torchscript", "fp32", 1)
    with ops.force("native" if flavor == "native" else "reference"):
        model = PyTorchBackend(threads=1, backend="native" if flavor == "native" else "eager", precision="fp32")
        for ids in ([0, 43, 0], IDS):
            sound, durations = artifact.synthesize(ids, style_of(ids), 1.1, 7)
            expected, expected_durations = model.synthesize(ids, style_of(ids), 1.1, 7)
            assert durations == expected_durations
            if flavor == "native":
                np.testing.assert_array_equal(sound, expected)
            else:  # scripted, torch's own kernels differ in last bits, and phases make more of it (docs/design.md)
                assert log_mel_distance(torch.from_numpy(sound), torch.from_numpy(expected)) < 0.25


@pytest.mark.parametrize("flavor", FLAVORS)
@pytest.mark.parametrize("name", ["hello", "one_word"])
def test_golden_files(
    opened: Callable[[str], ArtifactBackend], golden: Callable[[str], Golden], flavor: str, name: str
) -> None:
    network, case = opened(flavor).network, golden(name)
    expected, encoding, text = network.predict(case.input_ids, case.style)
    durations = durations_at(expected, case.speeds, None)
    assert torch.equal(durations, case.durations)
    decoded = network.decode(encoding, text, phoneme_indices(durations, int(durations.sum())), case.style)
    audio = network.generate(decoded, case.style, torch.zeros(case.audio.shape), None)
    assert log_mel_distance(audio, case.audio) < 0.25  # as in test_golden.py
    assert correlation(audio, case.audio) > 0.98


@native
def test_windows_are_those_of_the_model(opened: Callable[[str], ArtifactBackend]) -> None:
    artifact, model = opened("native"), PyTorchBackend(threads=1, backend="native", precision="fp32")
    assert artifact.has_windows
    assert not opened("torch").has_windows
    renderings = [backend.prepare(IDS, style_of(IDS), 1.0, 3) for backend in (artifact, model)]
    window, expected = (rendering.window(6000, 15_000) for rendering in renderings)
    np.testing.assert_array_equal(window, expected)


def test_two_threads_at_once(opened: Callable[[str], ArtifactBackend]) -> None:
    artifact = opened("native" if ops.status().native else "torch")
    inputs = [[0, *range(43, 43 + n), 0] for n in (3, 20, 7, 12)]
    alone = [sound_of(artifact, ids) for ids in inputs]
    start = threading.Barrier(2)

    def speak_all(order: int) -> list[NDArray[np.float32]]:
        start.wait()
        return [sound_of(artifact, ids) for ids in inputs[::order]][::order]

    with ThreadPoolExecutor(2) as pool:
        for sounds in pool.map(speak_all, (1, -1)):
            for sound, expected in zip(sounds, alone, strict=True):
                np.testing.assert_array_equal(sound, expected)


def test_threads_are_honoured(torchscript_folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    artifact = ArtifactBackend(torchscript_folder("torch"), "torchscript", threads=2)
    seen: list[int] = []

    class Spy:
        def predict(self, *given: torch.Tensor) -> object:
            seen.append(torch.get_num_threads())
            return real.predict(*given)

    real = artifact.network.stages
    monkeypatch.setattr(artifact.network, "stages", Spy())
    before = torch.get_num_threads()
    artifact.prepare(IDS, style_of(IDS), 1.0, 0)
    assert seen == [2]
    assert torch.get_num_threads() == before
    with pytest.raises(InputError, match="threads: expected 1 or more, got 0"):
        ArtifactBackend(torchscript_folder("torch"), "torchscript", threads=0)


def test_a_pair_of_functions_is_a_network_too(opened: Callable[[str], ArtifactBackend]) -> None:
    """What AOTInductor gives."""
    artifact = opened("native" if ops.status().native else "torch")
    stages, threads = artifact.network.stages, artifact.network._threads
    backend = Backend(PairNetwork(stages.predict, stages.render, threads), "pair", "fp32", 1)
    assert not backend.has_windows
    np.testing.assert_array_equal(sound_of(backend, IDS), sound_of(artifact, IDS))
    stopped: list[bool] = []
    rendering = backend.prepare(IDS, style_of(IDS), 1.0, 0, should_stop=lambda: bool(stopped))
    stopped.append(True)
    with pytest.raises(RenderingCancelled):
        rendering.whole()


def test_the_whole_engine(torchscript_folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the folder alone: no weights, no voices, no network."""
    flavor = "native" if ops.status().native else "torch"
    monkeypatch.setenv("KOKORO_FAST_CACHE", str(tmp_path))
    monkeypatch.setenv("KOKORO_FAST_OFFLINE", "1")
    tts = Kokoro("bf_emma", path=torchscript_folder(flavor), seed=1, threads=1)
    assert (tts.backend.name, tts.backend.precision) == ("torchscript", "fp32")
    whole = tts.speak("Hello there. This is the second sentence.")
    assert [word.text for word in whole.words[:2]] == ["Hello", "there"]
    with tts.stream("Hello there. This is the second sentence.") as stream:
        assert [word.text for part in stream for word in part.words] == [word.text for word in whole.words]
    assert list(tmp_path.iterdir()) == []


# Without this package

ALONE = """
import sys, torch

class Refuses:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "kokoro_fast":
            raise ImportError(name)

sys.meta_path.insert(0, Refuses())
folder, flavor, out = sys.argv[1:]
torch.set_num_threads(1)
if flavor == "native":
    torch.ops.load_library(folder + "/libkokoro_fast_ops.so")
model = torch.jit.load(folder + "/model.pt")
ids = torch.tensor([[0, *range(43, 52), 0]])
voice = torch.from_file(folder + "/voices/af_heart.bin", size=510 * 256).view(510, 256)
style = voice[ids.size(1) - 3 : ids.size(1) - 2]
with torch.inference_mode():
    expected, encoding, text = model.predict(ids, style)
    durations = model.durations(expected, torch.tensor([1.1]))
    frames = model.frames(durations)
    noise = torch.empty(600 * frames.size(1)).normal_(generator=torch.Generator().manual_seed(7))[None]
    audio = model.render(encoding, text, frames, style, noise)
    torch.manual_seed(0)
    whole, whole_durations = model(ids, style, torch.tensor([1.1]))
assert whole.shape == audio.shape and torch.equal(whole_durations, durations)
assert not [name for name in sys.modules if name.startswith("kokoro_fast")]
audio.numpy().tofile(out)
"""


@pytest.mark.parametrize("flavor", FLAVORS)
def test_it_loads_where_this_package_is_not(
    opened: Callable[[str], ArtifactBackend], flavor: str, tmp_path: Path
) -> None:
    artifact = opened(flavor)
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", ALONE, artifact.folder, flavor, tmp_path / "out"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    sound = np.fromfile(tmp_path / "out", np.float32)
    expected = sound_of(artifact, IDS)
    assert sound.shape == expected.shape
    assert log_mel_distance(torch.from_numpy(sound), torch.from_numpy(expected)) < 0.01


# What is refused


def test_a_changed_file(torchscript_folder: Folder, tmp_path: Path) -> None:
    folder = copy_of(torchscript_folder("torch"), tmp_path)
    (folder / "model.pt").unlink()
    with pytest.raises(
        WeightsError, match=r"model\.pt: expected a file, found none; rebuild it with: kokoro-fast export"
    ):
        ArtifactBackend(folder, "torchscript")
    whole = (torchscript_folder("torch") / "model.pt").read_bytes()
    (folder / "model.pt").write_bytes(whole[:-1])
    with pytest.raises(WeightsError, match=rf"model\.pt: expected {len(whole)} bytes, got {len(whole) - 1}; rebuild"):
        ArtifactBackend(folder, "torchscript")
    (folder / "model.pt").write_bytes(whole[:1_000_000] + bytes([whole[1_000_000] ^ 1]) + whole[1_000_001:])
    with pytest.raises(WeightsError, match=r"model\.pt: expected sha256 \w{64}, got \w{64}; rebuild"):
        ArtifactBackend(folder, "torchscript")


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + b"\0" * 18, b"no archive at all", b"\0" * 5000])
def test_a_file_that_is_no_torchscript(torchscript_folder: Folder, tmp_path: Path, content: bytes) -> None:
    folder = copy_of(torchscript_folder("torch"), tmp_path)
    replace_file(folder, "model.pt", content)
    with pytest.raises(WeightsError, match=r"model\.pt: expected TorchScript, got [^\n]+; rebuild it with: [^\n]+$"):
        ArtifactBackend(folder, "torchscript")


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + b"\0" * 18, b"no archive at all", b"\0" * 5000])
def test_a_file_that_is_no_package(torchscript_folder: Folder, tmp_path: Path, content: bytes) -> None:
    folder = copy_of(torchscript_folder("torch"), tmp_path)
    (folder / "model.pt").rename(folder / "model.pt2")
    text = (folder / "manifest.json").read_text("utf-8").replace("torchscript", "aoti").replace("model.pt", "model.pt2")
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").write_text(text, "utf-8")
    replace_file(folder, "model.pt2", content)
    with pytest.raises(
        WeightsError, match=r"model\.pt2: expected an AOTInductor package [^\n]+; rebuild it with: [^\n]+$"
    ):
        ArtifactBackend(folder, "aoti")


@native
def test_the_library_of_another_build(torchscript_folder: Folder, tmp_path: Path) -> None:
    folder = copy_of(torchscript_folder("native"), tmp_path)
    replace_file(folder, "libkokoro_fast_ops.so", b"\x7fELF")
    with pytest.raises(WeightsError, match=r"libkokoro_fast_ops\.so: expected the library of this kokoro-fast"):
        ArtifactBackend(folder, "torchscript")


@native
def test_no_library_here(torchscript_folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops, "_library", ops.Status(False, "it is not installed"))
    monkeypatch.setattr(ops, "_native", False)
    with pytest.raises(MissingDependencyError, match="expected the native library, which it calls, but it is not"):
        ArtifactBackend(torchscript_folder("native"), "torchscript")


@native
@pytest.mark.skipif(not ops.supports("int8"), reason="this processor has no int8")
def test_an_instruction_set_without_the_precision(torchscript_folder: Folder) -> None:
    code = f"""
from kokoro_fast.backends.torch_artifact import ArtifactBackend
from kokoro_fast.errors import InputError
try:
    ArtifactBackend({str(torchscript_folder("native", "int8"))!r}, "torchscript")
except InputError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "KOKORO_FAST_ISA": "avx2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("precision int8: expected a processor with avx512_vnni, got avx2 kernels without it")


def test_another_kind(torchscript_folder: Folder) -> None:
    folder = torchscript_folder("torch")
    with pytest.raises(WeightsError, match="kind: expected aoti, got torchscript; rebuild it with: kokoro-fast export"):
        ArtifactBackend(folder, "aoti")
    with pytest.raises(InputError, match="kind: expected torchscript or aoti, got 'onnx'"):
        ArtifactBackend(folder, "onnx")
    assert read_manifest(folder).kind == "torchscript"
