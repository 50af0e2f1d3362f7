"""The generator, iSTFTNet (Kaneko et al. 2022): features and excitation -> waveform. It is nine tenths of all work."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from kokoro_fast import ops
from kokoro_fast.config import ModelConfig
from kokoro_fast.model.layers import scaled, zero_padding
from kokoro_fast.model.source import HarmonicSource
from kokoro_fast.model.stft import inverse_spectrum, spectrum


class Generator(nn.Module):
    """x (B, 512, H), f0 (B, H), style (B, 128), noise (B, S) -> waveform (B, S), S = 300 H."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.n_fft, self.hop = config.n_fft, config.hop
        self.samples_per_half_frame = config.samples_per_half_frame
        self.source = HarmonicSource(config)
        self.stages = nn.ModuleList(Stage(index, config) for index in range(len(config.upsample_rates)))
        width = config.hidden >> len(config.upsample_rates)
        self.output_conv = nn.Conv1d(width, config.n_fft + 2, 7, padding=3)

    def forward(self, x: Tensor, f0: Tensor, style: Tensor, noise: Tensor, lengths: Tensor | None) -> Tensor:
        n_samples = scaled(lengths, self.samples_per_half_frame)
        harmonics = spectrum(self.source(f0, noise), self.n_fft, self.hop, n_samples)
        for stage in self.stages:
            x, lengths = stage(x, harmonics, style, lengths)
        x = self.output_conv(zero_padding(F.leaky_relu(x), lengths))
        return inverse_spectrum(x, self.n_fft, self.hop, lengths)


class Stage(nn.Module):
    """Raise the rate, add the excitation, refine. x (B, 2C, N), harmonics (B, 22, 60H + 1) -> (B, C, rate * N).

    The last stage gives one time step more, as many as the spectrum of the excitation has.
    """

    def __init__(self, index: int, config: ModelConfig) -> None:
        super().__init__()
        self.rate = config.upsample_rates[index]
        self.is_last = index == len(config.upsample_rates) - 1
        kernel = config.upsample_kernels[index]
        width = config.hidden >> (index + 1)
        self.upsample = nn.ConvTranspose1d(2 * width, width, kernel, self.rate, padding=(kernel - self.rate) // 2)
        if self.is_last:
            self.source_conv = nn.Conv1d(config.n_fft + 2, width, 1)
        else:  # the spectrum has the rate of the last stage, so this stage takes it at a stride
            stride = config.upsample_rates[-1]
            self.source_conv = nn.Conv1d(config.n_fft + 2, width, 2 * stride, stride, padding=(stride + 1) // 2)
        self.source_block = ResBlock(width, 11 if self.is_last else 7, config)
        self.resblocks = nn.ModuleList(ResBlock(width, k, config) for k in config.resblock_kernels)

    def forward(
        self, x: Tensor, harmonics: Tensor, style: Tensor, lengths: Tensor | None
    ) -> tuple[Tensor, Tensor | None]:
        x = self.upsample(zero_padding(F.leaky_relu(x, 0.1), lengths))
        if self.is_last:
            x = F.pad(x, [1, 0], mode="reflect")
        lengths = scaled(lengths, self.rate, 1 if self.is_last else 0)
        x = x + self.source_block(self.source_conv(harmonics), style, lengths)
        # Kernels of three widths see the same features, and the mean of their outputs goes on.
        total = self.resblocks[0](x, style, lengths)
        for index, block in enumerate(self.resblocks):
            if index > 0:
                total = total + block(x, style, lengths)
        return total / len(self.resblocks), lengths


class ResBlock(nn.Module):
    """Three residual pairs of convolutions, one dilated and one plain. x (B, C, N), style (B, 128) -> (B, C, N)."""

    def __init__(self, channels: int, kernel: int, config: ModelConfig) -> None:
        super().__init__()
        dilations = config.resblock_dilations
        self.dilated = nn.ModuleList(SnakeConv(channels, kernel, dilation, config.style) for dilation in dilations)
        self.plain = nn.ModuleList(SnakeConv(channels, kernel, 1, config.style) for _ in dilations)

    def forward(self, x: Tensor, style: Tensor, lengths: Tensor | None) -> Tensor:
        for dilated, plain in zip(self.dilated, self.plain):
            x = x + plain(dilated(x, style, lengths), style, lengths)
        return x


class SnakeConv(nn.Module):
    """AdaIN, the periodic activation Snake (Ziyin et al. 2020), convolution. x (B, C, N) -> (B, C, N)."""

    def __init__(self, channels: int, kernel: int, dilation: int, style: int) -> None:
        super().__init__()
        self.projection = nn.Linear(style, 2 * channels)
        self.alpha = nn.Parameter(torch.ones(channels))
        self.conv = nn.Conv1d(channels, channels, kernel, dilation=dilation, padding=(kernel - 1) // 2 * dilation)

    def forward(self, x: Tensor, style: Tensor, lengths: Tensor | None) -> Tensor:
        scale, shift = self.projection(style).chunk(2, dim=1)
        return self.conv(ops.adain_snake(x, scale, shift, self.alpha, lengths))
