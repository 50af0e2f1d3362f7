"""The ops of the excitation, the spectra and the LSTM: native kernels against the reference."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from kokoro_fast import ops
from kokoro_fast.ops import reference

pytestmark = pytest.mark.skipif(not ops.status().native, reason="the native library is not loaded")

native = torch.ops.kokoro_fast
LEVELS = (24_000.0, 0.1, 0.003, 0.1 / 3, 10.0)
"""Sample rate, amplitude, voiced and unvoiced noise, the pitch from which a sound is voiced."""


def pitch(batch: int, half_frames: int) -> Tensor:
    """Voiced and unvoiced stretches, with what a model's pitch holds between them: values about zero."""
    torch.manual_seed(half_frames)
    f0 = 80 + 300 * torch.rand(batch, half_frames)
    return torch.where(torch.rand(batch, half_frames) < 0.3, torch.randn(batch, half_frames), f0)


def source_arguments(batch: int, half_frames: int, hop: int = 300) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    f0 = pitch(batch, half_frames)
    return f0, torch.randn(batch, half_frames * hop), torch.randn(9) * 0.3, torch.randn(1) * 0.1


def complex_rows(frames: int, bins: int) -> Tensor:
    torch.manual_seed(frames)
    return torch.randn(frames, bins, 2) * torch.tensor([1e-6, 1.0, 1e6])[torch.randint(3, (frames, 1, 1))]


@pytest.mark.parametrize("half_frames", [1, 2, 3, 17, 33, 400])
@pytest.mark.parametrize(("batch", "hop"), [(1, 300), (3, 300), (1, 7), (2, 1)])
def test_harmonic_source_equals_reference(batch: int, half_frames: int, hop: int) -> None:
    arguments = source_arguments(batch, half_frames, hop)
    found, expected = native.harmonic_source(*arguments, *LEVELS), reference.harmonic_source(*arguments, *LEVELS)
    # The phase of the highest sine is some hundred thousand radians: any other order of roundings is off by 1e-2.
    torch.testing.assert_close(found, expected, rtol=0, atol=5e-7)


def test_harmonic_source_of_a_very_long_utterance() -> None:
    """Beyond 2^23 samples the place of a sample is no longer exact in float32, and the reference's neither."""
    f0 = torch.full([1, 40_000], 1.5)
    f0[0, -300:] = 120.0
    noise = torch.zeros(1, 40_000 * 300)
    arguments = (f0, noise, torch.ones(9) * 0.3, torch.zeros(1), *LEVELS)
    found, expected = native.harmonic_source(*arguments), reference.harmonic_source(*arguments)
    torch.testing.assert_close(found, expected, rtol=0, atol=5e-7)


def test_unvoiced_half_frames_have_no_sines() -> None:
    f0, noise, weight, bias = source_arguments(1, 20)
    f0[:] = 9.9
    found = native.harmonic_source(f0, torch.zeros_like(noise), weight, bias, *LEVELS)
    torch.testing.assert_close(found, torch.tanh(bias).expand_as(found), rtol=1e-6, atol=0)


def test_nan_in_the_pitch_is_not_an_unvoiced_sound() -> None:
    f0, noise, weight, bias = source_arguments(2, 20)
    f0[1, 10] = float("nan")
    found = native.harmonic_source(f0, noise, weight, bias, *LEVELS)
    assert torch.equal(found.isnan(), reference.harmonic_source(f0, noise, weight, bias, *LEVELS).isnan())


@pytest.mark.parametrize("frames", [1, 2, 63, 64, 65, 1000])
@pytest.mark.parametrize("bins", [1, 11, 33])
def test_polar_rows_equals_reference(frames: int, bins: int) -> None:
    values = complex_rows(frames, bins)
    found, expected = native.polar_rows(values), reference.polar_rows(values.double())
    torch.testing.assert_close(found[:, :bins].double(), expected[:, :bins], rtol=2e-7, atol=0)
    torch.testing.assert_close(found[:, bins:].double(), expected[:, bins:], rtol=0, atol=4e-7)


def test_polar_rows_of_zeros_infinities_and_nan() -> None:
    special = torch.tensor([0.0, -0.0, 1.0, -1.0, float("inf"), float("-inf"), float("nan")])
    pairs = torch.cartesian_prod(special, special)
    both_infinite = pairs.isinf().all(1)  # the only points whose angle nobody needs
    pairs = pairs[~both_infinite][:, None]
    found, expected = native.polar_rows(pairs), reference.polar_rows(pairs.double())
    torch.testing.assert_close(found[:, 1].double(), expected[:, 1], rtol=0, atol=4e-7, equal_nan=True)
    assert torch.equal(found[:, 1].signbit()[found[:, 1] == 0], expected[:, 1].signbit()[expected[:, 1] == 0])


@pytest.mark.parametrize(("bins", "frames", "hop"), [(11, 2, 5), (11, 601, 5), (11, 40, 10), (9, 33, 3), (65, 20, 32)])
@pytest.mark.parametrize("spread", [1.0, 100.0])
def test_istft_rows_equals_reference(bins: int, frames: int, hop: int, spread: float) -> None:
    torch.manual_seed(frames)
    x = torch.cat([torch.randn(frames, bins) * 3, torch.randn(frames, bins) * spread], dim=1)
    window = torch.hann_window(2 * (bins - 1)) + 0.1
    expected = reference.istft_rows(x.double(), window.double(), hop)
    found = native.istft_rows(x, window, hop)
    assert found.shape == ((frames - 1) * hop,)
    torch.testing.assert_close(found.double(), expected, rtol=0, atol=1e-6 * float(expected.abs().max()) + 1e-6)


@pytest.mark.parametrize("log_magnitude", [-200.0, -87.0, -20.0, 0.0, 20.0, 60.0])
def test_exponential_over_its_range(log_magnitude: float) -> None:
    x = torch.zeros(4, 4)
    x[:, :2] = log_magnitude
    window = torch.ones(2)
    expected = reference.istft_rows(x.double(), window.double(), 1)
    torch.testing.assert_close(native.istft_rows(x, window, 1).double(), expected, rtol=3e-7, atol=1e-36)


@pytest.mark.parametrize("steps", [0, 1, 2, 77])
@pytest.mark.parametrize(("directions", "hidden"), [(1, 16), (2, 16), (2, 256)])
def test_lstm_equals_reference(steps: int, directions: int, hidden: int) -> None:
    torch.manual_seed(steps)
    gates = torch.randn(steps, directions, 4 * hidden) * 2
    weight = torch.randn(directions, hidden // 16, hidden, 64) / hidden**0.5
    found = native.lstm(gates, weight)
    assert found.shape == (steps, directions * hidden)
    if steps:
        expected = reference.lstm(gates.double(), weight.double())
        torch.testing.assert_close(found.double(), expected, rtol=0, atol=5e-6)


def test_lstm_equals_torch() -> None:
    layer = torch.nn.LSTM(40, 32, batch_first=True, bidirectional=True)
    x = torch.randn(1, 25, 40)
    with torch.no_grad():
        gates = [x[0] @ layer.weight_ih_l0.t() + layer.bias_ih_l0 + layer.bias_hh_l0]
        gates += [x[0] @ layer.weight_ih_l0_reverse.t() + layer.bias_ih_l0_reverse + layer.bias_hh_l0_reverse]
        hidden = torch.stack([layer.weight_hh_l0, layer.weight_hh_l0_reverse])
        panels = hidden.unflatten(1, (-1, 64)).transpose(2, 3)
        found = native.lstm(torch.stack(gates, dim=1), panels)
        torch.testing.assert_close(found, layer(x)[0][0], rtol=0, atol=2e-6)


def test_same_samples_on_any_number_of_threads() -> None:
    source, values, x = source_arguments(2, 300), complex_rows(3000, 11), torch.randn(3000, 22)
    window = torch.hann_window(20)
    before = torch.get_num_threads()
    results = []
    try:
        for n_threads in (1, 2, 3):
            torch.set_num_threads(n_threads)
            results.append(
                (native.harmonic_source(*source, *LEVELS), native.polar_rows(values), native.istft_rows(x, window, 5))
            )
    finally:
        torch.set_num_threads(before)
    for found in results[1:]:
        assert all(map(torch.equal, found, results[0]))


def test_any_strides() -> None:
    f0, noise, weight, bias = source_arguments(2, 8)
    wide = torch.stack([f0, f0], dim=2)[..., 0]
    assert torch.equal(
        native.harmonic_source(wide, noise, weight, bias, *LEVELS),
        native.harmonic_source(f0, noise, weight, bias, *LEVELS),
    )
    values = complex_rows(11, 40).transpose(0, 1)
    assert torch.equal(native.polar_rows(values), native.polar_rows(values.contiguous()))
    x = torch.randn(22, 50).t()
    assert torch.equal(
        native.istft_rows(x, torch.hann_window(20), 5), native.istft_rows(x.contiguous(), torch.hann_window(20), 5)
    )


F0, NOISE, WEIGHT, BIAS = source_arguments(1, 4)
ROWS, WINDOW = torch.zeros(6, 22), torch.hann_window(20)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: native.harmonic_source(F0[0], NOISE, WEIGHT, BIAS, *LEVELS), r"f0: expected \(B, H\), got \(4\)"),
        (lambda: native.harmonic_source(F0[:, :0], NOISE, WEIGHT, BIAS, *LEVELS), "f0: expected at least one"),
        (lambda: native.harmonic_source(F0, NOISE[:, 1:], WEIGHT, BIAS, *LEVELS), "noise: expected a whole number"),
        (lambda: native.harmonic_source(F0, NOISE, WEIGHT, WEIGHT, *LEVELS), r"bias: expected \(1,\) = \(1\), got"),
        (lambda: native.harmonic_source(F0.double(), NOISE, WEIGHT, BIAS, *LEVELS), "f0: expected float32"),
        (lambda: native.polar_rows(torch.zeros(4, 11)), r"bins: expected \(N, K, 2\), got \(4, 11\)"),
        (lambda: native.polar_rows(torch.zeros(4, 11, 3)), r"bins: expected .* \(4, 11, 2\), got \(4, 11, 3\)"),
        (lambda: native.istft_rows(ROWS[:1], WINDOW, 5), "x: expected at least 2 frames"),
        (lambda: native.istft_rows(ROWS[:, 1:], WINDOW, 5), "x: expected at least 2 frames"),
        (lambda: native.istft_rows(ROWS, WINDOW[1:], 5), r"window: expected .* \(20\), got \(19\)"),
        (lambda: native.istft_rows(ROWS, WINDOW, 0), "hop: expected 1 to 20, got 0"),
        (lambda: native.lstm(torch.zeros(3, 3, 64), torch.zeros(3, 1, 16, 64)), "gates: expected 1 or 2 directions"),
        (lambda: native.lstm(torch.zeros(3, 1, 60), torch.zeros(1, 1, 15, 64)), "a multiple of 16, got 15"),
        (lambda: native.lstm(torch.zeros(3, 1, 60), torch.zeros(1, 1, 16, 64)), r"\(3, 1, 64\), got \(3, 1, 60\)"),
    ],
)
def test_wrong_arguments(call: Callable[[], Tensor], message: str) -> None:
    with pytest.raises((RuntimeError, ValueError), match=message):
        call()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("harmonic_source", (F0, NOISE, WEIGHT, BIAS, *LEVELS)),
        ("polar_rows", (complex_rows(5, 11),)),
        ("istft_rows", (ROWS, WINDOW, 5)),
        ("lstm", (torch.randn(3, 2, 64), torch.randn(2, 1, 16, 64))),
    ],
)
def test_opcheck(name: str, arguments: tuple[object, ...]) -> None:
    op = getattr(native, name).default
    torch.library.opcheck(op, arguments)
    assert op.has_kernel_for_dispatch_key(torch._C.DispatchKey.CUDA)
