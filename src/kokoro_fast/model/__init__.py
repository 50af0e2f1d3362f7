"""The network. Read in the order of the data: kokoro, albert, prosody, decoder, generator (source, stft), layers."""

from kokoro_fast.model.kokoro import KokoroModel, Prosody

__all__ = ["KokoroModel", "Prosody"]
