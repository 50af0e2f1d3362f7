"""Compiled parts of the package that work on numpy arrays. Every call releases the GIL while it works."""

from collections.abc import Sequence
from typing import TypedDict, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

class BuildInfo(TypedDict):
    version: str
    """The version of the package."""
    compiler: str
    """The name and version of the compiler."""
    isas: list[str]
    """The instruction sets that the kernels were compiled for."""
    isa: str
    """The instruction set in use."""
    torch: str
    """The torch version whose headers the op library was built with."""
    torch_target: str
    """The oldest torch whose stable interface the op library needs."""

@final
class Stitcher:
    """`kokoro_fast.synthesis.stitcher.Stitcher`, compiled: the same calls, the same samples, the same errors."""

    def __init__(self, crossfade: int) -> None: ...
    @property
    def position(self) -> int: ...
    def begin(self, n_samples: int, trim_head: int, trim_tail: int, pause: int) -> int: ...
    def push(self, samples: ArrayLike) -> NDArray[np.float32]: ...
    def set_end(self, trim_tail: int, pause: int) -> None: ...
    def end(self) -> None: ...
    def flush(self) -> NDArray[np.float32]: ...
    def cancel(self) -> None: ...

def silent_ends(samples: ArrayLike) -> tuple[int, int]:
    """Samples of silence at the two ends of samples (S,). A chunk that is silent throughout counts as sound."""

def plan_trim(
    samples: ArrayLike, pause: float, *, is_first: bool, is_last: bool, is_requested: bool
) -> tuple[int, int, int]:
    """The trims of a chunk's two ends and the pause after it: trim_head, trim_tail and pause, in samples.

    Args:
        samples: (S,) the whole chunk.
        pause: seconds from its last sound to the first sound of the next chunk, 0 to 1e9.
        is_first, is_last: whether the chunk opens or closes the utterance.
        is_requested: whether markup requested the pause; the last chunk otherwise keeps its closing silence instead.

    Raises:
        ValueError: samples are not (S,), or the pause is out of range.
    """

def plan_silence(pause: float, *, is_last: bool) -> tuple[int, int, int]:
    """The trims, which are 0, and the pause of a silence that stands alone: as `plan_trim` returns them.

    Raises:
        ValueError: the pause is not 0 to 1e9 seconds.
    """

def early_window(durations: Sequence[int], seconds: float) -> tuple[int, int] | None:
    """First and end sample of a chunk's early window; None where the whole chunk comes about as soon.

    Args:
        durations: (T,) frames of each token, boundary ids included.
        seconds: length of the window after the opening silence, 0 to 1e9; the window ends with the chunk at the latest.

    Raises:
        ValueError: there are no durations, or a duration or the seconds are out of range.
    """

def blend(early_tail: ArrayLike, exact: ArrayLike) -> NDArray[np.float32]:
    """Goes over from an early window to the exact sound; returns (S,).

    Args:
        early_tail: (480,) the last samples of the window.
        exact: (S,) the chunk's exact samples from the first of those on, at least 480.

    Raises:
        ValueError: a shape does not fit.
    """

def istft(magnitude: ArrayLike, phase: ArrayLike, window: ArrayLike, hop: int) -> NDArray[np.float32]:
    """Samples ((N - 1) * hop,) of a centered spectrum: magnitude and phase (K, N), window (2 * (K - 1),), in float32.

    Raises:
        ValueError: a shape or the hop does not fit, or the frames leave a sample uncovered.
    """

def float_to_pcm16(samples: ArrayLike) -> NDArray[np.int16]:
    """16-bit PCM of samples (S,) in [-1, 1]: clipped, times 32767, rounded to nearest (ties to even). NaN becomes 0."""

def build_info() -> BuildInfo:
    """Raises ValueError if `KOKORO_FAST_ISA` names an instruction set that cannot be used."""
