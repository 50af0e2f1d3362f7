"""Makes model/fused/statistics.npz, which guesses the statistics of an utterance (docs/streaming.md).

    python -m tools.fit_statistics --sentences 6000 --keep examples.pt

Speaks with all English voices, keeps what is known before and what statistics came of it, and fits a map of low rank:
ridge regression on what is known and on products of its main components, then the directions in which the guesses vary
most (reduced-rank regression, Izenman 1975). Then it prints how far a first window is from the exact sound, on
utterances that were held out.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import numpy as np
import torch
from tests.metrics import log_mel_distance
from torch import Tensor
from tqdm import tqdm

from kokoro_fast.backends.pytorch import PyTorchBackend
from kokoro_fast.backends.rendering import Rendering
from kokoro_fast.config import BOUNDARY_ID, SAMPLES_PER_FRAME, VOCAB
from kokoro_fast.model.fused.stages import FusedStages
from kokoro_fast.model.fused.statistics import FILE, VARIANCE_FLOOR, products_of
from kokoro_fast.text import phonemizer
from kokoro_fast.weights import VOICES, load_voice, style_row
from tools.random_sentences import random_sentences
from tools.random_words import random_words

RANK = 176
STEP = 0.0012
"""Of the rounding, in what a direction adds to a guess: those that matter less have fewer steps, and take less room
once compressed (reverse water-filling: Cover and Thomas, Elements of Information Theory, 10.3.3). With 8 bits for every
direction, 144 of them would take 2.3 MB and leave 0.02 dB more.
"""

RIDGE = 20.0
MAIN = 30
"""Components of what is known whose products count too; without them a seventh more remains unexplained."""

BLOCKS = ((256, 0.25), (256, 0.7), (256, 1.0), (256, 1.0), (128, 0.25), (128, 0.7), (128, 1.0), (128, 1.0))
"""Channels of the residual blocks in their order, and what an error in their statistics does to the sound: next to
nothing in the two that take the excitation, most where kernels are long (exact statistics of one block bring 0.87 dB to
0.86 and 0.77)."""

PRODUCT_WEIGHT = 0.5
"""Less than one: products are believed less than what is known itself."""

HELD_OUT = 84
"""Other sentences, three for each voice."""

SYMBOLS = (7, 90)
"""Of an utterance, spread evenly over their logarithm: those that are waited for have up to 48, and from the longer
ones there is something to learn."""

LONGEST = 130

SPEEDS = (1.0, 1.0, 1.0, 0.85, 0.93, 1.08, 1.2)
WINDOW_FRAMES = 20


class Example(NamedTuple):
    """The features of an utterance, (P,), and its statistics: means, then variances, (2, Q / 2)."""

    features: Tensor
    statistics: Tensor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=6000, help="to learn from: 0.4 s each on two cores")
    parser.add_argument("--keep", type=Path, required=True, help="a file for what was seen; a later run goes on there")
    args = parser.parse_args()
    backend = PyTorchBackend(backend="native")
    learned = load_examples(args.keep)
    renderings = prepared(backend, seed=len(learned))
    for n in tqdm(range(len(learned) + 1, args.sentences + 1), unit="sentence"):
        learned.append(example(backend.network.stages, next(renderings)))
        if n % 200 == 0 or n == args.sentences:
            keep_examples(args.keep, learned)
    partial = FILE.with_name("part." + FILE.name)  # the package's file is whole or as it was
    np.savez_compressed(partial, **{name: factor.numpy() for name, factor in fit(learned).items()})
    partial.replace(FILE)
    backend = PyTorchBackend(backend="native")  # with what was learned
    renderings = prepared(backend, seed=-1)
    print(f"{FILE.name}: {FILE.stat().st_size / 1e6:.2f} MB from {len(learned)} sentences")
    distances = [distance(next(renderings)) for _ in range(HELD_OUT)]
    print(f"{HELD_OUT} first windows: {mean(distances):.2f} dB from the exact sound, at most {max(distances):.2f}")


def prepared(backend: PyTorchBackend, seed: int) -> Iterator[Rendering]:
    """Utterances of all English voices in turn, without end: half of them sentences, half words in a row."""
    draw = random.Random(seed)
    voices = [voice for voice in VOICES.values() if voice.language in ("en-us", "en-gb")]
    rows = {voice.name: load_voice(voice.name) for voice in voices}
    texts = random_sentences(seed)
    while True:
        for voice in voices:
            wanted = math.exp(draw.uniform(*map(math.log, SYMBOLS)))
            if draw.random() < 0.5:
                phonemes = random_words(voice.language, draw, round(wanted))
            else:
                phonemes = spoken(texts, voice.language, draw, wanted)
            if not 5 <= len(phonemes) <= LONGEST:
                continue
            ids = [BOUNDARY_ID, *(VOCAB[symbol] for symbol in phonemes), BOUNDARY_ID]
            style = style_row(rows[voice.name], len(phonemes))
            yield backend.prepare(ids, style, draw.choice(SPEEDS), draw.getrandbits(32))


def spoken(texts: Iterator[str], language: str, draw: random.Random, n_symbols: float) -> str:
    """Sentences of some `n_symbols` in all. A chunk may end anywhere: so may the last one."""
    phonemes = ""
    while len(phonemes) < n_symbols:
        tokens = phonemizer(language)(next(texts)).tokens
        phonemes = f"{phonemes} {''.join(token.symbols for token in tokens).strip()}".lstrip()
    if len(phonemes) > 1.3 * n_symbols:
        phonemes = phonemes[: int(n_symbols) + 4].rpartition(" ")[0] or phonemes
        if draw.random() < 0.6:
            phonemes = phonemes.rstrip(" ,;.") + draw.choice("..?!,")
    return phonemes


def keep_examples(path: Path, examples: list[Example]) -> None:
    """The file is whole or as it was: an hour of work is in it."""
    partial = path.with_name(path.name + ".part")
    torch.save([tuple(one) for one in examples], partial)
    partial.replace(path)


def load_examples(path: Path) -> list[Example]:
    return [Example(*one) for one in torch.load(path)] if path.exists() else []


def example(stages: FusedStages, rendering: Rendering) -> Example:
    with torch.inference_mode():
        features, used = stages.statistics(*rendering.decoded, rendering.style, rendering.noise)
    means = torch.cat([block[:, 0].flatten() for block in used])
    variances = torch.cat([block[:, 1].flatten() for block in used])
    return Example(features, torch.stack([means, variances]))


def fit(examples: Iterable[Example]) -> dict[str, Tensor]:
    """The factors of `StatisticsPredictor`."""
    features = torch.stack([one.features for one in examples])  # (N, P)
    means, variances = torch.stack([one.statistics for one in examples]).unbind(1)  # (N, Q / 2)
    deviation = variances.mean(0).sqrt()
    wanted = torch.cat([means / deviation, (variances + VARIANCE_FLOOR).log()], dim=1)  # (N, Q)

    center, scale, mean = features.mean(0), features.std(0) + 1e-3, wanted.mean(0)
    x = (features - center) / scale
    main = torch.linalg.eigh(x.T @ x)[1][:, -MAIN:]
    main = main / (x @ main).std(0)
    products = products_of(x @ main, torch.triu_indices(MAIN, MAIN))
    mean_products = products.mean(0)
    inputs = torch.cat([x, PRODUCT_WEIGHT * (products - mean_products)], dim=1)

    gram = (inputs.T @ inputs + RIDGE * torch.eye(inputs.size(1))).double()
    weight = torch.linalg.solve(gram, (inputs.T @ (wanted - mean)).double())  # (P + M (M + 1) / 2, Q)
    importance = torch.cat([torch.full([6 * width], share) for width, share in BLOCKS]).repeat(2).double()  # (Q,)
    weight = weight * importance
    # The predictions for all examples have the same main directions as these rows, which are fewer.
    rows = torch.linalg.cholesky(gram).T @ weight
    energy, directions = (found[..., -RANK:] for found in torch.linalg.eigh(rows @ rows.T))
    up = torch.linalg.qr(rows.T @ directions)[0].T  # (R, Q), orthonormal rows
    coefficients = (energy / len(features)).sqrt()[:, None]  # how large they are, (R, 1)
    steps = (STEP / coefficients).maximum(up.abs().amax(1, keepdim=True) / 127)
    down, quadratic = ((weight @ up.T) * steps.T).split([features.size(1), len(mean_products)])
    return {
        "center": center,
        "scale": scale,
        "main": main.half().contiguous(),
        "mean_products": mean_products,
        "down": down.half().contiguous(),
        "quadratic": (PRODUCT_WEIGHT * quadratic).half().contiguous(),
        "up": (up / steps).round().to(torch.int8).contiguous(),
        "spread": (1 / importance).half(),
        "mean": mean.half(),
        "deviation": deviation.half(),
    }


def distance(rendering: Rendering) -> float:
    """dB between the first half second by predicted statistics and the exact sound."""
    begin = max(rendering.durations[0] - 4, 0) * SAMPLES_PER_FRAME
    end = min(begin + (WINDOW_FRAMES + 4) * SAMPLES_PER_FRAME, rendering.n_samples)
    exact = rendering.whole()[begin:end]
    return log_mel_distance(torch.from_numpy(rendering.window(begin, end)), torch.from_numpy(np.array(exact)))


if __name__ == "__main__":
    main()
