"""Reads the golden files: what the reference implementation makes of a few inputs. See `golden/README.md`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

FOLDER = Path(__file__).parents[1] / "golden"
NAMES = sorted(path.stem for path in FOLDER.glob("*.npz"))


@dataclass(frozen=True, slots=True)
class Golden:
    """One input and what comes of it. Shapes: B = 1, T tokens, H half-frames, S samples.

    Attributes:
        phonemes, voice, speed: the input as a user would give it.
        input_ids: (1, T); style: (1, 256); speeds: (1,).
        durations: (1, T) frames; f0, energy: (1, H); audio: (1, S).
        stages: name of a stage -> its output; empty in all files but one.
    """

    phonemes: str
    voice: str
    speed: float
    input_ids: Tensor
    style: Tensor
    speeds: Tensor
    durations: Tensor
    f0: Tensor
    energy: Tensor
    audio: Tensor
    stages: dict[str, Tensor]


@lru_cache
def load(name: str) -> Golden:
    """The golden file of this name. Do not write into its tensors."""
    with np.load(FOLDER / f"{name}.npz") as file:
        arrays = {key: file[key] for key in file.files}
    tensors = {key: torch.from_numpy(array) for key, array in arrays.items() if array.ndim > 0}
    return Golden(
        phonemes=str(arrays["phonemes"]),
        voice=str(arrays["voice"]),
        speed=float(arrays["speed"]),
        input_ids=tensors["input_ids"],
        style=tensors["ref_s"],
        speeds=torch.tensor([float(arrays["speed"])]),
        durations=tensors["pred_dur"][None],
        f0=tensors["F0"],
        energy=tensors["N"],
        audio=tensors["audio"][None],
        stages={key.removeprefix("stage_"): tensors[key] for key in tensors if key.startswith("stage_")},
    )
