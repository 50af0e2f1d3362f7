"""Too little memory, at load and while speaking: one line, no traceback, and an engine that goes on after it."""

from __future__ import annotations

import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("fetched")]

PROGRAM = [sys.executable, "-W", "error", "-m", "kokoro_fast", "say", "-q", "--phonemes", "həlˈO wˈɜɹld", "-o", "a.wav"]

N_SIZES = 20

PEAK = """
import re, sys
from kokoro_fast.cli import main
sys.argv = ["kokoro-fast", *sys.argv[1:]]
try:
    main()
finally:
    print(re.search(r"VmPeak:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""


@pytest.fixture(scope="module")
def peak(tmp_path_factory: pytest.TempPathFactory) -> int:
    """The bytes of address space that one short run takes."""
    command = [sys.executable, "-c", PEAK, *PROGRAM[PROGRAM.index("say") :]]
    done = subprocess.run(command, cwd=tmp_path_factory.mktemp("peak"), capture_output=True, text=True, check=True)
    return int(done.stdout) * 1024


@pytest.mark.parametrize("size", range(1, N_SIZES + 1))
def test_too_little_memory_is_one_line(tmp_path: Path, peak: int, size: int) -> None:
    limit = peak * size // N_SIZES

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    done = subprocess.run(PROGRAM, cwd=tmp_path, preexec_fn=limited, capture_output=True, text=True, check=False)
    assert done.stdout == ""
    if done.returncode == 0:
        assert (done.stderr, [path.name for path in tmp_path.iterdir()]) == ("", ["a.wav"])
        return
    assert done.returncode > 0, "ended by a signal"
    ours, of_numpy = r"kokoro-fast: error: [^\n]+\n", r"(OpenBLAS [^\n]+\n|\n)+"  # which then ends the process itself
    assert re.fullmatch(f"{ours}|{of_numpy}", done.stderr), done.stderr
    assert list(tmp_path.iterdir()) == []


GO_ON_WITH_LESS = """
import re, resource, sys
import numpy as np
from kokoro_fast import Kokoro
from kokoro_fast.errors import WeightsError, ran_out_of_memory

def address_space():
    return int(re.search(r"VmSize:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024

def is_done(work, n_bytes):
    resource.setrlimit(resource.RLIMIT_AS, (address_space() + n_bytes, -1))
    try:
        work()
    except (MemoryError, RuntimeError, WeightsError) as error:
        failure = error
    else:
        failure = None
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
    assert failure is None or (ran_out_of_memory(failure) and "\\n" not in str(failure)), repr(failure)
    return failure is None

before = address_space()
tts = Kokoro(seed=0)
expected = tts.speak("Hello there.").audio
needed, work = {
    "load": (4 * (address_space() - before), lambda: Kokoro(seed=0).speak("Hello there.")),
    "speech": (30_000_000, lambda: tts.speak("This is a test of memory, and it goes on for a while.")),
}[sys.argv[1]]
n_done = 0
for size in range(1, int(sys.argv[2]) + 1):
    n_done += is_done(work, needed * size // int(sys.argv[2]))
    assert np.array_equal(tts.speak("Hello there.").audio, expected), size
print(n_done)
"""


@pytest.mark.parametrize("what", ["load", "speech"])
def test_an_engine_speaks_on_after_memory_ran_out(what: str) -> None:
    """Its own speech, or another engine that loads, had too little. The error is one line that says so."""
    command = [sys.executable, "-c", GO_ON_WITH_LESS, what, str(N_SIZES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    assert 1 <= int(done.stdout) < N_SIZES
