"""The generator on native convolutions; `model.generator` says what it computes."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from kokoro_fast.config import CONTEXT_HALF_FRAMES
from kokoro_fast.errors import RenderingCancelled
from kokoro_fast.model.fused.layers import PackedConv, PackedUpsample, Style, all_of
from kokoro_fast.model.fused.source import FusedSource
from kokoro_fast.model.fused.statistics import StatisticsPredictor
from kokoro_fast.model.fused.stft import inverse_rows, spectrum_rows
from kokoro_fast.model.generator import Generator, ResBlock, SnakeConv, Stage


class FusedGenerator(nn.Module):
    """x (B, 512, H), f0 (B, H), style (B, 128), noise (B, S) -> waveform (B, S), S = 300 H."""

    def __init__(self, generator: Generator, precision: str) -> None:
        super().__init__()
        self.n_fft, self.hop = generator.n_fft, generator.hop
        # The native sine differs from torch's in last bits, which the golden files tell apart:
        # docs/decisions/0005-phases-in-the-references-order.md.
        self.source = generator.source if precision == "fp32" else FusedSource(generator.source)
        # A stage gives the sum of its blocks, and the layer after it divides that by their number.
        stages = all_of(Stage, generator.stages)
        gains = [1.0] + [1 / len(stage.resblocks) for stage in stages]
        fused = [FusedStage(stage, precision, gain) for stage, gain in zip(stages, gains[:-1], strict=True)]
        self.stages = nn.ModuleList(fused)
        self.widths: list[int] = [width for stage in fused for width in stage.widths]
        conv = generator.output_conv
        self.predictor = StatisticsPredictor.load()
        self.context = CONTEXT_HALF_FRAMES
        self.output_conv = PackedConv(
            conv.weight, conv.bias, "fp32", slope=0.01, padding=int(conv.padding[0]), input_gain=gains[-1]
        )

    def forward(self, x: Tensor, f0: Tensor, style: Tensor, noise: Tensor, lengths: Tensor | None) -> Tensor:
        rows: list[Tensor] = []
        for b in range(x.size(0)):
            if lengths is None:
                rows.append(self.row(x[b], f0[b], style[b], noise[b], None))
            else:
                n = int(lengths[b])
                n_samples = n * (noise.size(1) // f0.size(1))
                row = self.row(x[b, :, :n], f0[b, :n], style[b], noise[b, :n_samples], None)
                rows.append(F.pad(row, [0, noise.size(1) - n_samples]))
        return torch.stack(rows)

    def row(self, x: Tensor, f0: Tensor, style: Tensor, noise: Tensor, should_stop: Any) -> Tensor:
        """One utterance: x (512, H), f0 (H,), style (128,), noise (S,) -> (S,). `should_stop` as for `sound`."""
        return self.sound(x.t().contiguous(), self.harmonics(f0, noise), style, None, should_stop)[0]

    def window(self, x: Tensor, f0: Tensor, style: Tensor, noise: Tensor, begin: int, end: int) -> Tensor:
        """Half-frames `begin` to `end` by predicted statistics: (300 (end - begin),). The inputs are those of `row`."""
        rows, harmonics = x.t().contiguous(), self.harmonics(f0, noise)
        statistics = self.predictor(self.predictor.features(rows, harmonics, f0, style), self.widths)
        per_half_frame = harmonics.size(0) // rows.size(0)
        first, last = max(begin - self.context, 0), min(end + self.context, rows.size(0))
        part = harmonics[per_half_frame * first : per_half_frame * last + 1]
        samples = self.sound(rows[first:last], part, style, statistics, None)[0]
        n_samples = per_half_frame * self.hop
        return samples[(begin - first) * n_samples : (end - first) * n_samples]

    def statistics(self, x: Tensor, f0: Tensor, style: Tensor, noise: Tensor) -> tuple[Tensor, list[Tensor]]:
        """What `predictor` learns from: the features of an utterance, and the statistics found by rendering it."""
        rows, harmonics = x.t().contiguous(), self.harmonics(f0, noise)
        return self.predictor.features(rows, harmonics, f0, style), self.sound(rows, harmonics, style, None, None)[1]

    def harmonics(self, f0: Tensor, noise: Tensor) -> Tensor:
        """Magnitudes and phases of the excitation: f0 (H,), noise (S,) -> (60H + 1, 22)."""
        return spectrum_rows(self.source(f0[None], noise[None])[0], self.n_fft, self.hop)

    def sound(
        self, x: Tensor, harmonics: Tensor, style: Tensor, given: list[Tensor] | None, should_stop: Any
    ) -> tuple[Tensor, list[Tensor]]:
        """The waveform, and the statistics of each residual block.

        Args:
            x: (H, 512), the decoder's features, of an utterance or a window of it.
            harmonics: (60H + 1, 22), of the same half-frames.
            style: (128,).
            given: statistics to normalize by, (6, 2, C) for each residual block in order; None gathers those of x.
            should_stop: a function that says whether the sound is no longer wanted, polled before each residual block;
                or None, as always in TorchScript, which has no type for it but `Any`.

        Returns:
            Samples (300H,), and the statistics used: mean and variance over time before each convolution.

        Raises:
            RenderingCancelled: `should_stop` said so.
        """
        used: list[Tensor] = []
        # These two blocks of memory hold everything that the stages make.
        size = harmonics.size(0) * self.output_conv.channels_in
        features, total = torch.ops.kokoro_fast.scratch(size), torch.ops.kokoro_fast.scratch(size)
        for stage in self.stages:
            before: list[Tensor] | None = None
            if given is not None:
                before = given[len(used) :]
            x, statistics = stage(x, harmonics, style, features, total, before, should_stop)
            used += statistics
        return inverse_rows(self.output_conv(x), self.n_fft, self.hop), used


class FusedStage(nn.Module):
    """x (T, 2C), harmonics (60H + 1, 22), style (128,) -> (rate * T, C), one time step more in the last stage.

    Returns the sum of the residual blocks, not their mean, and the statistics of each of them (see `sound`). The sum
    lies in the second of two blocks of memory. x may lie there too, since it is used up first.
    """

    def __init__(self, stage: Stage, precision: str, input_gain: float) -> None:
        super().__init__()
        self.rate, self.is_last = stage.rate, stage.is_last
        beside = "fp32" if precision == "fp32" else "bf16"
        self.upsample = PackedUpsample(stage.upsample, beside, slope=0.1, input_gain=input_gain)
        conv = stage.source_conv
        self.source_conv = PackedConv(
            conv.weight, conv.bias, "fp32", stride=conv.stride[0], padding=int(conv.padding[0])
        )
        self.source_block = FusedResBlock(stage.source_block, precision)
        blocks = [FusedResBlock(block, precision) for block in all_of(ResBlock, stage.resblocks)]
        self.resblocks = nn.ModuleList(blocks)
        self.widths: list[int] = [block.channels for block in (self.source_block, *blocks)]

    def forward(
        self,
        x: Tensor,
        harmonics: Tensor,
        style: Tensor,
        memory: Tensor,
        result: Tensor,
        given: list[Tensor] | None,
        should_stop: Any,
    ) -> tuple[Tensor, list[Tensor]]:
        extra = 1 if self.is_last else 0
        shape = (self.rate * x.size(0) + extra, self.upsample.channels_out)
        size = shape[0] * shape[1]
        features, total = memory[:size].view(shape), result[:size].view(shape)
        self.upsample.into(features[extra:], x)
        if self.is_last:
            features[0] = features[2]  # reflected
        self.source_conv.into(total, harmonics)
        if not torch.jit.is_scripting():  # type: ignore[attr-defined]
            _check(should_stop)
        used = [self.source_block(total, style, features, True, None if given is None else given[0])]
        for index, block in enumerate(self.resblocks):
            if not torch.jit.is_scripting():  # type: ignore[attr-defined]
                _check(should_stop)
            used.append(block(features, style, total, index > 0, None if given is None else given[index + 1]))
        return total, used


class FusedResBlock(nn.Module):
    """Three residual pairs of convolutions: x (N, C), style (128,) -> written or added to `total` (N, C).

    Returns the statistics before each convolution, (6, 2, C): gathered from x, or those that were given.
    """

    def __init__(self, block: ResBlock, precision: str) -> None:
        super().__init__()
        pairs = zip(all_of(SnakeConv, block.dilated), all_of(SnakeConv, block.plain), strict=True)
        convs = [conv for pair in pairs for conv in pair]
        self.style = Style([conv.projection for conv in convs])
        self.register_buffer("alpha", torch.stack([conv.alpha for conv in convs]))
        self.channels: int = convs[0].conv.in_channels
        self.dilations: list[int] = [conv.conv.dilation[0] for conv in convs]
        blocks = [torch.ops.kokoro_fast.conv_pack(conv.conv.weight, conv.conv.bias, precision) for conv in convs]
        self.register_buffer("packed", torch.stack(blocks))  # (6, bytes)

    def forward(self, x: Tensor, style: Tensor, total: Tensor, accumulate: bool, given: Tensor | None) -> Tensor:
        return torch.ops.kokoro_fast.resblock(
            x, self.style(style), self.alpha, self.packed, self.dilations, given, total, accumulate
        )


def _check(should_stop: Any) -> None:
    if should_stop is not None and should_stop():
        raise RenderingCancelled
