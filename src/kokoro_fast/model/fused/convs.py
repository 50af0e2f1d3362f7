"""What the fused decoder and generator are made of: convolutions with packed weights over [time, channel] rows."""

from typing import TypeVar

import torch
from torch import Tensor, nn

Layer = TypeVar("Layer", bound=nn.Module)


class PackedConv(nn.Module):
    """A convolution between rows: x (T, C_in) -> y (T_out, C_out), y = (conv(act(x)) + residual) * gain.

    `act` is an affine map per channel, (3, C_in) of mean, gain and offset, then a leaky ReLU of the given slope.

    Args:
        weight: (C_out, C_in, K) as in `nn.Conv1d`.
        bias: (C_out,) or None.
        precision: of the products.
        slope: of the leaky ReLU before the convolution; 1 for none.
        input_gain: factor before the leaky ReLU, where no affine map is given.
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
        n_columns = (x.size(0) + 2 * self.padding - self.taps) // self.stride + 1
        y = torch.empty(n_columns, self.channels_out)
        self.into(y, x, affine, residual, gain)
        return y

    def into(
        self, y: Tensor, x: Tensor, affine: Tensor | None = None, residual: Tensor | None = None, gain: float = 1.0
    ) -> None:
        """Write the result into y, whose rows may be part of longer ones. Its length says how many there are."""
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

    Output column `rate * t + phase` sees two columns of the input: t and the one before it in the first half of the
    phases, t and the one after it in the second. So each half is an ordinary convolution of two taps that has the
    phases side by side as channels (Bellanger et al. 1976, polyphase filters); [time, channel] memory makes the
    phases consecutive columns.
    """

    def __init__(self, conv: nn.ConvTranspose1d, precision: str, slope: float, input_gain: float) -> None:
        super().__init__()
        rate = conv.stride[0]
        shift = int(conv.padding[0])  # kernel position of column `phase` at its own column of the input: phase + shift
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
    """Scales and shifts that a style asks for, of several norms at once: style (128,) -> (norms, 2, C)."""

    weight: Tensor  # (128, norms * 2 * C): so stored, the product takes two fifths of the time
    bias: Tensor  # (norms * 2 * C,)

    def __init__(self, projections: list[nn.Linear]) -> None:
        super().__init__()
        self.register_buffer("weight", torch.cat([projection.weight for projection in projections]).t().contiguous())
        self.register_buffer("bias", torch.cat([projection.bias for projection in projections]))
        self.n_norms = len(projections)

    def forward(self, style: Tensor) -> Tensor:
        return torch.addmv(self.bias, self.weight.t(), style).view(self.n_norms, 2, -1)


def adain(x: Tensor, style: Tensor) -> Tensor:
    """AdaIN as an affine map: x (T, C), style (2, C) of scale and shift -> (3, C) of mean, gain and offset."""
    moments = torch.ops.kokoro_fast.channel_moments(x)
    gain = (1 + style[0]) * torch.rsqrt(moments[1] + 1e-5)
    return torch.stack([moments[0], gain, style[1]])


def all_of(kind: type[Layer], modules: nn.ModuleList) -> list[Layer]:
    """The modules of a list, as what they are."""
    return [module for module in modules if isinstance(module, kind)]
