"""The model on native kernels: against the golden files, against itself in other precisions, alone and in company."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest
import torch
from support import goldens
from support.goldens import Golden
from torch import Tensor

from benchmarks.lib.metrics import correlation, log_mel_distance, relative_error
from kokoro_fast import ops
from kokoro_fast.errors import InputError
from kokoro_fast.model import KokoroModel
from kokoro_fast.model.fused import Precision, fuse
from kokoro_fast.model.kokoro import Prosody
from kokoro_fast.weights import find_weights, load_state

pytestmark = pytest.mark.skipif(not ops.status().native, reason="the native library is not loaded")

LAST_BITS = 1e-4
"""Relative error that float32 kernels leave in the waveform. Seen: 1.3e-5."""

DISTANCE = {"bf16": 0.10, "int8": 0.45}
"""Log-mel distance to float32 in dB that a precision may have, with the same noise. Seen: 0.05 and 0.24."""

NARROW = [name for name in DISTANCE if ops.supports(name)]
SHORT = {"hello", "mandarin", "one_word"}
FILES = [pytest.param(name, marks=() if name in SHORT else pytest.mark.slow) for name in goldens.NAMES]
VOICES = [
    "hello",
    pytest.param("mandarin", marks=pytest.mark.slow),
    pytest.param("emma_slow", marks=pytest.mark.slow),
    pytest.param("michael", marks=pytest.mark.slow),
]
"""Golden files of four voices."""

Fused = Callable[[Precision], KokoroModel]


@pytest.fixture(scope="module")
def fused(fetched: None) -> Fused:
    """`fused(precision)`: the model, made when it is first asked for."""
    torch.set_num_threads(2)

    @cache
    def make(precision: Precision) -> KokoroModel:
        with torch.inference_mode():
            return fuse(KokoroModel.from_state(load_state(find_weights())), precision)

    return make


@pytest.fixture(params=FILES)
def case(request: pytest.FixtureRequest, golden: Callable[[str], Golden]) -> Golden:
    return golden(request.param)


def contours(fused: Fused, case: Golden) -> Prosody:
    """The golden contours with the text that belongs to them."""
    with torch.inference_mode():
        prosody = fused("fp32").predict(case.input_ids, case.style, case.speeds)
    return prosody._replace(f0=case.f0, energy=case.energy)


def render(model: KokoroModel, prosody: Prosody, style: Tensor, noise: float = 1.0, seed: int = 0) -> Tensor:
    with torch.inference_mode():
        return model.render(prosody, style, noise, seed)


def test_render_of_the_golden_contours(fused: Fused, case: Golden) -> None:
    audio = render(fused("fp32"), contours(fused, case), case.style, noise=0.0)
    assert relative_error(audio, case.audio) < LAST_BITS


def test_whole_path_cannot_be_told_apart_by_ear(fused: Fused, case: Golden) -> None:
    audio, durations = fused("fp32").infer(case.input_ids, case.style, case.speed, noise=0.0)
    assert torch.equal(durations, case.durations)
    assert log_mel_distance(audio, case.audio) < 0.25  # 0.42 cannot be heard
    assert correlation(audio, case.audio) > 0.98


@pytest.mark.parametrize("name", VOICES)
@pytest.mark.parametrize("precision", NARROW)
def test_narrow_precisions_are_near_float32(
    fused: Fused, golden: Callable[[str], Golden], precision: Precision, name: str
) -> None:
    case = golden(name)
    prosody = contours(fused, case)
    exact = render(fused("fp32"), prosody, case.style)
    distance = log_mel_distance(render(fused(precision), prosody, case.style), exact)
    assert 0.001 < distance < DISTANCE[precision]  # none at all would be float32 under another name


@pytest.mark.parametrize("precision", NARROW)
def test_durations_and_pitch_do_not_depend_on_the_precision(
    fused: Fused, golden: Callable[[str], Golden], precision: Precision
) -> None:
    case = golden("question")
    with torch.inference_mode():
        found = fused(precision).predict(case.input_ids, case.style, case.speeds)
        exact = fused("fp32").predict(case.input_ids, case.style, case.speeds)
    assert all(torch.equal(a, b) for a, b in zip(found[:4], exact[:4], strict=True))


def test_a_batch_equals_its_rows_alone(fused: Fused, golden: Callable[[str], Golden]) -> None:
    model, cases = fused("fp32"), [golden("one_word"), golden("hello")]
    lengths = torch.tensor([case.input_ids.size(1) for case in cases])
    input_ids = torch.full([len(cases), int(lengths.max())], 7)
    for row, case in zip(input_ids, cases, strict=True):
        row[: case.input_ids.size(1)] = case.input_ids[0]
    with torch.inference_mode():
        style = torch.cat([case.style for case in cases])
        prosody = model.predict(input_ids, style, torch.ones(2), lengths)
        audio = model.render(prosody, style, seed=5)
    for b, case in enumerate(cases):
        n = int(prosody.durations[b].sum())
        lone = Prosody(
            prosody.durations[b : b + 1, : lengths[b]],
            prosody.text[b : b + 1, :, :n],
            prosody.f0[b : b + 1, : 2 * n],
            prosody.energy[b : b + 1, : 2 * n],
            None,
        )
        alone = render(model, lone, case.style, seed=5 + b)
        torch.testing.assert_close(audio[b : b + 1, : 600 * n], alone, rtol=0, atol=1e-6)
        assert not bool(audio[b, 600 * n :].any())
        # The last bits of the pitch may depend on how torch divides a batch; they turn phases that nobody hears.
        whole, durations = model.infer(case.input_ids, case.style, seed=5 + b)
        assert torch.equal(durations, lone.durations)
        assert log_mel_distance(whole, alone) < 0.1


@pytest.mark.parametrize("n_frames", [1, 2, 3])
@pytest.mark.parametrize("precision", ["fp32", *NARROW])
def test_very_short(fused: Fused, model: KokoroModel, precision: Precision, n_frames: int) -> None:
    torch.manual_seed(n_frames)
    style = goldens.load("hello").style
    f0, energy = 100 + 50 * torch.rand(1, 2 * n_frames), torch.rand(1, 2 * n_frames)
    prosody = Prosody(torch.tensor([[n_frames]]), torch.randn(1, 512, n_frames) * 0.1, f0, energy, None)
    found = render(fused(precision), prosody, style)
    # Without a length, torch refuses to normalize a single column. So few of them, normalized, enlarge every rounding.
    expected = render(model, prosody._replace(n_frames=torch.tensor([n_frames])), style)
    assert found.shape == (1, 600 * n_frames)
    assert relative_error(found, expected) < {"fp32": 1e-3, "bf16": 0.3, "int8": 0.6}[precision]


@pytest.mark.parametrize("precision", ["fp32", *NARROW])
def test_same_samples_on_any_number_of_threads(fused: Fused, precision: Precision) -> None:
    """Of the generator. What comes before it has a few of torch's own convolutions, whose last bits differ."""
    generator, before = fused(precision).generator, torch.get_num_threads()
    torch.manual_seed(0)
    x, noise, style = torch.randn(1, 512, 40), torch.randn(1, 12_000), goldens.load("hello").style[:, :128]
    f0 = 100 + 50 * torch.rand(1, 40)
    sounds = []
    try:
        for n_threads in (1, 2, 3):
            torch.set_num_threads(n_threads)
            with torch.inference_mode():
                sounds.append(generator(x, f0, style, noise, None))
    finally:
        torch.set_num_threads(before)
    assert torch.equal(sounds[0], sounds[1])
    assert torch.equal(sounds[0], sounds[2])


def test_models_at_once_say_what_each_says_alone(fused: Fused) -> None:
    """Two models, and one of them twice."""
    names: list[Precision] = ["fp32", *NARROW[:1], "fp32"]  # type: ignore[list-item]
    jobs = [
        (fused(name), goldens.load(text)) for name, text in zip(names, ("hello", "one_word", "hello"), strict=False)
    ]

    def speak(job: tuple[KokoroModel, Golden]) -> Tensor:
        model, case = job
        return model.infer(case.input_ids, case.style, seed=3)[0]

    alone = [speak(job) for job in jobs]
    start = threading.Barrier(len(jobs))

    def speak_together(job: tuple[KokoroModel, Golden]) -> list[Tensor]:
        start.wait()
        return [speak(job) for _ in range(2)]

    with ThreadPoolExecutor(len(jobs)) as pool:
        for expected, sounds in zip(alone, pool.map(speak_together, jobs), strict=True):
            assert all(torch.equal(sound, expected) for sound in sounds)


def test_nan_is_heard_of(fused: Fused) -> None:
    """What is not a number must not come out as a sound."""
    case = goldens.load("one_word")
    prosody = contours(fused, case)
    style = case.style.clone()
    style[0, 3] = torch.nan
    for precision in ("fp32", *NARROW):
        assert bool(render(fused(precision), prosody, style).isnan().any())  # type: ignore[arg-type]


def test_plain_weights_are_dropped(fused: Fused, model: KokoroModel) -> None:
    def size(parts: tuple[str, ...], of: KokoroModel) -> int:
        return sum(p.numel() for part in parts for p in getattr(of, part).parameters())

    heavy = ("generator", "decoder")
    assert size(heavy, fused("fp32")) < 0.02 * size(heavy, model)


def test_precision_that_is_none(model: KokoroModel) -> None:
    with pytest.raises((InputError, ValueError), match="expected"):
        fuse(model, "fp16")  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("isa", ["generic", "avx2"])
def test_other_instruction_sets(fetched: None, isa: str) -> None:
    """float32 on each of them, and an error in one line for what they lack."""
    code = """
import torch
from support import goldens
from benchmarks.lib.metrics import relative_error
from kokoro_fast.model import KokoroModel
from kokoro_fast.model.fused import fuse
from kokoro_fast.weights import find_weights, load_state
case = goldens.load("one_word")
model = KokoroModel.from_state(load_state(find_weights()))
try:
    fuse(model, "bf16")
except ValueError as error:
    print(error)
with torch.inference_mode():
    fuse(model, "fp32")
    prosody = model.predict(case.input_ids, case.style, case.speeds)
    audio = model.render(prosody._replace(f0=case.f0, energy=case.energy), case.style, noise=0.0)
print(torch.equal(prosody.durations, case.durations), relative_error(audio, case.audio))
"""
    environment = {**os.environ, "KOKORO_FAST_ISA": isa, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    if "KOKORO_FAST_ISA: expected one that this build and CPU can use" in process.stderr:
        pytest.skip(f"this CPU does not run {isa}")
    assert process.returncode == 0, process.stderr
    refused, found = process.stdout.splitlines()
    assert refused == f"precision: expected one that this CPU has with {isa} (fp32), got bf16"
    durations, error = found.split()
    assert durations == "True"
    assert float(error) < LAST_BITS
