"""Voices by name, file, tensor and blend; anything else is one line that says what was expected."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from kokoro_fast.errors import InputError
from kokoro_fast.weights import VOICES, load_voice, style_row


@pytest.fixture(scope="module")
def heart() -> Tensor:
    return load_voice("af_heart")


@pytest.fixture(scope="module")
def adam() -> Tensor:
    return load_voice("am_adam")


def test_catalog() -> None:
    assert len(VOICES) == 54
    assert len({voice.sha256 for voice in VOICES.values()}) == 54
    assert VOICES["bm_george"].language == "en-gb"
    assert VOICES["bm_george"].gender == "male"
    assert VOICES["zf_xiaoni"].language == "zh"
    languages = {voice.language for voice in VOICES.values()}
    assert languages == {"en-us", "en-gb", "es", "fr-fr", "hi", "it", "ja", "pt-br", "zh"}


def test_by_name(heart: Tensor) -> None:
    assert heart.shape == (510, 256)
    assert heart.dtype == torch.float32
    assert torch.isfinite(heart).all()


def test_changing_a_voice_does_not_change_the_next(heart: Tensor) -> None:
    load_voice("af_heart").zero_()
    assert torch.equal(load_voice("af_heart"), heart)
    load_voice(heart).zero_()
    assert heart.abs().sum() > 0


@pytest.mark.parametrize("shape", [(510, 1, 256), (510, 256)])
@pytest.mark.parametrize("kind", ["pt", "bin", "npy", "npz", "safetensors", "tensor", "array"])
def test_round_trip(heart: Tensor, tmp_path: Path, kind: str, shape: tuple[int, ...]) -> None:
    values = heart.reshape(shape).clone()
    path = tmp_path / f"mine.{kind}"
    if kind == "pt":
        torch.save(values, path)
    elif kind == "bin":
        path.write_bytes(values.numpy().tobytes())
    elif kind == "npy":
        np.save(path, values.numpy())
    elif kind == "npz":
        np.savez(path, mine=values.numpy())
    elif kind == "safetensors":
        save_file({"mine": values}, path)
    if kind in ("tensor", "array"):
        assert torch.equal(load_voice(values if kind == "tensor" else values.numpy()), heart)
    else:
        assert torch.equal(load_voice(path), heart)
        assert torch.equal(load_voice(str(path)), heart)


@pytest.mark.parametrize("kind", ["npz", "safetensors"])
def test_file_with_several_voices(heart: Tensor, adam: Tensor, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"voices.{kind}"
    if kind == "npz":
        np.savez(path, af_heart=heart.numpy(), am_adam=adam.numpy())
    else:
        save_file({"af_heart": heart, "am_adam": adam}, path)
    assert torch.equal(load_voice(f"{path}:am_adam"), adam)
    torch.testing.assert_close(load_voice(f"{path}:am_adam:1,af_heart:1"), (adam + heart) / 2)
    with pytest.raises(InputError, match=r"NAME one of af_heart, am_adam, got no name"):
        load_voice(path)
    with pytest.raises(InputError, match=r"NAME one of af_heart, am_adam, got bf_emma"):
        load_voice(f"{path}:bf_emma")


def test_half_precision_file(heart: Tensor, tmp_path: Path) -> None:
    torch.save(heart.half(), tmp_path / "half.pt")
    assert torch.equal(load_voice(tmp_path / "half.pt"), heart.half().float())


@pytest.mark.parametrize(
    ("blend", "share"),
    [
        ("af_heart,am_adam", 0.5),
        ("af_heart:0.7,am_adam:0.3", 0.7),
        (" af_heart:7 , am_adam:3 ", 0.7),
        ("af_heart:1,am_adam:0", 1.0),
        ("af_heart:0.2", 1.0),
    ],
)
def test_blend(heart: Tensor, adam: Tensor, blend: str, share: float) -> None:
    torch.testing.assert_close(load_voice(blend), share * heart + (1 - share) * adam)


@pytest.mark.parametrize(
    ("voice", "message"),
    [
        ("af_hart", r"voice 'af_hart': not known, did you mean af_heart\?"),
        ("af_heart,am_adm:", "did you mean am_adam"),
        ("qqqq", "`kokoro-fast voices` lists the names"),
        ("", "got an empty string"),
        ("af_heart,", "expected a voice between the commas"),
        ("af_heart:-1,am_adam:2", "expected weights of 0 or more, got -1"),
        ("af_heart:nan", "expected weights of 0 or more, got nan"),
        ("af_heart:inf,am_adam:1", "expected weights of 0 or more, got inf"),
        ("af_heart:0,am_adam:0", "expected weights with a sum above 0"),
        ("af_heart:0.5,am_adam", "expected a weight for every voice or for none"),
        ("none/mine.pt", "expected a voice file, found none"),
        ("mine.npz:af_heart", r"voice mine\.npz: expected a voice file, found none"),
        (3.5, "got a float"),
        (np.zeros((510, 256), np.longdouble), "float128 of shape"),
        (object(), "got a object"),
        (torch.zeros(511, 1, 256), r"shape \(511, 1, 256\)"),
        (torch.zeros(510, 1, 256, dtype=torch.int32), "expected float values"),
        (torch.full((510, 256), float("nan")), "holds NaN or infinity"),
        (np.full((510, 1, 256), np.inf, np.float32), "holds NaN or infinity"),
    ],
)
def test_bad_voice(voice: object, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        load_voice(voice)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"PK\x03\x04 no zip", b"\x93NUMPY no array", b"\x40" + bytes(7) + b"{"]
)
def test_bad_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mine.pt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"mine\.pt: expected float values of shape .*, got ") as caught:
        load_voice(path)
    assert "\n" not in str(caught.value)


def test_pickles_are_not_run(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (str(tmp_path / "ran"),)

    torch.save(Evil(), tmp_path / "evil.pt")
    with pytest.raises(InputError, match="expected float values"):
        load_voice(tmp_path / "evil.pt")
    np.save(tmp_path / "evil.npy", np.array([Evil()]), allow_pickle=True)
    with pytest.raises(InputError, match="expected float values"):
        load_voice(tmp_path / "evil.npy")
    assert not (tmp_path / "ran").exists()


def test_style_row(heart: Tensor) -> None:
    assert torch.equal(style_row(heart, 1), heart[:1])
    assert torch.equal(style_row(heart, 510), heart[509:])
    for n_symbols in (0, 511, -1):
        with pytest.raises(InputError, match=f"expected 1 to 510 symbols, got {n_symbols}"):
            style_row(heart, n_symbols)
