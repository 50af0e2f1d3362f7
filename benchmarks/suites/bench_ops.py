"""The ops on the shapes of five seconds of speech: native kernels beside their references and a copy of memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch.nn import functional

from benchmarks.suites.conftest import Measure
from kokoro_fast import ops
from kokoro_fast.ops import reference

HALF_FRAMES = 400
"""Half-frames of five seconds of speech."""

STEPS = 60 * HALF_FRAMES + 1
"""Time steps of the excitation's spectrum, and of the generator's last stage."""

STAGES = [(256, 10 * HALF_FRAMES), (128, STEPS)]
"""Channels and time steps of the generator's two stages."""


@dataclass(frozen=True, slots=True)
class Case:
    """An op, the arguments to call it with, and how far its result may be from that of the reference."""

    op: str
    arguments: Callable[[], tuple[Any, ...]]
    tolerance: float


def adain_snake(channels: int, steps: int) -> tuple[Any, ...]:
    scale, shift = 0.3 * torch.randn(2, 1, channels)
    return torch.randn(1, channels, steps), scale, shift, torch.rand(channels) + 0.5, None


def harmonic_source() -> tuple[Any, ...]:
    pitch = torch.where(torch.rand(1, HALF_FRAMES) < 0.7, 100 + 200 * torch.rand(1, HALF_FRAMES), 0.0)
    noise = torch.randn(1, 300 * HALF_FRAMES)
    return pitch, noise, 0.3 * torch.randn(9), torch.zeros(1), 24_000.0, 0.1, 0.003, 0.1 / 3, 10.0


CASES = {
    "adain_snake stage 0": Case("adain_snake", lambda: adain_snake(*STAGES[0]), 1e-5),
    "adain_snake stage 1": Case("adain_snake", lambda: adain_snake(*STAGES[1]), 1e-5),
    "istft": Case(
        "istft",
        lambda: (torch.rand(1, 11, STEPS), torch.randn(1, 11, STEPS).sin(), torch.hann_window(20), 5),
        1e-6,
    ),
    "istft_rows": Case("istft_rows", lambda: (torch.randn(STEPS, 22), torch.hann_window(20), 5), 1e-5),
    "harmonic_source": Case("harmonic_source", harmonic_source, 1e-6),
    "polar_rows": Case("polar_rows", lambda: (torch.randn(STEPS, 11, 2),), 1e-6),
    "lstm": Case("lstm", lambda: (torch.randn(198, 2, 1024), 0.05 * torch.randn(2, 16, 256, 64)), 5e-6),
}


@pytest.mark.parametrize("implementation", ["native", "reference"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_op(measure: Measure, case: Case, implementation: str) -> None:
    if implementation == "native" and not ops.status().native:
        pytest.skip(ops.status().reason)
    torch.manual_seed(0)
    arguments = case.arguments()
    specification = getattr(reference, case.op)
    op = getattr(torch.ops.kokoro_fast, case.op) if implementation == "native" else specification
    with torch.inference_mode():
        found = measure(lambda: op(*arguments), seconds=0.5, tracked=implementation == "native")
        torch.testing.assert_close(found, specification(*arguments), rtol=case.tolerance, atol=case.tolerance)


@pytest.mark.parametrize(("channels", "steps"), STAGES)
def test_copy(measure: Measure, channels: int, steps: int) -> None:
    """A copy of a stage's memory: no pass over it can take less time."""
    x = torch.rand(steps, channels)
    target = torch.empty_like(x)
    assert torch.equal(measure(lambda: target.copy_(x), seconds=0.5, tracked=False), x)


CONVS = [(*STAGES[0], 7), (*STAGES[1], 3), (*STAGES[1], 11)]
"""Channels, time steps and taps of the convolutions."""

CONV_ERRORS = {"fp32": 1e-6, "bf16": 5e-3, "int8": 2e-2}
"""Greatest norm of the difference to fp32, over the norm of the fp32 result, at random weights and activations."""


@pytest.mark.parametrize("precision", CONV_ERRORS)
@pytest.mark.parametrize(("channels", "steps", "taps"), CONVS)
def test_conv(measure: Measure, precision: str, channels: int, steps: int, taps: int) -> None:
    if not ops.supports(precision):
        pytest.skip(f"no native {precision} here")
    torch.manual_seed(0)
    x, y = torch.randn(2, steps, channels)
    weight, bias = torch.randn(channels, channels, taps), torch.randn(channels)
    packed = torch.ops.kokoro_fast.conv_pack(weight, bias, precision)
    padding = 3 * (taps - 1) // 2
    measure(lambda: torch.ops.kokoro_fast.conv(x, packed, None, None, 1.0, 1, 3, padding, None, 1.0, y), seconds=0.5)
    expected = functional.conv1d(x.t()[None], weight, bias, padding=padding, dilation=3)[0].t()
    assert (y - expected).norm() < CONV_ERRORS[precision] * expected.norm()
