"""Kokoro-82M in two stages: `predict` decides when each phoneme is said and how, `render` makes the sound.

Shape letters: B batch, T phoneme ids (boundary ids included), F duration frames (600 samples, 40 a second), H
half-frames (300 samples, 80 a second), S samples (24 kHz), C channels.

Inside `predict` the number of frames F follows from the values of the durations, not from any shape. So `predict` is
made of two pieces with fixed shapes, `encode` and `shape_contours`, with the length regulator between them. An exporter
takes the pieces `encode`, `shape_contours` and `decode`, and regulates the length on its own side.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from kokoro_fast.config import ModelConfig
from kokoro_fast.model.albert import Albert
from kokoro_fast.model.decoder import Decoder
from kokoro_fast.model.generator import Generator
from kokoro_fast.model.layers import valid_columns
from kokoro_fast.model.prosody import ProsodyPredictor, TextEncoder


class Prosody(NamedTuple):
    """The durations, pitch and energy of an utterance, before it is sound.

    Attributes:
        durations: (B, T) int64, frames of each phoneme id, 0 in padding.
        text: (B, 512, F) float32, the text encoding expanded over the frames.
        f0: (B, H) pitch in Hz; about zero or below where unvoiced.
        energy: (B, H) loudness on a log-like scale of the model's own.
        n_frames: (B,) int64, valid frames of each row; None when nothing is padded.
    """

    durations: Tensor
    text: Tensor
    f0: Tensor
    energy: Tensor
    n_frames: Tensor | None


class _NoInitialisation(TorchFunctionMode):
    """Makes layers without initial values, which would be thrown away.

    On the meta device initial values would cost a second: torch imports its compiler to compute them there.
    """

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if getattr(func, "__module__", None) == "torch.nn.init":  # functions of C++ have no module
            return kwargs["tensor"] if "tensor" in kwargs else args[0]
        return func(*args, **kwargs)


class KokoroModel(nn.Module):
    """The whole network. Build one with `KokoroModel.from_pretrained()`."""

    def __init__(self, config: ModelConfig | None = None) -> None:
        super().__init__()
        config = config or ModelConfig()
        self.samples_per_half_frame = config.samples_per_half_frame
        self.style_width = config.style
        self.albert = Albert(config)
        self.albert_projection = nn.Linear(config.albert_hidden, config.hidden)
        self.text_encoder = TextEncoder(config)
        self.prosody = ProsodyPredictor(config)
        self.decoder = Decoder(config)
        self.generator = Generator(config)

    @classmethod
    def from_pretrained(cls, path: str | Path | None = None) -> Self:
        """Load weights from a file, or from the cache, fetching them first if need be.

        Args:
            path: an official .pth, our .safetensors or a published .onnx; None for the cache.

        Raises:
            WeightsError: nothing usable was found; the message names each place and the fault there.
        """
        from kokoro_fast.weights import find_weights, load_state

        return cls.from_state(load_state(find_weights(path), verified=path is None))

    @classmethod
    def from_state(cls, state: dict[str, Tensor]) -> Self:
        """A model that uses these tensors, by their canonical names, without copying them."""
        with torch.device("meta"), _NoInitialisation():
            model = cls()
        model.load_state_dict(state, assign=True)
        return model.eval().requires_grad_(False)

    def encode(self, input_ids: Tensor, style: Tensor, lengths: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
        """ids (B, T), style (B, 256) -> expected frames (B, T), prosody (B, 640, T), text (B, 512, T)."""
        valid = None if lengths is None else valid_columns(lengths, input_ids.size(1))
        context = self.albert_projection(self.albert(input_ids, valid))
        encoding = self.prosody.encoder(context, style[:, self.style_width :], lengths)
        expected = self.prosody.expected_frames(encoding, lengths)
        return expected, encoding.transpose(1, 2), self.text_encoder(input_ids, lengths)

    def shape_contours(self, encoding: Tensor, style: Tensor, n_frames: Tensor | None) -> tuple[Tensor, Tensor]:
        """Expanded prosody encoding (B, 640, F), style (B, 256) -> pitch and energy (B, H)."""
        return self.prosody.contours(encoding.transpose(1, 2), style[:, self.style_width :], n_frames)

    def decode(self, prosody: Prosody, style: Tensor, noise: Tensor) -> Tensor:
        """Prosody, style (B, 256), source noise (B, S) -> waveform (B, S). Samples after a row's end mean nothing."""
        timbre = style[:, : self.style_width]
        n_frames = prosody.n_frames
        x = self.decoder(prosody.text, prosody.f0, prosody.energy, timbre, n_frames)
        half_frames = None if n_frames is None else 2 * n_frames
        return self.generator(x, prosody.f0, timbre, noise, half_frames)

    def predict(self, input_ids: Tensor, style: Tensor, speed: Tensor, lengths: Tensor | None = None) -> Prosody:
        """Decide durations, pitch and energy.

        Args:
            input_ids: (B, T) int64, each row wrapped in boundary ids 0, padded with anything.
            style: (B, 256), row `n_symbols - 1` of a voice for each text.
            speed: (B,) float32, 1.0 as trained; larger is faster.
            lengths: (B,) int64, valid ids of each row; None when all rows are full.
        """
        expected, encoding, text = self.encode(input_ids, style, lengths)
        durations = durations_at(expected, speed, lengths)
        return self.shape(durations, encoding, text, style, lengths is not None)

    def shape(self, durations: Tensor, encoding: Tensor, text: Tensor, style: Tensor, is_padded: bool) -> Prosody:
        """The second half of `predict`: the encodings of `encode`, expanded over the frames, with pitch and energy."""
        n_frames = durations.sum(1)
        frames = phoneme_indices(durations, int(n_frames.max()))
        padded_frames = n_frames if is_padded else None
        f0, energy = self.shape_contours(expand(encoding, frames), style, padded_frames)
        return Prosody(durations, expand(text, frames), f0, energy, padded_frames)

    def render(self, prosody: Prosody, style: Tensor, noise: float = 1.0, seed: int | None = None) -> Tensor:
        """Make the sound: (B, S) float32, zeros after each row's end.

        Args:
            prosody: from `predict`.
            style: (B, 256), as given to `predict`.
            noise: loudness of the breath noise in the excitation; 1.0 as trained, 0.0 for none.
            seed: the same seed gives the same samples, and row b of a batch has the samples that it would have alone
                with `seed + b`. None draws new noise every time.
        """
        n_samples = prosody.f0.size(1) * self.samples_per_half_frame
        audio = self.decode(prosody, style, draw_noise(prosody, n_samples, noise, seed))
        if prosody.n_frames is None:
            return audio
        return audio * valid_columns(2 * self.samples_per_half_frame * prosody.n_frames, n_samples)

    def infer(
        self,
        input_ids: Tensor,
        style: Tensor,
        speed: float = 1.0,
        noise: float = 1.0,
        seed: int | None = None,
        lengths: Tensor | None = None,
    ) -> tuple[Tensor, Tensor]:
        """`predict` and `render` in one: (audio (B, S), durations (B, T)). Arguments as there; one speed for all."""
        with torch.inference_mode():
            speeds = torch.full([input_ids.size(0)], speed, device=input_ids.device)
            prosody = self.predict(input_ids, style, speeds, lengths)
            return self.render(prosody, style, noise, seed), prosody.durations


def durations_at(expected: Tensor, speed: Tensor, lengths: Tensor | None) -> Tensor:
    """Whole frames: expected frames (B, T), speed (B,) -> durations (B, T) int64, at least 1, 0 in padding."""
    durations = (expected / speed[:, None]).round().clamp(min=1).long()
    if lengths is None:
        return durations
    return durations * valid_columns(lengths, durations.size(1))


def phoneme_indices(durations: Tensor, n_frames: int) -> Tensor:
    """The index of the phoneme id of each frame: durations (B, T) -> (B, F) int64.

    Frames after a row's end take the last id. With `expand`, this is a length regulator (Ren et al. 2019, FastSpeech).
    """
    ends = durations.cumsum(1)
    frames = torch.arange(n_frames, device=durations.device).expand(durations.size(0), -1).contiguous()
    return torch.searchsorted(ends, frames, right=True).clamp(max=durations.size(1) - 1)


def expand(x: Tensor, frames: Tensor) -> Tensor:
    """Each frame takes the values of its phoneme id: x (B, C, T), frames (B, F) -> (B, C, F)."""
    return x.gather(2, frames[:, None, :].expand(-1, x.size(1), -1))


def draw_noise(prosody: Prosody, n_samples: int, noise: float, seed: int | None) -> Tensor:
    """Gaussian noise (B, n_samples) of deviation `noise`: row b from `seed + b`, as long as the row is."""
    out = torch.zeros([prosody.f0.size(0), n_samples])
    if noise != 0.0:
        for b in range(out.size(0)):
            row = out[b]
            if prosody.n_frames is not None:
                row = row[: int(prosody.n_frames[b]) * n_samples * 2 // prosody.f0.size(1)]
            row[:] = noise * normal(row.size(0), None if seed is None else seed + b)
    return out.to(prosody.f0.device)


def normal(n_samples: int, seed: int | None) -> Tensor:
    """Gaussian noise (n_samples,) of deviation 1; without a seed it is new every time.

    It is drawn on the CPU, so that the same seed gives the same samples on every device.
    """
    generator = torch.Generator()
    if seed is None:
        generator.seed()
    else:
        generator.manual_seed(seed)
    return torch.empty(n_samples).normal_(generator=generator)
