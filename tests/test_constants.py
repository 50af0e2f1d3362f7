"""The constants that C++ has a copy of are those of Python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kokoro_fast import config
from kokoro_fast.artifact import manifest
from kokoro_fast.synthesis import early_window, pauses, synthesizer, timeline
from kokoro_fast.text.markup import parser
from kokoro_fast.types import Boundary

HEADER = Path(__file__).parents[1] / "csrc" / "include" / "kokoro_fast" / "constants.h"

PYTHON: dict[str, float] = {
    "kSampleRate": config.SAMPLE_RATE,
    "kSamplesPerFrame": config.SAMPLES_PER_FRAME,
    "kMaxSymbols": config.MAX_SYMBOLS,
    "kStyleDim": config.STYLE_DIM,
    "kBoundaryId": config.BOUNDARY_ID,
    "kNumIds": config.ModelConfig().n_symbols,
    "kSlowestSpeed": config.SPEED_RANGE[0],
    "kFastestSpeed": config.SPEED_RANGE[1],
    "kNumSeeds": synthesizer.N_SEEDS,
    "kManifestFormat": manifest.FORMAT,
    "kLeadSeconds": pauses.LEAD_SECONDS,
    "kOpeningSeconds": pauses.OPENING_SECONDS,
    "kClosingSeconds": pauses.CLOSING_SECONDS,
    "kSentencePause": pauses.PAUSE_SECONDS[Boundary.SENTENCE],
    "kSilenceDb": pauses.SILENCE_DB,
    "kSilenceWindow": pauses.POWER_WINDOW,
    "kCrossfade": timeline.CROSSFADE,
    "kOnsetSeconds": early_window.ONSET_SECONDS,
    "kWorthAWindow": early_window.WORTH_A_WINDOW,
    "kContext": config.CONTEXT_HALF_FRAMES,
    "kBlend": early_window.BLEND_SAMPLES,
}

WITHOUT_TWIN = {"kLongestPause"}
"""Python writes phoneme lines and does not read them: it has no bound of its own for what a line may ask."""

LINE = re.compile(r"^constexpr (?:int|int64_t|uint64_t|double) (k\w+) = ([^;]+);")
"""One constant of the header."""


def constants_of(source: str) -> dict[str, float]:
    """The constants of a header, one a line: numbers, and arithmetic of numbers and of constants above."""
    found: dict[str, float] = {}
    for line in source.splitlines():
        if match := LINE.match(line):
            name, expression = match.groups()
            expression = re.sub(r"\bu?int(?:64_t)?\{(\w+)\}", r"\1", expression).replace("/", "//")
            found[name] = eval(expression, {"__builtins__": {}}, found)
    return found


CPP = constants_of(HEADER.read_text("utf-8"))


def test_every_constant_of_the_header_is_compared() -> None:
    """The header's lines are counted otherwise than they are read, so that none is missed."""
    assert set(CPP) == {*PYTHON, *WITHOUT_TWIN}
    assert len(CPP) == HEADER.read_text("utf-8").count("constexpr")


@pytest.mark.parametrize("name", PYTHON)
def test_a_constant_is_the_same_on_both_sides(name: str) -> None:
    assert CPP[name] == PYTHON[name]


def test_a_line_may_ask_for_any_pause_that_markup_gives() -> None:
    assert CPP["kLongestPause"] >= parser.MAX_PAUSE


def test_a_voice_has_a_row_for_every_number_of_symbols() -> None:
    assert config.VOICE_SHAPE == (config.MAX_SYMBOLS, 1, config.STYLE_DIM)


def test_the_header_is_read_as_a_compiler_reads_it() -> None:
    source = (
        "constexpr int kA = 24000;  // Hz\nconstexpr uint64_t kB = uint64_t{1} << 63;\nconstexpr int64_t kC = kA / 7;"
    )
    assert constants_of(source) == {"kA": 24000, "kB": 2**63, "kC": 3428}
