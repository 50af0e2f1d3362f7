"""Makes model/fused/statistics.npz, which predicts the statistics of an utterance (docs/streaming.md).

    python -m tools.fit_statistics --sentences 6000 --keep examples.pt

It speaks with all English voices, keeps the features and the statistics of each utterance, and fits a map of low rank:
ridge regression on the features and on products of their main components, then the directions in which the predictions
vary most (reduced-rank regression, Izenman 1975). Then it prints how far a first window is from the exact sound, on
held-out utterances.
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
from torch import Tensor
from tqdm import tqdm

from benchmarks.lib.metrics import log_mel_distance
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
"""Number of directions that are kept."""

STEP = 0.0012
"""Step by which the contribution of a direction to a prediction is rounded. A direction that contributes less has fewer
steps, and is smaller once compressed (reverse water-filling: Cover and Thomas, Elements of Information Theory, 10.3.3).
With 8 bits for every direction, 144 directions would take 2.3 MB and leave 0.02 dB more.
"""

RIDGE = 20.0
"""Penalty on the squares of the weights."""

MAIN = 30
"""Number of main components of the features whose products are inputs, too. Without the products a seventh more remains
unexplained."""

BLOCKS = ((256, 0.25), (256, 0.7), (256, 1.0), (256, 1.0), (128, 0.25), (128, 0.7), (128, 1.0), (128, 1.0))
"""For each residual block in order, its channels, and the weight of an error in its statistics. Errors are hardly heard
in the two blocks that take the excitation, and are heard most where kernels are long: exact statistics of one block
bring 0.87 dB to 0.86 and 0.77."""

PRODUCT_WEIGHT = 0.5
"""Scale of the products beside the features. It is below 1, so that the ridge penalty trusts products less."""

HELD_OUT = 84
"""Number of held-out utterances: three for each voice."""

SYMBOLS = (7, 90)
"""Least and greatest number of symbols that an utterance should have, drawn evenly over the logarithm. Utterances that
a listener waits for have up to 48; the longer ones are worth learning from, too."""

MIN_SYMBOLS, MAX_SYMBOLS = 5, 130
"""Shorter and longer utterances are skipped."""

SPEEDS = (1.0, 1.0, 1.0, 0.85, 0.93, 1.08, 1.2)
"""Speeds to draw from."""

WINDOW_FRAMES = 20
"""Frames of a first window after the first sound: half a second."""

MARGIN_FRAMES = 4
"""Frames of a first window before the first sound."""


class Example(NamedTuple):
    """The features of an utterance, (P,), and its statistics: means, then variances, (2, Q / 2)."""

    features: Tensor
    statistics: Tensor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=6000, help="number to learn from, at 0.4 s each on two cores")
    parser.add_argument("--keep", type=Path, required=True, help="file of the examples; a later run continues it")
    args = parser.parse_args()
    backend = PyTorchBackend(backend="native")
    examples = load_examples(args.keep)
    renderings = random_renderings(backend, seed=len(examples))
    for n in tqdm(range(len(examples) + 1, args.sentences + 1), unit="sentence"):
        examples.append(example(backend.network.stages, next(renderings)))
        if n % 200 == 0 or n == args.sentences:
            keep_examples(args.keep, examples)
    partial = FILE.with_name("part." + FILE.name)  # replaces the package's file once it is whole
    np.savez_compressed(partial, **{name: factor.numpy() for name, factor in fit(examples).items()})
    partial.replace(FILE)
    backend = PyTorchBackend(backend="native")  # with the new file
    renderings = random_renderings(backend, seed=-1)
    print(f"{FILE.name}: {FILE.stat().st_size / 1e6:.2f} MB from {len(examples)} sentences")
    distances = [distance(next(renderings)) for _ in range(HELD_OUT)]
    print(f"{HELD_OUT} first windows: {mean(distances):.2f} dB from the exact sound, at most {max(distances):.2f}")


def random_renderings(backend: PyTorchBackend, seed: int) -> Iterator[Rendering]:
    """Endless utterances of all English voices in turn: half of them sentences, half of them random words."""
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
                phonemes = sentences_of(texts, voice.language, draw, wanted)
            if not MIN_SYMBOLS <= len(phonemes) <= MAX_SYMBOLS:
                continue
            ids = [BOUNDARY_ID, *(VOCAB[symbol] for symbol in phonemes), BOUNDARY_ID]
            style = style_row(rows[voice.name], len(phonemes))
            yield backend.prepare(ids, style, draw.choice(SPEEDS), draw.getrandbits(32))


def sentences_of(texts: Iterator[str], language: str, draw: random.Random, n_symbols: float) -> str:
    """Phonemes of sentences, about `n_symbols` in all. Like a chunk, the last sentence may end anywhere."""
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
    """Replace the file by a whole one: it holds an hour of work, which an interrupt must not destroy."""
    partial = path.with_name(path.name + ".part")
    torch.save([tuple(each) for each in examples], partial)
    partial.replace(path)


def load_examples(path: Path) -> list[Example]:
    return [Example(*each) for each in torch.load(path)] if path.exists() else []


def example(stages: FusedStages, rendering: Rendering) -> Example:
    """Render an utterance and return its features and statistics."""
    with torch.inference_mode():
        features, used = stages.statistics(*rendering.decoded, rendering.style, rendering.noise)
    means = torch.cat([block[:, 0].flatten() for block in used])
    variances = torch.cat([block[:, 1].flatten() for block in used])
    return Example(features, torch.stack([means, variances]))


def fit(examples: Iterable[Example]) -> dict[str, Tensor]:
    """The factors of `StatisticsPredictor`."""
    features = torch.stack([each.features for each in examples])  # (N, P)
    means, variances = torch.stack([each.statistics for each in examples]).unbind(1)  # (N, Q / 2)
    deviation = variances.mean(0).sqrt()
    targets = torch.cat([means / deviation, (variances + VARIANCE_FLOOR).log()], dim=1)  # (N, Q)

    center, scale, mean = features.mean(0), features.std(0) + 1e-3, targets.mean(0)
    x = (features - center) / scale
    main = torch.linalg.eigh(x.T @ x)[1][:, -MAIN:]
    main = main / (x @ main).std(0)
    products = products_of(x @ main, torch.triu_indices(MAIN, MAIN))
    mean_products = products.mean(0)
    inputs = torch.cat([x, PRODUCT_WEIGHT * (products - mean_products)], dim=1)

    gram = (inputs.T @ inputs + RIDGE * torch.eye(inputs.size(1))).double()
    weight = torch.linalg.solve(gram, (inputs.T @ (targets - mean)).double())  # (P + M (M + 1) / 2, Q)
    importance = torch.cat([torch.full([6 * width], share) for width, share in BLOCKS]).repeat(2).double()  # (Q,)
    weight = weight * importance
    # These rows have the same main directions as the predictions for all examples, and are fewer.
    rows = torch.linalg.cholesky(gram).T @ weight
    energy, directions = (found[..., -RANK:] for found in torch.linalg.eigh(rows @ rows.T))
    up = torch.linalg.qr(rows.T @ directions)[0].T  # (R, Q), orthonormal rows
    coefficients = (energy / len(features)).sqrt()[:, None]  # their magnitude over the examples, (R, 1)
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
    """dB between a first window by predicted statistics and the exact sound."""
    begin = max(rendering.durations[0] - MARGIN_FRAMES, 0) * SAMPLES_PER_FRAME
    end = min(begin + (WINDOW_FRAMES + MARGIN_FRAMES) * SAMPLES_PER_FRAME, rendering.n_samples)
    exact = rendering.whole()[begin:end]
    return log_mel_distance(torch.from_numpy(rendering.window(begin, end)), torch.from_numpy(np.array(exact)))


if __name__ == "__main__":
    main()
