"""The command line as a process of its own: pipes, signals, a full disk, a terminal."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-W", "error", "-m", "kokoro_fast"]
LONG_TEXT = "This is one more sentence of a text that takes its time to be spoken aloud. " * 60
SHORT_TEXT = LONG_TEXT[:990]
"""Just not long enough to be kept when its run is stopped."""

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("fetched")]


def run(*args: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *args], **{"capture_output": True, "text": True, "timeout": 300, "check": False, **options}
    )


def started(folder: Path, *args: str, **options: object) -> subprocess.Popen[str]:
    """A text being spoken to a file, of which some is written already."""
    process = subprocess.Popen(
        [*COMMAND, "say", "-o", "short.wav", "-s", "2", SHORT_TEXT, *args],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and process.poll() is None:
        if any(path.stat().st_size > 1000 for path in folder.glob(".*.part")):
            return process
        time.sleep(0.05)
    process.kill()
    raise AssertionError(f"nothing was written: {process.communicate()}")


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
    ids=lambda value: str(value),
)
def test_a_signal_leaves_no_file(tmp_path: Path, number: signal.Signals, code: int) -> None:
    process = started(tmp_path)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err.strip()) == (code, "", "")
    assert list(tmp_path.iterdir()) == []


def stopped_while_working(folder: Path, number: signal.Signals, n_parts: int, *args: str) -> str:
    """Sends a signal once so many more parts of long.wav are done. Returns what was said."""
    journal = folder / ".long.wav.kokoro-fast" / "journal.jsonl"

    def done() -> int:
        return journal.read_bytes().count(b"\n") if journal.exists() else 1  # one line is no part

    goal = done() + n_parts
    process = subprocess.Popen(
        [*COMMAND, "say", *args], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 240
    while done() < goal and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (-9 if number == signal.SIGKILL else 128 + number, ""), err
    return err


def test_a_long_run_goes_on_after_a_kill_and_an_interrupt(tmp_path: Path) -> None:
    """And ends with the same samples as one that was left alone."""
    text = "\n\n".join(f"This is paragraph {number} of a long text. " * 4 for number in range(8))
    (tmp_path / "long.txt").write_text(text, "utf-8")
    options = ("-f", "long.txt", "-s", "2", "--seed", "3")
    args = ("-o", "long.wav", "--subtitles", "long.json", *options)
    assert stopped_while_working(tmp_path, signal.SIGKILL, 2, *args) == ""
    kept = [".long.wav.kokoro-fast", "long.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == kept
    err = stopped_while_working(tmp_path, signal.SIGINT, 2, *args)
    assert re.match(r"kokoro-fast: long\.wav: going on after 0:00:\d\d of speech, [1-9]\d? % of the text\n", err)
    assert re.search(r"\nkokoro-fast: long\.wav: 0:00:\d\d of speech are kept, the same command goes on", err)
    assert sorted(path.name for path in tmp_path.iterdir()) == kept
    last = run("say", *args, cwd=tmp_path)
    assert (last.returncode, last.stdout) == (0, "")
    assert "going on after" in last.stderr
    assert re.search(r"\nlong\.wav: .* of speech, 0:00:\d\d of it made now in ", last.stderr)
    assert run("say", "-o", "alone.wav", "--subtitles", "alone.json", "-q", *options, cwd=tmp_path).stderr == ""
    for suffix in ("wav", "json"):
        assert (tmp_path / f"long.{suffix}").read_bytes() == (tmp_path / f"alone.{suffix}").read_bytes()
    assert len(list(tmp_path.iterdir())) == 5


def test_a_changed_option_starts_anew(tmp_path: Path) -> None:
    stopped_while_working(tmp_path, signal.SIGTERM, 1, "-o", "long.wav", "-s", "2", LONG_TEXT)
    err = stopped_while_working(tmp_path, signal.SIGTERM, 1, "-o", "long.wav", "-s", "1.9", LONG_TEXT)
    assert err.startswith("kokoro-fast: long.wav: starting anew, speed was 2.0, is 1.9\n")


def test_a_broken_pipe_is_quiet() -> None:
    process = subprocess.Popen(
        [*COMMAND, "say", "-o", "-", "-s", "2", LONG_TEXT], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert len(process.stdout.read(2000)) == 2000  # the first part comes long before the last one is made
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 128 + signal.SIGPIPE
    process.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_behind_standard_output() -> None:
    with open("/dev/full", "wb") as full:
        process = run("say", "Hello.", "-o", "-", capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert (process.returncode, process.stderr) == (1, "kokoro-fast: error: No space left on device\n")


def test_a_full_disk_behind_a_file(tmp_path: Path) -> None:
    import resource

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    process = run("say", "Hello.", "-o", "hello.wav", cwd=tmp_path, preexec_fn=small_files)
    assert (process.returncode, process.stdout) == (1, "")
    assert process.stderr == "kokoro-fast: error: hello.wav: File too large\n"
    assert list(tmp_path.iterdir()) == []


def on_a_terminal(folder: Path, *args: str) -> str:
    """What a terminal on all three standard streams shows."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))  # a bar needs a width
    process = subprocess.Popen([*COMMAND, *args], cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # Linux ends a terminal that nobody holds any more with an error
            piece = b""
        if not piece:
            break
        shown += piece
    os.close(ours)
    process.wait(timeout=60)
    return shown.decode()


def test_progress_on_a_terminal(tmp_path: Path) -> None:
    text = LONG_TEXT[:600]
    shown = on_a_terminal(tmp_path, "say", "-s", "2", text)
    reached = [int(number) for number in re.findall(r"(\d+)/600 characters, \S+ gone, \S+ left", shown)]
    assert reached[0] == 0
    assert reached[-1] > 400
    assert reached == sorted(reached)
    assert "speech.wav: " in shown
    assert on_a_terminal(tmp_path, "say", "-s", "2", "-q", text) == ""


def test_a_terminal_is_taught(tmp_path: Path) -> None:
    assert "expected something to say: TEXT, --file FILE" in on_a_terminal(tmp_path, "say")
    assert "output -: expected a pipe or a file" in on_a_terminal(tmp_path, "say", "Hello.", "-o", "-")
    assert list(tmp_path.iterdir()) == []


def test_help_and_voices_load_nothing() -> None:
    for args in (["--help"], ["say", "--help"], ["voices"], ["--version"]):
        process = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "kokoro_fast", *args], capture_output=True, text=True, check=True
        )
        assert not re.search(r"\b(torch|numpy|spacy|misaki|tqdm|av|soundfile)$", process.stderr, re.MULTILINE)
