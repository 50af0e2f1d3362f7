"""The commands that do not speak: voices, fetch, doctor, help."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.cli import assert_refused, run

from kokoro_fast import Kokoro
from kokoro_fast.weights import VOICES, cache_dir, find_voice, find_weights

pytestmark = pytest.mark.usefixtures("fetched")


def test_voices() -> None:
    lines = run("voices").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(VOICES)
    british = json.loads(run("voices", "--lang", "british", "--json").stdout)
    assert [voice["name"] for voice in british] == [name for name in VOICES if name[0] == "b"]
    assert british[0] == {"name": "bf_alice", "language": "en-gb", "gender": "female"}


def test_fetch_with_a_warm_cache() -> None:
    result = run("fetch")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [f"voices: 54 in {cache_dir() / 'voices'}", f"weights: {find_weights()}"]


def test_fetch_from_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = find_voice("af_heart").parent
    monkeypatch.setenv("KOKORO_FAST_CACHE", str(tmp_path))
    result = run("fetch", "--from", str(folder), "--voices", "af_heart, bm_lewis")
    assert (result.exit_code, result.stdout) == (0, f"voices: 2 in {tmp_path / 'voices'}\n")
    assert {path.name for path in (tmp_path / "voices").iterdir()} == {"af_heart.bin", "bm_lewis.bin"}


def test_fetch_offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOKORO_FAST_CACHE", str(tmp_path))
    monkeypatch.setenv("KOKORO_FAST_OFFLINE", "1")
    assert_refused(run("fetch"), 1, "KOKORO_FAST_OFFLINE")


def test_doctor_of_a_sound_installation(tts: Kokoro) -> None:
    result = run("doctor")
    assert result.exit_code == 0, result.output
    for word in ("torch", "native library", "hello: həlˈO", str(cache_dir()), "af_heart", "54 of 54", "KOKORO_FAST_"):
        assert word in result.stdout
    for name, chosen in (
        ("backend", tts.backend.name),
        ("precision", tts.backend.precision),
        ("threads", tts.backend.threads),
    ):
        assert re.search(rf"\n  {name} +{chosen}\b", result.stdout), name
    assert result.stdout.endswith("\neverything that is needed works\n")


def test_doctor_of_a_broken_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOKORO_FAST_CACHE", str(tmp_path / "none"))
    monkeypatch.setenv("KOKORO_FAST_OFFLINE", "1")
    result = run("doctor")
    assert result.exit_code == 1
    assert "fix: unset KOKORO_FAST_OFFLINE and run kokoro-fast fetch" in result.stdout
    assert result.stdout.endswith("\nbroken: weights, voice\n")
    monkeypatch.delenv("KOKORO_FAST_OFFLINE")
    result = run("doctor")
    assert result.exit_code == 0
    assert "will be fetched on first use" in result.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("setting", "value", "code", "words"),
    [
        ("KOKORO_FAST_OPS", "reference", 0, "pure torch, the reference was asked for"),
        ("KOKORO_FAST_OPS", "fast", 1, "fix: change or unset that setting"),
        ("KOKORO_FAST_ISA", "mmx", 1, "KOKORO_FAST_ISA"),
    ],
)
def test_doctor_of_settings(setting: str, value: str, code: int, words: str) -> None:
    """In a process of its own: the ops are bound once."""
    process = subprocess.run(
        [sys.executable, "-m", "kokoro_fast", "doctor"],
        env={**os.environ, setting: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (process.returncode, process.stderr) == (code, "")
    assert re.search(rf"{setting} +'{value}'", process.stdout)
    assert words in process.stdout
    assert "reinstall" not in process.stdout


@pytest.mark.parametrize("command", ["say", "fetch", "voices", "doctor"])
def test_help_is_a_manual(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"Usage: cli {command}" in result.stdout
    assert command in run("--help").stdout


def test_version() -> None:
    import kokoro_fast

    assert run("--version").stdout == f"kokoro-fast {kokoro_fast.__version__}\n"
