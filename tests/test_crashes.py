"""A kill, an I/O error or a full disk at every single change of the disk: afterwards the old or the new, never a third.

And the next run succeeds and leaves nothing behind. This is how SQLite tests its own files. Most of it is
`support.crash_sweep`, with synthetic speech; a few kills at random places are of the real program.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.faults import KILL, with_faults

SWEEP = [sys.executable, "-m", "support.crash_sweep"]
PROGRAM = [sys.executable, "-m", "kokoro_fast"]

FEWEST = {"say": 15, "book": 40, "export": 15, "export-without-swap": 20, "fetch": 20}
"""Fewer changes than any of these works makes would mean that the shim does not see them."""

QUICK = [("say", "kill"), ("say", "full-disk"), ("export", "kill"), ("export-without-swap", "kill")]
ALL = [(work, fault) for work in FEWEST for fault in ("kill", "io-error", "full-disk")]


@pytest.mark.usefixtures("fetched")
@pytest.mark.parametrize(
    ("work", "fault"),
    [pytest.param(*pair, marks=() if pair in QUICK else pytest.mark.slow, id="-".join(pair)) for pair in ALL],
)
def test_a_fault_at_every_change(tmp_path: Path, once: Callable[..., Path], work: str, fault: str) -> None:
    from kokoro_fast.weights import cache_dir

    env = {**with_faults(once), "PYTHONPATH": str(Path(__file__).parent), "KOKORO_FAST_CACHE": str(cache_dir())}
    command = [*SWEEP, work, fault, str(tmp_path)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) >= FEWEST[work]


def run(env: dict[str, str], folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *args], cwd=folder, env=env, capture_output=True, text=True, timeout=300, check=False
    )


BOOK = ["say", "-q", "-f", "book.md", "-o", "book.mp3", "--subtitles", "book.srt", "--seed", "1", "--threads", "1"]


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
def test_kills_of_a_real_book(tmp_path: Path, once: Callable[..., Path]) -> None:
    """Each run is killed at another place and takes up what the one before it left; the last makes the same file."""
    for name in ("alone", "killed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "book.md").write_text("# One\n\nIt was a dark night.\n\n# Two\n\nThe sun came.", "utf-8")
    assert run(dict(os.environ), tmp_path / "alone", *BOOK).returncode == 0
    folder, env = tmp_path / "killed", with_faults(once)
    choose = random.Random(0)
    for _ in range(2):
        fault = {"FAULT_FOLDER": str(folder), "FAULT_AT": str(choose.randint(2, 14)), "FAULT_KIND": KILL}
        done = run(env | fault, folder, *BOOK)
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert not (folder / "book.mp3").exists()
    assert run(dict(os.environ), folder, *BOOK).returncode == 0
    found, expected = ({path.name: path.read_bytes() for path in at.iterdir()} for at in (folder, tmp_path / "alone"))
    assert found == expected


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
def test_a_kill_of_a_real_export(tmp_path: Path, once: Callable[..., Path], small: Path) -> None:
    from kokoro_fast.artifact.manifest import check_artifact

    before = check_artifact(small)
    export = ["export", "torchscript", "-q", "-o", small.name, "--voices", "af_heart"]
    fault = {"FAULT_FOLDER": str(tmp_path), "FAULT_AT": "12", "FAULT_KIND": KILL}
    done = run(with_faults(once) | fault, tmp_path, *export)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert check_artifact(small) == before
    assert len(list(tmp_path.iterdir())) == 2
    done = run(dict(os.environ), tmp_path, *export)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == [small]
    assert list(check_artifact(small).voices) == ["af_heart"]
