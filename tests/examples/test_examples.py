"""The programs of `examples/` do what they say. Each runs as a user would run it, by the command of its README."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from kokoro_fast import Word, ops

EXAMPLES = Path(__file__).parents[2] / "examples"
PROGRAMS = sorted(path.name for path in EXAMPLES.glob("*.py"))
README = (EXAMPLES / "README.md").read_text("utf-8")
COMMANDS = dict(re.findall(r"^\| \[([\w.]+)\].*\| `(python [^`]+)` \|$", README, re.MULTILINE))
"""The name of each Python program, with the command that its row in the README gives."""

RATE = 24_000
"""Hz, of all sound that the model makes."""

Run = subprocess.CompletedProcess[str]
Audio = NDArray[np.float32]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """An empty folder but for a link to the examples, so that the commands of the README work in it."""
    (tmp_path / "examples").symlink_to(EXAMPLES)
    return tmp_path


def start(folder: Path, program: str, *more: str, modules: Path | None = None) -> Run:
    """Run a program by its command in the README. Python looks in the folder `modules` first for what it imports."""
    python, *args = shlex.split(COMMANDS[program])
    assert python == "python"
    environment = os.environ if modules is None else {**os.environ, "PYTHONPATH": str(modules)}
    command = [sys.executable, *args, *more]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


def printed(folder: Path, program: str, *more: str) -> str:
    """What a program prints; nothing may go wrong, and nothing may be warned about."""
    done = start(folder, program, *more)
    assert done.returncode == 0, done.stderr
    assert "arning" not in done.stderr
    return done.stdout


def sound_of(path: Path, shortest: float, longest: float) -> Audio:
    """The samples of a sound file, which is speech of a plausible length in seconds."""
    audio, rate = soundfile.read(path, dtype="float32")
    assert rate == RATE
    assert_speech(audio, shortest, longest)
    return audio


def assert_speech(audio: Audio, shortest: float, longest: float) -> None:
    assert audio.ndim == 1
    assert shortest < len(audio) / RATE < longest
    assert 0.05 < np.abs(audio).max() <= 1
    assert np.sqrt(np.mean(audio**2)) > 0.01


def words_of(text: str) -> list[str]:
    return re.findall(r"[\w']+", text)


# What holds for all of them


def test_readme_names_every_file() -> None:
    files = {path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*") if path.is_file()}
    expected = {name for name in files if "__pycache__" not in name} - {"README.md"}
    table = "\n".join(line for line in README.splitlines() if line.startswith("| ["))
    links = re.findall(r"\[([^\]]+)\]\(([^)]+)\)", table)
    assert all(text == target for text, target in links)
    assert {target for _, target in links} == expected
    assert sorted(COMMANDS) == PROGRAMS


@pytest.mark.parametrize("name", [*PROGRAMS, "cpp/speak_lines.cpp", "cpp/CMakeLists.txt"])
def test_a_program_is_short(name: str) -> None:
    assert len((EXAMPLES / name).read_text("utf-8").splitlines()) < 60


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_says_how_to_run_it(name: str) -> None:
    assert f"\n    {COMMANDS[name]}\n" in (EXAMPLES / name).read_text("utf-8").split('"""')[1]


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_uses_public_modules_only(name: str) -> None:
    imports = re.findall(r"^\s*(?:from|import) (kokoro_fast\S*)", (EXAMPLES / name).read_text("utf-8"), re.MULTILINE)
    assert imports
    assert set(imports) <= {"kokoro_fast", "kokoro_fast.book"}


# One by one


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
def test_speak_to_file(here: Path) -> None:
    *lines, last = printed(here, "speak_to_file.py").splitlines()
    audio = sound_of(here / "kettle.wav", 0.8, 3.0)
    assert last == f"kettle.wav: {len(audio) / RATE:.2f} s of speech"
    words = [re.fullmatch(r" *([\d.]+) s to +([\d.]+) s  (\w+)", line) for line in lines]
    assert [word and word[3] for word in words] == ["The", "kettle", "sang"]
    times = [float(word[i]) for word in words if word for i in (1, 2)]
    assert times == sorted(times)
    assert 0 < times[0] < times[-1] <= len(audio) / RATE


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
def test_stream_to_a_file(here: Path) -> None:
    assert printed(here, "stream_to_speaker.py", "--output", "story.raw") == ""
    samples = np.fromfile(here / "story.raw", "<i2")
    assert_speech(samples.astype(np.float32) / 32767, 2.5, 7.0)


PAPER_DEVICE = """
from pathlib import Path

class PortAudioError(Exception):
    pass

class OutputStream:
    def __init__(self, samplerate, channels, dtype):
        print(samplerate, channels, dtype)
    def __enter__(self):
        print("started")
        return self
    def __exit__(self, *error):
        print("stopped")
    def write(self, samples):
        assert samples.ndim == 1 and samples.flags.c_contiguous
        with Path("heard.raw").open("ab") as heard:
            heard.write(samples.tobytes())
        print("played")
"""
"""A module that has what the example uses of sounddevice: it writes what was played to a file."""


def with_sounddevice(folder: Path, source: str) -> Path:
    """A folder of modules with another sounddevice than the one that may be installed."""
    modules = folder / "modules"
    modules.mkdir()
    (modules / "sounddevice.py").write_text(source, "utf-8")
    return modules


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
def test_stream_to_a_loudspeaker(here: Path) -> None:
    done = start(here, "stream_to_speaker.py", modules=with_sounddevice(here, PAPER_DEVICE))
    assert done.returncode == 0, done.stderr
    settings, started, *played, stopped = done.stdout.splitlines()
    assert (settings, started, stopped) == ("24000 1 float32", "started", "stopped")
    assert set(played) == {"played"}
    assert len(played) > 1  # in parts, and not as a whole
    assert_speech(np.fromfile(here / "heard.raw", np.float32), 2.5, 7.0)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("raise ImportError('nothing here')", 'nothing here. Try pip install "kokoro-fast[play]", or --output FILE.'),
        ("raise OSError('PortAudio is gone')", "PortAudio is gone. Try pip install"),
        (
            "class PortAudioError(Exception): pass\ndef OutputStream(**settings): raise PortAudioError('no device')",
            "no device. Try --output FILE.",
        ),
    ],
    ids=["no package", "no library", "no device"],
)
def test_without_a_loudspeaker(here: Path, source: str, message: str) -> None:
    done = start(here, "stream_to_speaker.py", modules=with_sounddevice(here, source))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"no loudspeaker: {message}")
    assert done.stderr.count("\n") == 1


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
def test_llm_to_speech(here: Path) -> None:
    lines = printed(here, "llm_to_speech.py").splitlines()
    audio = sound_of(here / "answer.wav", 7.0, 20.0)
    parts = [re.fullmatch(r" *([\d.]+) s of sound: (.*)", line) for line in lines]
    assert len(parts) > 1
    assert sum(float(part[1]) for part in parts if part) == pytest.approx(len(audio) / RATE, abs=0.01 * len(parts))
    answer = runpy.run_path(str(EXAMPLES / "llm_to_speech.py"))["ANSWER"]
    assert [word for part in parts if part for word in part[2].split()] == words_of(answer)


BOOK = "An old book.\n\nCHAPTER I\n\nIt rained all day.\n\nCHAPTER II. The Sun\n\nThen the sun came.\n"


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
def test_audiobook(here: Path) -> None:
    import av

    (here / "book.txt").write_text(BOOK, "utf-8")
    assert printed(here, "audiobook.py") == "  1. CHAPTER I\n  2. CHAPTER II. The Sun\n"
    with av.open(here / "book.m4b") as file:
        marks = [(mark["metadata"]["title"], float(mark["start"] * mark["time_base"])) for mark in file.chapters()]
        blocks = [frame.to_ndarray()[0] for frame in file.decode(audio=0)]
        assert file.streams.audio[0].rate == RATE
    audio = np.concatenate(blocks)
    assert_speech(audio, 4.0, 15.0)
    assert [title for title, _ in marks] == ["book", "CHAPTER I", "CHAPTER II. The Sun"]
    starts = [start for _, start in marks]
    assert starts[0] == 0
    assert all(later - start > 0.5 for start, later in zip(starts, [*starts[1:], len(audio) / RATE], strict=True))
    assert words_of(" ".join((here / "book.srt").read_text("utf-8").split("\n")[2::4])) == words_of(BOOK)
    assert sorted(path.name for path in here.iterdir()) == ["book.m4b", "book.srt", "book.txt", "examples"]


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
def test_audiobook_without_headings(here: Path) -> None:
    (here / "book.txt").write_text("It rained all day.", "utf-8")
    assert printed(here, "audiobook.py") == "No headings were found, so the file will have no chapter marks.\n"
    assert (here / "book.m4b").stat().st_size > 4000


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
def test_blend_voices(here: Path) -> None:
    lines = printed(here, "blend_voices.py").splitlines()
    assert lines[1] == "blends/blend_025.wav: af_heart:0.75,am_michael:0.25"
    names = [f"blend_{percent:03}.wav" for percent in (0, 25, 50, 75, 100)]
    assert [line.split(": ")[0] for line in lines] == [f"blends/{name}" for name in names]
    pitches = [pitch(sound_of(here / "blends" / name, 2.0, 6.0)) for name in names]
    assert pitches == sorted(pitches, reverse=True)  # from a woman's voice to a man's
    assert pitches[0] > 1.3 * pitches[-1]


def pitch(audio: Audio) -> float:
    """The median pitch in Hz, by autocorrelation, of the windows of 50 ms that have one."""
    found = []
    for start in range(0, len(audio) - 1200, 240):
        window = audio[start : start + 1200] * np.hanning(1200)
        correlation = np.fft.irfft(np.abs(np.fft.rfft(window, 4096)) ** 2)
        lag = RATE // 400 + int(np.argmax(correlation[RATE // 400 : RATE // 60]))  # 60 to 400 Hz
        if np.sum(window**2) > 0.5 and correlation[lag] > 0.5 * correlation[0]:
            found.append(RATE / lag)
    assert len(found) > 50
    return float(np.median(found))


HIGHLIGHTED = re.compile(r"\x1b\[7m(.*?)\x1b\[0m")


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
@pytest.mark.parametrize("fast", [True, False], ids=["fast", "in time"])
def test_highlight_words(here: Path, fast: bool) -> None:
    text = runpy.run_path(str(EXAMPLES / "highlight_words.py"))["TEXT"]
    shown = printed(here, "highlight_words.py", *(["--fast"] if fast else []))
    assert HIGHLIGHTED.findall(shown) == words_of(text)
    lines = shown.replace("\r", "\n").split("\n")
    plain = [HIGHLIGHTED.sub(r"\1", line) for line in lines if line]
    assert list(dict.fromkeys(plain)) == text.splitlines()
    assert len(plain) == len(words_of(text))
    sound_of(here / "rhyme.wav", 2.5, 8.0)


def test_the_line_of_a_highlighted_word() -> None:
    highlighted = runpy.run_path(str(EXAMPLES / "highlight_words.py"))["highlighted"]

    def shown(text: str, word: str) -> str:
        start = text.index(word)
        return str(highlighted(text, Word(word, "", 0, 1, start, start + len(word))))

    assert shown("one two three", "two") == "one \x1b[7mtwo\x1b[0m three"
    assert shown("one\ntwo, three\nfour", "three") == "two, \x1b[7mthree\x1b[0m"
    assert shown("one\ntwo\n", "one") == "\x1b[7mone\x1b[0m"
    assert shown("one\ntwo\n", "two") == "\x1b[7mtwo\x1b[0m"


@pytest.mark.slow
def test_cpp(host_build: Path, torchscript_folder: Callable[..., Path], here: Path) -> None:
    """The commands below the table of the README, with a host and a folder that other tests have made too."""
    folder = torchscript_folder("native" if ops.status().native else "torch")
    (here / "kokoro").symlink_to(folder)
    call("cmake", "--install", host_build, "--prefix", here / "installed", folder=here)
    (block,) = re.findall(r"^```bash\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    export, *commands = block.splitlines()
    assert export == "kokoro-fast export torchscript -o kokoro --voices af_heart"
    assert len(commands) == 4
    kokoro_fast = f"{shlex.quote(sys.executable)} -m kokoro_fast"
    script = "\n".join(["set -eo pipefail", *commands]).replace("kokoro-fast", kokoro_fast)
    said = call("bash", "-c", script, folder=here)
    audio = sound_of(here / "story.wav", 2.5, 7.0)
    assert said.splitlines()[-1] == f"story.wav: {len(audio)} samples"
    program = here / "build" / "speak_lines" / "speak_lines"
    how = ("--voice", "af_heart", "--lines", "story.jsonl", "-o", "say.wav")
    call(host_build / "kokoro-say", "kokoro", *how, folder=here)
    assert np.abs(audio - sound_of(here / "say.wav", 2.5, 7.0)).max() <= 1 / 32767
    failed = subprocess.run(
        [program, "kokoro", "nobody", "story.jsonl", "no.wav"], cwd=here, capture_output=True, text=True, check=False
    )
    assert failed.returncode == 1
    assert "nobody" in failed.stderr
    assert not (here / "no.wav").exists()


def call(*command: str | Path, folder: Path) -> str:
    """What a command prints; the test fails with all of it where the command does."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"
    return done.stdout
