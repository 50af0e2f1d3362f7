"""Does a process that speaks in many threads for long stay right, and stay small?

    python -m benchmarks soak [--threads 8] [--utterances 2000]

Every thread speaks its own mixture: words, sentences, other voices and speeds, streams that are read to the end and
streams that are dropped. Each result must be equal, sample for sample, to the same utterance spoken by one thread
alone. After the first tenth the memory of the process and the number of its threads may not grow.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import sys
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np

from kokoro_fast import Kokoro
from kokoro_fast.errors import UnspokenTextWarning

TEXTS = (
    "Yes.",
    "Qwyxo and Zbigniew.",
    "The ferry leaves at half past six.",
    "It costs 42 dollars, or 3.50 a piece; nobody knows why.",
    "[pause:0.2s] She said it without any sadness. Then it was quiet.",
    "She had been born in the room above the bakery, and she was certain that she would be carried out of it, one day.",
)
"""A word, words that espeak must pronounce, numbers, markup, and a sentence long enough for several windows."""

VOICES = ("af_heart", "am_michael", "af_heart:0.5,am_adam:0.5")
SPEEDS = (0.9, 1.0, 1.3)

MOST_GROWTH = 10.0
"""Megabytes by which the memory may grow after the first tenth."""

PAGE = 4096


class Utterance(NamedTuple):
    """What to say and how."""

    text: str
    voice: str
    speed: float


UTTERANCES = [Utterance(text, voice, speed) for text in TEXTS for voice in VOICES for speed in SPEEDS]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `run`."""
    parser.add_argument("--threads", type=int, default=8, metavar="N", help="threads that speak at once (default: 8)")
    parser.add_argument(
        "--utterances", type=int, default=2000, metavar="N", help="utterances for each thread (default: 2000)"
    )


def run(args: argparse.Namespace) -> None:
    """Speak, compare and print. The program ends with 1 if anything differs or grows."""
    warnings.simplefilter("ignore", UnspokenTextWarning)
    engine = Kokoro(seed=7)
    expected = {utterance: spoken(engine, utterance) for utterance in UTTERANCES}
    print(f"{len(expected)} utterances spoken by one thread; memory {memory():.0f} MB", flush=True)
    tenth = max(1, args.utterances // 10)
    wrong = 0
    warm: tuple[float, int] | None = None
    started = time.perf_counter()
    with ThreadPoolExecutor(args.threads) as pool:
        for done in range(tenth, args.utterances + 1, tenth):
            mixtures = [random.Random(f"{thread} {done}") for thread in range(args.threads)]
            wrong += sum(pool.map(lambda draw: speak_many(engine, expected, tenth, draw), mixtures))
            gc.collect()
            state = memory(), os_threads()
            warm = warm or state
            seconds = time.perf_counter() - started
            print(
                f"{done * args.threads} spoken in {seconds:.0f} s: {wrong} differ; memory {state[0]:.0f} MB, "
                f"{state[1]} threads",
                flush=True,
            )
    assert warm is not None
    growth, more_threads = state[0] - warm[0], state[1] - warm[1]
    print(f"after the first tenth: {growth:+.1f} MB (at most {MOST_GROWTH:+.0f}), {more_threads:+d} threads (0)")
    if wrong or growth > MOST_GROWTH or more_threads:
        sys.exit(1)


def speak_many(engine: Kokoro, expected: dict[Utterance, bytes], n: int, draw: random.Random) -> int:
    """Speak `n` utterances that `draw` picks. Return how many differ from what was expected."""
    wrong = 0
    for _ in range(n):
        utterance = draw.choice(UTTERANCES)
        if draw.random() < 0.1:
            with engine.stream(utterance.text, voice=utterance.voice, speed=utterance.speed) as stream:
                if draw.random() < 0.5:
                    next(stream, None)
        else:
            wrong += spoken(engine, utterance) != expected[utterance]
    return wrong


def spoken(engine: Kokoro, utterance: Utterance) -> bytes:
    """The checksum of an utterance's samples."""
    audio = engine.speak(utterance.text, voice=utterance.voice, speed=utterance.speed).audio
    return sha256(np.ascontiguousarray(audio).tobytes()).digest()


def memory() -> float:
    """Megabytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * PAGE / 1e6


def os_threads() -> int:
    """Threads of this process, those of streams that are ending left out."""
    deadline = time.monotonic() + 10
    while any(thread.name == "kokoro-fast-ahead" for thread in threading.enumerate()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return len(os.listdir("/proc/self/task"))
