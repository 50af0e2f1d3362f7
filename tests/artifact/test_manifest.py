"""What an artifact folder says of itself, and what is refused."""

from __future__ import annotations

import json
import random
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from support.small_artifact import COMMAND, FIELDS, refused

from kokoro_fast.artifact import manifest
from kokoro_fast.artifact.manifest import File, Port, check_artifact, read_manifest
from kokoro_fast.errors import WeightsError


def edit(folder: Path, **changes: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}), "utf-8")


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
