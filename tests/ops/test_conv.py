"""The convolutions over rows of time: native ops against the reference, and what happens to wrong arguments."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import Tensor

from benchmarks.lib.metrics import relative_error
from kokoro_fast import ops
from kokoro_fast.ops import reference

pytestmark = pytest.mark.skipif(not ops.status().native, reason="the native library is not loaded")

native = torch.ops.kokoro_fast
CLOSE = {"fp32": 2e-6, "bf16": 5e-3, "int8": 2e-2}
"""Relative error that a precision may have. The tests in C++ know what it must be, within the last bits."""

PRECISIONS = [name for name in CLOSE if ops.supports(name)]


def conv(
    x: Tensor, packed: Tensor, y: Tensor, *, affine: Tensor | None = None, alpha: Tensor | None = None,
    slope: float = 1.0, stride: int = 1, dilation: int = 1, padding: int = 0, residual: Tensor | None = None,
    gain: float = 1.0,
) -> Tensor:  # fmt: skip
    native.conv(x, packed, affine, alpha, slope, stride, dilation, padding, residual, gain, y)
    return y


def packed_pair(channels_out: int, channels_in: int, taps: int, precision: str = "fp32") -> tuple[Tensor, Tensor]:
    weight = torch.randn(channels_out, channels_in, taps)
    return weight, native.conv_pack(weight, None, precision)


class Block:
    """Arguments of a residual block."""

    def __init__(self, columns: int, channels: int, taps: int, precision: str, pairs: int = 3) -> None:
        n = 2 * pairs
        self.x = torch.randn(columns, channels) * 2 + 1
        self.style, self.alpha = torch.randn(n, 2, channels) * 0.5, torch.rand(n, channels) + 0.3
        self.weights = [torch.randn(channels, channels, taps) / (channels * taps) ** 0.5 for _ in range(n)]
        self.biases = [torch.randn(channels) for _ in range(n)]
        self.dilations = [1, 1, 3, 1, 5, 1][:n]
        blocks = [native.conv_pack(w, b, precision) for w, b in zip(self.weights, self.biases, strict=True)]
        self.packed = torch.stack(blocks)

    def native(self, y: Tensor, accumulate: bool = False, moments: Tensor | None = None) -> Tensor:
        return native.resblock(self.x, self.style, self.alpha, self.packed, self.dilations, moments, y, accumulate)

    def reference(self, moments: Tensor | None = None) -> tuple[Tensor, Tensor]:
        return reference.resblock(self.x, self.style, self.alpha, self.weights, self.biases, self.dilations, moments)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("precision", PRECISIONS)
def test_conv_equals_reference(seed: int, precision: str) -> None:
    pick = random.Random(seed)
    torch.manual_seed(seed)
    columns, n_columns = pick.randint(1, 70), pick.randint(1, 70)
    channels_in, channels_out = pick.choices([1, 3, 16, 17, 22, 64, 66, 130], k=2)
    taps, dilation, stride = pick.randint(1, 12), pick.choice([1, 1, 3, 5]), pick.choice([1, 1, 2, 6])
    padding = pick.randint(0, taps * dilation)
    x, weight = torch.randn(columns, channels_in), torch.randn(channels_out, channels_in, taps)
    bias = torch.randn(channels_out) if pick.random() < 0.5 else None
    affine = torch.randn(3, channels_in) if pick.random() < 0.5 else None
    alpha = torch.rand(channels_in) + 0.3 if pick.random() < 0.5 else None
    residual = torch.randn(n_columns, channels_out) if pick.random() < 0.5 else None
    slope, gain = pick.choice([1.0, 0.1]), pick.choice([1.0, 0.7])
    expected = reference.conv(
        x, weight, bias, affine, alpha, slope, stride, dilation, padding, residual, gain, n_columns
    )
    found = torch.full([n_columns, channels_out], torch.nan)
    packed = native.conv_pack(weight, bias, precision)
    native.conv(x, packed, affine, alpha, slope, stride, dilation, padding, residual, gain, found)
    if float(expected.norm()) == 0:
        assert torch.equal(found, expected)
    else:
        assert relative_error(found, expected) < CLOSE[precision]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_conv_of_a_long_utterance(precision: str) -> None:
    torch.manual_seed(0)
    x = torch.randn(20_000, 22)
    weight, packed = packed_pair(17, 22, 7, precision)
    expected = reference.conv(x, weight, None, None, None, 1.0, 1, 3, 9, None, 1.0, 20_000)
    assert relative_error(conv(x, packed, torch.empty(20_000, 17), dilation=3, padding=9), expected) < CLOSE[precision]


def test_rows_of_any_strides() -> None:
    torch.manual_seed(0)
    _, packed = packed_pair(5, 6, 3)
    x, residual = torch.randn(6, 40).t(), torch.randn(40, 10)[:, ::2]
    expected = conv(x.contiguous(), packed, torch.empty(40, 5), padding=1, residual=residual.contiguous())
    wide = torch.full([40, 9], 7.0)
    conv(x, packed, wide[:, 2:7], padding=1, residual=residual)
    assert torch.equal(wide[:, 2:7], expected)
    assert bool((wide[:, :2] == 7).all())
    assert bool((wide[:, 7:] == 7).all())
    one_row = torch.empty(5, 1).t()  # torch leaves the stride of a single row open
    assert torch.equal(conv(x[:1], packed, one_row, padding=1), conv(x[:1], packed, torch.empty(1, 5), padding=1))


def test_the_residual_may_be_written_over() -> None:
    torch.manual_seed(0)
    _, packed = packed_pair(5, 6, 3)
    x, y = torch.randn(40, 6), torch.randn(40, 5)
    expected = conv(x, packed, torch.empty(40, 5), padding=1, residual=y.clone())
    assert torch.equal(conv(x, packed, y, padding=1, residual=y), expected)


@pytest.mark.parametrize("columns", [1, 2, 255, 256, 257, 5000])
@pytest.mark.parametrize("mean", [0.0, 300.0])
def test_channel_moments_equal_reference(columns: int, mean: float) -> None:
    torch.manual_seed(columns)
    x = torch.randn(columns, 33) * 2 + mean
    expected = reference.channel_moments(x.double())
    torch.testing.assert_close(native.channel_moments(x).double(), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(("columns", "channels", "taps"), [(1, 5, 3), (2, 16, 11), (90, 17, 7), (600, 64, 3)])
def test_resblock_equals_reference(columns: int, channels: int, taps: int, precision: str) -> None:
    torch.manual_seed(columns)
    block = Block(columns, channels, taps, precision)
    expected, expected_moments = block.reference()
    y = torch.full([columns, channels], torch.nan)
    moments = block.native(y)
    loose = 20 if columns == 2 else 5  # two columns, normalized, are as far apart as ever: that enlarges errors
    assert relative_error(y, expected) < CLOSE[precision] * loose
    assert relative_error(moments, expected_moments) < CLOSE[precision] * loose


@pytest.mark.parametrize("precision", PRECISIONS)
def test_resblock_with_given_moments(precision: str) -> None:
    torch.manual_seed(0)
    block, y, again = Block(100, 22, 7, precision), torch.empty(100, 22), torch.empty(100, 22)
    moments = block.native(y)
    assert torch.equal(block.native(again, moments=moments), moments)
    assert torch.equal(again, y)
    others = moments * 1.5
    block.native(again, moments=others)
    assert relative_error(again, block.reference(others)[0]) < 5 * CLOSE[precision]


def test_resblock_adds_to_what_is_there() -> None:
    torch.manual_seed(0)
    block, before, y = Block(50, 16, 3, "fp32", pairs=1), torch.randn(50, 16), torch.empty(50, 16)
    added = before.clone()
    block.native(y)
    block.native(added, accumulate=True)
    torch.testing.assert_close(added, before + y)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_same_values_on_any_number_of_threads(precision: str) -> None:
    torch.manual_seed(0)
    block = Block(1500, 64, 3, precision)

    def result(_: int = 0) -> Tensor:
        return torch.cat([block.native(y := torch.empty_like(block.x)).flatten(), y.flatten()])

    before = torch.get_num_threads()
    results = []
    try:
        for n_threads in (1, 2, 3):
            torch.set_num_threads(n_threads)
            results.append(result())
    finally:
        torch.set_num_threads(before)
    with ThreadPoolExecutor(4) as pool:
        results += pool.map(result, range(8))
    assert all(torch.equal(one, results[0]) for one in results)


def unaligned(packed: Tensor) -> Tensor:
    memory = torch.empty(packed.numel() + 1, dtype=torch.uint8)
    memory[1:] = packed
    return memory[1:]


torch.manual_seed(0)
X, Y = torch.randn(20, 6), torch.empty(20, 5)
PACKED = native.conv_pack(torch.randn(5, 6, 3), None, "fp32") if ops.status().native else torch.empty(0)
SHARED = torch.empty(20, 11)
TWO = torch.stack([PACKED, PACKED])


def resblock(y: Tensor | None = None, **changes: object) -> Tensor:
    block = Block(20, 4, 3, "fp32", pairs=1)
    for name, value in changes.items():
        setattr(block, name, value)
    return block.native(torch.empty(20, 4) if y is None else y)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: conv(X.double(), PACKED, Y), "x: expected float32, got float64"),
        (lambda: conv(X[None], PACKED, Y), r"x: expected \(T, C_in\), got \(1, 20, 6\)"),
        (lambda: conv(X[:, 1:], PACKED, Y), r"x: expected \(T, C_in\) = \(20, 6\), got \(20, 5\)"),
        (lambda: conv(X[:0], PACKED, Y), "expected at least one column of time"),
        (lambda: conv(X, PACKED, Y[:0]), "expected at least one column of time"),
        (lambda: conv(X, PACKED, Y[:, 1:]), "y: expected float32 rows of 5 channels on the CPU"),
        (lambda: conv(X, PACKED, Y.double()), "y: expected float32 rows of 5 channels on the CPU"),
        (lambda: conv(X, PACKED, torch.empty(5, 20).t()), "y: expected float32 rows of 5 channels on the CPU"),
        (lambda: conv(X, PACKED, torch.empty(1, 5).expand(20, 5)), "y: expected float32 rows of 5 channels"),
        (lambda: conv(SHARED.view(-1)[:120].view(20, 6), PACKED, SHARED[:, 6:]), "y: expected memory that x does not"),
        (lambda: conv(X, PACKED, Y, affine=torch.zeros(2, 6)), r"affine: expected .* \(3, 6\), got \(2, 6\)"),
        (lambda: conv(X, PACKED, Y, alpha=torch.ones(5)), r"alpha: expected .* \(6\), got \(5\)"),
        (lambda: conv(X, PACKED, Y, residual=X), r"residual: expected .* \(20, 5\), got \(20, 6\)"),
        (lambda: conv(X, PACKED, Y, stride=0), "stride: expected 1 to 1048576, got 0"),
        (lambda: conv(X, PACKED, Y, dilation=2**62), "dilation: expected 1 to 1048576, got 4611686018427387904"),
        (lambda: conv(X, PACKED, Y, padding=-1), "padding: expected 0 to 1048576, got -1"),
        (lambda: conv(X, PACKED.float(), Y), "packed: expected uint8, got float32"),
        (lambda: conv(X, PACKED[:-1], Y), "packed: expected weights packed by this version of kokoro-fast"),
        (lambda: conv(X, PACKED[:0], Y), "packed: expected weights packed by this version of kokoro-fast"),
        (lambda: conv(X, torch.zeros_like(PACKED), Y), "packed: expected weights packed by this version"),
        (lambda: conv(X, unaligned(PACKED), Y), "packed: expected memory aligned to 4 bytes"),
        (lambda: native.conv_pack(torch.randn(5, 6), None, "fp32"), r"weight: expected \(C_out, C_in, K\), got"),
        (lambda: native.conv_pack(torch.randn(5, 6, 0), None, "fp32"), "weight: expected at least one weight"),
        (lambda: native.conv_pack(torch.randn(5, 6, 3), torch.randn(6), "fp32"), r"bias: expected \(C_out,\)"),
        (lambda: native.conv_pack(torch.randn(5, 6, 3), None, "fp16"), "precision: expected fp32, bf16 or int8, got"),
        (lambda: native.conv_pack(torch.full([1, 1, 1], torch.nan), None, "bf16"), "weight: expected numbers that are"),
        (lambda: native.channel_moments(torch.empty(0, 5)), "x: expected at least one column of time"),
        (lambda: native.channel_moments(torch.empty(5)), r"x: expected \(T, C\), got \(5\)"),
        (lambda: resblock(packed=PACKED), r"packed: expected \(convs, bytes\), got"),
        (lambda: resblock(packed=TWO[:0]), "packed, dilations: expected as many of both, in pairs, got 0 and 2"),
        (lambda: resblock(dilations=[1]), "packed, dilations: expected as many of both, in pairs, got 2 and 1"),
        (lambda: resblock(dilations=[1, 0]), "dilations: expected 1 to 1048576, got 0"),
        (lambda: resblock(packed=TWO), "packed: expected convolutions of 4 channels with an odd number"),
        (lambda: resblock(style=torch.zeros(2, 4)), r"style: expected .* \(2, 2, 4\), got \(2, 4\)"),
        (lambda: resblock(alpha=torch.zeros(1, 4)), r"alpha: expected .* \(2, 4\), got \(1, 4\)"),
        (lambda: resblock(torch.empty(20, 5)), r"y: expected \(T, C\) = \(20, 4\), got \(20, 5\)"),
        (lambda: resblock(torch.empty(20, 8)[:, :4]), "y: expected dense rows"),
    ],
)
def test_wrong_arguments(call: Callable[[], Tensor], message: str) -> None:
    with pytest.raises((RuntimeError, ValueError), match=message) as error:
        call()
    assert "\n" not in str(error.value).strip()


@pytest.mark.parametrize("isa", ["generic", "avx2"])
def test_weights_that_the_instruction_set_cannot_multiply(isa: str) -> None:
    code = """
import torch
from kokoro_fast import ops
native = torch.ops.kokoro_fast
packed = native.conv_pack(torch.randn(5, 6, 3), None, "bf16")
try:
    native.conv(torch.randn(20, 6), packed, None, None, 1.0, 1, 1, 1, None, 1.0, torch.empty(20, 5))
except RuntimeError as error:
    print(error)
"""
    result = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "KOKORO_FAST_ISA": isa}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if "KOKORO_FAST_ISA: expected one that this build and CPU can use" in result.stderr:
        pytest.skip(f"this CPU does not run {isa}")
    said = f"packed: weights in bf16 need instructions that {isa} on this CPU does not have"
    assert said in result.stdout, result.stderr
    assert result.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("conv_pack", (torch.randn(17, 22, 3), torch.randn(17), "fp32")),
        ("conv_pack", (torch.randn(17, 22, 3), None, "bf16")),
        ("conv_pack", (torch.randn(17, 22, 3), torch.randn(17), "int8")),
        ("conv", (X, PACKED, torch.randn(3, 6), torch.rand(6) + 0.5, 1.0, 1, 1, 1, None, 1.0, Y)),
        ("conv", (X, PACKED, None, None, 0.1, 1, 1, 1, torch.randn(20, 5), 0.5, Y)),
        ("channel_moments", (X,)),
    ],
)
def test_opcheck(name: str, arguments: tuple[object, ...]) -> None:
    Y.zero_()
    torch.library.opcheck(getattr(native, name).default, arguments)


def test_opcheck_resblock() -> None:
    b = Block(20, 4, 3, "fp32", pairs=1)
    for moments in (None, torch.rand(2, 2, 4)):
        arguments = (b.x, b.style, b.alpha, b.packed, b.dilations, moments, torch.zeros(20, 4), True)
        torch.library.opcheck(native.resblock.default, arguments)


def test_scratch_memory_is_used_again() -> None:
    left_by_others = [native.scratch(1) for _ in range(50)]  # held, so that none of them can be taken again
    first = native.scratch(3_000_000)
    second = native.scratch(3_000_000)
    assert (first.shape, first.dtype) == ((3_000_000,), torch.float32)
    assert first.data_ptr() != second.data_ptr()
    places = {first.data_ptr(), second.data_ptr()}
    del first, second
    again = native.scratch(2_000_000)
    assert again.data_ptr() in places
    del left_by_others
    with pytest.raises(RuntimeError, match="n_floats: expected 0 or more, got -1"):
        native.scratch(-1)
