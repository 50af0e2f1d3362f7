"""Constants and model dimensions of Kokoro-82M v1.0, each with its source. Imports nothing of ours.

Source, unless a line says otherwise: `config.json` of the Hugging Face repository hexgrad/Kokoro-82M.
"""

from __future__ import annotations

from dataclasses import dataclass

SAMPLE_RATE = 24_000
"""Hz. All audio in the package is mono at this rate."""

MAX_SYMBOLS = 510
"""The most phoneme symbols in one call: PL-BERT has 512 positions, and every input is wrapped in two boundary ids."""

BOUNDARY_ID = 0
"""The id placed before and after the ids of the phonemes."""

SAMPLES_PER_FRAME = 600
"""Samples in one duration frame (F, 40 a second): 2 x 10 x 6 up-sampling and an iSTFT hop of 5."""

CONTEXT_HALF_FRAMES = 8
"""Half-frames on each side of a window that its samples depend on: the receptive field of the generator, 100 ms."""

CONTEXT_SAMPLES = CONTEXT_HALF_FRAMES * SAMPLES_PER_FRAME // 2
"""The same context in samples (S)."""

SPEED_RANGE = (0.5, 2.0)
"""The range of speeds at which the model still speaks clearly."""

DEFAULT_VOICE = "af_heart"
"""The best-graded voice of the model card (hexgrad/Kokoro-82M VOICES.md)."""

STYLE_DIM = 256
"""Columns of a voice row: the first half (timbre) conditions the decoder, the second half (prosody) the predictor."""

VOICE_SHAPE = (510, 1, STYLE_DIM)
"""A voice has one style row for every number of symbols: row `n_symbols - 1`."""


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """Dimensions of the network. The defaults are Kokoro-82M v1.0."""

    n_symbols: int = 178
    hidden: int = 512
    style: int = 128
    text_layers: int = 3
    text_kernel: int = 5
    max_duration: int = 50

    albert_embedding: int = 128
    albert_hidden: int = 768
    albert_heads: int = 12
    albert_intermediate: int = 2048
    albert_layers: int = 12
    albert_positions: int = 512

    decoder_hidden: int = 1024
    decoder_residual: int = 64
    upsample_rates: tuple[int, ...] = (10, 6)
    upsample_kernels: tuple[int, ...] = (20, 12)
    resblock_kernels: tuple[int, ...] = (3, 7, 11)
    resblock_dilations: tuple[int, ...] = (1, 3, 5)
    n_fft: int = 20
    hop: int = 5
    harmonics: int = 8

    @property
    def samples_per_half_frame(self) -> int:
        """Samples (S) in one half-frame (H, 80 a second): the rate of F0 and energy."""
        samples = self.hop
        for rate in self.upsample_rates:
            samples *= rate
        return samples


# fmt: off
VOCAB: dict[str, int] = {
    ";": 1, ":": 2, ",": 3, ".": 4, "!": 5, "?": 6, "—": 9, "…": 10, '"': 11, "(": 12, ")": 13, "“": 14,
    "”": 15, " ": 16, "\u0303": 17, "ʣ": 18, "ʥ": 19, "ʦ": 20, "ʨ": 21, "ᵝ": 22, "\uab67": 23, "A": 24,
    "I": 25, "O": 31, "Q": 33, "S": 35, "T": 36, "W": 39, "Y": 41, "ᵊ": 42, "a": 43, "b": 44, "c": 45,
    "d": 46, "e": 47, "f": 48, "h": 50, "i": 51, "j": 52, "k": 53, "l": 54, "m": 55, "n": 56, "o": 57,
    "p": 58, "q": 59, "r": 60, "s": 61, "t": 62, "u": 63, "v": 64, "w": 65, "x": 66, "y": 67, "z": 68,
    "ɑ": 69, "ɐ": 70, "ɒ": 71, "æ": 72, "β": 75, "ɔ": 76, "ɕ": 77, "ç": 78, "ɖ": 80, "ð": 81, "ʤ": 82,
    "ə": 83, "ɚ": 85, "ɛ": 86, "ɜ": 87, "ɟ": 90, "ɡ": 92, "ɥ": 99, "ɨ": 101, "ɪ": 102, "ʝ": 103, "ɯ": 110,
    "ɰ": 111, "ŋ": 112, "ɳ": 113, "ɲ": 114, "ɴ": 115, "ø": 116, "ɸ": 118, "θ": 119, "œ": 120, "ɹ": 123,
    "ɾ": 125, "ɻ": 126, "ʁ": 128, "ɽ": 129, "ʂ": 130, "ʃ": 131, "ʈ": 132, "ʧ": 133, "ʊ": 135, "ʋ": 136,
    "ʌ": 138, "ɣ": 139, "ɤ": 140, "χ": 142, "ʎ": 143, "ʒ": 147, "ʔ": 148, "ˈ": 156, "ˌ": 157, "ː": 158,
    "ʰ": 162, "ʲ": 164, "↓": 169, "→": 171, "↗": 172, "↘": 173, "ᵻ": 177,
}
# fmt: on
"""The id of every phoneme symbol."""
