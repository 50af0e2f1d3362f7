"""The compiled module on numpy arrays. Skipped where it is not built; test_ops_absent covers that case."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from kokoro_fast import _native, ops
from kokoro_fast.ops import reference
from kokoro_fast.synthesis import stitcher as reference_stitcher

counts = st.integers(0, 60)


@st.composite
def streams(draw: st.DrawFn) -> tuple[int, list[tuple[int, int, int, int]], list[int]]:
    """A crossfade; chunks of n_samples, head, tail, pause; sizes of pieces."""
    chunks = []
    for _ in range(draw(st.integers(0, 6))):
        n_samples = draw(counts)
        head = draw(st.integers(0, n_samples))
        tail = draw(st.integers(0, n_samples - head))
        chunks.append((n_samples, head, tail, draw(st.sampled_from([0, 0, 1, 17]))))
    return draw(st.integers(0, 40)), chunks, draw(st.lists(st.integers(0, 30), min_size=1, max_size=5))


def run_stream(stitcher: Any, chunks: list[tuple[int, int, int, int]], pieces: list[int]) -> list[object]:
    """Everything a stitcher answers, sample bits included."""
    answers: list[object] = []
    generator = np.random.default_rng(0)
    for chunk in chunks:
        answers.append(stitcher.begin(*chunk))
        sound = generator.standard_normal(chunk[0]).astype(np.float32)
        for size in pieces:
            answers.append(stitcher.push(sound[:size]).tobytes())
            sound = sound[size:]
        answers.append(stitcher.push(sound).tobytes())
        stitcher.end()
        answers.append(stitcher.position)
    answers.append(stitcher.flush().tobytes())
    return answers


@given(streams())
def test_stitcher_equals_reference_to_the_bit(stream: tuple[int, list[tuple[int, int, int, int]], list[int]]) -> None:
    crossfade, chunks, pieces = stream
    expected = run_stream(reference_stitcher.Stitcher(crossfade), chunks, pieces)
    assert run_stream(_native.Stitcher(crossfade), chunks, pieces) == expected


@pytest.mark.parametrize(
    "misuse",
    [
        lambda s: s.push(np.zeros(1, np.float32)),
        lambda s: s.end(),
        lambda s: s.begin(-1, 0, 0, 0),
        lambda s: s.begin(10, 6, 5, 0),
        lambda s: (s.begin(10, 0, 0, 0), s.push(np.zeros((2, 2), np.float32))),
        lambda s: (s.begin(10, 0, 0, 0), s.push(np.zeros(11, np.float32))),
        lambda s: (s.begin(10, 0, 0, 0), s.push(np.zeros(9, np.float32)), s.end()),
        lambda s: (s.begin(10, 0, 0, 0), s.begin(10, 0, 0, 0)),
        lambda s: (s.begin(10, 0, 0, 0), s.flush()),
    ],
)
def test_stitcher_errors_equal_the_reference(misuse: Any) -> None:
    messages = []
    for make in (reference_stitcher.Stitcher, _native.Stitcher):
        with pytest.raises(ValueError, match=": expected") as caught:
            misuse(make(4))
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


def test_make_stitcher_prefers_the_native_one() -> None:
    assert isinstance(reference_stitcher.make_stitcher(5), _native.Stitcher)


def test_push_takes_any_array_and_keeps_none_of_it() -> None:
    stitcher = _native.Stitcher(0)
    stitcher.begin(4, 0, 0, 0)
    source = np.arange(8, dtype=np.float64)
    out = stitcher.push(source[::2])
    source[:] = -1
    assert out.dtype == np.float32
    assert out.tolist() == [0, 2, 4, 6]


def test_istft_equals_torch() -> None:
    generator = np.random.default_rng(0)
    magnitude, phase = generator.random((11, 300), np.float32), generator.standard_normal((11, 300)) * 9
    window = torch.hann_window(20)
    expected = reference.istft(torch.from_numpy(magnitude)[None], torch.from_numpy(phase).float()[None], window, 5)[0]
    np.testing.assert_allclose(_native.istft(magnitude, phase, window.numpy(), 5), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((np.ones(11), np.ones(11), np.ones(20), 5), r"magnitude: expected \(K, N\), got \(11,\)"),
        ((np.ones((11, 1)), np.ones((11, 1)), np.ones(20), 5), "at least 2 bins and 2 frames"),
        ((np.ones((11, 4)), np.ones((11, 3)), np.ones(20), 5), r"phase: expected \(11, 4\) .* got \(11, 3\)"),
        ((np.ones((11, 4)), np.ones((11, 4)), np.ones(19), 5), r"window: expected \(20,\), got \(19,\)"),
        ((np.ones((11, 4)), np.ones((11, 4)), np.ones(20), 0), "hop: expected 1 to 20, got 0"),
        ((np.ones((11, 4)), np.ones((11, 4)), np.zeros(20), 5), "window: expected frames that cover every sample"),
    ],
)
def test_istft_refuses(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _native.istft(*arguments)


def test_pcm16_equals_numpy() -> None:
    samples = np.concatenate([np.random.default_rng(0).uniform(-1.2, 1.2, 10_000), [0, 1, -1, np.inf, -np.inf]])
    samples = samples.astype(np.float32)
    expected = np.rint(np.clip(samples, -1, 1) * np.float32(32767)).astype(np.int16)
    np.testing.assert_array_equal(_native.float_to_pcm16(samples), expected)
    assert _native.float_to_pcm16(np.array([np.nan], np.float32)).tolist() == [0]


def test_build_info_agrees_with_the_op_library() -> None:
    info = _native.build_info()
    assert info["isa"] in info["isas"]
    assert info["torch_target"] == "2.11"
    if ops.status().native:
        assert info["isa"] == ops.status().isa


def test_istft_releases_the_gil() -> None:
    """With thread switches turned off, another thread runs during a call only if the call lets the GIL go."""
    polar, window = np.ones((2, 11, 50_000), np.float32), np.ones(20, np.float32)
    before = sys.getswitchinterval()
    ran_inside = False
    for _ in range(50):
        order: list[str] = []
        go = threading.Event()

        def other(order: list[str] = order, go: threading.Event = go) -> None:
            go.wait()
            order.append("other")

        thread = threading.Thread(target=other)
        thread.start()
        sys.setswitchinterval(1000)
        try:
            go.set()
            _native.istft(*polar, window, 5)
            order.append("caller")
        finally:
            sys.setswitchinterval(before)
        thread.join()
        ran_inside = ran_inside or order[0] == "other"
        if ran_inside:
            break
    assert ran_inside


@pytest.mark.skipif(shutil.which("nm") is None or not sys.platform.startswith("linux"), reason="needs nm")
def test_the_op_library_needs_no_python() -> None:
    path = ops.status().path
    assert path is not None, ops.status().reason
    symbols = subprocess.run(["nm", "-D", str(path)], capture_output=True, text=True, check=True).stdout.split()
    assert not [name for name in symbols if name.startswith(("Py", "_Py"))]
    needed = subprocess.run(["readelf", "-d", str(path)], capture_output=True, text=True, check=True).stdout
    assert "python" not in needed
