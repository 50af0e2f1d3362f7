"""The ops: native kernels against the reference, and everything else a torch op must stand."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import Tensor, nn

from kokoro_fast import ops
from kokoro_fast.errors import InputError
from kokoro_fast.ops import reference

ISA_NAMES = ["generic", "avx2", "avx512"]


def snake_arguments(batch: int, channels: int, columns: int, mean: float = 0.0) -> tuple[Tensor, ...]:
    torch.manual_seed(columns)
    x = torch.randn(batch, channels, columns) * 3 + mean
    return x, torch.randn(batch, channels) * 0.5, torch.randn(batch, channels), torch.rand(channels) + 0.1


def spectrum(batch: int, bins: int, frames: int, spread: float = 3.0) -> tuple[Tensor, Tensor, Tensor]:
    torch.manual_seed(frames)
    window = torch.hann_window(2 * (bins - 1))
    return torch.rand(batch, bins, frames), torch.randn(batch, bins, frames) * spread, window


class Snake(nn.Module):
    def forward(self, x: Tensor, scale: Tensor, shift: Tensor, alpha: Tensor, lengths: Tensor | None = None) -> Tensor:
        return ops.adain_snake(x, scale, shift, alpha, lengths)


class Inverse(nn.Module):
    def forward(self, magnitude: Tensor, phase: Tensor, window: Tensor) -> Tensor:
        return ops.istft(magnitude, phase, window, 5)


def script(module: nn.Module) -> Callable[..., Tensor]:
    with warnings.catch_warnings():  # torch 2.13 calls TorchScript deprecated; it is one of our exports
        warnings.simplefilter("ignore", DeprecationWarning)
        return torch.jit.script(module)


@pytest.mark.parametrize("columns", [1, 2, 15, 16, 17, 511, 512, 513, 4801])
@pytest.mark.parametrize("with_lengths", [False, True])
def test_adain_snake_equals_reference(columns: int, with_lengths: bool) -> None:
    arguments = snake_arguments(3, 5, columns)
    lengths = torch.tensor([columns, columns // 2 + 1, 1]) if with_lengths else None
    torch.testing.assert_close(
        ops.adain_snake(*arguments, lengths), reference.adain_snake(*arguments, lengths), rtol=1e-5, atol=1e-5
    )


def test_adain_snake_is_accurate_with_a_large_mean() -> None:
    x, scale, shift, alpha = snake_arguments(1, 4, 3000, mean=1e4)
    exact = reference.adain_snake(x.double(), scale.double(), shift.double(), alpha.double())
    torch.testing.assert_close(ops.adain_snake(x, scale, shift, alpha, None).double(), exact, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("implementation", ["native", "reference"])
def test_padding_does_not_change_a_row(implementation: str) -> None:
    x, scale, shift, alpha = snake_arguments(2, 3, 40)
    x[1, :, 25:] = float("nan")
    with ops.force(implementation):  # type: ignore[arg-type]
        both = ops.adain_snake(x, scale, shift, alpha, torch.tensor([40, 25]))
        alone = ops.adain_snake(x[1:, :, :25], scale[1:], shift[1:], alpha, None)
    torch.testing.assert_close(both[1:, :, :25], alone, rtol=1e-5, atol=1e-6)
    assert bool((both[1, :, 25:] == 0).all())


def test_nan_stays_in_its_row() -> None:
    x, scale, shift, alpha = snake_arguments(1, 3, 50)
    x[0, 1, 7] = float("nan")
    y = ops.adain_snake(x, scale, shift, alpha, None)
    assert bool(y[0, 1].isnan().all())
    assert not bool(y[0, [0, 2]].isnan().any())


@pytest.mark.parametrize(("bins", "frames", "hop"), [(11, 2, 5), (11, 601, 5), (11, 40, 10), (9, 33, 3), (65, 20, 32)])
@pytest.mark.parametrize("spread", [1.0, 1000.0])
def test_istft_equals_reference(bins: int, frames: int, hop: int, spread: float) -> None:
    magnitude, phase, window = spectrum(2, bins, frames, spread)
    window = window + 0.1  # the Hann window alone leaves gaps at the wider hops
    expected = reference.istft(magnitude.double(), phase.double(), window.double(), hop)
    samples = ops.istft(magnitude, phase, window, hop)
    assert samples.shape == (2, (frames - 1) * hop)
    torch.testing.assert_close(samples.double(), expected, rtol=0, atol=1e-6 * float(expected.abs().max()) + 1e-6)


def test_istft_inverts_stft() -> None:
    samples = torch.randn(2, 500)
    window = torch.hann_window(20)
    bins = torch.stft(samples, 20, 5, 20, window, return_complex=True)
    for implementation in ("native", "reference") if ops.status().native else ("reference",):
        with ops.force(implementation):
            torch.testing.assert_close(ops.istft(bins.abs(), bins.angle(), window, 5), samples, rtol=1e-5, atol=1e-5)


def test_any_strides() -> None:
    x, scale, shift, alpha = snake_arguments(2, 6, 64)
    strided = x.transpose(1, 2).contiguous().transpose(1, 2)
    both = torch.stack([scale, shift], dim=2)
    y = ops.adain_snake(strided, both[..., 0], both[..., 1], alpha.repeat_interleave(2)[::2], None)
    assert y.is_contiguous()
    assert torch.equal(y, ops.adain_snake(x, scale, shift, alpha, None))
    magnitude, phase, window = spectrum(1, 11, 50)
    assert torch.equal(
        ops.istft(magnitude[:, :, :30], phase[:, :, :30], window, 5),
        ops.istft(magnitude[:, :, :30].contiguous(), phase[:, :, :30].contiguous(), window, 5),
    )


def test_same_samples_on_any_number_of_threads() -> None:
    arguments = snake_arguments(2, 16, 5000)
    polar = spectrum(2, 11, 3000)
    before = torch.get_num_threads()
    results = []
    try:
        for n_threads in (1, 2, 3):
            torch.set_num_threads(n_threads)
            results.append((ops.adain_snake(*arguments, None), ops.istft(*polar, 5)))
    finally:
        torch.set_num_threads(before)
    with ThreadPoolExecutor(4) as pool:
        results += pool.map(lambda _: (ops.adain_snake(*arguments, None), ops.istft(*polar, 5)), range(8))
    for y, samples in results[1:]:
        assert torch.equal(y, results[0][0])
        assert torch.equal(samples, results[0][1])


X, SCALE, SHIFT, ALPHA = snake_arguments(2, 3, 8)
MAGNITUDE, PHASE, WINDOW = spectrum(1, 11, 6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ops.adain_snake(X.double(), SCALE, SHIFT, ALPHA, None), "x: expected float32, got float64"),
        (lambda: ops.adain_snake(X[0], SCALE, SHIFT, ALPHA, None), r"x: expected \(B, C, T\), got \(3, 8\)"),
        (lambda: ops.adain_snake(X, SCALE[:1], SHIFT, ALPHA, None), r"scale: expected .* \(2, 3\), got \(1, 3\)"),
        (lambda: ops.adain_snake(X, SCALE, SHIFT, ALPHA[:2], None), r"alpha: expected .* \(3\), got \(2\)"),
        (lambda: ops.adain_snake(X, SCALE, SHIFT, ALPHA, torch.tensor([9, 1])), "lengths: expected 0 to 8, got 9"),
        (lambda: ops.adain_snake(X, SCALE, SHIFT, ALPHA, torch.ones(2)), "lengths: expected int64, got float32"),
        (
            lambda: ops.istft(MAGNITUDE, PHASE[:, :, :3], WINDOW, 5),
            r"phase: expected .* \(1, 11, 6\), got \(1, 11, 3\)",
        ),
        (lambda: ops.istft(MAGNITUDE, PHASE, WINDOW[:9], 5), r"window: expected .* \(20\), got \(9\)"),
        (lambda: ops.istft(MAGNITUDE, PHASE, WINDOW, 21), "hop: expected 1 to 20, got 21"),
        (lambda: ops.istft(MAGNITUDE[:, :, :1], PHASE[:, :, :1], WINDOW, 5), "at least 2 bins and 2 frames"),
        (lambda: ops.istft(MAGNITUDE, PHASE, WINDOW * 0, 5), "window: expected frames that cover every sample"),
    ],
)
def test_wrong_arguments(call: Callable[[], Tensor], message: str) -> None:
    with pytest.raises((RuntimeError, ValueError), match=message):
        call()


@pytest.mark.parametrize("lengths", [None, torch.tensor([8, 5])])
def test_opcheck_adain_snake(lengths: Tensor | None) -> None:
    torch.library.opcheck(torch.ops.kokoro_fast.adain_snake.default, (X, SCALE, SHIFT, ALPHA, lengths))


def test_opcheck_istft() -> None:
    torch.library.opcheck(torch.ops.kokoro_fast.istft.default, (MAGNITUDE, PHASE, WINDOW, 5))


@pytest.mark.parametrize("name", ["adain_snake", "istft"])
def test_the_ops_have_a_kernel_for_gpus(name: str) -> None:
    op = getattr(torch.ops.kokoro_fast, name).default
    assert op.has_kernel_for_dispatch_key(torch._C.DispatchKey.CUDA)


@pytest.mark.parametrize("implementation", ["native", "reference"])
def test_a_scripted_model_holds_the_implementation_of_its_time(implementation: str) -> None:
    with ops.force(implementation):  # type: ignore[arg-type]

        class FreshSnake(Snake):  # TorchScript compiles a class once in a process
            pass

        class FreshInverse(Inverse):
            pass

        snake, inverse = script(FreshSnake()), script(FreshInverse())
        y = ops.adain_snake(X, SCALE, SHIFT, ALPHA, torch.tensor([8, 5]))
        samples = ops.istft(MAGNITUDE, PHASE, WINDOW, 5)
    assert ("ops.kokoro_fast.adain_snake" in snake.code) == (implementation == "native")  # type: ignore[attr-defined]
    torch.testing.assert_close(snake(X, SCALE, SHIFT, ALPHA, torch.tensor([8, 5])), y)
    torch.testing.assert_close(inverse(MAGNITUDE, PHASE, WINDOW), samples)


def test_export_with_a_dynamic_length() -> None:
    columns = torch.export.Dim("columns", min=2, max=10_000)
    program = torch.export.export(Snake(), (X, SCALE, SHIFT, ALPHA), dynamic_shapes=({2: columns}, None, None, None))
    longer = snake_arguments(2, 3, 77)
    torch.testing.assert_close(program.module()(*longer), ops.adain_snake(*longer, None))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")  # of inductor
def test_compile_without_a_graph_break() -> None:
    with torch.no_grad():
        snake = torch.compile(Snake(), fullgraph=True, dynamic=True)
        inverse = torch.compile(Inverse(), fullgraph=True, dynamic=True)
        for columns in (8, 21):
            arguments = snake_arguments(2, 3, columns)
            torch.testing.assert_close(snake(*arguments), ops.adain_snake(*arguments, None))
            polar = spectrum(1, 11, columns)
            torch.testing.assert_close(inverse(*polar), ops.istft(*polar, 5))


def test_force_binds_and_restores() -> None:
    before = ops.status()
    with ops.force("reference"):
        assert ops.adain_snake is reference.adain_snake
        assert not ops.status().native
    assert ops.status() == before
    with pytest.raises(InputError, match="expected auto, native or reference, got 'fast'"), ops.force("fast"):  # type: ignore[arg-type]
        pass


def run_python(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("isa", ISA_NAMES)
def test_every_instruction_set_agrees(isa: str) -> None:
    code = """
import torch
from kokoro_fast import ops
from kokoro_fast.ops import reference
torch.manual_seed(0)
x, scale, alpha = torch.randn(2, 3, 1000), torch.randn(2, 3), torch.rand(3) + 0.1
torch.testing.assert_close(
    ops.adain_snake(x, scale, scale, alpha, None), reference.adain_snake(x, scale, scale, alpha), rtol=1e-5, atol=1e-5)
polar, window = (torch.rand(1, 11, 600), torch.randn(1, 11, 600) * 9), torch.hann_window(20)
torch.testing.assert_close(ops.istft(*polar, window, 5), reference.istft(*polar, window, 5), rtol=1e-5, atol=1e-6)
print(ops.status().isa)
"""
    result = run_python(code, KOKORO_FAST_ISA=isa, KOKORO_FAST_OPS="native")
    if "KOKORO_FAST_ISA: expected one that this build and CPU can use" in result.stderr:
        pytest.skip(f"this CPU does not run {isa}")
    assert result.stdout.strip() == isa, result.stderr


def test_an_unknown_instruction_set_is_an_error() -> None:
    result = run_python("import kokoro_fast.ops", KOKORO_FAST_ISA="sse9")
    assert result.returncode != 0
    assert "InputError: KOKORO_FAST_ISA: expected one that this build and CPU can use (" in result.stderr
    assert "got sse9" in result.stderr
