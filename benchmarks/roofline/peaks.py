"""Measures the machine's peak in each precision, by which the roofline table divides.

There are two peaks. That of the vector units is a loop of multiply-adds in registers (`peak.cpp`, for AVX-512), which
no kernel can exceed. The other is the best matrix product that torch has here: what other kernels reach in practice.
"""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import torch

from benchmarks.lib.statistics import seconds_of

SOURCE = Path(__file__).with_name("peak.cpp")
PRECISIONS = ("fp32", "bf16", "int8")
GEMM_SHAPES = [(1024, 1024, 1024), (4096, 256, 256)]
"""Rows, sums and columns of the matrix products: a square one, and one of the generator's."""


@dataclass(frozen=True, slots=True)
class Peak:
    """GFLOP/s with as many threads as torch has. `registers` is 0 where the CPU lacks the instruction."""

    registers: float
    torch_mm: float

    @property
    def best(self) -> float:
        return max(self.registers, self.torch_mm)


def measure_peaks() -> dict[str, Peak]:
    """The peak of each precision."""
    registers = register_peaks(torch.get_num_threads())
    return {name: Peak(registers[name], torch_peak(name)) for name in PRECISIONS}


def register_peaks(threads: int) -> dict[str, float]:
    """GFLOP/s in registers by precision: compile `peak.cpp` and run its loops."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "peak.so"
        subprocess.run(["c++", "-O2", "-shared", "-fPIC", "-pthread", str(SOURCE), "-o", str(library)], check=True)
        loop = ctypes.CDLL(str(library)).peak_gflops
    loop.restype = ctypes.c_double
    return {name: loop(which, threads) for which, name in enumerate(PRECISIONS)}


def torch_peak(precision: str, rounds: int = 15) -> float:
    """GFLOP/s of torch's fastest matrix product over `GEMM_SHAPES`."""
    best = 0.0
    for rows, sums, columns in GEMM_SHAPES:
        left, right = operands(precision, rows, sums, columns)
        product = torch._int_mm if precision == "int8" else torch.mm
        seconds = min(seconds_of(lambda: product(left, right)) for _ in range(rounds))  # noqa: B023
        best = max(best, 2 * rows * sums * columns / seconds / 1e9)
    return best


def operands(precision: str, rows: int, sums: int, columns: int) -> tuple[torch.Tensor, torch.Tensor]:
    if precision == "int8":
        return (
            torch.randint(-127, 128, (rows, sums), dtype=torch.int8),
            torch.randint(-127, 128, (sums, columns), dtype=torch.int8),
        )
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    return torch.rand(rows, sums).to(dtype), torch.rand(sums, columns).to(dtype)
