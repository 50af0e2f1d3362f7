"""The predictors of durations, pitch and energy on native convolutions and LSTMs, always in float32.

`model.prosody` says what they compute. A batch is done row by row, so padding needs no masks.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from kokoro_fast.model.fused.layers import FusedLSTM, FusedStyledBlock, PackedConv, Style, all_of, rows
from kokoro_fast.model.layers import AdaLayerNorm, BidirectionalLSTM, StyledBlock
from kokoro_fast.model.prosody import DurationEncoder, ProsodyPredictor, TextEncoder


class FusedTextEncoder(nn.Module):
    """ids (B, T) -> (B, 512, T)."""

    def __init__(self, encoder: TextEncoder) -> None:
        super().__init__()
        self.embedding, self.norms = encoder.embedding, encoder.norms
        # The layer after each norm applies the activation.
        self.convs = nn.ModuleList(
            PackedConv(conv.weight, conv.bias, "fp32", slope=0.2 if i else 1.0, padding=int(conv.padding[0]))
            for i, conv in enumerate(all_of(nn.Conv1d, encoder.convs))
        )
        self.lstm = FusedLSTM(encoder.lstm, slope=0.2)

    def forward(self, input_ids: Tensor, lengths: Tensor | None) -> Tensor:
        return pad_sequence([self.row(ids) for ids in rows(input_ids, lengths)], batch_first=True).transpose(1, 2)

    def row(self, ids: Tensor) -> Tensor:
        x = self.embedding(ids)
        for conv, norm in zip(self.convs, self.norms):
            x = norm(conv(x))
        return self.lstm(x)


class FusedDurationEncoder(nn.Module):
    """x (B, T, 512), style (B, 128) -> (B, T, 640), style in the last columns."""

    def __init__(self, encoder: DurationEncoder) -> None:
        super().__init__()
        self.lstms = nn.ModuleList(FusedLSTM(lstm) for lstm in all_of(BidirectionalLSTM, encoder.lstms))
        self.style = Style([norm.projection for norm in all_of(AdaLayerNorm, encoder.norms)])

    def forward(self, x: Tensor, style: Tensor, lengths: Tensor | None) -> Tensor:
        encoded: list[Tensor] = []
        for b, row in enumerate(rows(x, lengths)):
            encoded.append(self.row(row, style[b]))
        return pad_sequence(encoded, batch_first=True)

    def row(self, x: Tensor, style: Tensor) -> Tensor:
        styles = style.expand(x.size(0), -1)
        x = torch.cat([x, styles], dim=1)
        adapted = self.style(style)
        for i, lstm in enumerate(self.lstms):
            scale, shift = adapted[i].unbind()
            hidden = lstm(x)
            x = torch.cat([F.layer_norm(hidden, [hidden.size(1)], 1 + scale, shift, eps=1e-5), styles], dim=1)
        return x


class FusedProsodyPredictor(nn.Module):
    """Durations for every phoneme, then pitch and energy for every half-frame."""

    def __init__(self, prosody: ProsodyPredictor) -> None:
        super().__init__()
        self.encoder = FusedDurationEncoder(prosody.encoder)
        self.duration_lstm = FusedLSTM(prosody.duration_lstm)
        self.duration_projection = prosody.duration_projection
        self.contour_lstm = FusedLSTM(prosody.contour_lstm)
        self.f0_contour = FusedContour(prosody.f0_blocks, prosody.f0_projection)
        self.energy_contour = FusedContour(prosody.energy_blocks, prosody.energy_projection)

    def expected_frames(self, encoding: Tensor, lengths: Tensor | None) -> Tensor:
        """encoding (B, T, 640) -> (B, T)."""
        frames: list[Tensor] = []
        for row in rows(encoding, lengths):
            frames.append(torch.sigmoid(self.duration_projection(self.duration_lstm(row))).sum(1))
        return pad_sequence(frames, batch_first=True)

    def contours(self, encoding: Tensor, style: Tensor, n_frames: Tensor | None) -> tuple[Tensor, Tensor]:
        """encoding (B, F, 640) -> pitch in Hz and energy, two of (B, H), H = 2F."""
        f0: list[Tensor] = []
        energy: list[Tensor] = []
        for b, row in enumerate(rows(encoding, n_frames)):
            hidden = self.contour_lstm(row)
            f0.append(self.f0_contour(hidden, style[b]))
            energy.append(self.energy_contour(hidden, style[b]))
        return pad_sequence(f0, batch_first=True), pad_sequence(energy, batch_first=True)


class FusedContour(nn.Module):
    """x (F, 512), style (128,) -> (H,)."""

    weight: Tensor  # (256,)
    bias: Tensor  # (1,)

    def __init__(self, blocks: nn.ModuleList, projection: nn.Conv1d) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(FusedStyledBlock(block, "fp32") for block in all_of(StyledBlock, blocks))
        self.register_buffer("weight", projection.weight[0, :, 0].clone())
        self.register_buffer("bias", projection.bias)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x, style)
        return x @ self.weight + self.bias
