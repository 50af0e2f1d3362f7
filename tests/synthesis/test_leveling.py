"""Chunks drawn to the pace and the level of those before them."""

from __future__ import annotations

import numpy as np
import pytest

from kokoro_fast.config import SAMPLE_RATE
from kokoro_fast.synthesis.leveling import EDGE_SECONDS, LARGEST_GAIN_DB, LARGEST_PACE, MEMORY, Leveler

N_SOUNDS = 100
PHONEMES = "a" * N_SOUNDS + "."


def durations(seconds: float, n_symbols: int = N_SOUNDS) -> list[float]:
    """Of so many symbols that are heard for so long, and a mark, with long silences at both ends."""
    return [20, *[(seconds + EDGE_SECONDS) * 40 / n_symbols] * n_symbols, 30, 20]


def tone(level_db: float, seconds: float = 5.0) -> np.ndarray:
    samples = np.sin(np.arange(round(seconds * SAMPLE_RATE)) * 0.1, dtype=np.float32)
    return (samples * 2**0.5 * 10 ** (level_db / 20)).astype(np.float32)


def pace(even: Leveler, phonemes: str, durations: list[float], speed: float = 1.0, voice: str = "") -> float:
    """How much faster the chunk is to be."""
    return even.speed(phonemes, lambda at: [frames / at for frames in durations], speed, voice) / speed


def decibels(gain: float) -> float:
    return 20 * np.log10(gain)


def test_the_first_chunk_is_left_as_it_is() -> None:
    assert pace(Leveler(), PHONEMES, durations(3.0)) == 1.0
    assert Leveler().gain(tone(-40)) == 1.0


def test_equal_chunks_are_left_as_they_are() -> None:
    even = Leveler()
    assert [pace(even, PHONEMES, durations(8.0)) for _ in range(5)] == [1.0] * 5
    assert [even.gain(tone(-25)) for _ in range(5)] == pytest.approx([1.0] * 5)


def test_a_slow_chunk_is_hurried_to_the_mean_and_a_fast_one_slowed() -> None:
    slow, fast = Leveler(), Leveler()
    for even in (slow, fast):
        pace(even, PHONEMES, durations(8.0))
    assert pace(slow, PHONEMES, durations(9.0)) == pytest.approx(9 / 8.5)
    assert pace(fast, PHONEMES, durations(7.0)) == pytest.approx(7 / 7.5)


def test_a_loud_chunk_is_softened_to_the_mean_power() -> None:
    even = Leveler()
    even.gain(tone(-25))
    gain = even.gain(tone(-23))
    mean = 10 * np.log10((10**-2.5 + 10**-2.3) / 2)
    assert decibels(gain) == pytest.approx(mean + 23, abs=0.01)


def test_short_chunks_follow_long_ones_and_not_the_other_way() -> None:
    short_after, long_after = Leveler(), Leveler()
    slow_line = ("“" + "a" * 10 + ".", [20, *durations(0.85, 10)])
    pace(short_after, PHONEMES, durations(8.0))
    assert pace(short_after, *slow_line) == pytest.approx(1.06, abs=0.02)
    pace(long_after, *slow_line)
    assert pace(long_after, PHONEMES, durations(8.0)) == 1.0


def test_no_change_is_out_of_bounds() -> None:
    even = Leveler()
    pace(even, PHONEMES, durations(8.0))
    assert pace(even, "aa.", durations(2.0, 2)) == pytest.approx(LARGEST_PACE)
    assert pace(even, PHONEMES * 9, durations(8.0, 9 * 101 - 1)) == pytest.approx(1 / LARGEST_PACE)
    even.gain(tone(-25, 60.0))
    assert decibels(even.gain(tone(-50))) == pytest.approx(LARGEST_GAIN_DB)
    assert decibels(even.gain(tone(-5, 0.1))) == pytest.approx(-LARGEST_GAIN_DB)


def test_another_voice_and_another_speed_are_not_compared() -> None:
    even = Leveler()
    pace(even, PHONEMES, durations(8.0), voice="a")
    assert pace(even, PHONEMES, durations(9.0), voice="b") == 1.0
    assert pace(even, PHONEMES, durations(8.0), 2.0, voice="a") == pytest.approx(1.0, abs=0.03)
    even.gain(tone(-25), voice="a")
    assert even.gain(tone(-22), voice="b") == 1.0


def test_only_the_last_chunks_count_so_a_text_can_be_taken_up_again() -> None:
    rng = np.random.default_rng(0)
    lengths = [durations(seconds) for seconds in rng.uniform(7, 10, 12)]
    sounds = [tone(level, 1.0) for level in rng.uniform(-27, -23, 12)]
    whole, resumed = Leveler(), Leveler()
    expected = [(pace(whole, PHONEMES, d), whole.gain(s)) for d, s in zip(lengths, sounds, strict=True)]
    got = [(pace(resumed, PHONEMES, d), resumed.gain(s)) for d, s in zip(lengths[3:], sounds[3:], strict=True)]
    assert got[MEMORY:] == expected[3 + MEMORY :]
    assert got[1] != expected[4]


def test_pauses_and_silence_do_not_count_as_sound() -> None:
    even = Leveler()
    even.gain(tone(-25))
    silence = np.zeros(5 * SAMPLE_RATE, np.float32)
    assert even.gain(np.concatenate([tone(-25), silence])) == pytest.approx(1.0, rel=1e-3)
    assert even.gain(silence) == 1.0
    assert even.gain(silence[:100]) == 1.0


def test_marks_alone_have_no_pace() -> None:
    even = Leveler()
    assert pace(even, "?!?!", [20, 5, 5, 5, 5, 20]) == 1.0
    assert pace(even, PHONEMES, durations(8.0)) == 1.0


def test_a_speed_is_found_although_durations_are_rounded() -> None:
    rng = np.random.default_rng(0)
    frames = rng.integers(1, 6, N_SOUNDS) + rng.normal(0, 0.3, N_SOUNDS)

    def durations_at(speed: float) -> list[int]:
        return [20, *np.maximum(np.rint(frames / speed), 1).astype(int), 30, 20]

    def seconds(speed: float) -> float:
        return sum(durations_at(speed)[1 : N_SOUNDS + 1]) / 40

    for wanted in (1.06, 0.94):
        even = Leveler()
        assert even.speed(PHONEMES, durations_at, 1.1, "") == 1.1
        for _ in range(MEMORY):
            pace(even, PHONEMES * 50, durations(50 * (seconds(1.0) - EDGE_SECONDS) / wanted, 50 * len(PHONEMES) - 1))
        found = even.speed(PHONEMES, durations_at, voice="")
        assert seconds(1.0) / seconds(found) == pytest.approx(wanted, abs=0.02)
