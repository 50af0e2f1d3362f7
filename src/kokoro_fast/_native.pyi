"""Compiled parts of the package that work on numpy arrays. Every call releases the GIL while it works."""

from typing import TypedDict, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

class BuildInfo(TypedDict):
    version: str
    """Of the package."""
    compiler: str
    isas: list[str]
    """Instruction sets the kernels were compiled for."""
    isa: str
    """The one in use."""
    torch: str
    """Version whose headers the op library was built with."""
    torch_target: str
    """Oldest torch whose stable interface it needs."""

@final
class Stitcher:
    """`kokoro_fast.stitch.Stitcher`, compiled: the same calls, the same samples, the same errors."""

    def __init__(self, crossfade: int) -> None: ...
    @property
    def position(self) -> int: ...
    def begin(self, n_samples: int, trim_head: int, trim_tail: int, pause: int) -> int: ...
    def push(self, samples: ArrayLike) -> NDArray[np.float32]: ...
    def set_end(self, trim_tail: int, pause: int) -> None: ...
    def end(self) -> None: ...
    def flush(self) -> NDArray[np.float32]: ...
    def cancel(self) -> None: ...

def istft(magnitude: ArrayLike, phase: ArrayLike, window: ArrayLike, hop: int) -> NDArray[np.float32]:
    """Samples ((N - 1) * hop,) of a centered spectrum: magnitude and phase (K, N), window (2 * (K - 1),), in float32.

    Raises:
        ValueError: a shape or the hop does not fit, or the frames leave a sample uncovered.
    """

def float_to_pcm16(samples: ArrayLike) -> NDArray[np.int16]:
    """16-bit PCM of samples (S,) in [-1, 1]: clipped, times 32767, rounded to nearest (ties to even). NaN becomes 0."""

def build_info() -> BuildInfo:
    """Raises ValueError if `KOKORO_FAST_ISA` names an instruction set that cannot be used."""
