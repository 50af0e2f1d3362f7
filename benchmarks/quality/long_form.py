"""Half an hour in one go: is every word heard, does memory stay flat, are the times of the last words still right?

    python -m benchmarks long_form [--minutes 30]

A text of random sentences is spoken part by part, and Whisper listens (extra `test`). Printed are its word error rate
over the whole text, resident memory, and how far the starts of the words in the last five minutes are from those that
Whisper finds.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path

import jiwer
import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.lib.listening import Listener, plain_words
from benchmarks.lib.statistics import percentile
from benchmarks.lib.subprocess_worker import memory_mb
from benchmarks.lib.variants import engine
from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.speech import Speech
from kokoro_fast.types import Word, add_word
from tools.random_sentences import random_sentences

SENTENCES_A_MINUTE = 15

LAST_SECONDS = 300.0
"""The end of the speech, in which the times of words are compared."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--minutes", type=float, default=30.0, help="about how long the speech will be")


def run(args: argparse.Namespace) -> None:
    text = "\n\n".join(paragraphs(round(args.minutes * SENTENCES_A_MINUTE)))
    with tempfile.TemporaryDirectory() as folder:
        audio, words, memory = speak(text, Path(folder))
    seconds = len(audio) / SAMPLE_RATE
    print(f"{seconds / 60:.1f} minutes of speech, {len(words)} words")
    print(f"resident memory: {memory[len(memory) // 10]:.0f} MB after a tenth, {memory[-1]:.0f} MB at the end")
    with tempfile.TemporaryDirectory() as folder:
        listener = Listener(Path(folder), torch.get_num_threads())
        heard = listener.words(audio, SAMPLE_RATE)
    error_rate = jiwer.wer(plain_words(text), plain_words(" ".join(word for word, _ in heard)))
    print(f"word error rate {error_rate:.2%}")
    distances = time_differences(words, heard, seconds - LAST_SECONDS)
    shares = ", ".join(f"{share:.0%} {1000 * percentile(distances, share):.0f} ms" for share in (0.5, 0.9))
    print(f"starts of {len(distances)} words of the last minutes, distance from Whisper's: {shares}")


def paragraphs(n_sentences: int) -> Iterator[str]:
    """Random sentences in paragraphs of 3 to 8."""
    draw, source = random.Random(0), random_sentences(seed=99)
    while n_sentences > 0:
        some = list(islice(source, min(draw.randint(3, 8), n_sentences)))
        n_sentences -= len(some)
        yield " ".join(some)


def speak(text: str, folder: Path) -> tuple[NDArray[np.float32], list[Word], list[float]]:
    """Samples, words, and resident memory after each part. The samples are written to the folder, as a book's are."""
    words: list[Word] = []
    memory: list[float] = []
    n_samples = 0
    part: Speech
    file = folder / "speech.raw"
    with file.open("wb") as sound:
        for part in engine().parts(text):
            for word in part.words:
                add_word(words, word.later(n_samples))
            n_samples += len(part.audio)
            part.audio.tofile(sound)
            memory.append(memory_mb("VmRSS"))
    return np.fromfile(file, np.float32), words, memory


def time_differences(words: list[Word], heard: list[tuple[str, float]], since: float) -> list[float]:
    """Seconds between the start of a word and the start that Whisper finds, for each word that both have."""
    said = [(plain_words(word.text), word.start) for word in words if word.start >= since]
    found = [(plain_words(word), start) for word, start in heard if start >= since]
    matcher = SequenceMatcher(None, [word for word, _ in said], [word for word, _ in found], autojunk=False)
    return [
        abs(said[block.a + i][1] - found[block.b + i][1])
        for block in matcher.get_matching_blocks()
        for i in range(block.size)
    ]
