"""What ONNX cannot say in the model's own words, said otherwise, computes the same."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from support.goldens import Golden

from benchmarks.lib.metrics import relative_error
from kokoro_fast import ops
from kokoro_fast.export.onnx_layers import RealGenerator, angle
from kokoro_fast.model import KokoroModel
from kokoro_fast.model.stft import inverse_spectrum, spectrum

LAST_BITS = 1e-6


@pytest.fixture(scope="module")
def real(model: KokoroModel) -> RealGenerator:
    return RealGenerator(model.generator).eval()


def test_angle_in_every_direction() -> None:
    turns = torch.linspace(-math.pi, math.pi, 10_001, dtype=torch.float64)
    for radius in (1e-20, 1.0, 1e12):
        y, x = (radius * turns.sin()).float(), (radius * turns.cos()).float()
        assert (angle(y, x) - torch.atan2(y, x)).abs().max() < LAST_BITS


def test_angle_on_the_axes() -> None:
    x = torch.tensor([0.0, 2.0, -2.0, 0.0, 0.0, 3.0, -3.0, -3.0])
    y = torch.tensor([0.0, 0.0, 0.0, 2.0, -2.0, 3.0, 3.0, -3.0])
    assert torch.allclose(angle(y, x), torch.atan2(y, x), rtol=1e-6, atol=0)


@torch.no_grad()
def test_spectrum(real: RealGenerator, model: KokoroModel) -> None:
    samples = torch.randn(1, 6000, generator=torch.Generator().manual_seed(0))
    n_fft, hop = model.generator.n_fft, model.generator.hop
    magnitude, phase = real.spectrum(samples).chunk(2, dim=1)
    expected, expected_phase = spectrum(samples, n_fft, hop, None).chunk(2, dim=1)
    assert relative_error(torch.polar(magnitude, phase).abs(), expected.abs()) < LAST_BITS
    bins, expected_bins = torch.polar(magnitude, phase), torch.polar(expected, expected_phase)
    assert (bins - expected_bins).abs().max() < 1e-5
    edges = [0, n_fft // 2]  # real numbers: their phase is 0 or pi, to the last bit
    assert torch.equal(phase[:, edges], expected_phase[:, edges])


@torch.no_grad()
def test_spectrum_of_silence_has_the_phases_of_torch(real: RealGenerator, model: KokoroModel) -> None:
    silence = model.generator.source(torch.zeros(1, 8), torch.zeros(1, 2400))
    expected = spectrum(silence, model.generator.n_fft, model.generator.hop, None)
    found = real.spectrum(silence)
    middle = slice(4, -4)  # the reflected edges are constant too, but the middle says it all
    assert (found - expected)[:, :, middle].abs().max() < LAST_BITS


@torch.no_grad()
def test_inverse_spectrum(real: RealGenerator, model: KokoroModel) -> None:
    x = torch.randn(1, model.generator.n_fft + 2, 400, generator=torch.Generator().manual_seed(1))
    with ops.force("reference"):
        expected = inverse_spectrum(x, model.generator.n_fft, model.generator.hop, None)
    assert relative_error(real.inverse_spectrum(x), expected) < LAST_BITS


@torch.no_grad()
@pytest.mark.parametrize("hertz", [100.0, 1000.0, 5000.0, 11_000.0])
def test_gain_is_one_at_every_frequency(real: RealGenerator, hertz: float) -> None:
    """Exports that leave out the window sum or the doubled bins have 1.25 at 100 Hz and 0.75 from 2 kHz on."""
    samples = torch.sin(2 * math.pi * hertz / 24_000 * torch.arange(2400))[None]
    magnitude, phase = real.spectrum(samples).chunk(2, dim=1)
    bins = torch.cat([magnitude * torch.cos(phase), magnitude * torch.sin(phase)], dim=1)
    again = real.inverse_spectrum.samples(bins)
    assert relative_error(again, samples) < 1e-5


@torch.no_grad()
def test_the_source_is_exact(real: RealGenerator, model: KokoroModel, golden: Callable[[str], Golden]) -> None:
    f0 = golden("hello").f0
    noise = torch.randn(1, 300 * f0.size(1), generator=torch.Generator().manual_seed(2))
    expected = model.generator.source(f0, noise)
    if torch.backends.cpu.get_cpu_capability() == "AVX512":
        assert torch.equal(real.source(f0, noise), expected)
    assert relative_error(real.source(f0, noise), expected) < 1e-3
