"""The stitcher, the numpy reference and the native one alike: same samples whatever the pieces, exact positions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kokoro_fast.synthesis.stitcher import Stitcher, make_stitcher

Samples = NDArray[np.float32]
Make = Callable[[int], Any]

MAKERS: list[Make] = [Stitcher]
try:
    from kokoro_fast._native import Stitcher as NativeStitcher

    MAKERS.append(NativeStitcher)
except ImportError:
    pass

every_stitcher = pytest.mark.parametrize("make", MAKERS, ids=["reference", "native"][: len(MAKERS)])


@dataclass(frozen=True)
class Piece:
    """A chunk of noise, as `begin` announces it."""

    n_samples: int
    head: int
    tail: int
    pause: int

    @property
    def kept(self) -> int:
        return self.n_samples - self.head - self.tail


def noise(n: int, seed: int = 0) -> Samples:
    return np.random.default_rng(seed).uniform(-1, 1, n).astype(np.float32)


def sounds(pieces: Sequence[Piece]) -> list[Samples]:
    return [noise(piece.n_samples, seed) for seed, piece in enumerate(pieces)]


def stitch(make: Make, crossfade: int, pieces: Sequence[Piece], step: int | None = None) -> tuple[Samples, list[int]]:
    """All samples, and the position of every chunk; each chunk pushed whole or `step` samples at a time."""
    stitcher = make(crossfade)
    out, starts = [], []
    for piece, sound in zip(pieces, sounds(pieces), strict=True):
        starts.append(stitcher.begin(piece.n_samples, piece.head, piece.tail, piece.pause))
        for at in range(0, len(sound), step or max(1, len(sound))):
            out.append(stitcher.push(sound[at : at + (step or len(sound))]))
        stitcher.end()
    length = stitcher.position
    out.append(stitcher.flush())
    samples = np.concatenate(out)
    assert samples.dtype == np.float32
    assert len(samples) == length
    return samples, starts


def oracle(crossfade: int, pieces: Sequence[Piece]) -> tuple[NDArray[np.float64], list[int]]:
    """The same timeline from whole arrays, in double precision: every chunk gets its envelope and is added in place."""
    spoken: list[tuple[Samples, int]] = []  # kept samples, pause after; without the chunks that keep nothing
    lead = 0
    for piece, sound in zip(pieces, sounds(pieces), strict=True):
        if piece.kept:
            spoken.append((sound[piece.head : piece.n_samples - piece.tail], piece.pause))
        elif spoken:
            spoken[-1] = (spoken[-1][0], spoken[-1][1] + piece.pause)
        else:
            lead += piece.pause

    line = np.zeros(sum(piece.kept + piece.pause for piece in pieces))
    position, pause, previous = lead, lead, 0
    starts = []
    for index, (kept, after) in enumerate(spoken):
        n = len(kept)
        rise = min(crossfade, n) if pause else min(crossfade, n, previous)
        follower = len(spoken[index + 1][0]) if index + 1 < len(spoken) else 0
        fall = min(crossfade, n) if after else min(crossfade, n, follower)
        envelope = np.ones(n)
        envelope[:rise] *= np.sin((np.arange(rise) + 0.5) / max(rise, 1) * np.pi / 2)
        start = position if pause else position - rise
        starts.append(start)
        line[start : start + n] += kept * envelope
        # A fall covers all that lies there, the end of an even earlier chunk included.
        line[start + n - fall : start + n] *= np.cos((np.arange(fall) + 0.5) / max(fall, 1) * np.pi / 2)
        position, pause, previous = start + n + after, after, n
    return line[:position], starts


@st.composite
def pieces_lists(draw: st.DrawFn) -> list[Piece]:
    pieces = []
    for _ in range(draw(st.integers(0, 6))):
        n = draw(st.integers(0, 40))
        head = draw(st.integers(0, n) | st.just(0))
        tail = draw(st.integers(0, n - head) | st.just(0))
        pieces.append(Piece(n, head, tail, draw(st.sampled_from([0, 0, 1, 7]))))
    return pieces


crossfades = st.sampled_from([0, 1, 2, 5, 8, 30])


@every_stitcher
@settings(deadline=None)
@given(crossfade=crossfades, pieces=pieces_lists(), step=st.integers(1, 12))
def test_fed_in_any_pieces_the_same_samples(make: Make, crossfade: int, pieces: list[Piece], step: int) -> None:
    whole, starts = stitch(make, crossfade, pieces)
    parts, starts_of_parts = stitch(make, crossfade, pieces, step)
    assert whole.tobytes() == parts.tobytes()
    assert starts == starts_of_parts


@every_stitcher
@settings(deadline=None)
@given(data=st.data(), cuts=st.lists(st.integers(0, 60), max_size=8))
def test_uneven_and_empty_pieces_change_nothing(make: Make, data: st.DataObject, cuts: list[int]) -> None:
    crossfade = data.draw(crossfades)
    sound, edges = noise(60), [0, *sorted(cuts), 60]
    stitcher = make(crossfade)
    out = []
    for pause in [0, 3, 0]:
        stitcher.begin(60, 4, 5, pause)
        out += [stitcher.push(sound[a:b]) for a, b in pairwise(edges)]
        stitcher.end()
    whole = make(crossfade)
    expected = []
    for pause in [0, 3, 0]:
        whole.begin(60, 4, 5, pause)
        expected.append(whole.push(sound))
        whole.end()
    assert np.concatenate([*out, stitcher.flush()]).tobytes() == np.concatenate([*expected, whole.flush()]).tobytes()


@every_stitcher
@settings(deadline=None)
@given(crossfade=crossfades, pieces=pieces_lists())
def test_samples_and_positions_are_those_of_a_simple_oracle(make: Make, crossfade: int, pieces: list[Piece]) -> None:
    samples, starts = stitch(make, crossfade, pieces)
    expected, expected_starts = oracle(crossfade, pieces)
    np.testing.assert_allclose(samples, expected, atol=5e-7)
    assert [start for start, piece in zip(starts, pieces, strict=True) if piece.kept] == expected_starts


@pytest.mark.skipif(len(MAKERS) < 2, reason="the native module is not built")
@settings(deadline=None)
@given(crossfade=crossfades, pieces=pieces_lists(), step=st.integers(1, 12))
def test_native_equals_the_reference_to_the_bit(crossfade: int, pieces: list[Piece], step: int) -> None:
    reference, starts = stitch(Stitcher, crossfade, pieces, step)
    native, native_starts = stitch(MAKERS[1], crossfade, pieces, step)
    assert reference.tobytes() == native.tobytes()
    assert starts == native_starts


@every_stitcher
def test_one_chunk_comes_back_trimmed_and_otherwise_untouched(make: Make) -> None:
    samples, starts = stitch(make, 10, [Piece(100, 7, 9, 0)])
    assert samples.tobytes() == noise(100)[7:91].tobytes()
    assert starts == [0]


@every_stitcher
def test_an_overlap_has_equal_power(make: Make) -> None:
    n, crossfade = 60_000, 20_000
    samples, starts = stitch(make, crossfade, [Piece(n, 0, 0, 0), Piece(n, 0, 0, 0)])
    assert starts == [0, n - crossfade]
    power = (samples**2).reshape(-1, 5_000).mean(axis=1)
    np.testing.assert_allclose(power, 1 / 3, rtol=0.05)


@every_stitcher
def test_joins_make_no_step_larger_than_the_sound_itself(make: Make) -> None:
    sine = np.sin(2 * np.pi * 150 * np.arange(6_000) / 24_000).astype(np.float32)
    stitcher = make(240)
    out = []
    for pause in [0, 0, 480, 0, 2_400]:
        stitcher.begin(6_000, 11, 17, pause)
        out.append(stitcher.push(sine))
        stitcher.end()
    samples = np.concatenate([*out, stitcher.flush()])
    largest = np.abs(np.diff(sine)).max()
    assert np.abs(np.diff(samples)).max() <= 1.5 * largest  # two sines in phase rise by up to sqrt(2)
    assert abs(samples[-2_401]) < largest


@every_stitcher
def test_a_pause_is_silent_and_exact(make: Make) -> None:
    samples, starts = stitch(make, 16, [Piece(100, 0, 0, 50), Piece(80, 0, 0, 30)])
    assert starts == [0, 150]
    assert len(samples) == 260
    assert not samples[100:150].any()
    assert not samples[230:].any()
    assert abs(samples[99]) < 0.05
    assert abs(samples[150]) < 0.05
    assert abs(samples[229]) < 0.05
    assert samples[0] == noise(100)[0]


@every_stitcher
def test_chunks_that_keep_nothing_add_their_pauses_and_break_no_join(make: Make) -> None:
    samples, starts = stitch(make, 8, [Piece(50, 0, 0, 5), Piece(20, 12, 8, 6), Piece(0, 0, 0, 7), Piece(50, 0, 0, 0)])
    assert starts == [0, 55, 61, 68]
    assert len(samples) == 118
    _, starts = stitch(make, 8, [Piece(50, 0, 0, 0), Piece(20, 12, 8, 0), Piece(50, 0, 0, 0)])
    assert starts == [0, 50, 42]


@every_stitcher
def test_only_what_a_join_may_change_is_held_back(make: Make) -> None:
    stitcher = make(8)
    stitcher.begin(100, 10, 20, 0)
    sizes = [len(stitcher.push(noise(20))) for _ in range(5)]
    assert sizes == [10, 20, 20, 12, 0]
    assert stitcher.position == 70
    stitcher.end()
    assert len(stitcher.flush()) == 8


@every_stitcher
def test_nan_passes_through(make: Make) -> None:
    stitcher = make(4)
    sound = noise(20)
    sound[[0, 10, 19]] = np.nan
    stitcher.begin(20, 0, 0, 0)
    samples = stitcher.push(sound)
    stitcher.end()
    samples = np.concatenate([samples, stitcher.flush()])
    assert np.flatnonzero(np.isnan(samples)).tolist() == [0, 10, 19]


@every_stitcher
def test_flush_and_cancel_leave_it_as_new(make: Make) -> None:
    stitcher = make(8)
    for leave in [stitcher.flush, stitcher.cancel]:
        assert stitcher.begin(30, 0, 0, 9) == 0
        assert stitcher.push(noise(30)).tobytes() == noise(30)[:22].tobytes()
        stitcher.end()
        leave()
        assert stitcher.position == 0
        assert len(stitcher.flush()) == 0
    stitcher.begin(30, 0, 0, 0)
    stitcher.push(noise(10))
    stitcher.cancel()
    assert stitcher.begin(1, 0, 0, 0) == 0


@every_stitcher
def test_what_was_pushed_and_returned_stays_the_callers(make: Make) -> None:
    stitcher = make(8)
    sound = noise(40)
    out = []
    for _ in range(2):
        stitcher.begin(40, 0, 0, 0)
        buffer = sound.copy()
        out.append(stitcher.push(buffer))
        buffer[:] = 9
        stitcher.end()
    before = [samples.copy() for samples in out]
    out[0][:] = 7
    rest = stitcher.flush()
    assert rest.tobytes() == sound[32:].tobytes()
    assert out[1].tobytes() == before[1].tobytes()


@every_stitcher
def test_misuse_says_what_was_expected_and_changes_nothing(make: Make) -> None:
    with pytest.raises(ValueError, match="-1"):
        make(-1)
    stitcher = make(4)
    with pytest.raises(ValueError, match="begin"):
        stitcher.push(noise(3))
    with pytest.raises(ValueError, match="begin"):
        stitcher.end()
    with pytest.raises(ValueError, match=r"10.* 6 .* 5"):
        stitcher.begin(10, 6, 5, 0)
    for numbers in [(-1, 0, 0, 0), (10, -1, 0, 0), (10, 0, -1, 0), (10, 0, 0, -1)]:
        with pytest.raises(ValueError, match="-1"):
            stitcher.begin(*numbers)
    stitcher.begin(10, 0, 0, 0)
    stitcher.push(noise(7))
    with pytest.raises(ValueError, match=r"3 .*got 4"):
        stitcher.push(noise(4))
    with pytest.raises(ValueError, match="10 samples, got 7"):
        stitcher.end()
    for call in [lambda: stitcher.begin(5, 0, 0, 0), stitcher.flush]:
        with pytest.raises(ValueError, match="7 of its 10"):
            call()
    stitcher.push(noise(3))
    stitcher.end()
    assert len(stitcher.flush()) == 4


def test_samples_of_another_shape_are_refused() -> None:
    stitcher = make_stitcher(4)
    stitcher.begin(10, 0, 0, 0)
    with pytest.raises((ValueError, TypeError)):
        stitcher.push(np.zeros((2, 5), np.float32))


def test_make_stitcher_prefers_the_native_one() -> None:
    assert isinstance(make_stitcher(3), MAKERS[-1])  # type: ignore[arg-type]


@every_stitcher
@given(
    crossfade=st.integers(0, 40),
    first=st.integers(1, 200),
    tail=st.integers(0, 100),
    pause=st.integers(0, 50),
    share=st.floats(0, 1),
)
def test_an_end_said_late_is_an_end_said_at_once(
    make: Make, crossfade: int, first: int, tail: int, pause: int, share: float
) -> None:
    following = Piece(30, 3, 2, 0)
    expected = stitch(make, crossfade, [Piece(first + tail, 0, tail, pause), following])
    known = int(share * max(0, first - crossfade))  # what may be sent before the end is known
    stitcher = make(crossfade)
    sound, next_sound = sounds([Piece(first + tail, 0, 0, 0), following])
    starts = [stitcher.begin(first + tail, 0, 0, 0)]
    out = [stitcher.push(sound[:known])]
    if first >= crossfade:
        stitcher.set_end(tail, pause)
        out.append(stitcher.push(sound[known:]))
        stitcher.end()
        starts.append(stitcher.begin(30, 3, 2, 0))
        out.append(stitcher.push(next_sound))
        stitcher.end()
        out.append(stitcher.flush())
        np.testing.assert_array_equal(np.concatenate(out), expected[0])
        assert starts == expected[1]
    else:
        with pytest.raises(ValueError, match="set_end: expected a trim of 0 to"):
            stitcher.set_end(tail + first, pause)


@every_stitcher
def test_an_end_said_too_late(make: Make) -> None:
    stitcher = make(10)
    with pytest.raises(ValueError, match="set_end: expected begin"):
        stitcher.set_end(0, 0)
    stitcher.begin(100, 0, 5, 0)
    stitcher.push(noise(60))
    with pytest.raises(ValueError, match="expected a trim of 5 to 30 samples after 60 of 100, got 31"):
        stitcher.set_end(31, 0)
    with pytest.raises(ValueError, match="expected a trim of 5 to 30 samples after 60 of 100, got 4"):
        stitcher.set_end(4, 0)
    with pytest.raises(ValueError, match="pause of 0 or more"):
        stitcher.set_end(30, -1)
    stitcher.set_end(30, 0)
    stitcher.push(noise(40))
    stitcher.end()
    assert len(stitcher.flush()) == 10
