"""The layers of the fused network: convolutions, norms and LSTMs over [time, channel] memory.

`model.layers` has the layers that they stand for.
"""

from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from kokoro_fast.model.layers import BidirectionalLSTM, StyledBlock

Layer = TypeVar("Layer", bound=nn.Module)

PANEL = 64
"""The number of gates that the native LSTM sums at once."""


class PackedConv(nn.Module):
    """A convolution with packed weights: x (T, C_in) -> y (T_out, C_out), y = (conv(act(x)) + residual) * gain.

    `act` is an affine map per channel, (3, C_in) of mean, gain and offset, then a leaky ReLU of the given slope.

    Args:
        weight: (C_out, C_in, K) as in `nn.Conv1d`.
        bias: (C_out,) or None.
        precision: the precision of the products.
        slope: the slope of the leaky ReLU before the convolution; 1 for none.
        input_gain: a factor before the leaky ReLU, where no affine map is given.
    """

    packed: Tensor  # (bytes,)
    affine: Tensor  # (3, C_in)

    def __init__(
        self,
        weight: Tensor,
        bias: Tensor | None,
        precision: str,
        slope: float = 1.0,
        stride: int = 1,
        padding: int = 0,
        input_gain: float = 1.0,
    ) -> None:
        super().__init__()
        self.register_buffer("packed", torch.ops.kokoro_fast.conv_pack(weight, bias, precision))
        affine = torch.zeros(3, weight.size(1))
        affine[1] = input_gain
        self.register_buffer("affine", affine)
        self.channels_out, self.channels_in, self.taps = weight.shape
        self.slope, self.stride, self.padding = slope, stride, padding

    def forward(
        self, x: Tensor, affine: Tensor | None = None, residual: Tensor | None = None, gain: float = 1.0
    ) -> Tensor:
        n_steps = (x.size(0) + 2 * self.padding - self.taps) // self.stride + 1
        y = torch.empty(n_steps, self.channels_out)
        self.into(y, x, affine, residual, gain)
        return y

    def into(
        self, y: Tensor, x: Tensor, affine: Tensor | None = None, residual: Tensor | None = None, gain: float = 1.0
    ) -> None:
        """Write the result into y, whose length gives the number of time steps. Its rows may be part of longer ones."""
        torch.ops.kokoro_fast.conv(
            x,
            self.packed,
            self.affine if affine is None else affine,
            None,
            self.slope,
            self.stride,
            1,
            self.padding,
            residual,
            gain,
            y,
        )


class PackedUpsample(nn.Module):
    """A transposed convolution whose kernel is twice its rate: x (T, C_in) -> y (rate * T, C_out).

    Output step `rate * t + phase` sees two steps of the input: t and the step before it in the first half of the
    phases, t and the step after it in the second. So each half is an ordinary convolution of two taps that has the
    phases side by side as channels (Bellanger et al. 1976, polyphase filters). In [time, channel] memory these phases
    are consecutive time steps.
    """

    def __init__(self, conv: nn.ConvTranspose1d, precision: str, slope: float, input_gain: float) -> None:
        super().__init__()
        rate = conv.stride[0]
        shift = int(conv.padding[0])  # the kernel position of output `phase` at its own input step is phase + shift
        assert conv.kernel_size[0] == 2 * rate
        assert 2 * shift == rate
        self.rate, self.channels_out = rate, conv.out_channels
        taps = conv.weight.permute(2, 1, 0)  # (K, C_out, C_in)
        before = torch.stack([taps[shift + rate : 2 * rate], taps[shift:rate]], dim=-1)
        after = torch.stack([taps[rate : rate + shift], taps[:shift]], dim=-1)
        assert conv.bias is not None
        bias = conv.bias.repeat(rate // 2)
        self.first = PackedConv(before.flatten(0, 1), bias, precision, slope, padding=1, input_gain=input_gain)
        self.second = PackedConv(after.flatten(0, 1), bias, precision, slope, input_gain=input_gain)

    def into(self, y: Tensor, x: Tensor) -> None:
        phases = y.view(x.size(0), self.rate * self.channels_out)
        half = phases.size(1) // 2
        self.first.into(phases[:, :half], x)
        self.second.into(phases[:, half:], x)


class Style(nn.Module):
    """The scales and shifts of several norms for a style: style (128,) -> (norms, 2, C)."""

    weight: Tensor  # (128, norms * 2 * C): stored like this, the product takes two fifths of the time
    bias: Tensor  # (norms * 2 * C,)

    def __init__(self, projections: list[nn.Linear]) -> None:
        super().__init__()
        self.register_buffer("weight", torch.cat([projection.weight for projection in projections]).t().contiguous())
        self.register_buffer("bias", torch.cat([projection.bias for projection in projections]))
        self.n_norms = len(projections)

    def forward(self, style: Tensor) -> Tensor:
        return torch.addmv(self.bias, self.weight.t(), style).view(self.n_norms, 2, -1)


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
    """The transposed convolution of rate 2 and of each channel alone: x (T, C) -> (2T, C).

    It is written out, since oneDNN would keep a program of 0.1 MB for every length that it ever saw.
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


class FusedLSTM(nn.Module):
    """One LSTM layer in both directions: x (T, C_in) -> (T, C_out). The products with the input are one convolution.

    Args:
        slope: the slope of a leaky ReLU before the layer; 1 for none.
    """

    hidden: Tensor  # (2, 4 * H / 64, H, 64)

    def __init__(self, layer: BidirectionalLSTM, slope: float = 1.0) -> None:
        super().__init__()
        given = dict(layer.lstm.named_parameters())
        weight = torch.cat([given["weight_ih_l0"], given["weight_ih_l0_reverse"]])
        forward = given["bias_ih_l0"] + given["bias_hh_l0"]
        backward = given["bias_ih_l0_reverse"] + given["bias_hh_l0_reverse"]
        self.input = PackedConv(weight[:, :, None], torch.cat([forward, backward]), "fp32", slope=slope)
        hidden = torch.stack([given["weight_hh_l0"], given["weight_hh_l0_reverse"]])  # (2, 4 * H, H)
        self.register_buffer("hidden", hidden.unflatten(1, (-1, PANEL)).transpose(2, 3).contiguous())

    def forward(self, x: Tensor) -> Tensor:
        return torch.ops.kokoro_fast.lstm(self.input(x).unflatten(1, (2, -1)), self.hidden)


def packed_linear(layers: list[nn.Linear], slope: float = 1.0) -> PackedConv:
    """Several linear layers of the same input as one: x (T, C_in) -> (T, C_out), their outputs side by side."""
    weight = torch.cat([layer.weight for layer in layers])
    return PackedConv(weight[:, :, None], torch.cat([layer.bias for layer in layers]), "fp32", slope=slope)


def adain(x: Tensor, style: Tensor) -> Tensor:
    """AdaIN as an affine map: x (T, C), style (2, C) of scale and shift -> (3, C) of mean, gain and offset."""
    moments = torch.ops.kokoro_fast.channel_moments(x)
    gain = (1 + style[0]) * torch.rsqrt(moments[1] + 1e-5)
    return torch.stack([moments[0], gain, style[1]])


def all_of(kind: type[Layer], modules: nn.ModuleList) -> list[Layer]:
    """The modules of this kind in a list, with their type."""
    return [module for module in modules if isinstance(module, kind)]


def rows(x: Tensor, lengths: Tensor | None) -> list[Tensor]:
    """The valid part of each row of a batch: x (B, T, ...) -> B of (T_b, ...)."""
    valid: list[Tensor] = []
    for b in range(x.size(0)):
        valid.append(x[b] if lengths is None else x[b, : int(lengths[b])])
    return valid
