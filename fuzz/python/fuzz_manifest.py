"""The manifest of an artifact folder: an error of one line, or files inside the folder and a command that exports."""

from __future__ import annotations

from pathlib import PurePosixPath

from harness import InputFile, fuzz, import_instrumented, refusing, require

with import_instrumented:
    from kokoro_fast.artifact.manifest import read_manifest
    from kokoro_fast.errors import WeightsError

FILE = InputFile("manifest.json")


def check(data: bytes) -> None:
    with refusing(WeightsError):
        manifest = read_manifest(FILE.holding(data).parent)
        require(manifest.command.startswith("kokoro-fast export "), "the command is one that exports")
        names = [PurePosixPath(name) for name in manifest.files]
        require(not any(name.is_absolute() or ".." in name.parts for name in names), "files are inside")
        require(all(graph.file in manifest.files for graph in manifest.graphs), "the file of a graph is a file")


fuzz(check)
