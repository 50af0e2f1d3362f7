"""Measurements in a process of their own, which reports as JSON on standard output.

    python -m benchmarks.lib.subprocess_worker first|paragraph|soak

`bench_process` and `bench_soak` start it. It imports torch and the package inside its functions, since the time of
imports is part of a cold start.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def run_worker(*args: str) -> dict[str, Any]:
    """Start this module as a fresh process and return what it reports."""
    command = [sys.executable, "-m", "benchmarks.lib.subprocess_worker", *args]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["first", "paragraph", "soak"])
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--utterances", type=int, default=1000, help="how many the soak speaks")
    args = parser.parse_args()
    if args.what == "first":
        report = speak(args.precision, text="Yes.")
    elif args.what == "paragraph":
        from benchmarks.lib.utterances import PHONEMES

        report = speak(args.precision, phonemes=PHONEMES["paragraph"])
    else:
        report = soak(args.precision, args.utterances)
    print(json.dumps(report))


def speak(precision: str, **what: str) -> dict[str, Any]:
    """Speak once; report the length of the speech and the peak of memory."""
    from benchmarks.lib.checks import check_speech
    from benchmarks.lib.variants import engine

    speech = engine(precision).speak(**what)
    check_speech(speech.audio, len(speech.phonemes))
    return {"seconds_of_speech": speech.duration, "peak_mb": memory_mb("VmHWM")}


def soak(precision: str, n_utterances: int) -> dict[str, Any]:
    """Speak utterances of mixed lengths; compare the second tenth of them with the last tenth.

    Reports medians over each of the two tenths: resident memory in MB, and the time for a second of speech in units of
    calibration. The longest utterance comes first, so that its working memory does not count as growth.
    """
    from benchmarks.lib.calibration import Calibration
    from benchmarks.lib.checks import check_speech
    from benchmarks.lib.statistics import median
    from benchmarks.lib.utterances import PHONEMES
    from benchmarks.lib.variants import engine

    tts, unit, draw = engine(precision), Calibration(), random.Random(0)
    words = PHONEMES["longest"].split()
    memory: list[float] = []
    rates: list[float] = []
    for index in range(n_utterances):
        n_words = len(words) if index == 0 else 1 + int(draw.random() ** 4 * len(words))
        start = draw.randrange(len(words) - n_words + 1)
        phonemes = " ".join(words[start : start + n_words])
        one_unit = unit()
        begun = time.perf_counter()
        speech = tts.speak(phonemes=phonemes)
        rates.append((time.perf_counter() - begun) / one_unit / speech.duration)
        check_speech(speech.audio, len(phonemes))
        memory.append(memory_mb("VmRSS"))
    tenth = max(n_utterances // 10, 1)
    early, late = slice(tenth, 2 * tenth), slice(-tenth, None)
    return {
        "growth_mb": median(memory[late]) - median(memory[early]),
        "peak_mb": memory_mb("VmHWM"),
        "early_units": median(rates[early]),
        "late_units": median(rates[late]),
    }


def memory_mb(field: str) -> float:
    """A field of this process's status in MB: VmHWM is the peak of resident memory, VmRSS is its present size."""
    found = re.search(rf"^{field}:\s+(\d+) kB$", Path("/proc/self/status").read_text("ascii"), re.MULTILINE)
    if found is None:
        raise SystemExit(f"expected {field} in /proc/self/status: this measurement needs Linux")
    return int(found[1]) * 1024 / 1e6


if __name__ == "__main__":
    main()
