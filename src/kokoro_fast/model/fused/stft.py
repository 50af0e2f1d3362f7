"""The transforms at both ends of the fused generator, in rows: `model.stft` says what they compute."""

import torch
import torch.nn.functional as F
from torch import Tensor


def spectrum_rows(samples: Tensor, n_fft: int, hop: int) -> Tensor:
    """Magnitudes and phases of samples (S,), as `model.stft.spectrum` has them: (S / hop + 1, n_fft + 2).

    The Fourier transform is torch's own. Without noise, most bins of an unvoiced sound hold nothing but its rounding
    errors, and the network sees their phase: an exact transform would give another waveform (12 % off, and 0.4 dB).
    """
    window = torch.hann_window(n_fft, dtype=samples.dtype, device=samples.device)
    padded = F.pad(samples[None, None], [n_fft // 2, n_fft // 2], mode="reflect")[0, 0]
    bins = torch.fft.rfft(padded.unfold(0, n_fft, hop) * window)
    return torch.ops.kokoro_fast.polar_rows(torch.view_as_real(bins))


def inverse_rows(x: Tensor, n_fft: int, hop: int) -> Tensor:
    """Waveform of the generator's last rows, as `model.stft.inverse_spectrum` makes it: (N, n_fft + 2) -> (S,)."""
    window = torch.hann_window(n_fft, dtype=x.dtype, device=x.device)
    return torch.ops.kokoro_fast.istft_rows(x, window, hop)
