"""Makes model/fused/statistics.safetensors, which guesses the statistics of an utterance (docs/streaming.md).

    python -m tools.fit_statistics --sentences 3000 --keep examples.pt

Speaks sentences with all English voices, keeps what is known before and what statistics came of it, and fits a linear
map of low rank: ridge regression, then the directions in which its guesses vary most (reduced-rank regression, Izenman
1975). Then it prints how far a first window is from the exact sound, on sentences that were held out.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from tqdm import tqdm

from kokoro_fast.backends.pytorch import PyTorchBackend
from kokoro_fast.backends.rendering import Rendering
from kokoro_fast.config import BOUNDARY_ID, SAMPLES_PER_FRAME, VOCAB
from kokoro_fast.model.fused.stages import FusedStages
from kokoro_fast.model.fused.statistics import FILE, LEAST_VARIANCE
from kokoro_fast.text import phonemizer
from kokoro_fast.weights import VOICES, load_voice, style_row
from tests.metrics import log_mel_distance
from tools.sentences import sentences

RANK = 128
RIDGE = 10.0
HELD_OUT = 84
"""Other sentences, three for each voice."""

SYMBOLS = range(6, 131)
"""Of an utterance: those that are waited for have up to 48, and from the longer ones there is something to learn."""

SPEEDS = (1.0, 1.0, 1.0, 1.0, 0.85, 1.2)
WINDOW_FRAMES = 20


class Example(NamedTuple):
    """What is known of an utterance, (P,), and its statistics: means, then variances, (2, Q / 2)."""

    known: Tensor
    statistics: Tensor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sentences", type=int, default=3000, help="to learn from: 0.4 s each on two cores")
    parser.add_argument("--keep", type=Path, required=True, help="a file for what was seen; a later run goes on there")
    args = parser.parse_args()
    backend = PyTorchBackend(backend="native")
    learned = load_examples(args.keep)
    renderings = prepared(backend, seed=len(learned))
    for n in tqdm(range(len(learned) + 1, args.sentences + 1), unit="sentence"):
        learned.append(example(backend.network.stages, next(renderings)))
        if n % 200 == 0 or n == args.sentences:
            keep_examples(args.keep, learned)
    save_file(fit(learned), FILE)
    backend = PyTorchBackend(backend="native")  # with what was learned
    renderings = prepared(backend, seed=-1)
    print(f"{FILE.name}: {FILE.stat().st_size / 1e6:.2f} MB from {len(learned)} sentences")
    distances = [distance(next(renderings)) for _ in range(HELD_OUT)]
    print(f"{HELD_OUT} first windows: {mean(distances):.2f} dB from the exact sound, at most {max(distances):.2f}")


def prepared(backend: PyTorchBackend, seed: int) -> Iterator[Rendering]:
    """Utterances of all English voices in turn, without end."""
    draw = random.Random(seed)
    voices = [voice for voice in VOICES.values() if voice.language in ("en-us", "en-gb")]
    rows = {voice.name: load_voice(voice.name) for voice in voices}
    texts = sentences(seed)
    while True:
        for voice in voices:
            text = next(texts) if draw.random() < 0.75 else f"{next(texts)} {next(texts)}"
            tokens = phonemizer(voice.language)(text).tokens
            phonemes = "".join(token.symbols for token in tokens).strip()
            if draw.random() < 0.2 and len(phonemes) > 50:  # a chunk may end anywhere
                phonemes = phonemes[: len(phonemes) // 2].rpartition(" ")[0]
            if len(phonemes) not in SYMBOLS:
                continue
            ids = [BOUNDARY_ID, *(VOCAB[symbol] for symbol in phonemes), BOUNDARY_ID]
            style = style_row(rows[voice.name], len(phonemes))
            yield backend.prepare(ids, style, draw.choice(SPEEDS), draw.getrandbits(32))


def keep_examples(path: Path, examples: list[Example]) -> None:
    """The file is whole or as it was: an hour of work is in it."""
    partial = path.with_name(path.name + ".part")
    torch.save([tuple(one) for one in examples], partial)
    partial.replace(path)


def load_examples(path: Path) -> list[Example]:
    return [Example(*one) for one in torch.load(path)] if path.exists() else []


def example(stages: FusedStages, rendering: Rendering) -> Example:
    with torch.inference_mode():
        known, used = stages.statistics(*rendering.decoded, rendering.style, rendering.noise)
    means = torch.cat([block[:, 0].flatten() for block in used])
    variances = torch.cat([block[:, 1].flatten() for block in used])
    return Example(known, torch.stack([means, variances]))


def fit(examples: Iterable[Example]) -> dict[str, Tensor]:
    """The factors of `StatisticsGuess`."""
    known = torch.stack([one.known for one in examples])  # (N, P)
    means, variances = torch.stack([one.statistics for one in examples]).unbind(1)  # (N, Q / 2)
    deviation = variances.mean(0).sqrt()
    wanted = torch.cat([means / deviation, (variances + LEAST_VARIANCE).log()], dim=1)  # (N, Q)

    center, usual = known.mean(0), wanted.mean(0)
    scale = known.std(0) + 1e-3
    x, y = (known - center) / scale, wanted - usual
    gram = (x.T @ x + RIDGE * torch.eye(x.size(1))).double()
    weight = torch.linalg.solve(gram, (x.T @ y).double()).float()  # (P, Q)
    guesses = x @ weight
    main_directions = torch.linalg.eigh(guesses @ guesses.T)[1][:, -RANK:]
    up = torch.linalg.qr(guesses.T @ main_directions)[0].T  # (R, Q), orthonormal rows
    down = weight @ up.T / scale[:, None]

    steps = up.abs().amax(1, keepdim=True) / 127
    return {
        "center": center,
        "down": (down * steps.T).contiguous(),
        "up": (up / steps).round().to(torch.int8).contiguous(),
        "usual": usual.half(),
        "deviation": deviation.half(),
    }


def distance(rendering: Rendering) -> float:
    """dB between the first half second by guessed statistics and the exact sound."""
    begin = max(rendering.durations[0] - 4, 0) * SAMPLES_PER_FRAME
    end = min(begin + (WINDOW_FRAMES + 4) * SAMPLES_PER_FRAME, rendering.n_samples)
    exact = rendering.whole()[begin:end]
    return log_mel_distance(torch.from_numpy(rendering.window(begin, end)), torch.from_numpy(np.array(exact)))


if __name__ == "__main__":
    main()
