"""Artifact folders: what they say of themselves, that they are whole or not there, and what is refused."""

from __future__ import annotations

import json
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from kokoro_fast.cli.main import cli

from kokoro_fast import ops
from kokoro_fast.artifact import manifest
from kokoro_fast.artifact.manifest import ArtifactManifest, File, Graph, Port, check_artifact, described, read_manifest
from kokoro_fast.config import VOCAB
from kokoro_fast.errors import InputError, MissingDependencyError, WeightsError
from kokoro_fast.export import export
from kokoro_fast.export.folder import new_folder
from kokoro_fast.weights import VOICES, find_voice, find_weights

COMMAND = "kokoro-fast export torchscript -o kokoro --ops torch --precision fp32"
FIELDS = [
    *("format", "kind", "ops", "precision", "created_by", "command", "torch", "needs", "device", "weights_sha256"),
    *("sample_rate", "samples_per_frame", "max_symbols", "files", "graphs"),
]
Folder = Callable[..., Path]
PAPER = (Path(__file__).parents[1] / "docs" / "export.md").read_text("utf-8")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with all that a loader checks, and none of what it would run."""
    folder = tmp_path / "kokoro"
    (folder / "voices").mkdir(parents=True)
    (folder / "model.pt").write_bytes(b"a model")
    (folder / "vocabulary.json").write_text("{}\n", "utf-8")
    (folder / "voices" / "af_heart.bin").write_bytes(b"a voice")
    files = ("model.pt", "vocabulary.json", "voices/af_heart.bin")
    ArtifactManifest(
        kind="torchscript",
        ops="torch",
        precision="fp32",
        created_by="kokoro-fast 0.1.0",
        command=COMMAND,
        torch="2.13.0",
        needs=(),
        device="cpu",
        weights_sha256="0" * 64,
        files={name: described(folder / name) for name in files},
        graphs=(Graph("predict", "model.pt", (Port("input_ids", "int64", (1, "T"), "symbol ids"),), ()),),
    ).write(folder)
    return folder


def edit(folder: Path, **changes: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}), "utf-8")


@contextmanager
def refused(*words: str, command: str = COMMAND) -> Iterator[None]:
    """One line with these words, which ends with the command that writes the folder anew."""
    with pytest.raises(WeightsError) as caught:
        yield
    said = str(caught.value)
    assert "\n" not in said
    assert said.endswith(f"; rebuild it with: {command}"), said
    assert [word for word in words if word not in said] == [], said


# The manifest


def test_a_manifest_is_read_as_it_was_written(small: Path) -> None:
    read = check_artifact(small, "torchscript")
    assert read.voices == ["af_heart"]
    assert read.files["model.pt"] == File(7, sha256(b"a model").hexdigest())
    assert read.graphs[0].inputs == (Port("input_ids", "int64", (1, "T"), "symbol ids"),)
    again = small.parent / "again"
    again.mkdir()
    read.write(again)
    assert read_manifest(again) == read
    assert (again / "manifest.json").read_bytes() == (small / "manifest.json").read_bytes()


def test_a_manifest_cut_anywhere_is_refused(small: Path) -> None:
    path = small / "manifest.json"
    whole = path.read_bytes().rstrip()
    for size in range(0, len(whole), 3):
        path.write_bytes(whole[:size])
        with refused("manifest.json", "expected", command="kokoro-fast export torchscript -o kokoro"):
            read_manifest(small, "torchscript")


def test_no_byte_can_make_another_error(small: Path) -> None:
    path = small / "manifest.json"
    whole = path.read_bytes()
    draw = random.Random(0)
    said: list[str] = []
    for _ in range(400):
        broken = bytearray(whole)
        for _ in range(draw.randint(1, 3)):
            broken[draw.randrange(len(broken))] = draw.choice(b'{}[]",:\\\x00\xff0-eNI \n')
        path.write_bytes(broken)
        try:
            check_artifact(small)
        except WeightsError as error:
            said.append(str(error))
    assert len(said) > 200
    assert [line for line in said if "\n" in line or "; rebuild it with: kokoro-fast export " not in line] == []


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_must_be_there_and_of_its_type(small: Path, field: str) -> None:
    content = json.loads((small / "manifest.json").read_text("utf-8"))
    for wrong in (1.5, True, [[]], [1], {"model.pt": {}}, "\u2028", -1):
        edit(small, **{**content, field: wrong})
        with refused("manifest.json", field, "expected", command=COMMAND if field != "command" else generic()):
            read_manifest(small)
    del content[field]
    (small / "manifest.json").write_text(json.dumps(content), "utf-8")
    with refused(f"expected the field {field!r}", command=COMMAND if field != "command" else generic()):
        read_manifest(small)


def generic() -> str:
    return "kokoro-fast export KIND -o kokoro"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"format": 2, "shape": "new"}, "format: expected 1, got 2"),
        ({"kind": "gguf"}, "kind: expected torchscript or aoti or onnx, got 'gguf'"),
        ({"precision": "fp16"}, "precision: expected fp32 or bf16 or int8, got 'fp16'"),
        ({"device": "cuda"}, "device: expected cpu, got 'cuda'"),
        ({"sample_rate": 22050}, "sample_rate: expected 24000, got 22050"),
        ({"more": 1}, "got also 'more'"),
        ({"needs": [1]}, "needs[0]: expected a string, got 1"),
        (
            {"files": {"model.pt": {"bytes": -1, "sha256": "0" * 64}}},
            "files['model.pt'].bytes: expected 0 or more, got -1",
        ),
        ({"graphs": [{"name": "a", "file": "b.pt", "inputs": [], "outputs": []}]}, "for 'a', got 'b.pt'"),
    ],
)
def test_what_cannot_be(small: Path, changes: dict[str, Any], said: str) -> None:
    edit(small, **changes)
    with refused("manifest.json: ", said):
        check_artifact(small)


@pytest.mark.parametrize(
    "name", ["../model.pt", "/etc/hosts", "voices/../../x", "a\\b", "./model.pt", "", "voices//a.bin", "manifest.json"]
)
def test_names_that_lead_out_of_the_folder(small: Path, name: str) -> None:
    (small.parent / "model.pt").write_bytes(b"a model")
    edit(small, files={name: {"bytes": 7, "sha256": sha256(b"a model").hexdigest()}}, graphs=[])
    with refused("files: expected paths inside the folder"):
        check_artifact(small)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "expected JSON"),
        (b"[]", "expected an object, got []"),
        (b"null", "expected an object, got None"),
        (b"\xff\xfe{}", "expected UTF-8, got 0xff at byte 0"),
        (b"[" * 100_000, "expected JSON of a few levels"),
        (b'{"format": 1, "format": 1}', "expected each field once, got 'format' twice"),
        (b'{"format": NaN}', "expected numbers, got NaN"),
        (b'{"format": ' + b"1" * 5000 + b"}", "expected"),
        (b" " * (1 << 20) + b"{}", "expected at most 1048576 bytes"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_manifest(small: Path, content: bytes, said: str) -> None:
    (small / "manifest.json").write_bytes(content)
    with refused(said, command=generic()):
        read_manifest(small)


def test_a_command_of_another_program_is_not_recommended(small: Path) -> None:
    edit(small, format=3, command="rm -rf kokoro")
    with refused("format", command=generic()):
        read_manifest(small)


def test_folders_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "empty").mkdir()
    for name, said in (("file", "found a file"), ("none", "found nothing"), ("empty", "No such file")):
        with refused(said, command=f"kokoro-fast export onnx -o {name}"):
            check_artifact(tmp_path / name, "onnx")


@pytest.mark.parametrize(("name", "shown"), [("my folder", "'my folder'"), ("a\nb", "DIR"), ("\udcff", "DIR")])
def test_names_in_the_command(tmp_path: Path, name: str, shown: str) -> None:
    assert manifest.new_command("onnx", tmp_path / name) == f"kokoro-fast export onnx -o {shown}"


def test_another_kind(small: Path) -> None:
    with refused("kind: expected aoti, got torchscript", command="kokoro-fast export aoti -o kokoro"):
        check_artifact(small, "aoti")


def test_another_torch(small: Path) -> None:
    edit(small, torch="1.13.1")
    with refused("torch: expected 1.13, which wrote it, got 2."):
        check_artifact(small)
    edit(small, torch="2.13.99+cpu")
    check_artifact(small)


def test_another_processor(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(small, needs=["fpu", "amx_quantum"])
    with refused("expected a processor with amx_quantum, got one without"):
        check_artifact(small)
    monkeypatch.setattr(manifest, "_CPU_INFO", small / "none")  # a system that does not say what the processor has
    manifest.cpu_features.cache_clear()
    check_artifact(small)
    manifest.cpu_features.cache_clear()
    (small / "cpuinfo").write_text("processor: 0\nFeatures\t: fp amx_quantum fpu\n", "utf-8")
    monkeypatch.setattr(manifest, "_CPU_INFO", small / "cpuinfo")
    check_artifact(small)
    manifest.cpu_features.cache_clear()


def test_a_file_that_is_not_as_it_was(small: Path) -> None:
    voice = small / "voices" / "af_heart.bin"
    voice.write_bytes(b"a vOice")
    with refused("af_heart.bin: expected sha256 ", ", got "):
        check_artifact(small)
    voice.write_bytes(b"a voic")
    with refused("af_heart.bin: expected 7 bytes, got 6"):
        check_artifact(small)
    voice.unlink()
    with refused("af_heart.bin: expected a file, found none"):
        check_artifact(small)
    voice.mkdir()
    with refused("af_heart.bin: expected a file, found none"):
        check_artifact(small)


def test_a_link_out_of_the_folder(small: Path) -> None:
    (small.parent / "model.pt").write_bytes(b"a model")
    (small / "model.pt").unlink()
    (small / "model.pt").symlink_to(small.parent / "model.pt")
    with refused("model.pt: expected a file of the folder, got a link out of it"):
        check_artifact(small)


# The folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_appears_when_it_is_whole(tmp_path: Path) -> None:
    with new_folder(tmp_path / "out") as work:
        (work / "file").write_text("text", "utf-8")
        assert not (tmp_path / "out").exists()
    assert names(tmp_path) == ["out"]
    assert names(tmp_path / "out") == ["file"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(143), RuntimeError("no"), OSError(28, "No space")])
def test_an_error_leaves_what_was_there(small: Path, error: BaseException) -> None:
    def write(target: Path) -> None:
        with new_folder(target) as work:
            (work / "file").touch()
            raise error

    before = check_artifact(small)
    for target in (small, small.parent / "other"):
        with pytest.raises(type(error)) as caught:
            write(target)
        if isinstance(caught.value, OSError):
            assert (caught.value.filename, caught.value.strerror) == (str(target), "No space")
    assert names(small.parent) == ["kokoro"]
    assert check_artifact(small) == before


def test_an_artifact_is_replaced(small: Path) -> None:
    with new_folder(small) as work:
        (work / "new").touch()
    assert names(small) == ["new"]
    assert names(small.parent) == ["kokoro"]


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"format": 2}'])
def test_a_damaged_artifact_is_replaced(small: Path, damage: bytes) -> None:
    (small / "manifest.json").write_bytes(damage)
    with new_folder(small) as work:
        (work / "new").touch()
    assert names(small) == ["new"]


def test_no_other_folder_is_touched(small: Path) -> None:
    (small / "notes.txt").touch()
    with pytest.raises(InputError, match=r"expected an artifact and nothing else, got also notes\.txt; remove it"):
        new_folder(small).__enter__()
    (small / "notes.txt").unlink()
    (small / "manifest.json").unlink()
    with pytest.raises(InputError, match=r"expected an artifact to replace, got a folder with model\.pt; remove it"):
        new_folder(small).__enter__()
    other = small.parent / "website"
    other.mkdir()
    (other / "manifest.json").write_text('{"name": "App"}', "utf-8")
    with pytest.raises(InputError, match=r"got a folder with another manifest\.json; remove it"):
        new_folder(other).__enter__()
    assert names(small.parent) == ["kokoro", "website"]


def test_places_where_no_folder_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.chdir(tmp_path)
    for target, said in (
        (tmp_path / "file", "expected a folder or nothing there, got a file"),
        (tmp_path / "none" / "out", "expected the folder .*none to exist"),
        (tmp_path / "file" / "out", "expected the folder .*file to exist"),
        (Path("/proc/artifact"), "cannot write there"),
        (Path("."), "expected a folder of its own"),
        (Path("/"), "expected a folder of its own"),
    ):
        with pytest.raises(InputError, match=f"output {target}: {said}"):
            new_folder(target).__enter__()
    assert names(tmp_path) == ["file"]


def test_an_empty_folder_and_a_link_are_filled(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    with new_folder(tmp_path / "link") as work:
        (work / "file").touch()
    assert names(tmp_path / "empty") == ["file"]
    assert (tmp_path / "link").is_symlink()


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / ".out.export-0123abcd"
    left.mkdir()
    (left / "model.pt").touch()
    with new_folder(tmp_path / "out") as work:
        assert not left.exists()
        with new_folder(tmp_path / "out") as other:  # another process at the same work is left alone
            assert work.exists()
            (other / "second").touch()
    assert names(tmp_path) == ["out"]


# What is written


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


# The command


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


PROGRAM = [
    sys.executable,
    "-W",
    "error",
    "-m",
    "kokoro_fast",
    "export",
    "torchscript",
    "-o",
    "out",
    "--voices",
    "af_heart",
]


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
def test_a_signal_leaves_no_half_folder(tmp_path: Path, number: signal.Signals) -> None:
    process = subprocess.Popen(PROGRAM, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob(".out.export-*/*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == (-9 if number == signal.SIGKILL else 128 + number)
    if number == signal.SIGKILL:
        assert len(list(tmp_path.glob(".out.export-*"))) == 1
        with new_folder(tmp_path / "out"):  # removed by the next one
            assert len(list(tmp_path.glob(".out.export-*"))) == 1
        shutil.rmtree(tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.usefixtures("fetched")
@pytest.mark.parametrize("n_bytes", [20_000_000, 200_000], ids=["model", "voice"])
def test_a_full_disk(tmp_path: Path, n_bytes: int) -> None:
    import resource

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))

    done = subprocess.run(
        PROGRAM, cwd=tmp_path, preexec_fn=small_files, capture_output=True, text=True, check=False, env={**os.environ}
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == "kokoro-fast: error: out: File too large"
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
