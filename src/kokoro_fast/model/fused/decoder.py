"""The decoder on native convolutions; `model.decoder` says what it computes."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..decoder import Decoder
from ..layers import StyledBlock
from .convs import PackedConv, Style, adain, all_of


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


class FusedStyledBlock(nn.Module):
    """x (T, C_in), style (128,) -> (T, C_out) or (2T, C_out)."""

    def __init__(self, block: StyledBlock, precision: str) -> None:
        super().__init__()
        beside = "fp32" if precision == "fp32" else "bf16"
        self.style1 = Style([block.norm1.projection])
        self.style2 = Style([block.norm2.projection])
        conv1, conv2 = block.conv1, block.conv2
        self.doubles = block.doubles
        self.doubling: nn.Module = nn.Identity()
        if isinstance(block.upsample, nn.ConvTranspose1d):
            self.doubling = Doubling(block.upsample)
        self.conv1 = PackedConv(conv1.weight, conv1.bias, beside, slope=1.0 if block.doubles else 0.2, padding=1)
        self.conv2 = PackedConv(conv2.weight, conv2.bias, beside, slope=0.2, padding=1)
        self.shortcut: nn.Module = nn.Identity()
        if isinstance(block.shortcut, nn.Conv1d):
            self.shortcut = PackedConv(block.shortcut.weight, None, "fp32")

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        affine = adain(x, self.style1(style)[0])
        shortcut = self.shortcut(x)
        if self.doubles:
            y = self.conv1(self.doubling(F.leaky_relu((x - affine[0]) * affine[1] + affine[2], 0.2)))
            shortcut = shortcut.repeat_interleave(2, dim=0)
        else:
            y = self.conv1(x, affine)
        return self.conv2(y, adain(y, self.style2(style)[0]), shortcut, 0.5**0.5)


class Doubling(nn.Module):
    """The transposed convolution of rate 2 that leaves channels apart: x (T, C) -> (2T, C).

    Written out, since oneDNN would keep a program for every length that it ever saw: 0.1 MB each.
    """

    weight: Tensor  # (3, C)
    bias: Tensor  # (C,)

    def __init__(self, conv: nn.ConvTranspose1d) -> None:
        super().__init__()
        assert (conv.kernel_size, conv.stride, conv.padding, conv.output_padding) == ((3,), (2,), (1,), (1,))
        assert conv.bias is not None
        self.register_buffer("weight", conv.weight[:, 0].t().contiguous())
        self.register_buffer("bias", conv.bias)

    def forward(self, x: Tensor) -> Tensor:
        following = F.pad(x[1:], [0, 0, 0, 1])
        even = torch.addcmul(self.bias, x, self.weight[1])
        odd = torch.addcmul(torch.addcmul(self.bias, x, self.weight[2]), following, self.weight[0])
        return torch.stack([even, odd], dim=1).flatten(0, 1)
