"""The decoder on native convolutions; `model.decoder` says what it computes."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from kokoro_fast.model.decoder import Decoder
from kokoro_fast.model.fused.layers import FusedStyledBlock, all_of
from kokoro_fast.model.layers import StyledBlock


class FusedDecoder(nn.Module):
    """text (B, 512, F), f0 and energy (B, H), style (B, 128) -> (B, 512, H)."""

    def __init__(self, decoder: Decoder, precision: str) -> None:
        super().__init__()
        self.f0_conv, self.energy_conv = decoder.f0_conv, decoder.energy_conv
        self.text_projection = decoder.text_projection
        self.encode = FusedStyledBlock(decoder.encode, precision)
        self.decode = nn.ModuleList(FusedStyledBlock(block, precision) for block in all_of(StyledBlock, decoder.decode))

    def forward(self, text: Tensor, f0: Tensor, energy: Tensor, style: Tensor, n_frames: Tensor | None) -> Tensor:
        rows: list[Tensor] = []
        for b in range(text.size(0)):
            n = text.size(2) if n_frames is None else int(n_frames[b])
            row = self.row(text[b : b + 1, :, :n], f0[b : b + 1, : 2 * n], energy[b : b + 1, : 2 * n], style[b])
            rows.append(F.pad(row, [0, 0, 0, 2 * (text.size(2) - n)]))
        return torch.stack(rows).transpose(1, 2)

    def row(self, text: Tensor, f0: Tensor, energy: Tensor, style: Tensor) -> Tensor:
        """One utterance: text (1, 512, F), f0 and energy (1, H), style (128,) -> (H, 512)."""
        curves = torch.cat([self.f0_conv(f0), self.energy_conv(energy)])
        x = self.encode(torch.cat([text[0], curves]).t().contiguous(), style)
        again = torch.cat([self.text_projection(text)[0], curves]).t()
        for block in self.decode:
            x = block(torch.cat([x, again], dim=1), style)
        return x
