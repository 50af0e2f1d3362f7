"""Signals and full disks during an export leave no half folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from support.small_artifact import PROGRAM

from kokoro_fast.export.folder import new_folder


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_a_signal_leaves_no_half_folder(tmp_path: Path, number: signal.Signals) -> None:
    process = subprocess.Popen(PROGRAM, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob(".out.export-*/*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == (-9 if number == signal.SIGKILL else 128 + number)
    if number == signal.SIGKILL:
        assert len(list(tmp_path.glob(".out.export-*"))) == 1
        with new_folder(tmp_path / "out"):  # removed by the next one
            assert len(list(tmp_path.glob(".out.export-*"))) == 1
        shutil.rmtree(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
@pytest.mark.parametrize("n_bytes", [20_000_000, 200_000], ids=["model", "voice"])
def test_a_full_disk(tmp_path: Path, n_bytes: int) -> None:
    import resource

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))

    done = subprocess.run(
        PROGRAM, cwd=tmp_path, preexec_fn=small_files, capture_output=True, text=True, check=False, env={**os.environ}
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == "kokoro-fast: error: out: File too large"
    assert list(tmp_path.iterdir()) == []
