"""The layers that several parts of the network share.

Padding. Every function here takes `lengths` (B,), the valid length of each row, or None when nothing is padded. A norm
takes its statistics over the valid part and writes zeros after it, so each convolution that follows sees the same zeros
that an unpadded row would see at its edge: a batch equals one row at a time.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def valid_columns(lengths: Tensor, size: int) -> Tensor:
    """Mask (B, size): true in the first `lengths[b]` columns of row b."""
    return torch.arange(size, device=lengths.device)[None, :] < lengths[:, None]


def zero_padding(x: Tensor, lengths: Tensor | None) -> Tensor:
    """Set the columns of x (B, C, T) after each row's length to zero."""
    if lengths is None:
        return x
    return x * valid_columns(lengths, x.size(2))[:, None, :]


def scaled(lengths: Tensor | None, factor: int, extra: int = 0) -> Tensor | None:
    """The lengths after up-sampling: lengths * factor + extra."""
    if lengths is None:
        return None
    return lengths * factor + extra


def instance_norm(x: Tensor, lengths: Tensor | None) -> Tensor:
    """Normalise each channel of x (B, C, T) over its valid time; zeros after it."""
    if lengths is None:
        return F.instance_norm(x, eps=1e-5)
    mask = valid_columns(lengths, x.size(2))[:, None, :]
    count = lengths[:, None, None]
    mean = (x * mask).sum(2, keepdim=True) / count
    centred = (x - mean) * mask
    variance = centred.square().sum(2, keepdim=True) / count
    return centred * torch.rsqrt(variance + 1e-5)


class BidirectionalLSTM(nn.Module):
    """One LSTM layer in both directions, x (B, T, C_in) -> (B, T, C_out); backwards from each row's own end."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(channels_in, channels_out // 2, batch_first=True, bidirectional=True)

    def forward(self, x: Tensor, lengths: Tensor | None) -> Tensor:
        if lengths is None:
            return self.lstm(x)[0]
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        return pad_packed_sequence(self.lstm(packed)[0], batch_first=True, total_length=x.size(1))[0]


class AdaIN(nn.Module):
    """Adaptive instance norm over time (Huang and Belongie 2017): each channel's mean and deviation come from style.

    x (B, C, T), style (B, 128) -> (B, C, T).
    """

    def __init__(self, style: int, channels: int) -> None:
        super().__init__()
        self.projection = nn.Linear(style, 2 * channels)

    def forward(self, x: Tensor, style: Tensor, lengths: Tensor | None) -> Tensor:
        scale, shift = self.projection(style).chunk(2, dim=1)
        x = (1 + scale)[:, :, None] * instance_norm(x, lengths) + shift[:, :, None]
        return zero_padding(x, lengths)


class AdaLayerNorm(nn.Module):
    """Layer norm over the channels of x (B, T, C) with scale and shift from style (B, 128)."""

    def __init__(self, style: int, channels: int) -> None:
        super().__init__()
        self.projection = nn.Linear(style, 2 * channels)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scale, shift = self.projection(style).chunk(2, dim=1)
        x = F.layer_norm(x, (x.size(2),), eps=1e-5)
        return (1 + scale)[:, None, :] * x + shift[:, None, :]


class StyledBlock(nn.Module):
    """Two convolutions, each behind AdaIN and a leaky ReLU, beside a shortcut; optionally doubles the length.

    x (B, C_in, T), style (B, 128) -> (B, C_out, T) or (B, C_out, 2T).
    """

    def __init__(self, channels_in: int, channels_out: int, style: int, doubles: bool = False) -> None:
        super().__init__()
        self.doubles = doubles
        self.norm1 = AdaIN(style, channels_in)
        self.norm2 = AdaIN(style, channels_out)
        self.conv1 = nn.Conv1d(channels_in, channels_out, 3, padding=1)
        self.conv2 = nn.Conv1d(channels_out, channels_out, 3, padding=1)
        self.upsample: nn.Module = nn.Identity()
        if doubles:
            self.upsample = nn.ConvTranspose1d(
                channels_in, channels_in, 3, stride=2, padding=1, output_padding=1, groups=channels_in
            )
        self.shortcut: nn.Module = nn.Identity()
        if channels_in != channels_out:
            self.shortcut = nn.Conv1d(channels_in, channels_out, 1, bias=False)

    def forward(self, x: Tensor, style: Tensor, lengths: Tensor | None) -> Tensor:
        out_lengths = scaled(lengths, 2) if self.doubles else lengths
        y = F.leaky_relu(self.norm1(x, style, lengths), 0.2)
        y = self.conv1(zero_padding(self.upsample(y), out_lengths))
        y = F.leaky_relu(self.norm2(y, style, out_lengths), 0.2)
        if self.doubles:
            x = F.interpolate(x, scale_factor=2.0, mode="nearest")
        return (self.conv2(y) + self.shortcut(x)) * 0.5**0.5
