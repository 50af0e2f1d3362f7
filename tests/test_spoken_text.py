"""What was read, and where it stands in the user's text: numbers and signs are words of the text with one time."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kokoro_fast import Kokoro
from kokoro_fast.errors import InputError

TEXT = "It cost $1,250.50 at 10–20 km/h. See [the docs](https://example.com/a), **now**, Dr. Smith."


def test_words_point_at_what_was_written(tts: Kokoro) -> None:
    speech = tts.speak(TEXT)
    written = [word.text for word in speech.words]
    assert written == ["It", "cost", "$1,250.50", "at", "10–20 km/h", "See", "the", "docs", "now", "Dr.", "Smith"]
    assert all(TEXT[word.char_start : word.char_end] == word.text for word in speech.words)
    said = {word.text: word.said for word in speech.words if word.said is not None}
    assert said == {
        "$1,250.50": "one thousand two hundred fifty dollars and fifty cents",
        "10–20 km/h": "ten to twenty kilometers per hour",
        "Dr.": "doctor",
    }
    assert speech.spoken_text == (
        "It cost one thousand two hundred fifty dollars and fifty cents at ten to twenty kilometers per hour. "
        "See the docs, now, doctor Smith."
    )
    for word in speech.words:
        assert word.start < word.end
        assert "".join(phone.symbol for phone in word.phones)


def test_subtitles_show_what_was_written(tts: Kokoro, tmp_path: Path) -> None:
    speech = tts.speak(TEXT)
    speech.save_subtitles(tmp_path / "a.srt")
    speech.save_subtitles(tmp_path / "a.vtt")
    speech.save_subtitles(tmp_path / "a.json")
    shown = "It cost $1,250.50 at 10–20 km/h. See the docs, now, Dr. Smith."
    lines = (tmp_path / "a.srt").read_text("utf-8").splitlines()
    assert " ".join(line for line in lines if line and not line.isdigit() and "-->" not in line) == shown
    plain = re.sub(r"<[^>]*>", "", (tmp_path / "a.vtt").read_text("utf-8"))
    assert "$1,250.50" in plain
    assert "km/h" in plain
    words = json.loads((tmp_path / "a.json").read_text("utf-8"))["words"]
    assert [(word["text"], word["said"]) for word in words][2] == (
        "$1,250.50",
        "one thousand two hundred fifty dollars and fifty cents",
    )


def test_a_stream_reads_the_same(tts: Kokoro) -> None:
    parts = list(tts.stream(iter(TEXT)))
    words = {(word.text, word.said) for part in parts for word in part.words}
    assert words == {(word.text, word.said) for word in tts.speak(TEXT).words}


def test_normalization_can_be_switched_off() -> None:
    engine = Kokoro(normalize=False)
    assert all(token.said is None for token in engine._phonemizer().tokens(TEXT))


def test_emoji_have_two_modes() -> None:
    with pytest.raises(InputError, match="emoji: expected 'silent' or 'names', got 'loud'"):
        Kokoro(emoji="loud")  # type: ignore[arg-type]
