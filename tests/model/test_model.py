"""The network itself: batches, seeds and odd inputs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
import torch
from support.goldens import Golden
from torch import Tensor

from benchmarks.lib.metrics import log_mel_distance, relative_error
from kokoro_fast.config import SAMPLES_PER_FRAME, VOCAB
from kokoro_fast.model import KokoroModel, Prosody
from kokoro_fast.weights import find_weights, load_state

PADDING_ID = 7
"""What pads a batch: not silence, so that it would be heard if it leaked."""


@pytest.fixture
def short(golden: Callable[[str], Golden]) -> Golden:
    return golden("one_word")


# ---------------------------------------------------------------------------------------------------- rows of a batch


@pytest.fixture(scope="module")
def rows(golden: Callable[[str], Golden]) -> list[Golden]:
    """Three voices, three lengths; the longest is neither first nor last."""
    return [golden(name) for name in ("hello", "michael", "one_word")]


@pytest.fixture(scope="module")
def batch(rows: list[Golden]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """ids (3, T) padded, styles (3, 256), speeds (3,) and lengths (3,)."""
    lengths = torch.tensor([row.input_ids.size(1) for row in rows])
    ids = torch.full([len(rows), int(lengths.max())], PADDING_ID)
    for b, row in enumerate(rows):
        ids[b, : lengths[b]] = row.input_ids[0]
    return ids, torch.cat([row.style for row in rows]), torch.cat([row.speeds for row in rows]), lengths


@pytest.fixture(scope="module")
def batch_prosody(model: KokoroModel, batch: tuple[Tensor, ...]) -> Prosody:
    return model.predict(*batch)


@pytest.mark.parametrize("b", range(3))
def test_batch_predicts_as_one_at_a_time(
    model: KokoroModel, rows: list[Golden], batch_prosody: Prosody, b: int
) -> None:
    row = rows[b]
    alone = model.predict(row.input_ids, row.style, row.speeds)
    n_tokens, n_frames = row.input_ids.size(1), alone.text.size(2)
    assert torch.equal(batch_prosody.durations[b : b + 1, :n_tokens], alone.durations)
    assert not batch_prosody.durations[b, n_tokens:].any()
    assert batch_prosody.n_frames is not None
    assert int(batch_prosody.n_frames[b]) == n_frames
    assert relative_error(batch_prosody.f0[b : b + 1, : 2 * n_frames], alone.f0) < 1e-5
    assert relative_error(batch_prosody.energy[b : b + 1, : 2 * n_frames], alone.energy) < 1e-5
    assert relative_error(batch_prosody.text[b : b + 1, :, :n_frames], alone.text) < 1e-5


@pytest.mark.slow
def test_batch_sounds_as_one_at_a_time(
    model: KokoroModel, rows: list[Golden], batch: tuple[Tensor, ...], batch_prosody: Prosody
) -> None:
    ids, styles, _, _ = batch
    audio = model.render(batch_prosody, styles, noise=1.0, seed=5)
    assert audio.shape == (len(ids), int(batch_prosody.durations.sum(1).max()) * SAMPLES_PER_FRAME)
    for b, row in enumerate(rows):
        n_frames = int(batch_prosody.durations[b].sum())
        n_samples = n_frames * SAMPLES_PER_FRAME
        # The waveform magnifies last bits of F0 (see reference_rounding.py), so the row alone is given the batch's F0.
        f0, energy = (x[b : b + 1, : 2 * n_frames].clone() for x in (batch_prosody.f0, batch_prosody.energy))
        alone = model.predict(row.input_ids, row.style, row.speeds)._replace(f0=f0, energy=energy)
        expected = model.render(alone, row.style, noise=1.0, seed=5 + b)
        assert relative_error(audio[b : b + 1, :n_samples], expected) < 1e-5
        assert not audio[b, n_samples:].any()


@pytest.mark.slow
def test_whole_path_of_a_batch(model: KokoroModel, rows: list[Golden], batch: tuple[Tensor, ...]) -> None:
    ids, styles, _, lengths = batch
    audio, durations = model.infer(ids, styles, speed=1.0, seed=5, lengths=lengths)
    for b, row in enumerate(rows):
        alone, alone_durations = model.infer(row.input_ids, row.style, speed=1.0, seed=5 + b)
        assert torch.equal(durations[b, : lengths[b]], alone_durations[0])
        assert log_mel_distance(audio[b, : alone.size(1)], alone) < 0.25


def test_speed_is_a_number_for_each_row(model: KokoroModel, short: Golden) -> None:
    ids, styles = short.input_ids.expand(3, -1), short.style.expand(3, -1)
    durations = model.predict(ids, styles, torch.tensor([0.5, 1.0, 2.0])).durations
    slow, normal, fast = durations.sum(1).tolist()
    assert slow > 1.7 * normal
    assert fast < 0.7 * normal
    assert torch.equal(durations[1:2], short.durations)


# -------------------------------------------------------------------------------------------------- noise and its seed


@pytest.fixture(scope="module")
def spoken(model: KokoroModel, golden: Callable[[str], Golden]) -> Callable[..., Tensor]:
    """`spoken(noise, seed)`: one word, rendered."""
    case = golden("one_word")
    prosody = model.predict(case.input_ids, case.style, case.speeds)
    return lambda noise, seed: model.render(prosody, case.style, noise, seed)


def test_same_seed_same_samples(spoken: Callable[..., Tensor]) -> None:
    first = spoken(1.0, 3)
    assert torch.equal(first, spoken(1.0, 3))
    assert not torch.equal(first, spoken(1.0, 4))


def test_no_seed_new_noise(spoken: Callable[..., Tensor]) -> None:
    assert not torch.equal(spoken(1.0, None), spoken(1.0, None))


def test_no_noise_no_chance(spoken: Callable[..., Tensor]) -> None:
    assert torch.equal(spoken(0.0, 3), spoken(0.0, 4))
    assert torch.equal(spoken(0.0, None), spoken(0.0, 4))


def test_seed_leaves_the_callers_generator_alone(spoken: Callable[..., Tensor]) -> None:
    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    spoken(1.0, 3)
    assert torch.equal(torch.rand(3), expected)


# --------------------------------------------------------------------------------------------------------- odd inputs


@pytest.mark.parametrize("symbols", ["a", ".", "ə"])
def test_one_symbol(model: KokoroModel, short: Golden, symbols: str) -> None:
    ids = torch.tensor([[0, *(VOCAB[s] for s in symbols), 0]])
    audio, durations = model.infer(ids, short.style, seed=0)
    assert audio.shape == (1, int(durations.sum()) * SAMPLES_PER_FRAME)
    assert audio.isfinite().all()


def test_shortest_possible_prosody(model: KokoroModel, short: Golden) -> None:
    """One symbol between its boundary ids, every one of the three spoken in a single frame."""
    torch.manual_seed(0)
    f0, energy = torch.full([1, 6], 120.0), torch.ones(1, 6)
    prosody = Prosody(torch.ones(1, 3).long(), torch.randn(1, 512, 3), f0, energy, None)
    audio = model.render(prosody, short.style, seed=0)
    assert audio.shape == (1, 3 * SAMPLES_PER_FRAME)
    assert audio.isfinite().all()


@pytest.mark.parametrize(
    "damage",
    [
        lambda state: state.pop("generator.output_conv.bias"),
        lambda state: state.update({"generator.output_conv.bia": torch.zeros(22)}),
        lambda state: state.update({"generator.output_conv.bias": torch.zeros(21)}),
    ],
    ids=["missing", "unknown", "misshapen"],
)
def test_weights_must_fit(damage: Callable[[dict[str, Tensor]], object]) -> None:
    state = load_state(find_weights())
    damage(state)
    with pytest.raises(RuntimeError, match=r"generator\.output_conv\.bia"):
        KokoroModel.from_state(state)


def test_weights_are_not_copied() -> None:
    state = load_state(find_weights())
    model = KokoroModel.from_state(state)
    for name, parameter in model.state_dict().items():
        assert parameter.data_ptr() == state[name].data_ptr(), name


def test_needs_no_transformers() -> None:
    """The reference takes ALBERT from that package, and half a second of import with it."""
    code = "import sys; from kokoro_fast.model import KokoroModel; sys.exit('transformers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == 0
