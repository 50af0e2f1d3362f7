"""The ops on the model's own shapes, at five seconds of speech: native beside the reference and a copy of memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch.nn import functional

from benchmarks.conftest import Measure
from kokoro_fast import ops
from kokoro_fast.ops import reference

HALF_FRAMES = 400
COLUMNS = 60 * HALF_FRAMES + 1
"""Of the excitation's spectrum, and of the generator's last stage."""

STAGES = [(256, 10 * HALF_FRAMES), (128, COLUMNS)]
"""Channels and columns of the generator's two stages."""


@dataclass(frozen=True, slots=True)
class Case:
    """An op, the arguments to give it, and how far it may be from the reference."""

    op: str
    arguments: Callable[[], tuple[Any, ...]]
    tolerance: float


def adain_snake(channels: int, columns: int) -> tuple[Any, ...]:
    scale, shift = 0.3 * torch.randn(2, 1, channels)
    return torch.randn(1, channels, columns), scale, shift, torch.rand(channels) + 0.5, None


def harmonic_source() -> tuple[Any, ...]:
    pitch = torch.where(torch.rand(1, HALF_FRAMES) < 0.7, 100 + 200 * torch.rand(1, HALF_FRAMES), 0.0)
    noise = torch.randn(1, 300 * HALF_FRAMES)
    return pitch, noise, 0.3 * torch.randn(9), torch.zeros(1), 24_000.0, 0.1, 0.003, 0.1 / 3, 10.0


CASES = {
    "adain_snake stage 0": Case("adain_snake", lambda: adain_snake(*STAGES[0]), 1e-5),
    "adain_snake stage 1": Case("adain_snake", lambda: adain_snake(*STAGES[1]), 1e-5),
    "istft": Case(
        "istft",
        lambda: (torch.rand(1, 11, COLUMNS), torch.randn(1, 11, COLUMNS).sin(), torch.hann_window(20), 5),
        1e-6,
    ),
    "istft_rows": Case("istft_rows", lambda: (torch.randn(COLUMNS, 22), torch.hann_window(20), 5), 1e-5),
    "harmonic_source": Case("harmonic_source", harmonic_source, 1e-6),
    "polar_rows": Case("polar_rows", lambda: (torch.randn(COLUMNS, 11, 2),), 1e-6),
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


@pytest.mark.parametrize(("channels", "columns"), STAGES)
def test_copy(measure: Measure, channels: int, columns: int) -> None:
    """The least time that a pass over the memory of a stage can take."""
    x = torch.rand(columns, channels)
    target = torch.empty_like(x)
    assert torch.equal(measure(lambda: target.copy_(x), seconds=0.5, tracked=False), x)


CONVS = [(*STAGES[0], 7), (*STAGES[1], 3), (*STAGES[1], 11)]
"""Channels, columns and taps."""

CONV_ERRORS = {"fp32": 1e-6, "bf16": 5e-3, "int8": 2e-2}
"""Norm of the difference to fp32 over the norm, at random weights and activations."""


@pytest.mark.parametrize("precision", CONV_ERRORS)
@pytest.mark.parametrize(("channels", "columns", "taps"), CONVS)
def test_conv(measure: Measure, precision: str, channels: int, columns: int, taps: int) -> None:
    if not ops.supports(precision):
        pytest.skip(f"no native {precision} here")
    torch.manual_seed(0)
    x, y = torch.randn(2, columns, channels)
    weight, bias = torch.randn(channels, channels, taps), torch.randn(channels)
    packed = torch.ops.kokoro_fast.conv_pack(weight, bias, precision)
    padding = 3 * (taps - 1) // 2
    measure(lambda: torch.ops.kokoro_fast.conv(x, packed, None, None, 1.0, 1, 3, padding, None, 1.0, y), seconds=0.5)
    expected = functional.conv1d(x.t()[None], weight, bias, padding=padding, dilation=3)[0].t()
    assert (y - expected).norm() < CONV_ERRORS[precision] * expected.norm()
