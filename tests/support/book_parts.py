"""Parts of a book: synthetic sound and words, and what is heard of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kokoro_fast.audio.pcm import pcm16
from kokoro_fast.book import ResumableJob
from kokoro_fast.speech import Speech
from kokoro_fast.types import Word

OPTIONS = {"the text": "digest", "speed": 1.0, "seed": None}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.name != "lock")


def a_part(number: int, n_samples: int = 24_000) -> Speech:
    """One word at the end of some noise: a chapter that begins with it begins late in a second."""
    noise = np.random.default_rng(number).uniform(-0.3, 0.3, n_samples).astype(np.float32)
    word = Word(f"w{number}", "wˈɜd", 7 * n_samples // 8, n_samples, 10 * number, 10 * number + 5, (), "", " ")
    return Speech(noise, "wˈɜd", (word,))


def heard(work: ResumableJob) -> bytes:
    return b"".join(block.astype("<i2").tobytes() for block in work.blocks())


def sound_of(n_parts: int, n_samples: int = 24_000) -> bytes:
    return b"".join(pcm16(a_part(number, n_samples).audio) for number in range(n_parts))
