"""Lines of phonemes for hosts without grapheme-to-phoneme conversion: nothing is lost, and every line says enough."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tracemalloc
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kokoro_fast.chunking.planner import plan
from kokoro_fast.cli.app import cli
from kokoro_fast.config import MAX_SYMBOLS, VOCAB
from kokoro_fast.errors import InputError, UnspokenTextWarning
from kokoro_fast.export.phoneme_lines import phoneme_lines
from kokoro_fast.synthesis.pauses import PAUSE_SECONDS
from kokoro_fast.text import load_lexicon, phonemizer
from kokoro_fast.types import Boundary

TEXT = (
    """It was "the best" of times; it was (they say) the worst of times — for $5, at noon.

A new paragraph, with a long sentence that goes on and on, """
    + "and on, " * 90
    + "to its end!"
)


def lines_of(text: str, **options: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in phoneme_lines(text, **options)]


def test_nothing_is_lost() -> None:
    lines = lines_of(TEXT)
    tokens = phonemizer("en-us")(TEXT).tokens
    chunks = plan(tokens)
    assert [line["phonemes"] for line in lines] == [chunk.phonemes for chunk in chunks]
    assert " ".join(line["phonemes"] for line in lines).split() == "".join(t.symbols for t in tokens).split()
    assert len(lines) > 3
    assert all(0 < len(line["phonemes"]) <= MAX_SYMBOLS and set(line["phonemes"]) <= set(VOCAB) for line in lines)


def test_each_line_has_its_words_and_their_place() -> None:
    lines = lines_of(TEXT)
    for line in lines:
        assert line["text"] == " ".join(TEXT[line["char_start"] : line["char_end"]].split())
    assert " ".join(line["text"] for line in lines) == " ".join(TEXT.split())


def test_gaps_are_those_of_the_boundaries() -> None:
    lines = lines_of("One sentence here. " * 12 + "\n\nThe end.")
    gaps = [line["gap"] for line in lines]
    chunks = plan(phonemizer("en-us")("One sentence here. " * 12 + "\n\nThe end.").tokens)
    assert gaps == [PAUSE_SECONDS[chunk.boundary] for chunk in chunks]
    assert gaps[-2:] == [PAUSE_SECONDS[Boundary.PARAGRAPH]] * 2
    assert PAUSE_SECONDS[Boundary.SENTENCE] in gaps


def test_markup() -> None:
    text = 'One. [pause:1.5s] [voice:am_adam]Two,[voice:default] <prosody rate="80%">three</prosody> [four](/fˈO/).'
    lines = lines_of(text)
    assert [(line["text"], line.get("voice"), line.get("rate")) for line in lines] == [
        ("One.", None, None),
        ("Two,", "am_adam", None),
        ("three", None, 0.8),
        ("four.", None, None),
    ]
    assert (lines[0]["gap"], lines[0]["pause"]) == (1.5, True)
    assert lines[-1]["phonemes"] == "fˈO."
    assert set(lines[-1]) == {"phonemes", "gap", "text", "char_start", "char_end"}
    with pytest.raises(InputError, match="at character 4"):
        lines_of("Two [puase:1s].")
    assert "p" in lines_of("Two [puase:1s].", markup="plain")[0]["phonemes"]


def test_a_silence_stands_alone() -> None:
    lines = lines_of("[pause:2s] One.\n\nTwo. [pause:1s]")
    assert [(line["phonemes"] != "", line["gap"]) for line in lines] == [(False, 2.0), (True, 0.75), (True, 1.0)]
    assert [line.get("pause") for line in lines] == [True, None, True]
    assert (lines[0]["text"], lines[0]["char_start"], lines[0]["char_end"]) == ("", 0, 0)
    assert [line["text"] for line in lines_of("[pause:2s]")] == [""]


def test_language_and_lexicon() -> None:
    assert lines_of("tomato")[0]["phonemes"] != lines_of("tomato", lang="en-gb")[0]["phonemes"]
    assert lines_of("JSON", lexicon=load_lexicon({"JSON": "ʤˈAsᵊn"}))[0]["phonemes"] == "ʤˈAsᵊn"
    with pytest.raises(InputError, match="klingon"):
        lines_of("nuqneH", lang="klingon")


@pytest.mark.parametrize("text", ["", " \n ", "* * *"])
def test_nothing_to_say(text: str) -> None:
    with pytest.raises(InputError, match="expected something to say, got nothing speakable"):
        list(phoneme_lines(text))


def test_what_cannot_be_spoken_is_reported() -> None:
    with pytest.warns(UnspokenTextWarning, match="at character 6: left out, no pronunciation"):
        assert lines_of("Hello \ud800 world.")[0]["phonemes"].split() == ["həlˈO", "wˈɜɹld."]


@pytest.mark.slow
def test_the_first_line_does_not_wait_for_the_last() -> None:
    """And memory does not grow with the text: what is kept of it is what is still to come."""
    text = "One more line.\n\n" * 3000
    lines = phoneme_lines(text)
    next(lines)
    tracemalloc.start()
    for _ in islice(lines, 100):
        pass
    _, first = tracemalloc.get_traced_memory()
    for _ in islice(lines, 300):
        pass
    _, later = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert later < 1.5 * first + 1_000_000


# The command


def run(*args: str, stdin: str | bytes = b"") -> Result:
    return CliRunner().invoke(cli, ["phonemes", *args], input=stdin, catch_exceptions=False)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shown = run("Hello there.", "And again.")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert [json.loads(line) for line in shown.stdout.splitlines()] == lines_of("Hello there. And again.")
    (tmp_path / "text.txt").write_text(TEXT, "utf-8")
    (tmp_path / "words.json").write_text('{"times": "tˈAmz"}', "utf-8")
    written = run("-f", "text.txt", "-o", "lines.jsonl", "--lexicon", "words.json", "-l", "en-gb")
    assert (written.exit_code, written.output) == (0, "")
    found = [json.loads(line) for line in (tmp_path / "lines.jsonl").read_text("utf-8").splitlines()]
    assert found == lines_of(TEXT, lang="en-gb", lexicon=load_lexicon({"times": "tˈAmz"}))
    assert run(stdin="Hello [pause:1x].").exit_code == 2
    assert run("--markup", "plain", stdin="Hello [pause:1x].").exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lines.jsonl", "text.txt", "words.json"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["* * *", "-o", "out"], "expected something to say"),
        (["Hi.", "-o", "none/out"], "output none/out: expected the folder "),
        (["Hi.", "-o", "."], "output .: expected a file or a new name, found something else of that name"),
        (["Hi.", "-f", "text.txt"], "expected one of TEXT, --file and --phonemes, got more"),
        (["-f", "text.txt"], "file text.txt: cannot read it"),
        (["Hi.", "--lexicon", "none.json"], "none.json"),
        (["Hi.", "-l", "xx"], "xx"),
    ],
)
def test_the_command_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], said: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").write_text("before", "utf-8")
    result = run(*args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(rf"kokoro-fast: error: [^\n]*{re.escape(said)}[^\n]*\n", result.stderr), result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out").read_text("utf-8") == "before"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_and_a_broken_pipe(tmp_path: Path) -> None:
    import resource

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    program = [sys.executable, "-W", "error", "-m", "kokoro_fast", "phonemes"]
    options: dict[str, Any] = {"cwd": tmp_path, "stderr": subprocess.PIPE, "text": True, "input": TEXT, "check": False}
    with open("/dev/full", "wb") as full:
        done = subprocess.run(program, stdout=full, **options)
    assert (done.returncode, done.stderr) == (1, "kokoro-fast: error: No space left on device\n")
    done = subprocess.run([*program, "-o", "lines"], preexec_fn=small_files, **options)
    assert (done.returncode, done.stderr) == (1, "kokoro-fast: error: lines: File too large\n")
    assert list(tmp_path.iterdir()) == []
    process = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    process.stdin.write(TEXT.encode())
    process.stdin.close()
    assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 128 + 13
    process.stderr.close()
