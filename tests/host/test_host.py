"""The C++ host: it speaks as Python does, without Python, and says what is wrong in one line."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from numpy.typing import NDArray
from support import goldens
from support.goldens import Golden
from support.host_build import HOST, configure, has_tests, run

from benchmarks.lib.metrics import correlation, log_mel_distance
from kokoro_fast import Kokoro, ops

pytestmark = pytest.mark.slow  # builds the host and exports a model

HELLO = "həlˈO wˈɜɹld."
VOICES = ["af_heart", "bf_emma"]
"""Those of the artifact folders in the tests."""

native = pytest.mark.skipif(not ops.status().native, reason="no native library here")
FLAVORS = [pytest.param("native", marks=native), "torch"]
DEFAULT = "native" if ops.status().native else "torch"

Folder = Callable[..., Path]
Pcm = NDArray[np.int16]
Done = subprocess.CompletedProcess[bytes]
Say = Callable[..., Done]


@pytest.fixture
def say(host_build: Path, torchscript_folder: Folder) -> Say:
    """Runs kokoro-say on an artifact; its output as bytes."""

    def run_say(*args: str | Path, folder: Path | None = None, stdin: bytes = b"") -> Done:
        command = [host_build / "kokoro-say", folder or torchscript_folder(DEFAULT), *args]
        return subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=300)

    return run_say


def sound_of(done: Done) -> Pcm:
    """What was written to standard output."""
    assert done.returncode == 0, done.stderr.decode()
    return np.frombuffer(done.stdout, "<i2")


@pytest.fixture
def tested_build(host_build: Path) -> Path:
    """The build folder, if it has the C++ tests."""
    if not has_tests(host_build):
        pytest.skip("the C++ tests need GoogleTest (Debian, Ubuntu: libgtest-dev), which is not installed")
    return host_build


@pytest.mark.parametrize("flavor", FLAVORS)
def test_tests_in_cpp_and_c(tested_build: Path, torchscript_folder: Folder, flavor: str) -> None:
    environment = {**os.environ, "KOKORO_HOST_FOLDER": str(torchscript_folder(flavor))}
    printed = run("ctest", "--test-dir", tested_build, "--output-on-failure", env=environment)
    assert "100% tests passed, 0 tests failed out of 3" in printed
    assert "Skipped" not in printed


def test_tests_without_a_folder_are_skipped(tested_build: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "KOKORO_HOST_FOLDER"}
    assert run("ctest", "--test-dir", tested_build, env=environment).count("***Skipped") == 2


@pytest.mark.parametrize("name", ["kokoro-say", "libkokoro_host.so"])
def test_no_python_in_the_process(host_build: Path, name: str) -> None:
    libraries = run("ldd", host_build / name)
    assert "not found" not in libraries
    names = [line.split()[0] for line in libraries.splitlines()]
    assert "libtorch_cpu.so" in names
    assert [each for each in names if "python" in Path(each).name] == []


@pytest.mark.parametrize("flavor", FLAVORS)
@pytest.mark.parametrize("name", [name for name in goldens.NAMES if goldens.load(name).voice in VOICES])
def test_golden_sound(
    say: Say, torchscript_folder: Folder, golden: Callable[[str], Golden], name: str, flavor: str
) -> None:
    case = golden(name)
    how = ("--phonemes", case.phonemes, "--voice", case.voice, "--speed", str(case.speed))
    done = say(*how, "--untrimmed", "--noise", "0", "-o", "-", folder=torchscript_folder(flavor))
    audio = torch.from_numpy(sound_of(done).astype(np.float32) / 32767)[None]
    assert audio.shape == case.audio.shape  # and so the durations are the same
    expected = (case.audio * 32767).round() / 32767  # the 16 bits of the WAV alone are up to 0.13 dB
    assert log_mel_distance(audio, expected) < 0.25  # as tests/model/test_golden.py has it
    assert correlation(audio, case.audio) > 0.98


@pytest.mark.parametrize("flavor", FLAVORS)
def test_sound_is_that_of_python(say: Say, torchscript_folder: Folder, flavor: str, tmp_path: Path) -> None:
    tts = Kokoro(backend="native" if flavor == "native" else "eager", precision="fp32", seed=7)
    tts.speak(phonemes=HELLO, voice="bf_emma", speed=1.1).save(tmp_path / "python.wav")
    how = ("--phonemes", HELLO, "--voice", "bf_emma", "--speed", "1.1", "--seed", "7")
    done = say(*how, "-o", tmp_path / "cpp.wav", folder=torchscript_folder(flavor))
    assert done.returncode == 0, done.stderr
    python, cpp = (soundfile.read(tmp_path / f"{name}.wav", dtype="int16")[0] for name in ("python", "cpp"))
    assert len(python) == len(cpp)
    assert log_mel_distance(*(torch.from_numpy(each / 32767) for each in (python, cpp))) < 0.05
    if flavor == "native":
        assert np.abs(python.astype(int) - cpp).max() <= 1


def test_standard_output_has_the_samples_of_the_file(say: Say, tmp_path: Path) -> None:
    assert say("--phonemes", HELLO, "-o", tmp_path / "hello.wav").returncode == 0
    info = soundfile.info(tmp_path / "hello.wav")
    assert (info.samplerate, info.channels, info.subtype) == (24_000, 1, "PCM_16")
    samples, _ = soundfile.read(tmp_path / "hello.wav", dtype="int16")
    assert np.array_equal(samples, sound_of(say("--phonemes", HELLO, "-o", "-")))


def test_lines(say: Say, tmp_path: Path) -> None:
    lines = f'{HELLO}\n\n{{"phonemes": "", "gap": 1.0}}\n{{"phonemes": "{HELLO}", "gap": 0.2, "voice": "bf_emma"}}\n'
    (tmp_path / "story.jsonl").write_text(lines, "utf-8")
    spoken = sound_of(say("--lines", tmp_path / "story.jsonl", "-o", "-"))
    assert np.array_equal(spoken, sound_of(say("--lines", "-", "-o", "-", stdin=lines.encode())))
    one = len(sound_of(say("--phonemes", HELLO, "-o", "-")))
    assert 2 * one + 12_000 < len(spoken) < 3 * one + 36_000


def test_phoneme_lines_of_python_are_spoken(say: Say, tmp_path: Path) -> None:
    text = "The first sentence. Then a second one, which is longer.\n\nAnd a new paragraph."
    dump = subprocess.run(
        [sys.executable, "-m", "kokoro_fast", "phonemes", text], capture_output=True, check=True, timeout=300
    )
    spoken = sound_of(say("--lines", "-", "-o", "-", stdin=dump.stdout))
    assert 4.0 < len(spoken) / 24_000 < 12.0


def test_help_names_every_option(say: Say) -> None:
    done = say("--help")
    assert done.returncode == 0
    known = set(re.findall(r'"(--[a-z-]+)"', (HOST / "cli" / "kokoro_say.cpp").read_text("utf-8")))
    assert len(known) > 10
    assert [option for option in known if option not in done.stdout.decode()] == []


WRONG = [
    (["--phonemes", HELLO], 2, "-o"),
    (["-o", "x.wav"], 2, "--phonemes or --lines"),
    (["--phonemes", HELLO, "--lines", "-", "-o", "x.wav"], 2, "--phonemes or --lines"),
    (["--phonemes", HELLO, "-o", "x.wav", "--loud"], 2, "--loud"),
    (["--phonemes", HELLO, "-o", "x.wav", "--speed"], 2, "--speed"),
    (["--phonemes", HELLO, "-o", "x.wav", "--speed", "fast"], 2, "fast"),
    (["--phonemes", HELLO, "-o", "x.wav", "--speed", "3"], 1, "0.5 to 2"),
    (["--phonemes", HELLO, "-o", "x.wav", "--speed", "nan"], 1, "0.5 to 2"),
    (["--phonemes", HELLO, "-o", "x.wav", "--threads", "-2"], 1, "threads"),
    (["--phonemes", HELLO, "-o", "x.wav", "--threads", "257"], 1, "threads"),
    (["--phonemes", HELLO, "-o", "x.wav", "--threads", "4294967297"], 2, "4294967297"),
    (["--phonemes", "", "-o", "x.wav"], 1, "got none"),
    (["--phonemes", "a" * 511, "-o", "x.wav"], 1, "got 511"),
    (["--phonemes", "hé", "-o", "x.wav"], 1, "é"),
    (["--phonemes", HELLO, "-o", "x.wav", "--voice", "nobody"], 1, "af_heart, bf_emma"),
    (["--phonemes", HELLO, "-o", "no/such/folder/x.wav"], 1, "no/such/folder"),
    (["--phonemes", HELLO, "-o", "x.wav", "again"], 2, "again"),
    (["--lines", "nothing.jsonl", "-o", "x.wav"], 1, "nothing.jsonl"),
    (["--lines", ".", "-o", "x.wav"], 1, "can be read"),
]


@pytest.mark.parametrize(("args", "code", "words"), WRONG, ids=[" ".join(case[0])[:40] for case in WRONG])
def test_wrong_commands(
    say: Say, args: list[str], code: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = say(*args)
    said = done.stderr.decode()
    assert done.returncode == code, said
    assert said.startswith("kokoro-say: ")
    assert said.count("\n") == 1
    assert words in said
    assert list(tmp_path.iterdir()) == []


def test_wrong_folder(say: Say, tmp_path: Path) -> None:
    done = say("--list-voices", folder=tmp_path)
    assert done.returncode == 1
    assert b"manifest.json" in done.stderr


def test_reader_that_goes_ends_the_program(host_build: Path, torchscript_folder: Folder) -> None:
    command = [host_build / "kokoro-say", torchscript_folder(DEFAULT), "--lines", "-", "-o", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{HELLO}\n".encode() * 20)
        process.stdin.close()
        process.stdin = None
        assert len(process.stdout.read(1000)) == 1000
        process.stdout.close()
        process.stdout = None
        _, said = process.communicate(timeout=120)
    assert process.returncode == 1
    assert said == b"kokoro-say: standard output: Broken pipe\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_file_is_not_there(
    host_build: Path, torchscript_folder: Folder, tmp_path: Path, number: signal.Signals
) -> None:
    target = tmp_path / "out" / "x.wav"
    target.parent.mkdir()
    command = [host_build / "kokoro-say", torchscript_folder(DEFAULT), "--lines", "-", "-o", target]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(f"{HELLO}\n".encode() * 200)
        process.stdin.flush()
        while not list(target.parent.iterdir()):  # the temporary file
            assert process.poll() is None
            time.sleep(0.02)
        process.send_signal(number)
        _, said = process.communicate(timeout=120)
    assert (process.returncode, said) == (1, b"kokoro-say: cancelled\n")
    assert list(target.parent.iterdir()) == []


def test_interrupted_while_it_waits_for_text(host_build: Path, torchscript_folder: Folder, tmp_path: Path) -> None:
    target = tmp_path / "x.wav"
    command = [host_build / "kokoro-say", torchscript_folder(DEFAULT), "--lines", "-", "-o", target]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        time.sleep(3)  # it waits for the first line by then
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        assert process.wait(timeout=60) == 1
    assert said == b"kokoro-say: cancelled\n"
    assert list(tmp_path.iterdir()) == []


@native
def test_early_sound(say: Say) -> None:
    phonemes = "ðə kˈɛTᵊl sˈæŋ, ænd nˈObədi hˈɜɹd ɪt."
    exact = sound_of(say("--phonemes", phonemes, "-o", "-"))
    early = sound_of(say("--phonemes", phonemes, "--early", "-o", "-"))
    assert not np.array_equal(early[:12_000], exact[:12_000])
    assert np.array_equal(early[-12_000:], exact[-12_000:])


def test_voices_are_listed_without_the_model(say: Say, torchscript_folder: Folder, tmp_path: Path) -> None:
    shutil.copy(torchscript_folder(DEFAULT) / "manifest.json", tmp_path)
    assert say("--list-voices", folder=tmp_path).stdout.decode().split() == VOICES


def test_project_of_somebody_else(host_build: Path, torchscript_folder: Folder, say: Say, tmp_path: Path) -> None:
    installed, build, folder = tmp_path / "installed", tmp_path / "build", torchscript_folder(DEFAULT)
    run("cmake", "--install", host_build, "--prefix", installed)
    configure(HOST / "tests" / "outside", build, f"-DCMAKE_PREFIX_PATH={installed}")
    run("cmake", "--build", build)
    printed = run(build / "outside", folder, "af_heart", HELLO)
    assert int(printed) == len(sound_of(say("--phonemes", HELLO, "--voice", "af_heart", "--untrimmed", "-o", "-")))
    assert run(installed / "bin" / "kokoro-say", folder, "--list-voices").split() == VOICES
    headers = {path.name for path in (installed / "include").rglob("*.h")}
    assert headers == {"kokoro_host.h", "kokoro_host_c.h", "status.h"}


def fenced(language: str) -> list[str]:
    """The code blocks of docs/cpp.md in one language."""
    paper = (HOST.parents[1] / "docs" / "cpp.md").read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", paper, re.MULTILINE | re.DOTALL)


def test_commands_and_code_of_the_docs(fetched: None, host_build: Path, tmp_path: Path) -> None:
    """All of docs/cpp.md, as it stands there, but for the folder of the build: it is built once."""
    (tmp_path / "csrc").symlink_to(HOST.parent)
    (tmp_path / "app").mkdir()
    for name, language in (("CMakeLists.txt", "cmake"), ("speak.cpp", "cpp"), ("speak.c", "c")):
        (block,) = fenced(language)
        (tmp_path / "app" / name).write_text(block, "utf-8")
    blocks = fenced("bash")
    assert len(blocks) == 3
    script = "\n".join(["set -eo pipefail", *blocks])
    script = re.sub(r"(?<![\w/-])build(?=/kokoro-say| )", str(host_build), script)
    assert script.count(str(host_build)) == 6
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    printed = run("bash", "-c", script, cwd=tmp_path, env={**os.environ, "PATH": path})
    assert re.search(r"^\d+ samples from 0 on$", printed, re.MULTILINE)
    assert re.search(r"^\d{5} samples$", printed, re.MULTILINE)
    samples, _ = soundfile.read(tmp_path / "story.wav", dtype="int16")
    assert np.array_equal(samples, np.fromfile(tmp_path / "story.raw", "<i2"))
