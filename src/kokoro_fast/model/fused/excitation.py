"""What goes into the fused generator beside the decoder's features, and what its output becomes: sound, in rows."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..source import HarmonicSource


class FusedSource(nn.Module):
    """`HarmonicSource` in one pass: f0 (B, H), noise (B, S) -> excitation (B, S).

    It keeps the order of roundings, but its sine is the nearest float and torch's is not always: one sample in a
    hundred differs in the last bit. Where no noise is added, that can turn the phase of an empty bin over.
    """

    def __init__(self, source: HarmonicSource) -> None:
        super().__init__()
        self.register_buffer("weight", source.linear.weight[0].clone())
        self.register_buffer("bias", source.linear.bias.clone())
        self.sample_rate, self.amplitude, self.voiced_hz = source.sample_rate, source.sine_amplitude, source.voiced_hz
        self.voiced_noise, self.unvoiced_noise = source.voiced_noise, source.unvoiced_noise

    def forward(self, f0: Tensor, noise: Tensor) -> Tensor:
        return torch.ops.kokoro_fast.harmonic_source(
            f0,
            noise,
            self.weight,
            self.bias,
            self.sample_rate,
            self.amplitude,
            self.voiced_noise,
            self.unvoiced_noise,
            self.voiced_hz,
        )


def spectrum_rows(samples: Tensor, n_fft: int, hop: int) -> Tensor:
    """Magnitudes and phases of samples (S,), as `model.stft.spectrum` has them: (S / hop + 1, n_fft + 2).

    The Fourier transform is torch's own. Without noise most bins of an unvoiced sound hold nothing but its rounding
    errors, whose phase the network sees: an exact transform gives another waveform (12 % off, and 0.4 dB).
    """
    window = torch.hann_window(n_fft, dtype=samples.dtype, device=samples.device)
    padded = F.pad(samples[None, None], [n_fft // 2, n_fft // 2], mode="reflect")[0, 0]
    bins = torch.fft.rfft(padded.unfold(0, n_fft, hop) * window)
    return torch.ops.kokoro_fast.polar_rows(torch.view_as_real(bins))


def inverse_rows(x: Tensor, n_fft: int, hop: int) -> Tensor:
    """Waveform of the generator's last rows, as `model.stft.inverse_spectrum` makes it: (N, n_fft + 2) -> (S,)."""
    window = torch.hann_window(n_fft, dtype=x.dtype, device=x.device)
    return torch.ops.kokoro_fast.istft_rows(x, window, hop)
