"""What an export writes, what it refuses, and the command for it."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.small_artifact import FIELDS, PROGRAM, names, refused

from kokoro_fast import ops
from kokoro_fast.artifact import manifest
from kokoro_fast.artifact.manifest import check_artifact
from kokoro_fast.cli.app import cli
from kokoro_fast.config import VOCAB
from kokoro_fast.errors import InputError, MissingDependencyError, WeightsError
from kokoro_fast.export import export
from kokoro_fast.weights import VOICES, find_voice, find_weights

Folder = Callable[..., Path]

PAPER = (Path(__file__).parents[2] / "docs" / "export.md").read_text("utf-8")


@pytest.mark.slow
def test_everything_is_in_the_folder(torchscript_folder: Folder) -> None:
    chosen = "native" if ops.status().native else "torch"
    folder = torchscript_folder(chosen)
    found = check_artifact(folder, "torchscript")
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {*found.files, "manifest.json"}
    assert found.voices == ["af_heart", "bf_emma"]
    for name in found.voices:
        assert (folder / "voices" / f"{name}.bin").read_bytes() == find_voice(name).read_bytes()
        assert found.files[f"voices/{name}.bin"].bytes == 510 * 256 * 4
    assert json.loads((folder / "vocabulary.json").read_text("utf-8")) == VOCAB
    library = ops.status().path
    if chosen == "native":
        assert library is not None
        assert (folder / library.name).read_bytes() == library.read_bytes()
    assert found.weights_sha256 == sha256(find_weights().read_bytes()).hexdigest()
    assert found.command == (
        f"kokoro-fast export torchscript -o {folder.name} --ops {chosen} --precision fp32 --voices af_heart,bf_emma"
    )
    by_name = {graph.name: graph for graph in found.graphs}
    assert [port.name for port in by_name["predict"].inputs] == ["input_ids", "style"]
    assert [port.name for port in by_name["render"].outputs] == ["audio"]
    assert list(json.loads((folder / "manifest.json").read_text("utf-8"))) == FIELDS


@pytest.mark.slow
def test_other_precisions_need_their_processor(torchscript_folder: Folder) -> None:
    needs = {"bf16": "avx512_bf16", "int8": "avx512_vnni"}
    usable = [name for name in needs if ops.supports(name)]
    if not usable:
        pytest.skip("this processor has no other precision")
    found = check_artifact(torchscript_folder("native", usable[0]))
    assert (found.ops, found.precision, found.needs) == ("native", usable[0], (needs[usable[0]],))
    lacking = replace(found, needs=(*found.needs, "amx_quantum"))
    with refused("amx_quantum", command=found.command):
        manifest.check_machine(lacking, torchscript_folder("native", usable[0]))


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"kind": "gguf"}, "kind: expected torchscript, aoti or onnx, got 'gguf'"),
        ({"ops": "cuda"}, "ops: expected native or torch, got 'cuda'"),
        ({"kind": "onnx", "ops": "native"}, "ops native: expected kind torchscript or aoti, got onnx"),
        ({"ops": "torch", "precision": "int8"}, "precision int8: expected ops native, got ops torch"),
        ({"kind": "onnx", "precision": "bf16"}, "precision bf16: expected ops native, got ops torch"),
        ({"precision": "fp64"}, "precision: expected auto, fp32, bf16 or int8, got 'fp64'"),
        ({"voices": ["af_hart"]}, "voices: expected names of published voices, got 'af_hart'"),
        ({"voices": []}, "voices: expected names of published voices, got none"),
        ({"drop_in": True}, "drop-in: expected kind onnx, got torchscript"),
    ],
)
def test_wishes_that_cannot_be(tmp_path: Path, wish: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=re.escape(said)):
        export(**{"kind": "torchscript", "folder": tmp_path / "out", **wish})
    assert list(tmp_path.iterdir()) == []


def test_weights_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"none\.safetensors: expected a weight file, found none"):
        export("torchscript", tmp_path / "out", weights=tmp_path / "none.safetensors")
    (tmp_path / "bad.safetensors").write_bytes(b"weights")
    with pytest.raises(WeightsError, match=r"bad\.safetensors"):
        export("torchscript", tmp_path / "out", weights=tmp_path / "bad.safetensors", voices=["af_heart"])
    assert names(tmp_path) == ["bad.safetensors"]


def test_native_ops_without_their_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ops, "_library", ops.Status(False, "it is not installed"))
    with pytest.raises(
        MissingDependencyError, match="ops native: expected the native library, but it is not installed"
    ):
        export("torchscript", tmp_path / "out", ops="native")
    with pytest.raises(InputError, match="precision int8: expected ops native, got ops torch, which have fp32 only"):
        export("torchscript", tmp_path / "out", precision="int8")


def run(*args: str) -> Result:
    return CliRunner().invoke(cli, args, catch_exceptions=False)


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
def test_the_command_says_what_it_wrote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("export", "torchscript", "-o", "out", "--voices", "af_heart", "--precision", "fp32")
    assert result.exit_code == 0, result.output
    found = check_artifact(tmp_path / "out")
    assert result.stdout.startswith(f"out: torchscript, ops {found.ops}, fp32\n")
    for name in found.files:
        assert name in result.stdout or name == "voices/af_heart.bin"
    assert "voices/ (1)                  0.5 MB\n" in result.stdout
    assert 'try it: kokoro-fast say "Hello." --voice af_heart --path out\n' in result.stdout
    assert 'in Python: Kokoro("af_heart", path="out")\n' in result.stdout
    assert re.fullmatch(r"(kokoro-fast: [^\n]+\n)+", result.stderr)
    again = run(*found.command.split()[1:], "-q")  # the command that the manifest recommends writes the same again
    assert (again.exit_code, again.output) == (0, "")
    assert check_artifact(tmp_path / "out").files.keys() == found.files.keys()
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["tarball", "-o", "x"], "kind: expected torchscript, aoti or onnx, got 'tarball'"),
        (["torchscript", "-o", "x/y"], "output x/y: expected the folder x to exist"),
        (["torchscript", "-o", "x", "--voices", "af_heart,"], "voices: expected names of published voices, got ''"),
    ],
)
def test_the_command_refuses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], said: str) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("export", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.fullmatch(rf"kokoro-fast: error: {re.escape(said)}[^\n]*\n", result.stderr), result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
def test_the_commands_of_the_paper_run(tmp_path: Path) -> None:
    blocks = re.findall(r"^```bash\n(.*?)^```$", PAPER, re.MULTILINE | re.DOTALL)
    commands = [shlex.split(line) for block in blocks for line in block.splitlines()]
    assert {command[1] for command in commands} == {"export", "say", "phonemes"}
    for program, *args in commands:
        assert program == "kokoro-fast"
        done = subprocess.run(
            [*PROGRAM[:5], *args], cwd=tmp_path, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        assert done.returncode == 0, done.stderr
    assert names(tmp_path) == ["hello.jsonl", "hello.wav", "kokoro"]
    options = set(re.findall(r"(?<!-)--[a-z]+(?:-[a-z]+)*", PAPER))
    shown = "".join(run(command, "--help").stdout for command in ("export", "phonemes", "say"))
    assert [option for option in options if option not in shown] == []


@pytest.mark.slow
def test_the_onnx_example_of_the_paper_runs(onnx_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime")
    (code,) = re.findall(r"^```py\n(.*?)^```$", PAPER, re.MULTILINE | re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kokoro").symlink_to(onnx_folder)
    found: dict[str, Any] = {}
    exec(compile(code, "<example>", "exec"), found)
    assert found["audio"].shape == (1, 600 * found["durations"].sum())
    assert 0.1 < abs(found["audio"]).max() < 1


def test_help_is_a_manual() -> None:
    for command in ("export", "phonemes"):
        result = run(command, "--help")
        assert result.exit_code == 0
        assert f"Usage: cli {command}" in result.stdout
        assert f"kokoro-fast {command} " in result.stdout
        assert command in run("--help").stdout
    assert set(VOICES) >= {"af_heart", "bf_emma"}  # the examples name them
