"""Messages of one line, and what the boundary around a parser makes of its errors."""

from __future__ import annotations

import errno
import mmap
import os
import pickle
from pathlib import Path

import pytest

from kokoro_fast.errors import InputError, KokoroFastError, MissingDependencyError, WeightsError, parsing
from kokoro_fast.weights.onnx_file import read_graph


@pytest.mark.parametrize("kind", [InputError, WeightsError, MissingDependencyError])
def test_a_message_is_one_line_whatever_it_quotes(kind: type[KokoroFastError]) -> None:
    name = "a\nb\r\x1b[31mc\u2028d\u202ee\ud800"
    error = kind(f"{name}: expected a tensor, got é 你好")
    assert str(error) == r"a\nb\r\x1b[31mc\u2028d\u202ee\ud800: expected a tensor, got é 你好"
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)),
        RuntimeError("[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory\nframe #0"),
    ],
    ids=["python", "system", "torch"],
)
def test_a_lack_of_memory_is_no_fault_of_the_file(error: Exception) -> None:
    with pytest.raises(MemoryError) as caught, parsing(InputError):
        raise error
    assert caught.value.__cause__ is error
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("error", [KeyError("x"), RecursionError(), StopIteration(), OSError(errno.EIO, "broken")])
def test_any_other_error_is_one(error: Exception) -> None:
    with pytest.raises(InputError) as caught, parsing(InputError):
        raise error
    assert caught.value.__cause__ is error


def test_a_file_that_does_not_fit_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    path = tmp_path / "a.onnx"
    path.write_bytes(b"damaged")
    with pytest.raises(WeightsError, match="truncated or damaged"):
        read_graph(path)
    monkeypatch.setattr(mmap, "mmap", full)
    with pytest.raises(MemoryError, match="Cannot allocate memory"):
        read_graph(path)
