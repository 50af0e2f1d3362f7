"""AOTInductor artifacts: compiled once for all these tests, since that takes a minute or two for each flavor."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import torch
from support.goldens import Golden
from torch import Tensor

from benchmarks.lib.metrics import correlation, log_mel_distance, relative_error
from kokoro_fast import ops
from kokoro_fast.artifact.manifest import check_artifact
from kokoro_fast.backends.torch_artifact import ArtifactBackend
from kokoro_fast.config import SAMPLES_PER_FRAME, VOCAB
from kokoro_fast.export import export
from kokoro_fast.model import KokoroModel
from kokoro_fast.model.fused import fused_stages
from kokoro_fast.model.stages import Stages

pytestmark = pytest.mark.slow

native = pytest.mark.skipif(not ops.status().native, reason="no native library here")

THREADS = 2


class Compiled:
    """A folder, its two models as torch's own loader gives them, and the stages that they were made from."""

    def __init__(self, flavor: str, folder: Path) -> None:
        self.flavor, self.folder = flavor, folder
        self.predict, self.render = (loaded(folder / "model.pt2", name) for name in ("predict", "render"))
        model = KokoroModel.from_pretrained()
        self.stages: Stages = fused_stages(model, "fp32") if flavor == "native" else Stages(model)

    def eager(self, name: str, *inputs: Tensor) -> Any:
        with ops.force("native" if self.flavor == "native" else "reference"), torch.inference_mode():
            return getattr(self.stages, name)(*inputs)


def loaded(path: Path, name: str) -> Callable[..., list[Tensor]]:
    loader = torch._C._aoti.AOTIModelPackageLoader(str(path), name, False, 1, -1)
    return lambda *inputs: loader.boxed_run(list(inputs))


@pytest.fixture(scope="module", params=["torch", pytest.param("native", marks=native)])
def compiled(request: pytest.FixtureRequest, fetched: None, tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    root = tmp_path_factory.mktemp(request.param)
    folder, scratch = root / "artifact", root / "scratch"
    scratch.mkdir()
    torch.set_num_threads(THREADS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(scratch))
        export("aoti", folder, voices=["af_heart"], precision="fp32", ops=request.param)
    assert not [path for path in scratch.rglob("*") if path.is_file()], (
        "what the compiler leaves is of no use afterwards, and large"
    )
    return Compiled(request.param, folder)


def inputs_of(case: Golden) -> tuple[Tensor, Tensor]:
    return case.input_ids, case.style


def random_ids(n_tokens: int) -> Tensor:
    generator = torch.Generator().manual_seed(n_tokens)
    symbols = torch.tensor(sorted(VOCAB.values()))
    ids = symbols[torch.randint(len(symbols), [1, n_tokens], generator=generator)]
    ids[0, 0] = ids[0, -1] = 0
    return ids


# ----------------------------------------------------------------------------------------- equal to eager at any length


@pytest.mark.parametrize("n_tokens", [3, 4, 58, 512])
def test_predict_at_any_length(compiled: Compiled, golden: Callable[[str], Golden], n_tokens: int) -> None:
    ids, style = random_ids(n_tokens), golden("hello").style
    found, expected = compiled.predict(ids, style), compiled.eager("predict", ids, style)
    for name, x, y in zip(("expected_frames", "encoding", "text"), found, expected, strict=True):
        assert x.is_contiguous(), name
        assert relative_error(x, y) < 1e-4, name


@pytest.mark.parametrize(("n_tokens", "frames_each"), [(3, 1), (19, 3), (150, 2)])
def test_render_at_any_length(
    compiled: Compiled, golden: Callable[[str], Golden], n_tokens: int, frames_each: int
) -> None:
    ids, style = random_ids(n_tokens), golden("hello").style
    _, encoding, text = compiled.predict(ids, style)
    frames = torch.arange(n_tokens).repeat_interleave(frames_each)[None]
    noise = torch.randn(1, SAMPLES_PER_FRAME * frames.size(1), generator=torch.Generator().manual_seed(1))
    (found,) = compiled.render(encoding, text, frames, style, noise)
    expected = compiled.eager("render", encoding, text, frames, style, noise)
    assert found.shape == expected.shape == noise.shape
    assert log_mel_distance(found, expected) < 0.25  # as far as the eager model may be from its golden files
    assert correlation(found, expected) > 0.98


def test_a_length_says_nothing_about_the_next(compiled: Compiled, golden: Callable[[str], Golden]) -> None:
    first, other = inputs_of(golden("one_word")), inputs_of(golden("hello"))
    before = compiled.predict(*first)
    compiled.predict(*other)
    for x, y in zip(before, compiled.predict(*first), strict=True):
        assert torch.equal(x, y)


# ------------------------------------------------------------------------------------------------ as close as Python is


@pytest.mark.parametrize("name", ["one_word", "hello", "emma_slow"])
def test_golden_files(compiled: Compiled, golden: Callable[[str], Golden], name: str) -> None:
    case = golden(name)
    expected, encoding, text = compiled.predict(*inputs_of(case))
    durations = compiled.stages.durations(expected, case.speeds)
    assert torch.equal(durations, case.durations)
    silence = torch.zeros(case.audio.shape)
    (audio,) = compiled.render(encoding, text, compiled.stages.frames(durations), case.style, silence)
    assert log_mel_distance(audio, case.audio) < 0.25
    assert correlation(audio, case.audio) > 0.98


def test_the_source_has_the_same_bits(compiled: Compiled, golden: Callable[[str], Golden]) -> None:
    """Silent bins hold rounding errors whose phase is heard: 0.2 dB and more, if the compiler makes its own source."""
    case = golden("hello")
    _, encoding, text = compiled.predict(*inputs_of(case))
    frames, silence = compiled.stages.frames(case.durations), torch.zeros(case.audio.shape)
    inputs = (encoding, text, frames, case.style, silence)
    assert log_mel_distance(compiled.render(*inputs)[0], compiled.eager("render", *inputs)) < 0.1


# ------------------------------------------------------------------------------------------------------- as an artifact


def test_manifest(compiled: Compiled) -> None:
    manifest = check_artifact(compiled.folder, "aoti")
    assert [(graph.name, graph.file) for graph in manifest.graphs] == [
        ("predict", "model.pt2"),
        ("render", "model.pt2"),
    ]
    assert manifest.ops == compiled.flavor
    assert manifest.precision == "fp32"
    assert manifest.torch == torch.__version__.split("+")[0]
    if os.uname().machine == "x86_64":
        assert {"avx2", "fma"} <= set(manifest.needs)
    assert not any("avx512" in name for name in manifest.needs)


def test_backend(compiled: Compiled, golden: Callable[[str], Golden]) -> None:
    case = golden("one_word")
    backend = ArtifactBackend(compiled.folder, "aoti", THREADS)
    ids = case.input_ids[0].tolist()
    audio, durations = backend.synthesize(ids, case.style, case.speed, 7)
    assert durations == case.durations[0].tolist()
    noise = torch.randn(case.audio.shape, generator=torch.Generator().manual_seed(7))
    _, encoding, text = compiled.eager("predict", *inputs_of(case))
    frames = compiled.stages.frames(case.durations)
    expected = compiled.eager("render", encoding, text, frames, case.style, noise)
    assert log_mel_distance(torch.from_numpy(audio), expected) < 0.1


def test_two_threads_at_once(compiled: Compiled, golden: Callable[[str], Golden]) -> None:
    backend = ArtifactBackend(compiled.folder, "aoti", 1)
    cases = [golden("one_word"), golden("hello")] * 2

    def speak(case: Golden) -> Tensor:
        return torch.from_numpy(backend.synthesize(case.input_ids[0].tolist(), case.style, case.speed, 7)[0])

    alone = [speak(case) for case in cases[:2]]
    with ThreadPoolExecutor(4) as pool:
        for found, expected in zip(pool.map(speak, cases), alone * 2, strict=True):
            assert torch.equal(found, expected)


WITHOUT_PACKAGE = """
import pathlib, sys, torch
folder = pathlib.Path(sys.argv[1])
for library in folder.glob("libkokoro_fast_ops.*"):
    torch.ops.load_library(str(library))
from torch._inductor.package import load_package
ids, style = torch.load(sys.argv[2])
torch.save(load_package(str(folder / "model.pt2"), "predict")(ids, style), sys.argv[3])
assert not any(name.startswith("kokoro") for name in sys.modules)
"""


def test_without_this_package(compiled: Compiled, golden: Callable[[str], Golden], tmp_path: Path) -> None:
    inputs = inputs_of(golden("one_word"))
    torch.save(inputs, tmp_path / "inputs.pt")
    command = [sys.executable, "-c", WITHOUT_PACKAGE, compiled.folder, tmp_path / "inputs.pt", tmp_path / "outputs.pt"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for found, expected in zip(torch.load(tmp_path / "outputs.pt"), compiled.predict(*inputs), strict=True):
        assert relative_error(found, expected) < 1e-6


# ---------------------------------------------------------------------------------------------------- what can go wrong

EXPORT = """
import sys
from kokoro_fast.errors import KokoroFastError
from kokoro_fast.export import export
try:
    export("aoti", sys.argv[1], voices=["af_heart"], ops="torch")
except KokoroFastError as error:
    print(type(error).__name__, error)
"""


def test_no_compiler(fetched: None, tmp_path: Path) -> None:
    environment = {**os.environ, "CXX": str(tmp_path / "no-compiler")}
    command = [sys.executable, "-c", EXPORT, tmp_path / "artifact"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert done.stdout == (
        "MissingDependencyError kind aoti: expected a C++ compiler, found none; "
        "install g++, or name one in the environment variable CXX\n"
    ), done.stderr
    assert not list(tmp_path.iterdir())
