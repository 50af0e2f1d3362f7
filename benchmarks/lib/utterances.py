"""What the benchmarks speak: phonemes, so that all implementations get the same, with the voice af_heart."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from kokoro_fast.config import BOUNDARY_ID, VOCAB
from kokoro_fast.weights import load_voice, style_row

VOICE = "af_heart"

SENTENCES = (
    "ðə skˈI əbˈʌv ðə pˈɔɹt wʌz ðə kˈʌləɹ ʌv tˈɛləvˌɪʒən, tˈund tə ɐ dˈɛd ʧˈænᵊl.",
    "ðə nˈIt tɹˈAn wʌz lˈAt əɡˈɛn, ænd nˈObˌɑdi ˌɔn ðə plˈætfˌɔɹm sˈimd tə mˈInd.",
    "ɐ bˈAkəɹ kˈɛɹid bɹˈɛd əkɹˈɔs ðə skwˈɛɹ wˌIl ðə bˈɛlz ɹˈæŋ sˈɪks.",
    "tˈu ʧˈɪldɹᵊn kˈWntᵻd ðə bˈOts, fˈɜɹst ðə ɹˈɛd wˈʌnz ænd ðˈɛn ðə blˈu.",
    "ˌɪt hæd ɹˈAnd sˈɪns nˈun, sˌO ðə ɹˈOd bˈæk hˈOm wʌz lˈɔŋ ænd vˈɛɹi kwˈIət.",
    "ɐn ˈOld ɹˈAdiO ɪn ðə kˈɪʧᵊn plˈAd sˈʌmθˌɪŋ slˈO, ænd ʃi tˈɜɹnd ɪt ˌʌp ɐ lˈɪTᵊl bəfˈɔɹ ʃi sˈæt dˌWn.",
    "bˌI ðˈɛn ðə lˈæmps wɜɹ lˈɪt əɡˈɛn.",
)
"""Sentences of 4 to 6 seconds of speech. Joined by spaces they have 500 symbols, close to the most that the model
takes."""

PHONEMES = {
    "word": "həlˈO.",
    "phrase": "tˈund tə ɐ dˈɛd ʧˈænᵊl.",
    "sentence": SENTENCES[0],
    "two sentences": " ".join(SENTENCES[:2]),
    "paragraph": " ".join((*SENTENCES[:5], SENTENCES[6])),
    "longest": " ".join(SENTENCES),
}
"""Utterances of six lengths, from one word to 500 symbols; the paragraph is about 25 s of speech."""

TEXT = (
    "The sky above the port was the color of television, tuned to a dead channel. The night train was late again, and "
    "nobody on the platform seemed to mind. A baker carried bread across the square while the bells rang six. Two "
    "children counted the boats, first the red ones and then the blue. It had rained since noon, so the road back home "
    "was long and very quiet."
)
"""Five sentences, for benchmarks that begin with text."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """Symbols, and what every implementation is given: ids (1, T), style (1, 256)."""

    name: str
    phonemes: str
    input_ids: Tensor
    style: Tensor


def utterance(name: str) -> Utterance:
    """The utterance of `PHONEMES` that has this name."""
    phonemes = PHONEMES[name]
    ids = [BOUNDARY_ID, *(VOCAB[symbol] for symbol in phonemes), BOUNDARY_ID]
    return Utterance(name, phonemes, torch.tensor([ids]), style_row(load_voice(VOICE), len(phonemes)))
