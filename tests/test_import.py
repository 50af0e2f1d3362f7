"""Importing the package is light and silent, and everything it promises is there."""

from __future__ import annotations

import subprocess
import sys

import pytest

import kokoro_fast

HEAVY = ("torch", "numpy", "spacy", "misaki", "huggingface_hub", "soundfile", "safetensors", "onnxruntime")


def python(code: str) -> str:
    """What a new process prints, in which every warning is an error."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=300, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout


@pytest.mark.parametrize(
    "statement",
    [
        "import kokoro_fast",
        "from kokoro_fast import Voice; Voice.__name__; import kokoro_fast; kokoro_fast.__version__",
        "import kokoro_fast.cli",
        "from kokoro_fast import text, types, config, errors, weights",
    ],
)
def test_nothing_heavy_is_imported(statement: str) -> None:
    printed = python(f"{statement}; import sys; print([name for name in {HEAVY} if name in sys.modules])")
    assert printed == "[]\n"


@pytest.mark.parametrize(
    "module",
    [
        "chunking.planner",
        "audio.writer",
        "synthesis.stitcher",
        "speech",
        "synthesis.alignment",
        "synthesis.pauses",
        "streaming.pacing",
        "cli.doctor",
        "cli.terminal",
    ],
)
def test_torch_free_rooms(module: str) -> None:
    assert python(f"import sys, kokoro_fast.{module}; print('torch' in sys.modules)") == "False\n"


def test_every_public_name_is_there() -> None:
    for name in kokoro_fast.__all__:
        assert getattr(kokoro_fast, name) is not None
    assert set(kokoro_fast.__all__) <= set(dir(kokoro_fast))


def test_an_unknown_name() -> None:
    with pytest.raises(AttributeError, match="module 'kokoro_fast' has no attribute 'Koko'"):
        kokoro_fast.Koko  # noqa: B018


def test_names_come_from_where_they_live() -> None:
    from kokoro_fast import Speech, Voice, Word
    from kokoro_fast.weights import VOICES

    assert (Speech.__module__, Word.__module__) == ("kokoro_fast.speech", "kokoro_fast.types")
    assert VOICES["bf_emma"] == Voice("bf_emma", "en-gb", "female", VOICES["bf_emma"].sha256)


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
def test_the_first_call_is_silent() -> None:
    printed = python("from kokoro_fast import Kokoro; print(round(Kokoro().speak('Hello.').duration))")
    assert printed == "1\n"
