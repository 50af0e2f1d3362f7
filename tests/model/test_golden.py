"""The model against the golden files of the reference, with the native ops and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import torch
import torch.nn.functional as F
from support import goldens
from support.goldens import Golden
from support.reference_rounding import reference_gelu, reference_model
from torch import Tensor, nn

from benchmarks.lib.metrics import correlation, log_mel_distance, relative_error
from kokoro_fast import ops
from kokoro_fast.config import BOUNDARY_ID, VOCAB
from kokoro_fast.model import KokoroModel
from kokoro_fast.weights import load_voice, style_row

LAST_BITS = 1e-5
"""Relative error left by another order of additions. Seen: 3e-6."""

SOUND_BITS = 1e-4
"""The same behind the spectrum's exponent and sine, which make 24 times as much of the last convolution's rounding.

Seen: 3e-6 with torch's kernels for AVX-512, which made the golden files, and 1.7e-5 with those for AVX2."""

BAR = 1e-3
"""The relative error that the project allows itself over the whole path. Seen: 3e-6."""

SHORT = {"hello", "mandarin", "one_word"}
FILES = [pytest.param(name, marks=() if name in SHORT else pytest.mark.slow) for name in goldens.NAMES]

same_kernels = pytest.mark.skipif(
    torch.backends.cpu.get_cpu_capability() != "AVX512",
    reason="the last bits of the golden files come from torch's kernels for AVX-512",
)


@pytest.fixture(params=FILES)
def case(request: pytest.FixtureRequest, golden: Callable[[str], Golden]) -> Golden:
    return golden(request.param)


@pytest.fixture(params=["native", pytest.param("reference", marks=pytest.mark.slow)])
def implementation(request: pytest.FixtureRequest) -> Iterator[str]:
    """Every test that asks for this runs on both implementations of the ops."""
    with ops.force(request.param):
        yield request.param


@pytest.fixture(scope="session")
def normalized_again() -> KokoroModel:
    return reference_model()


@pytest.fixture
def reference_rounding(normalized_again: KokoroModel, monkeypatch: pytest.MonkeyPatch) -> KokoroModel:
    """The model in the reference's own arithmetic."""
    monkeypatch.setattr(F, "gelu", reference_gelu)
    return normalized_again


@pytest.fixture
def stages(golden: Callable[[str], Golden]) -> Golden:
    return golden("stages")


def test_all_files_are_here() -> None:
    assert len(goldens.NAMES) == 9


def test_input(case: Golden) -> None:
    ids = [VOCAB[symbol] for symbol in case.phonemes]
    assert case.input_ids.tolist() == [[BOUNDARY_ID, *ids, BOUNDARY_ID]]
    assert torch.equal(style_row(load_voice(case.voice), len(ids)), case.style)


def test_predict(model: KokoroModel, case: Golden) -> None:
    prosody = model.predict(case.input_ids, case.style, case.speeds)
    assert torch.equal(prosody.durations, case.durations)
    assert relative_error(prosody.f0, case.f0) < LAST_BITS
    assert relative_error(prosody.energy, case.energy) < LAST_BITS


@pytest.mark.usefixtures("implementation")
def test_render_of_the_golden_contours(model: KokoroModel, case: Golden) -> None:
    prosody = model.predict(case.input_ids, case.style, case.speeds)
    audio = model.render(prosody._replace(f0=case.f0, energy=case.energy), case.style, noise=0.0)
    assert relative_error(audio, case.audio) < SOUND_BITS


@pytest.mark.usefixtures("implementation")
def test_whole_path_cannot_be_told_apart_by_ear(model: KokoroModel, case: Golden) -> None:
    audio, durations = model.infer(case.input_ids, case.style, case.speed, noise=0.0)
    assert torch.equal(durations, case.durations)
    assert log_mel_distance(audio, case.audio) < 0.25  # 0.18 seen, and 0.42 cannot be heard
    assert correlation(audio, case.audio) > 0.98


@same_kernels
@pytest.mark.usefixtures("implementation")
def test_whole_path_sample_by_sample(reference_rounding: KokoroModel, case: Golden) -> None:
    audio, durations = reference_rounding.infer(case.input_ids, case.style, case.speed, noise=0.0)
    assert torch.equal(durations, case.durations)
    assert relative_error(audio, case.audio) < BAR


def test_another_utterance_fails(golden: Callable[[str], Golden]) -> None:
    """The measures above must be able to fail: here, on a sound that is a third of a decibel louder, and on another."""
    case, other = golden("hello"), golden("one_word")
    assert log_mel_distance(case.audio * 1.04, case.audio) > 0.25
    assert relative_error(case.audio * 1.04, case.audio) > BAR
    n = min(case.audio.size(1), other.audio.size(1))
    assert correlation(case.audio[:, :n], other.audio[:, :n]) < 0.5


# ------------------------------------------------------------- the stages: each is given what the reference gave to it


def test_albert(model: KokoroModel, stages: Golden) -> None:
    context = model.albert(stages.input_ids, None)
    assert relative_error(context, stages.stages["bert"]) < LAST_BITS
    projected = model.albert_projection(stages.stages["bert"])
    assert relative_error(projected, stages.stages["bert_encoder"]) < LAST_BITS


def test_text_encoder(model: KokoroModel, stages: Golden) -> None:
    assert relative_error(model.text_encoder(stages.input_ids, None), stages.stages["text_encoder"]) < LAST_BITS


def test_prosody_encoders(model: KokoroModel, stages: Golden) -> None:
    encoding = model.prosody.encoder(stages.stages["bert_encoder"], stages.style[:, 128:], None)
    assert relative_error(encoding, stages.stages["duration_encoder"]) < LAST_BITS
    hidden = model.prosody.duration_lstm(stages.stages["duration_encoder"], None)
    assert relative_error(hidden, stages.stages["predictor_lstm"]) < LAST_BITS


def test_contours(model: KokoroModel, stages: Golden) -> None:
    aligned = stages.stages["duration_encoder"].repeat_interleave(stages.durations[0], dim=1)
    f0, energy = model.shape_contours(aligned.transpose(1, 2), stages.style, None)
    assert relative_error(f0, stages.f0) < LAST_BITS
    assert relative_error(energy, stages.energy) < LAST_BITS


def test_decoder(model: KokoroModel, stages: Golden) -> None:
    text = stages.stages["text_encoder"].repeat_interleave(stages.durations[0], dim=2)
    with record(model.decoder.encode) as outputs:
        out = model.decoder(text, stages.f0, stages.energy, stages.style[:, :128], None)
    assert relative_error(outputs[0], stages.stages["decoder_encode"]) < LAST_BITS
    assert relative_error(out, stages.stages["decoder_out"]) < LAST_BITS


@same_kernels
def test_excitation_is_exact(model: KokoroModel, stages: Golden) -> None:
    excitation = model.generator.source(stages.f0, torch.zeros(stages.audio.shape))
    assert torch.equal(excitation, stages.stages["har_source"][:, :, 0])


@pytest.mark.usefixtures("implementation")
def test_generator(model: KokoroModel, stages: Golden) -> None:
    generator, silence = model.generator, torch.zeros(stages.audio.shape)
    first = generator.stages[0]
    with record(first.source_block, first.resblocks[0], generator.output_conv) as outputs:
        audio = generator(stages.stages["decoder_out"], stages.f0, stages.style[:, :128], silence, None)
    names = ["noise_res_0", "resblock_0", "conv_post"]
    errors = {name: relative_error(x, stages.stages[name]) for name, x in zip(names, outputs, strict=True)}
    assert max(errors.values()) < LAST_BITS, errors
    assert relative_error(audio, stages.audio) < SOUND_BITS


@contextmanager
def record(*modules: nn.Module) -> Iterator[list[Tensor]]:
    """Collects what the modules put out, in the order in which they run."""
    outputs: list[Tensor] = []
    handles = [m.register_forward_hook(lambda _module, _inputs, output: outputs.append(output)) for m in modules]
    try:
        yield outputs
    finally:
        for handle in handles:
            handle.remove()
