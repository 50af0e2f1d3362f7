"""Turns a voice, given by name, file, tensor or blend, into one tensor of style rows."""

from __future__ import annotations

import math
import os
import re
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from kokoro_fast.config import MAX_SYMBOLS
from kokoro_fast.errors import InputError
from kokoro_fast.weights.catalog import VOICES
from kokoro_fast.weights.voice_files import SUFFIXES, as_voice, read_voice_file
from kokoro_fast.weights.voice_store import find_voice

if TYPE_CHECKING:
    from torch import Tensor

    from kokoro_fast.types import VoiceLike


def load_voice(voice: VoiceLike, folder: Path | None = None) -> Tensor:
    """The style rows of a voice.

    Args:
        voice: a published name ("af_heart"); a file (.pt, .bin, .npy, .npz, .safetensors; "voices.npz:af_heart" picks
            one of several); a tensor or array of shape (510, 1, 256) or (510, 256); or a blend of names and files,
            "af_heart:0.7,am_adam:0.3" or "af_heart,am_adam" for equal parts. Blend weights are scaled to sum to 1.
        folder: a folder that is searched for the files NAME.bin of published voices before the cache.

    Returns:
        (510, 256) float32: row n - 1 speaks n symbols. The caller may change it.

    Raises:
        InputError: one line, for anything that is not a voice.
        WeightsError: if a published voice cannot be fetched, or its cached file was changed.
    """
    if isinstance(voice, os.PathLike):
        return read_voice_file(Path(voice))
    if not isinstance(voice, str):
        return as_voice(voice, "given directly").clone()
    if not voice.strip():
        raise InputError("voice: expected a name, a file or a blend, got an empty string")
    parts = [_part(part.strip(), voice) for part in voice.split(",")]
    weights = _shares([weight for _, weight in parts], voice)
    blend = _single(parts[0][0], folder) * weights[0]
    for (spec, _), weight in zip(parts[1:], weights[1:], strict=True):
        blend += _single(spec, folder) * weight
    return blend


def style_row(voice: Tensor, n_symbols: int) -> Tensor:
    """The style (1, 256) for `n_symbols` phoneme symbols, boundary ids not counted: row `n_symbols - 1`."""
    if not 1 <= n_symbols <= MAX_SYMBOLS:
        raise InputError(f"style row: expected 1 to {MAX_SYMBOLS} symbols, got {n_symbols}")
    return voice[n_symbols - 1 : n_symbols]


def _part(part: str, whole: str) -> tuple[str, float | None]:
    """The name and weight of `NAME:0.7`; the weight is None where none is written."""
    if not part:
        raise InputError(f"voice {whole!r}: expected a voice between the commas, got nothing")
    spec, colon, tail = part.rpartition(":")
    if not colon or Path(part).is_file():
        return part, None
    try:
        return spec, float(tail)
    except ValueError:
        return part, None  # the colon belongs to a file: voices.npz:NAME, or a drive letter


def _shares(weights: list[float | None], whole: str) -> list[float]:
    """Blend weights that sum to 1."""
    given = [weight for weight in weights if weight is not None]
    if not given:
        return [1 / len(weights)] * len(weights)
    if len(given) < len(weights):
        raise InputError(f"voice {whole!r}: expected a weight for every voice or for none, got {len(given)}")
    bad = [weight for weight in given if not math.isfinite(weight) or weight < 0]
    if bad:
        raise InputError(f"voice {whole!r}: expected weights of 0 or more, got {bad[0]:g}")
    total = sum(given)
    if total <= 0:
        raise InputError(f"voice {whole!r}: expected weights with a sum above 0, got 0")
    return [weight / total for weight in given]


def _single(spec: str, folder: Path | None) -> Tensor:
    if folder is not None and spec in VOICES and (folder / f"{spec}.bin").is_file():
        return read_voice_file(folder / f"{spec}.bin")
    if spec in VOICES:
        return _published(spec)
    path, key = _split_file(spec)
    if path.is_file():
        return read_voice_file(path, key)
    if path.suffix in SUFFIXES or re.search(r"[/\\]", spec):
        raise InputError(f"voice {path}: expected a voice file, found none")
    nearest = get_close_matches(spec, VOICES, n=1, cutoff=0.5)
    hint = f", did you mean {nearest[0]}?" if nearest else ""
    raise InputError(f"voice {spec!r}: not known{hint or '; `kokoro-fast voices` lists the names'}")


def _split_file(spec: str) -> tuple[Path, str | None]:
    """The file and key of `voices.npz:af_heart`."""
    file, colon, key = spec.rpartition(":")
    if colon and Path(file).suffix in SUFFIXES and not Path(spec).is_file():
        return Path(file), key
    return Path(spec), None


@lru_cache(maxsize=64)
def _published(name: str) -> Tensor:
    """The rows of a published voice, kept in memory. `load_voice` hands out copies only."""
    return read_voice_file(find_voice(name))
