"""The command line with standard streams that are closed, as by `>&-` in a shell, or full."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-W", "error", "-m", "kokoro_fast"]


def run(redirection: str, *args: str, folder: Path) -> subprocess.CompletedProcess[str]:
    shell = ["sh", "-c", f'exec "$@" {redirection}', "sh", *COMMAND, *args]
    return subprocess.run(shell, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize(
    "args", [["voices"], ["voices", "--json"], ["--version"], ["--help"], ["say", "--help"]], ids=str
)
@pytest.mark.parametrize(
    ("stream", "said"), [(">&-", "Bad file descriptor"), (">/dev/full", "No space left on device")]
)
def test_output_that_cannot_be_written_is_one_line(tmp_path: Path, args: list[str], stream: str, said: str) -> None:
    done = run(stream, *args, folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"kokoro-fast: error: {said}\n")


def test_messages_that_nobody_reads_go_nowhere_else(tmp_path: Path) -> None:
    done = run("2>&-", "fetch", "--from", "nowhere", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    done = run("2>&-", "voices", folder=tmp_path)
    assert done.returncode == 0
    assert "af_heart" in done.stdout


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
@pytest.mark.parametrize("args", [[], ["-f", "-"]], ids=str)
def test_closed_input_is_empty(tmp_path: Path, args: list[str]) -> None:
    done = run("<&-", "say", *args, folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "kokoro-fast: error: expected something to say, got nothing speakable in ''\n"


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
def test_speech_with_closed_streams(tmp_path: Path) -> None:
    say = ["say", "--phonemes", "həlˈO", "--seed", "1"]
    done = run(">&-", *say, "-o", "-", folder=tmp_path)
    assert (done.returncode, done.stderr) == (1, "kokoro-fast: error: Bad file descriptor\n")
    done = run("2>&-", *say, "-o", "a.wav", "--json", folder=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["output"]) == (0, "a.wav")
    done = run("<&- >&- 2>&-", *say, "-o", "b.wav", folder=tmp_path)
    assert done.returncode == 0
    # No file had the number of a closed stream: what a library prints there would have gone into it.
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.wav", "b.wav"]
