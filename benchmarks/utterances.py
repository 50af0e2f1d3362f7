"""What the benchmarks speak: phonemes, so that every contestant gets the same, with the voice af_heart."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kokoro_fast.config import BOUNDARY_ID, VOCAB
from kokoro_fast.weights import load_voice, style_row

VOICE = "af_heart"

SENTENCE = "ðə skˈI əbˈʌv ðə pˈɔɹt wʌz ðə kˈʌləɹ ʌv tˈɛləvˌɪʒən, tˈund tə ɐ dˈɛd ʧˈænᵊl."

PHONEMES = {"word": "həlˈO.", "sentence": SENTENCE, "paragraph": " ".join([SENTENCE] * 5)}


@dataclass(frozen=True, slots=True)
class Utterance:
    """Symbols and what every contestant makes of them: ids (1, T), style (1, 256)."""

    name: str
    phonemes: str
    input_ids: Tensor
    style: Tensor


def utterance(name: str) -> Utterance:
    """One of `PHONEMES` by name."""
    phonemes = PHONEMES[name]
    ids = [BOUNDARY_ID, *(VOCAB[symbol] for symbol in phonemes), BOUNDARY_ID]
    return Utterance(name, phonemes, torch.tensor([ids]), style_row(load_voice(VOICE), len(phonemes)))
