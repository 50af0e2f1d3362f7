"""`kokoro-fast say`: the sound and the words that come out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.cli import run

from kokoro_fast import Kokoro

pytestmark = pytest.mark.usefixtures("fetched")


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


def test_a_file_of_markdown_is_read_as_such(here: Path) -> None:
    (here / "note.md").write_text("Title\n===\n\n+ *one* <b>two</b>\n", "utf-8")
    (here / "note.txt").write_text("Title\n\none two\n", "utf-8")
    said, plain, forced = (
        json.loads(run("say", "-f", *args, "-o", "a.wav", "--json", "-q").stdout)
        for args in (["note.md"], ["note.txt"], ["note.txt", "--markup", "markdown"])
    )
    assert said["phonemes"] == plain["phonemes"] == forced["phonemes"]
    text = (here / "note.md").read_text("utf-8")
    assert [text[word["char_start"] : word["char_end"]] for word in said["words"]] == ["Title", "one", "two"]
