"""What counts as speech."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.lib.checks import NotSpeech, check_speech

SPEECH = 0.1 * np.sin(np.arange(24_000, dtype=np.float32))


def test_speech_is_accepted() -> None:
    assert check_speech(SPEECH, 12).shape == (24_000,)


@pytest.mark.parametrize(
    ("wave", "expected"),
    [
        (np.zeros_like(SPEECH), "level"),
        (100 * SPEECH, "level"),
        (SPEECH[:100], "got 0.00 s"),
        (np.where(np.arange(24_000) == 5, np.nan, SPEECH), "NaN"),
    ],
)
def test_audio_that_is_not_speech_is_refused(wave: np.ndarray, expected: str) -> None:
    with pytest.raises(NotSpeech, match=expected):
        check_speech(wave, 12)
