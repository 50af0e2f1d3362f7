"""Half an hour in one go: is every word heard, does memory stay flat, are the times of the last words still right?

    python -m benchmarks.long_form [--minutes 30]

A text of sentences that were never written down before is spoken part by part, and Whisper listens (extra `test`): its
word error rate over all, and its own times of words against ours over the last five minutes.
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
from tools.sentences import sentences

from benchmarks.child import memory_mb
from benchmarks.figures import percentile
from benchmarks.ours import engine
from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.speech import Speech
from kokoro_fast.types import Word, add_word
from tests.listening import Listener, plain_words

SENTENCES_A_MINUTE = 15
LAST_SECONDS = 300.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    args = parser.parse_args()
    text = "\n\n".join(paragraphs(round(args.minutes * SENTENCES_A_MINUTE)))
    with tempfile.TemporaryDirectory() as folder:
        audio, words, memory = read(text, Path(folder))
    seconds = len(audio) / SAMPLE_RATE
    print(f"{seconds / 60:.1f} minutes of speech, {len(words)} words")
    tenth = len(memory) // 10 or 1
    print(f"resident memory: {memory[tenth]:.0f} MB after a tenth, {memory[-1]:.0f} MB at the end")
    with tempfile.TemporaryDirectory() as folder:
        listener = Listener(Path(folder), torch.get_num_threads())
        heard = listener.words(audio, SAMPLE_RATE)
    error_rate = jiwer.wer(plain_words(text), plain_words(" ".join(word for word, _ in heard)))
    print(f"word error rate {error_rate:.2%}")
    distances = time_differences(words, heard, seconds - LAST_SECONDS)
    shares = ", ".join(f"{share:.0%} {1000 * percentile(distances, share):.0f} ms" for share in (0.5, 0.9))
    print(f"starts of {len(distances)} words of the last minutes, ours against Whisper's: {shares}")


def paragraphs(n_sentences: int) -> Iterator[str]:
    draw, source = random.Random(0), sentences(seed=99)
    while n_sentences > 0:
        some = list(islice(source, min(draw.randint(3, 8), n_sentences)))
        n_sentences -= len(some)
        yield " ".join(some)


def read(text: str, folder: Path) -> tuple[NDArray[np.float32], list[Word], list[float]]:
    """Samples, words, and resident memory after each part. Samples are in a file of the folder, as those of a book."""
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
    """Seconds between our start and Whisper's of words that both have."""
    said = [(plain_words(word.text), word.start) for word in words if word.start >= since]
    late = [(plain_words(word), start) for word, start in heard if start >= since]
    matcher = SequenceMatcher(None, [word for word, _ in said], [word for word, _ in late], autojunk=False)
    return [
        abs(said[block.a + i][1] - late[block.b + i][1])
        for block in matcher.get_matching_blocks()
        for i in range(block.size)
    ]


if __name__ == "__main__":
    main()
