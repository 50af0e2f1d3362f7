"""How soon is the first sound there, and does playback ever run dry? Beside the stream of kokoro-onnx.

    python -m benchmarks first_audio [--rounds 3] [--minutes 10] [--exports FOLDER] [--out docs/streaming.md]

First sound: the time from the call with a text to the first samples, in warm engines, over texts of many kinds; the
implementations take turns text by text. Then one long text is streamed and read as fast as it comes. For each part the
margin is found between its arrival and the moment at which a player that began with the first part would need it.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from benchmarks.compare import baselines
from benchmarks.compare.onnx_exports import fetch_onnx
from benchmarks.lib.markdown import markdown_table, publish
from benchmarks.lib.statistics import percentile
from benchmarks.lib.variants import engine, load_available
from kokoro_fast import Kokoro
from kokoro_fast.config import SAMPLE_RATE

TEXTS = (
    "Yes.",
    "Hello there!",
    "Chapter one.",
    "What time is it?",
    "The sky above the port was the color of television, tuned to a dead channel.",
    "I can't do that, Dave, and I think you know what the problem is just as well as I do.",
    'She said, "We close at half past five on Tuesdays," and turned the sign around.',
    "Dr. Smith paid $100 for it in 1984; Mrs. Jones, who had offered twice as much, never knew.",
    "first you take the flour then you add the eggs one by one and stir until nothing sticks to the bowl any more",
    "The night train was late again, and nobody on the platform seemed to mind. A baker carried bread across the "
    "square while the bells rang six. Two children counted the boats, first the red ones and then the blue.",
    "According to the report, which was published on Monday after a delay of several weeks, neither the company nor "
    "any of its suppliers had been informed of the change before it took effect.",
)
LONG = (
    "It had rained since noon, so the road back home was long and very quiet. An old radio in the kitchen played "
    "something slow, and she turned it up a little before she sat down. By then the lamps were lit again.\n\n"
    "Nobody spoke. On the table lay the letter, still closed, with a stamp from a country that no longer existed; he "
    "looked at it for a while, put it into his pocket, and went out.\n\n"
    '"You could have told me," she said. "When? You were asleep." The dog got up, walked to the door, thought better '
    "of it, and lay down. Then the clock struck, once, as it did at every hour, whatever the hour was.\n\n"
)
SECONDS_OF_LONG = 37.0
"""Length of the speech of `LONG`."""

REST_SECONDS = 1.0
"""Rest after each first part. What was still at work on the part after it has ended by then."""

FirstAudio = Callable[[str], float]
"""Gives the seconds from a text to its first samples."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=10.0, help="length of the long text; 0 leaves it out")
    parser.add_argument(
        "--exports", type=Path, help="folder that keeps the ONNX export; without it, it is fetched each time"
    )
    parser.add_argument("--out", type=Path, help="document to write the table into; without it, it is printed only")


def run(args: argparse.Namespace) -> None:
    tts = engine()
    with tempfile.TemporaryDirectory() as temporary:
        implementations = load(tts, args.exports or Path(temporary))
        times = measure(implementations, args.rounds)
    section = table(times, args.rounds)
    if args.minutes:
        section += "\n\n" + underruns(tts, args.minutes)
    publish(section, "first_audio", args.out)


def load(tts: Kokoro, exports: Path) -> dict[str, FirstAudio]:
    """The implementations that can be had here, by the name that they have in the table."""

    def package(early: bool) -> FirstAudio:
        def first_audio(text: str) -> float:
            started = time.perf_counter()
            with tts.stream(text, early=early) as stream:
                assert len(next(stream).audio)
                return time.perf_counter() - started

        return first_audio

    return load_available(
        {
            "ours": lambda: package(early=True),
            "ours, early=False": lambda: package(early=False),
            "kokoro-onnx, stream": lambda: kokoro_onnx(exports),
        }
    )


def kokoro_onnx(exports: Path) -> FirstAudio:
    """The package kokoro-onnx: its `create_stream`."""
    baselines.require("kokoro_onnx")
    speaker, style = baselines.kokoro_onnx_engine(fetch_onnx("fp32", exports), torch.get_num_threads())

    async def first_audio(text: str) -> float:
        started = time.perf_counter()
        async for samples, _ in speaker.create_stream(text, style, lang="en-us"):
            assert len(samples)
            return time.perf_counter() - started
        raise AssertionError("expected sound, got none")

    return lambda text: asyncio.run(first_audio(text))


def measure(implementations: dict[str, FirstAudio], rounds: int) -> dict[str, list[float]]:
    """Seconds by implementation: all texts in each round, after one round that does not count."""
    times: dict[str, list[float]] = {name: [] for name in implementations}
    for number in range(rounds + 1):
        for text in TEXTS:
            for name, first_audio in implementations.items():
                seconds = first_audio(text)
                time.sleep(REST_SECONDS)
                if number:
                    times[name].append(seconds)
    return times


def table(times: dict[str, list[float]], rounds: int) -> str:
    rows = [
        [name, *(f"{1000 * percentile(seconds, share):.0f}" for share in (0.5, 0.95, 1.0))]
        for name, seconds in times.items()
    ]
    head = f"Text to first samples, {len(TEXTS)} texts, {rounds} rounds, {torch.get_num_threads()} threads:"
    return head + "\n\n" + markdown_table(["milliseconds", "p50", "p95", "most"], rows)


def underruns(tts: Kokoro, minutes: float) -> str:
    """Read a long text as fast as it comes, and say how early or late its parts are."""
    text = LONG * max(round(60 * minutes / SECONDS_OF_LONG), 1)
    started = time.perf_counter()
    played = 0.0  # seconds of speech before the part at hand: how long after its start a player needs it
    began = None  # when a player starts: at the arrival of the first part
    margins: list[float] = []
    for part in tts.stream(text):
        now = time.perf_counter() - started
        began = now if began is None else began
        margins.append(began + played - now)
        played += len(part.audio) / SAMPLE_RATE
    late = [margin for margin in margins[1:] if margin < 0]
    return (
        f"{played / 60:.1f} minutes of speech in {len(margins)} parts: {len(late)} came too late; the least margin was "
        f"{1000 * min(margins[1:]):.0f} ms, after the first chunk {min(margins[3:]):.1f} s. All of it took "
        f"{time.perf_counter() - started:.0f} s."
    )
