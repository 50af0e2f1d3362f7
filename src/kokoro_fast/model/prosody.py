"""From text to prosody: the text encoder, the duration predictor, and the contours of pitch and energy."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from kokoro_fast.config import ModelConfig
from kokoro_fast.model.layers import AdaLayerNorm, BidirectionalLSTM, StyledBlock, scaled, zero_padding


class TextEncoder(nn.Module):
    """Phoneme ids (B, T) -> encodings of how each phoneme sounds (B, 512, T), from which the decoder speaks."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width = config.hidden
        self.embedding = nn.Embedding(config.n_symbols, width)
        self.convs = nn.ModuleList(
            nn.Conv1d(width, width, config.text_kernel, padding=config.text_kernel // 2)
            for _ in range(config.text_layers)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(config.text_layers))
        self.lstm = BidirectionalLSTM(width, width)

    def forward(self, input_ids: Tensor, lengths: Tensor | None) -> Tensor:
        x = zero_padding(self.embedding(input_ids).transpose(1, 2), lengths)
        for conv, norm in zip(self.convs, self.norms):
            x = F.leaky_relu(norm(conv(x).transpose(1, 2)), 0.2)
            x = zero_padding(x.transpose(1, 2), lengths)
        return self.lstm(x.transpose(1, 2), lengths).transpose(1, 2)


class DurationEncoder(nn.Module):
    """Alternating LSTMs and adaptive norms: x (B, T, 512), style (B, 128) -> (B, T, 640), style in the last columns."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width = config.hidden
        self.lstms = nn.ModuleList(BidirectionalLSTM(width + config.style, width) for _ in range(config.text_layers))
        self.norms = nn.ModuleList(AdaLayerNorm(config.style, width) for _ in range(config.text_layers))

    def forward(self, x: Tensor, style: Tensor, lengths: Tensor | None) -> Tensor:
        styles = style[:, None, :].expand(-1, x.size(1), -1)
        x = torch.cat([x, styles], dim=2)
        for lstm, norm in zip(self.lstms, self.norms):
            x = torch.cat([norm(lstm(x, lengths), style), styles], dim=2)
        return x


class ProsodyPredictor(nn.Module):
    """Durations for every phoneme, then pitch and energy for every half-frame."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width, style = config.hidden, config.style
        self.encoder = DurationEncoder(config)
        self.duration_lstm = BidirectionalLSTM(width + style, width)
        self.duration_projection = nn.Linear(width, config.max_duration)
        self.contour_lstm = BidirectionalLSTM(width + style, width)
        self.f0_blocks = contour_blocks(width, style)
        self.energy_blocks = contour_blocks(width, style)
        self.f0_projection = nn.Conv1d(width // 2, 1, 1)
        self.energy_projection = nn.Conv1d(width // 2, 1, 1)

    def expected_frames(self, encoding: Tensor, lengths: Tensor | None) -> Tensor:
        """The frames of each phoneme, at speed 1 and not yet rounded: encoding (B, T, 640) -> (B, T)."""
        x = self.duration_projection(self.duration_lstm(encoding, lengths))
        # Each of the 50 outputs is the probability that the phoneme lasts at least one more frame.
        return torch.sigmoid(x).sum(2)

    def contours(self, encoding: Tensor, style: Tensor, n_frames: Tensor | None) -> tuple[Tensor, Tensor]:
        """Pitch in Hz and energy. encoding (B, F, 640) -> two of (B, H), H = 2F."""
        f0 = energy = self.contour_lstm(encoding, n_frames).transpose(1, 2)
        lengths = n_frames
        for f0_block, energy_block in zip(self.f0_blocks, self.energy_blocks):
            f0 = f0_block(f0, style, lengths)
            energy = energy_block(energy, style, lengths)
            if f0_block.doubles:
                lengths = scaled(lengths, 2)
        return self.f0_projection(f0)[:, 0], self.energy_projection(energy)[:, 0]


def contour_blocks(width: int, style: int) -> nn.ModuleList:
    """(B, 512, F) -> (B, 256, H): the middle block doubles the rate."""
    return nn.ModuleList(
        [
            StyledBlock(width, width, style),
            StyledBlock(width, width // 2, style, doubles=True),
            StyledBlock(width // 2, width // 2, style),
        ]
    )
