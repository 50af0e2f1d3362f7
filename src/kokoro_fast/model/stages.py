"""The network as a host runs it: one utterance, in stages whose shapes all follow from those of their inputs.

    predict(input_ids, style) -> expected_frames, encoding, text
    durations(expected_frames, speed) -> durations        max(1, round(expected_frames / speed))
    frames(durations) -> frames                           each id's index, once for each of its frames
    decode(encoding, text, frames, style) -> features, f0
    generate(features, f0, style, noise) -> audio

The length of the sound follows from *values*, the durations. So `durations` and `frames`, which need no weights, stand
between the stages; where a graph must have fixed shapes, the host does them itself. Every artifact and every backend is
made of these stages.
"""

import torch
from torch import Tensor, nn

from kokoro_fast.model.kokoro import KokoroModel, durations_at, expand, phoneme_indices


class Stages(nn.Module):
    """A plain or fused model, stage by stage. It can be scripted; `predict` and `render` can be exported."""

    def __init__(self, model: KokoroModel) -> None:
        super().__init__()
        self.model = model
        self.timbre_width = model.style_width
        self.samples_per_frame = 2 * model.samples_per_half_frame

    @torch.jit.export
    def predict(self, input_ids: Tensor, style: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Decide how long each phoneme lasts, and encode the phonemes.

        Args:
            input_ids: (1, T) int64, boundary ids included.
            style: (1, 256).

        Returns:
            Expected frames (1, T) at speed 1, and two encodings of the phoneme ids, for the prosody (1, 640, T) and for
            the sound (1, 512, T).
        """
        return self.model.encode(input_ids, style, None)

    @torch.jit.export
    def durations(self, expected_frames: Tensor, speed: Tensor) -> Tensor:
        """Frames of each phoneme id: expected (1, T), speed (1,) -> (1, T) int64, at least 1."""
        return durations_at(expected_frames, speed, None)

    @torch.jit.export
    def frames(self, durations: Tensor) -> Tensor:
        """The index of the phoneme id of each frame: durations (1, T) -> (1, F) int64."""
        return phoneme_indices(durations, int(durations.sum()))

    @torch.jit.export
    def decode(self, encoding: Tensor, text: Tensor, frames: Tensor, style: Tensor) -> tuple[Tensor, Tensor]:
        """Make the features that the generator is given.

        Args:
            encoding: (1, 640, T), from `predict`.
            text: (1, 512, T), from `predict`.
            frames: (1, F) int64.
            style: (1, 256).

        Returns:
            Features (1, 512, H), and the pitch (1, H) in Hz.
        """
        f0, energy = self.model.shape_contours(expand(encoding, frames), style, None)
        return self.model.decoder(expand(text, frames), f0, energy, style[:, : self.timbre_width], None), f0

    @torch.jit.export
    def generate(self, features: Tensor, f0: Tensor, style: Tensor, noise: Tensor) -> Tensor:
        """Make the sound (1, S) of the results of `decode`, style (1, 256) and noise (1, S) of deviation 1."""
        return self.model.generator(features, f0, style[:, : self.timbre_width], noise, None)

    @torch.jit.export
    def render(self, encoding: Tensor, text: Tensor, frames: Tensor, style: Tensor, noise: Tensor) -> Tensor:
        """`decode` and `generate` in one: the sound (1, S)."""
        features, f0 = self.decode(encoding, text, frames, style)
        return self.generate(features, f0, style, noise)

    def forward(self, input_ids: Tensor, style: Tensor, speed: Tensor) -> tuple[Tensor, Tensor]:
        """All stages, with noise from torch's own random numbers: audio (1, S) and durations (1, T)."""
        expected, encoding, text = self.predict(input_ids, style)
        durations = self.durations(expected, speed)
        frames = self.frames(durations)
        noise = torch.randn([1, self.samples_per_frame * frames.size(1)], device=style.device)
        return self.render(encoding, text, frames, style, noise), durations
