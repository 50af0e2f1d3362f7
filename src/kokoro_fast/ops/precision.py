"""The precisions of the convolutions: what each needs and costs, and which one `auto` takes."""

from __future__ import annotations

from typing import Literal, NamedTuple

from kokoro_fast import ops
from kokoro_fast.errors import InputError

Precision = Literal["fp32", "bf16", "int8"]

AUDIBLE_DB = 0.42
"""The quality gate: the log-mel distance to fp32 from which `auto` does not take a precision. Two runs of the reference
that differ only in the seed of their noise are this far apart."""


class PrecisionInfo(NamedTuple):
    """What a precision of the native backend needs and costs.

    Attributes:
        needs: the CPU feature that it needs, as Linux spells it; None where any processor will do.
        distance_db: the log-mel distance to fp32 with the same noise, mean of ten voices. A test of the fused model
            bounds it for four voices.
    """

    needs: str | None
    distance_db: float


PRECISIONS: dict[Precision, PrecisionInfo] = {
    "int8": PrecisionInfo("avx512_vnni", 0.23),
    "bf16": PrecisionInfo("avx512_bf16", 0.04),
    "fp32": PrecisionInfo(None, 0.0),
}
"""All precisions, the fastest first."""


class PrecisionChoice(NamedTuple):
    """The precision that will be used, and the reason in a few words."""

    name: Precision
    reason: str


def choose_precision(wanted: str, backend: str) -> PrecisionChoice:
    """The precision to run a backend in.

    Args:
        wanted: "fp32", "bf16", "int8", or "auto" for the fastest that this machine has and that passes the gate.
        backend: the name of the backend; only "native" has more than fp32.

    Raises:
        InputError: `wanted` is none of these, or the backend or the processor does not have it.
    """
    name = next((name for name in PRECISIONS if name == wanted), None)
    if name is None and wanted != "auto":
        raise InputError(f"precision: expected auto, fp32, bf16 or int8, got {wanted!r}")
    if backend != "native":
        if name not in (None, "fp32"):
            raise InputError(f"precision {wanted}: expected the native backend, got {backend}, which has fp32 only")
        return PrecisionChoice("fp32", f"the only one of the {backend} backend")
    if name is None:
        return _fastest()
    if not ops.supports(name):
        usable = " and ".join(name for name in PRECISIONS if ops.supports(name))
        raise InputError(
            f"precision {name}: expected a processor with {PRECISIONS[name].needs}, "
            f"got {ops.status().isa} kernels without it; {usable} can be used"
        )
    return PrecisionChoice(name, "asked for")


def _fastest() -> PrecisionChoice:
    refused: list[str] = []
    for name, row in PRECISIONS.items():
        against = _objection(name, row)
        if against is None:
            but = f" ({'; '.join(refused)})" if refused else ""
            return PrecisionChoice(name, f"the fastest that nobody can tell from fp32{but}")
        refused.append(f"{name}: {against}")
    raise AssertionError("fp32 always passes")


def _objection(name: Precision, row: PrecisionInfo) -> str | None:
    """The reason why `auto` does not take this precision here, or None."""
    if not ops.supports(name):
        return f"needs {row.needs}"
    return f"{row.distance_db:.2f} dB from it" if row.distance_db >= AUDIBLE_DB else None
