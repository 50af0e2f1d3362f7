"""`KModel`: phonemes and a style to audio, with the arguments of kokoro's class."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, SupportsFloat

import torch
from torch import Tensor, nn

from kokoro_fast.compat.tokens import known_symbols
from kokoro_fast.config import BOUNDARY_ID, MAX_SYMBOLS, STYLE_DIM, VOCAB
from kokoro_fast.errors import InputError, parsing
from kokoro_fast.model import KokoroModel

REPO_ID = "hexgrad/Kokoro-82M"
"""The only Hugging Face repository whose weights and voices are known by name."""


class KModel(nn.Module):
    """The network: phonemes and a style in, audio out. It knows no languages; share one among several pipelines."""

    def __init__(
        self,
        repo_id: str | None = None,
        config: dict[str, Any] | str | PathLike[str] | None = None,
        model: str | PathLike[str] | None = None,
        disable_complex: bool = False,
    ) -> None:
        """Load the weights.

        Args:
            repo_id: None or "hexgrad/Kokoro-82M"; with `model` any name will do.
            config: a `config.json` or its content. Only the published vocabulary is known, so it changes nothing.
            model: a weight file (.pth, .safetensors, .onnx); None for the cache, filled first if it is empty.
            disable_complex: has no effect; in kokoro it chooses between two ways to the same sound.

        Raises:
            InputError: another repository without `model`, or another vocabulary.
            WeightsError: no usable weights were found.
        """
        super().__init__()
        if model is None:
            check_repo(repo_id)
        if config is not None:
            _check_config(config)
        self.repo_id = repo_id or REPO_ID
        self.vocab = dict(VOCAB)
        self.context_length = MAX_SYMBOLS + 2
        self.network = KokoroModel.from_pretrained(Path(model) if model is not None else None)
        self.eval()

    @dataclass
    class Output:
        """The result of one call.

        Attributes:
            audio: (S,) float32 at 24 kHz, on the CPU.
            pred_dur: (T,) int64, duration frames (600 samples) of each id, boundary ids included, on the CPU.
        """

        audio: Tensor
        pred_dur: Tensor | None = None

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    def forward_with_tokens(self, input_ids: Tensor, ref_s: Tensor, speed: float = 1) -> tuple[Tensor, Tensor]:
        """ids (1, T) with boundary ids, style (1, 256) -> audio (S,), durations (T,), both on the model's device.

        Raises:
            InputError: a shape is not one of these, T is over 512, or the speed is not above 0.
        """
        if input_ids.dim() != 2 or input_ids.size(0) != 1 or not 3 <= input_ids.size(1) <= self.context_length:
            raise InputError(f"input_ids: expected shape (1, 3 to {self.context_length}), got {tuple(input_ids.shape)}")
        if ref_s.shape != (1, STYLE_DIM):
            raise InputError(f"ref_s: expected shape (1, {STYLE_DIM}), got {tuple(ref_s.shape)}")
        check_speed(speed)
        # Drawn from torch's own generator: a caller of torch.manual_seed expects the same samples again.
        seed = int(torch.randint(2**62, (1,)))
        audio, durations = self.network.infer(input_ids, ref_s, float(speed), seed=seed)
        # Clones, because tensors made in inference mode may not be changed in place, and users do (audio *= 0.5).
        return audio[0].clone(), durations[0].clone()

    def forward(
        self, phonemes: str, ref_s: Tensor, speed: float = 1, return_output: bool = False
    ) -> Tensor | KModel.Output:
        """Speak 1 to 510 phoneme symbols.

        Args:
            phonemes: symbols of `vocab`; others are left out with an UnspokenTextWarning.
            ref_s: (1, 256), the row of a voice for this number of symbols: `voice[len(phonemes) - 1]`.
            speed: larger is faster.
            return_output: True for an `Output`, False for the audio (S,) alone.
        """
        ids = [self.vocab[symbol] for symbol in known_symbols(phonemes)]
        if not 1 <= len(ids) <= MAX_SYMBOLS:
            raise InputError(f"phonemes: expected 1 to {MAX_SYMBOLS} symbols of the vocabulary, got {len(ids)}")
        input_ids = torch.tensor([[BOUNDARY_ID, *ids, BOUNDARY_ID]], device=self.device)
        audio, durations = self.forward_with_tokens(input_ids, ref_s.to(self.device), speed)
        output = self.Output(audio.cpu(), durations.cpu())
        return output if return_output else output.audio


def check_speed(speed: Any) -> None:
    """Check that a speed is above 0. kokoro has no other limits; the model speaks clearly from 0.5 to 2."""
    if not isinstance(speed, SupportsFloat) or not (math.isfinite(float(speed)) and float(speed) > 0):
        raise InputError(f"speed: expected a number above 0, got {speed!r}")


def check_repo(repo_id: str | None) -> None:
    """Refuse another repository, whose weights and voices would sound different under the same names."""
    if repo_id not in (None, REPO_ID):
        raise InputError(
            f"repo_id: expected {REPO_ID}, got {repo_id}; other weights can be given as KModel(model=PATH)"
        )


def _check_config(config: dict[str, Any] | str | PathLike[str]) -> None:
    if not isinstance(config, dict):
        path = Path(config)
        with parsing(lambda reason: InputError(f"config: expected a JSON file, got {path}: {reason}")):
            config = json.loads(path.read_text("utf-8"))
    if not isinstance(config, dict) or config.get("vocab") != VOCAB:
        raise InputError("config: expected the vocabulary of Kokoro-82M v1.0, got another one or none")
