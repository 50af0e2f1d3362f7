"""Every op in plain torch: the specification, the oracle of the tests, and the path taken without the native library.

Shapes: B batch, C channels, T time steps, K frequency bins, N spectrum frames, H half-frames, S samples. Everything is
float32. All functions can be scripted and exported, and are right on every device that torch knows.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor


def istft(magnitude: Tensor, phase: Tensor, window: Tensor, hop: int) -> Tensor:
    """Samples of a spectrum given in polar form: the exact inverse of a centered `torch.stft`.

    Overlapping frames are divided by the sum of squared windows. Every bin but the first and the last counts twice,
    since it also stands for its negative frequency.

    Args:
        magnitude: (B, K, N).
        phase: (B, K, N), radians.
        window: (n_fft,) with n_fft = 2 * (K - 1).
        hop: samples from one frame to the next, 1 to n_fft.

    Returns:
        (B, S) with S = (N - 1) * hop.
    """
    n_fft = 2 * (magnitude.size(1) - 1)
    return torch.istft(torch.polar(magnitude, phase), n_fft, hop, n_fft, window, center=True)


def adain_snake(x: Tensor, scale: Tensor, shift: Tensor, alpha: Tensor, lengths: Tensor | None = None) -> Tensor:
    """Adaptive instance normalization, then the Snake activation `y + sin(alpha * y)^2 / alpha`.

    AdaIN (Huang and Belongie 2017) normalizes each channel over time, with the biased variance, and gives it the scale
    and shift of a style. Snake is from Ziyin et al. 2020.

    Args:
        x: (B, C, T).
        scale, shift: (B, C); the normalized channel becomes `(1 + scale) * y + shift`.
        alpha: (C,), the frequency of Snake; not zero.
        lengths: (B,) int64 from 0 to T, or None. Time steps from `lengths[b]` on take no part in the statistics and
            are zero in the result.

    Returns:
        (B, C, T).
    """
    if lengths is None:
        mean = x.mean(2, keepdim=True)
        variance = (x - mean).square().mean(2, keepdim=True)
        return _snake(x, mean, variance, scale, shift, alpha)
    valid = (torch.arange(x.size(2), device=x.device) < lengths.unsqueeze(1)).unsqueeze(1)
    count = lengths.to(x.dtype).view(-1, 1, 1)
    mean = torch.where(valid, x, 0.0).sum(2, keepdim=True) / count
    variance = torch.where(valid, x - mean, 0.0).square().sum(2, keepdim=True) / count
    return torch.where(valid, _snake(x, mean, variance, scale, shift, alpha), 0.0)


def _snake(x: Tensor, mean: Tensor, variance: Tensor, scale: Tensor, shift: Tensor, alpha: Tensor) -> Tensor:
    epsilon = (
        1e-5  # that of torch's InstanceNorm; a local variable, because a scripted function sees no module constants
    )
    y = (x - mean) * torch.rsqrt(variance + epsilon)
    y = (1 + scale.unsqueeze(2)) * y + shift.unsqueeze(2)
    alpha = alpha.view(1, -1, 1)
    return y + torch.sin(alpha * y).square() / alpha


def harmonic_source(
    f0: Tensor,
    noise: Tensor,
    weight: Tensor,
    bias: Tensor,
    sample_rate: float,
    amplitude: float,
    voiced_noise: float,
    unvoiced_noise: float,
    voiced_hz: float,
) -> Tensor:
    """Sines at the multiples of a pitch, weighted, and noise: tanh(weight . sines + bias + |weight| * level * noise).

    Args:
        f0: (B, H), Hz. At `voiced_hz` and below there are no sines, and the noise has the other level.
        noise: (B, S) of unit variance, with a whole number of samples S / H for each half-frame.
        weight, bias: (n_sines,) and (1,); the sines are at 1, 2, 3 ... times the pitch.
        sample_rate: Hz.
        amplitude: the amplitude of every sine.
        voiced_noise, unvoiced_noise: the deviation of the noise where there are sines, and where there are none.

    Returns:
        (B, S).
    """
    hop = noise.size(1) // f0.size(1)
    voiced = (f0 > voiced_hz).to(f0.dtype)
    sines = torch.sin(_phases(f0, weight.size(0), sample_rate, hop)) * amplitude
    level = (voiced_noise * voiced + unvoiced_noise * (1 - voiced)) * weight.norm()
    sines = sines * voiced.repeat_interleave(hop, dim=1).unsqueeze(1)
    total = F.linear(sines.transpose(1, 2), weight.unsqueeze(0), bias).squeeze(2)
    return torch.tanh(total + noise * level.repeat_interleave(hop, dim=1))


def _phases(f0: Tensor, n_sines: int, sample_rate: float, hop: int) -> Tensor:
    """Phase in radians of every sine at every sample: (B, H) -> (B, n_sines, S).

    Phases are summed at the rate of half-frames, and are linear between the middles of half-frames. The order of the
    float32 operations is that of the reference model: the network also sees the phase of bins that hold almost nothing,
    so a difference of 1e-4 here is 5 % of the waveform (though not of its spectrum), and the golden files could not be
    met.
    """
    multiples = torch.arange(1, n_sines + 1, device=f0.device, dtype=f0.dtype)
    turns_per_sample = (f0.unsqueeze(1) * multiples.unsqueeze(1) / sample_rate) % 1.0
    phases = turns_per_sample.cumsum(2) * 2 * math.pi * hop
    return F.interpolate(phases, scale_factor=float(hop), mode="linear")


def polar_rows(bins: Tensor) -> Tensor:
    """Magnitude and phase of complex numbers: bins (N, K, 2) -> (N, 2 * K), magnitudes in the first half of each row.

    The phase of a negative number is pi or -pi by the sign of its imaginary part, even where that part is zero.
    """
    values = torch.view_as_complex(bins)
    return torch.cat([values.abs(), values.angle()], dim=1)


def istft_rows(x: Tensor, window: Tensor, hop: int) -> Tensor:
    """`istft` of the network's output: x (N, 2 * K), log magnitudes and angles whose sine is the phase -> (S,)."""
    log_magnitude, angle = x.t().unsqueeze(0).chunk(2, dim=1)
    return istft(torch.exp(log_magnitude), torch.sin(angle), window, hop).squeeze(0)


def lstm(gates: Tensor, weight: Tensor) -> Tensor:
    """One LSTM layer (Hochreiter and Schmidhuber 1997) after its products with the input.

    Args:
        gates: (T, D, 4 * H), the products of the input for the gates, biases included, in torch's order: input, forget,
            candidate, output. D is 1, or 2 for a second direction that runs backward.
        weight: (D, 4 * H / 64, H, 64), the weights of the state in panels of 64 gates, each panel (H, 64).

    Returns:
        (T, D * H).
    """
    outputs: list[Tensor] = []
    for direction in range(gates.size(1)):
        steps = gates[:, direction] if direction == 0 else gates[:, direction].flip(0)
        matrix = weight[direction].transpose(0, 1).flatten(1)
        state = gates.new_zeros(weight.size(2))
        cell = state
        states: list[Tensor] = []
        for t in range(gates.size(0)):
            i, f, candidate, o = (steps[t] + state @ matrix).chunk(4)
            cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(candidate)
            state = torch.sigmoid(o) * torch.tanh(cell)
            states.append(state)
        output = torch.stack(states)
        outputs.append(output if direction == 0 else output.flip(0))
    return torch.cat(outputs, dim=1)


def conv(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    affine: Tensor | None,
    alpha: Tensor | None,
    slope: float,
    stride: int,
    dilation: int,
    padding: int,
    residual: Tensor | None,
    gain: float,
    n_steps: int,
) -> Tensor:
    """y = (conv(act(x)) + residual) * gain over time steps. The native op has packed weights and writes into y.

    Args:
        x: (T, C_in).
        weight, bias: (C_out, C_in, K) and (C_out,) or None, as in `nn.Conv1d`.
        affine: (3, C_in) of mean, gain and offset: act(x) begins with (x - mean) * gain + offset; None for x.
        alpha: (C_in,), the frequencies of Snake; None for a leaky ReLU instead.
        slope: the slope of the leaky ReLU; 1 for none.
        stride, dilation: those of the convolution.
        padding: the number of zeros before the first time step, after the activation. As many follow the last step as
            `n_steps` needs.
        residual: (n_steps, C_out) or None.
        n_steps: the number of time steps of the result.

    Returns:
        (n_steps, C_out).
    """
    y = x if affine is None else (x - affine[0]) * affine[1] + affine[2]
    y = F.leaky_relu(y, slope) if alpha is None else y + torch.sin(alpha * y).square() / alpha
    needed = (n_steps - 1) * stride + (weight.size(2) - 1) * dilation + 1
    padded = F.pad(y.t(), [padding, max(0, needed - padding - x.size(0))])[:, :needed]
    y = F.conv1d(padded.unsqueeze(0), weight, bias, stride=stride, dilation=dilation).squeeze(0).t()
    return (y if residual is None else y + residual) * gain


def channel_moments(x: Tensor) -> Tensor:
    """Mean and biased variance of each channel over time: (T, C) -> (2, C)."""
    mean = x.mean(0)
    return torch.stack([mean, (x - mean).square().mean(0)])


def resblock(
    x: Tensor,
    style: Tensor,
    alpha: Tensor,
    weights: list[Tensor],
    biases: list[Tensor],
    dilations: list[int],
    moments: Tensor | None,
) -> tuple[Tensor, Tensor]:
    """Pairs of convolutions with AdaIN and Snake before each, and the pair's input added: x = x + conv(conv(x)).

    Args:
        x: (T, C).
        style: (convs, 2, C), scale and shift of each AdaIN.
        alpha: (convs, C), the frequencies of each Snake.
        weights, biases, dilations: one of each for each convolution, (C, C, K) with an odd K and (C,).
        moments: (convs, 2, C), mean and variance to normalize with; None takes those of each convolution's own input.

    Returns:
        The result, (T, C), which the native op writes into y or adds to it, and the moments that were used.
    """
    used: list[Tensor] = []
    inner = x
    for i, (weight, bias) in enumerate(zip(weights, biases)):  # noqa: B905 (TorchScript knows no zip(strict=))
        mean, variance = channel_moments(inner) if moments is None else moments[i]
        used.append(torch.stack([mean, variance]))
        affine = torch.stack([mean, (1 + style[i, 0]) * torch.rsqrt(variance + 1e-5), style[i, 1]])
        padding = (weight.size(2) - 1) // 2 * dilations[i]
        residual = x if i % 2 == 1 else None
        inner = conv(inner, weight, bias, affine, alpha[i], 1.0, 1, dilations[i], padding, residual, 1.0, x.size(0))
        if i % 2 == 1:
            x = inner
    return x, torch.stack(used)
