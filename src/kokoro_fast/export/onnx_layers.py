"""Parts of the network in the operators of ONNX, which has no complex numbers, no angle, and an LSTM of its own.

Each module stands for a part of the plain model and computes the same, for one utterance, as a graph has it. Where the
network hears float32 rounding (docs/decisions/0005-phases-in-the-references-order.md), the order of operations is that
of the reference too.
"""

from __future__ import annotations

import math
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from kokoro_fast.model import KokoroModel
from kokoro_fast.model.generator import Generator, SnakeConv
from kokoro_fast.model.layers import BidirectionalLSTM
from kokoro_fast.model.source import HarmonicSource
from kokoro_fast.model.stft import spectrum


def for_onnx(model: KokoroModel) -> KokoroModel:
    """Replace the parts of this model that ONNX cannot express. It can then be exported, but not run."""
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, BidirectionalLSTM):
                setattr(module, name, OnnxLSTM(child))
            elif isinstance(child, SnakeConv):
                setattr(module, name, OnnxSnakeConv(child))
            elif isinstance(child, Generator):
                setattr(module, name, RealGenerator(child))
    return model.eval()


class OnnxLSTM(nn.Module):
    """The LSTM of ONNX, which has another order of gates: x (1, T, C_in) -> (1, T, C_out)."""

    def __init__(self, plain: BidirectionalLSTM) -> None:
        super().__init__()
        lstm = plain.lstm
        self.width = lstm.hidden_size

        def both(name: str) -> Tensor:
            return torch.stack([_onnx_gates(getattr(lstm, f"{name}_l0{side}")) for side in ("", "_reverse")])

        inputs, states = both("weight_ih"), both("weight_hh")
        biases = torch.cat([both("bias_ih"), both("bias_hh")], dim=1)
        self.weight = nn.Buffer(inputs)  # (2, 4 * width, C_in)
        self.state_weight = nn.Buffer(states)  # (2, 4 * width, width)
        self.bias = nn.Buffer(biases)  # (2, 8 * width)

    def forward(self, x: Tensor, lengths: None) -> Tensor:
        inputs = [x.transpose(0, 1), self.weight, self.state_weight, self.bias]
        attributes: dict[str, Any] = {"direction": "bidirectional", "hidden_size": self.width}
        shape = [x.size(1), 2, 1, self.width]
        y = torch.onnx.ops.symbolic("LSTM", inputs, attributes, dtype=x.dtype, shape=shape)
        return y.squeeze(2).flatten(1).unsqueeze(0)


def _onnx_gates(rows: Tensor) -> Tensor:
    """Rows of four gates, input, forget, candidate, output -> input, output, forget, candidate."""
    i, f, candidate, o = rows.chunk(4)
    return torch.cat([i, o, f, candidate])


class OnnxSnakeConv(nn.Module):
    """AdaIN, Snake and a convolution: with one utterance, AdaIN is the InstanceNormalization of ONNX."""

    def __init__(self, plain: SnakeConv) -> None:
        super().__init__()
        self.projection, self.conv = plain.projection, plain.conv
        self.alpha = nn.Buffer(plain.alpha.detach().view(1, -1, 1))
        self.inverse_alpha = nn.Buffer(1 / self.alpha)

    def forward(self, x: Tensor, style: Tensor, lengths: None) -> Tensor:
        scale, shift = self.projection(style)[0].chunk(2)
        y = F.instance_norm(x, weight=1 + scale, bias=shift, eps=1e-5)
        y = y + torch.sin(self.alpha * y).square() * self.inverse_alpha
        convolved: Tensor = self.conv(y)
        return convolved


class RealGenerator(nn.Module):
    """The generator with its spectra in real numbers: their transforms are convolutions."""

    def __init__(self, plain: Generator) -> None:
        super().__init__()
        self.source = RealSource(plain.source, plain.samples_per_half_frame)
        self.stages, self.output_conv = plain.stages, plain.output_conv
        self.spectrum = RealSpectrum(plain)
        self.inverse_spectrum = RealInverseSpectrum(plain.n_fft, plain.hop)

    def forward(self, x: Tensor, f0: Tensor, style: Tensor, noise: Tensor, lengths: None) -> Tensor:
        harmonics = self.spectrum(self.source(f0, noise))
        for stage in self.stages:
            x, _ = stage(x, harmonics, style, None)
        audio: Tensor = self.inverse_spectrum(self.output_conv(F.leaky_relu(x)))
        return audio


class RealSource(nn.Module):
    """`ops.reference.harmonic_source`, f0 (1, H) and noise (1, S) -> (1, S), with the same sines to the last bit."""

    def __init__(self, plain: HarmonicSource, hop: int) -> None:
        super().__init__()
        self.plain, self.hop = plain, hop
        weight = plain.linear.weight.detach()
        self.multiples = nn.Buffer(torch.arange(1.0, weight.size(1) + 1).view(1, -1, 1))
        self.noise_weight = nn.Buffer(weight.norm())

    def forward(self, f0: Tensor, noise: Tensor) -> Tensor:
        plain = self.plain
        voiced = (f0 > plain.voiced_hz).float()
        sines = torch.sin(self.phases(f0)) * plain.sine_amplitude * self.hold(voiced)
        level = (plain.voiced_noise * voiced + plain.unvoiced_noise * (1 - voiced)) * self.noise_weight
        total = torch.matmul(plain.linear.weight, sines)[:, 0] + plain.linear.bias
        return torch.tanh(total + noise * self.hold(level))

    def hold(self, x: Tensor) -> Tensor:
        """The value of each half-frame for all its samples: (1, H) -> (1, S)."""
        return x.unsqueeze(2).expand(-1, -1, self.hop).reshape(1, -1)

    def phases(self, f0: Tensor) -> Tensor:
        """Phases in radians (1, H) -> (1, sines, S): summed in double, as in torch, and linear between half-frames."""
        turns = f0.unsqueeze(1) * self.multiples / self.plain.sample_rate
        turns = turns - torch.floor(turns)
        phases = turns.double().cumsum(2).float() * 2 * math.pi * self.hop
        # Doubles are used where torch's own interpolation rounds once for two operations.
        scale = float(torch.tensor(1 / self.hop, dtype=torch.float32))
        place = ((torch.arange(f0.size(1) * self.hop).double() + 0.5) * scale - 0.5).float().clamp(min=0)
        left = place.floor()
        weight = place - left
        index = left.long()
        after = (index + 1).clamp(max=f0.size(1) - 1)
        before = phases.index_select(2, index).double() * (1 - weight).double()
        return (before + (phases.index_select(2, after) * weight).double()).float()


class RealSpectrum(nn.Module):
    """`model.stft.spectrum`: samples (1, S) -> magnitudes and phases (1, n_fft + 2, S / hop + 1).

    The phase of an empty bin consists of the rounding errors of the transform, and the network hears them: 0.35 dB. So
    where nothing sounds, in a constant excitation, the phases of torch's transform are put in.
    """

    def __init__(self, plain: Generator) -> None:
        super().__init__()
        self.hop, self.margin = plain.hop, plain.n_fft // 2
        cosines, sines = _waves(plain.n_fft)
        basis = torch.cat([cosines, -sines]) * _window(plain.n_fft)
        self.basis = nn.Buffer(basis.float().unsqueeze(1))
        silence = torch.tanh(plain.source.linear.bias.detach()).expand(1, 10 * plain.n_fft).contiguous()
        middle = spectrum(silence, plain.n_fft, plain.hop, None)[:, :, 2 * plain.n_fft // plain.hop]
        self.empty_phase = nn.Buffer(middle[:, self.margin + 1 :].unsqueeze(2).clone())
        self.empty_magnitude = 1e-7  # rounding leaves some 1e-8, the quietest noise 1e-4

    def forward(self, samples: Tensor) -> Tensor:
        padded = F.pad(samples.unsqueeze(1), [self.margin, self.margin], mode="reflect")
        real, imaginary = F.conv1d(padded, self.basis, stride=self.hop).chunk(2, dim=1)
        magnitude = torch.sqrt(real * real + imaginary * imaginary)
        is_empty = magnitude < self.empty_magnitude
        return torch.cat([magnitude, torch.where(is_empty, self.empty_phase, angle(imaginary, real))], dim=1)


class RealInverseSpectrum(nn.Module):
    """`model.stft.inverse_spectrum`: log magnitudes and phase angles (1, n_fft + 2, N) -> (1, (N - 1) * hop)."""

    def __init__(self, n_fft: int, hop: int) -> None:
        super().__init__()
        self.hop, self.margin = hop, n_fft // 2
        cosines, sines = _waves(n_fft)
        # Every bin but the first and the last stands for its negative frequency too.
        count = torch.full([n_fft // 2 + 1, 1], 2.0, dtype=torch.float64)
        count[0] = count[-1] = 1.0
        window = _window(n_fft)
        basis = torch.cat([cosines * count, -sines * count]) * window / n_fft
        self.basis = nn.Buffer(basis.float().unsqueeze(1))
        self.squared_window = nn.Buffer(window.square().float().view(1, 1, -1))

    def forward(self, x: Tensor) -> Tensor:
        log_magnitude, phase_angle = x.chunk(2, dim=1)
        magnitude, phase = torch.exp(log_magnitude), torch.sin(phase_angle)
        return self.samples(torch.cat([magnitude * torch.cos(phase), magnitude * torch.sin(phase)], dim=1))

    def samples(self, bins: Tensor) -> Tensor:
        """Waveform of real parts and imaginary parts, (1, n_fft + 2, N)."""
        sums = F.conv_transpose1d(bins, self.basis, stride=self.hop)
        windows = F.conv_transpose1d(torch.ones_like(bins[:, :1]), self.squared_window, stride=self.hop)
        inside = slice(self.margin, -self.margin)
        return sums[:, 0, inside] / windows[:, 0, inside]


def angle(y: Tensor, x: Tensor) -> Tensor:
    """The angle of x + iy in radians, an operator ONNX lacks: 0 at the origin, pi where y is 0 and x negative."""
    is_steep = y.abs() > x.abs()
    above, below = torch.where(is_steep, x, y), torch.where(is_steep, y, x)
    slope = torch.atan(above / torch.where(below == 0, 1.0, below))
    half_turn = torch.where(y < 0, -math.pi, math.pi)
    return torch.where(is_steep, half_turn / 2 - slope, slope + torch.where(x < 0, half_turn, 0.0))


def _window(n_fft: int) -> Tensor:
    return torch.hann_window(n_fft, dtype=torch.float64)


def _waves(n_fft: int) -> tuple[Tensor, Tensor]:
    """Cosines and sines of every bin, (n_fft / 2 + 1, n_fft), exactly 0 where a bin has no sine."""
    turns = torch.outer(torch.arange(n_fft // 2 + 1), torch.arange(n_fft)) % n_fft
    angles = turns.double() * (2 * math.pi / n_fft)
    sines = angles.sin()
    sines[0] = sines[-1] = 0.0
    return angles.cos(), sines
