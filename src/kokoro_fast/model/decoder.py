"""The decoder: aligned text with pitch and energy -> features for the generator, at twice the frame rate."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from kokoro_fast.config import ModelConfig
from kokoro_fast.model.layers import StyledBlock, zero_padding


class Decoder(nn.Module):
    """text (B, 512, F), f0 and energy (B, H), style (B, 128) -> (B, 512, H)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        wide, style = config.decoder_hidden, config.style
        self.f0_conv = nn.Conv1d(1, 1, 3, stride=2, padding=1)
        self.energy_conv = nn.Conv1d(1, 1, 3, stride=2, padding=1)
        self.text_projection = nn.Conv1d(config.hidden, config.decoder_residual, 1)
        self.encode = StyledBlock(config.hidden + 2, wide, style)
        # Every block sees the text, pitch and energy again, beside the output of the block before it.
        wider = wide + config.decoder_residual + 2
        self.decode = nn.ModuleList(
            [
                StyledBlock(wider, wide, style),
                StyledBlock(wider, wide, style),
                StyledBlock(wider, wide, style),
                StyledBlock(wider, config.hidden, style, doubles=True),
            ]
        )

    def forward(self, text: Tensor, f0: Tensor, energy: Tensor, style: Tensor, n_frames: Tensor | None) -> Tensor:
        half_frames = None if n_frames is None else 2 * n_frames
        f0 = self.f0_conv(zero_padding(f0[:, None], half_frames))
        energy = self.energy_conv(zero_padding(energy[:, None], half_frames))
        curves = torch.cat([f0, energy], dim=1)
        x = self.encode(torch.cat([text, curves], dim=1), style, n_frames)
        again = torch.cat([self.text_projection(text), curves], dim=1)
        for block in self.decode:
            x = block(torch.cat([x, again], dim=1), style, n_frames)
        return x
