"""A small artifact folder, made by hand."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kokoro_fast.artifact.manifest import ArtifactManifest, Graph, Port, described
from kokoro_fast.errors import WeightsError

COMMAND = "kokoro-fast export torchscript -o kokoro --ops torch --precision fp32"

FIELDS = [
    *("format", "kind", "ops", "precision", "created_by", "command", "torch", "needs", "device", "weights_sha256"),
    *("sample_rate", "samples_per_frame", "max_symbols", "files", "graphs"),
]


def small_artifact(folder: Path) -> Path:
    """Write a folder with all that a loader checks, and none of what it would run."""
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


@contextmanager
def refused(*words: str, command: str = COMMAND) -> Iterator[None]:
    """One line with these words, which ends with the command that writes the folder anew."""
    with pytest.raises(WeightsError) as caught:
        yield
    said = str(caught.value)
    assert "\n" not in said
    assert said.endswith(f"; rebuild it with: {command}"), said
    assert [word for word in words if word not in said] == [], said


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


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
