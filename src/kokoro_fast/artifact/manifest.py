"""`manifest.json`: the content of an artifact folder, and the machine that can run it. This module loads no torch.

`export.folder` writes it last, so a folder with a manifest is whole. A loader calls `check_artifact` before it opens
any other file; a folder that does not fit is refused with the command that makes it anew. `manifest.schema.json` states
the form of the file.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, NoReturn

from kokoro_fast.artifact.strict_json import (
    Unfit,
    count,
    each,
    fields,
    is_text,
    length,
    load,
    matching,
    maybe,
    named,
    one_of,
    text,
)
from kokoro_fast.config import MAX_SYMBOLS, SAMPLE_RATE, SAMPLES_PER_FRAME
from kokoro_fast.errors import WeightsError
from kokoro_fast.files import file_digest, open_regular

FORMAT = 1
"""The version of the folder's layout and of its manifest. This version of the package reads no other."""

NAME = "manifest.json"

Kind = Literal["torchscript", "aoti", "onnx"]
Ops = Literal["torch", "native"]

KINDS: tuple[Kind, ...] = ("torchscript", "aoti", "onnx")

_LARGEST = 1 << 20
"""The most bytes of a manifest; a real one has some ten thousand."""

_CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of a graph.

    Attributes:
        dtype: "int64" or "float32".
        shape: a number for each fixed length, and a letter for each open one: T, F, H, S, or a product such as "600F".
        unit: the unit or meaning of a value, such as "symbol ids" or "Hz".
    """

    name: str
    dtype: str
    shape: tuple[int | str, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class Graph:
    """A method, model or graph in the folder that can be called.

    Attributes:
        name: its name.
        file: the file of the folder that holds it.
        inputs, outputs: its inputs and outputs, in order.
    """

    name: str
    file: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]


@dataclass(frozen=True, slots=True)
class File:
    """The size and sha256 of a file."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ArtifactManifest:
    """The description of an artifact folder.

    Attributes:
        kind: the kind of program that loads it.
        ops: the operations that the model calls: torch's own, or those of the library in the folder.
        precision: "fp32", "bf16" or "int8".
        created_by: the name and version of the program that wrote it.
        command: the command that writes the folder anew.
        torch: the version of torch that wrote it; None where no torch is needed.
        needs: the CPU features that it needs, as Linux spells them.
        device: "cpu".
        weights_sha256: the checksum of the weight file that it was made from.
        files: every file of the folder except the manifest, by its path with forward slashes.
        graphs: everything that can be called.
    """

    kind: Kind
    ops: Ops
    precision: str
    created_by: str
    command: str
    torch: str | None
    needs: tuple[str, ...]
    device: str
    weights_sha256: str
    files: Mapping[str, File]
    graphs: tuple[Graph, ...]

    @property
    def voices(self) -> list[str]:
        """The names of the voices in the folder, sorted."""
        paths = [Path(name) for name in self.files]
        return sorted(path.stem for path in paths if path.parent.name == "voices" and path.suffix == ".bin")

    def write(self, folder: Path) -> None:
        """Write `manifest.json` into `folder`."""
        known = asdict(self)
        files, graphs = known.pop("files"), known.pop("graphs")
        content = {"format": FORMAT, **known, **_MODEL, "files": files, "graphs": graphs}
        (folder / NAME).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")


def read_manifest(folder: str | Path, wanted: Kind | None = None) -> ArtifactManifest:
    """Read the manifest of an artifact folder; nothing else of the folder is looked at.

    Args:
        wanted: the kind that the caller can load; None for any.

    Raises:
        WeightsError: it is missing, damaged, or of another format or kind.
    """
    folder = Path(folder)
    content: Any = None
    try:
        content = load(_content_of(folder))
        _check_format(content)
        manifest = _MANIFEST(content, "")
        _check_names(manifest)
        if wanted not in (None, manifest.kind):
            raise Unfit(f"kind: expected {wanted}, got {manifest.kind}")
    except Unfit as error:
        command = _command_of(content) if wanted is None else None
        refuse(folder / NAME, str(error), command or new_command(wanted or "KIND", folder))
    return manifest


def check_artifact(folder: str | Path, wanted: Kind | None = None) -> ArtifactManifest:
    """Read the manifest, and check that this machine fits and that every file is whole.

    Raises:
        WeightsError: something does not fit; the message ends with the command that writes the folder anew.
    """
    manifest = read_manifest(folder, wanted)
    check_machine(manifest, Path(folder))
    check_files(manifest, Path(folder))
    return manifest


def check_machine(manifest: ArtifactManifest, folder: Path) -> None:
    """Raise WeightsError unless torch and the processor are those that the artifact was made for."""
    if manifest.torch is not None:
        import torch

        if _minor(torch.__version__) != _minor(manifest.torch):
            said = f"torch: expected {_minor(manifest.torch)}, which wrote it, got {torch.__version__}"
            refuse(folder / NAME, said, manifest.command)
    has = cpu_features()
    lacking = [name for name in manifest.needs if name not in has]
    if lacking and has:
        refuse(folder / NAME, f"expected a processor with {', '.join(lacking)}, got one without", manifest.command)


def check_files(manifest: ArtifactManifest, folder: Path) -> None:
    """Raise WeightsError unless every file of the manifest is there and as it was written."""
    inside = folder.resolve()
    for name, file in manifest.files.items():
        path = folder / name
        if not path.is_file():
            refuse(path, "expected a file, found none", manifest.command)
        if not path.resolve().is_relative_to(inside):
            refuse(path, "expected a file of the folder, got a link out of it", manifest.command)
        size = path.stat().st_size
        if size != file.bytes:
            refuse(path, f"expected {file.bytes} bytes, got {size}", manifest.command)
        digest = file_digest(path)
        if digest != file.sha256:
            refuse(path, f"expected sha256 {file.sha256}, got {digest}", manifest.command)


def described(path: Path) -> File:
    """The size and sha256 that a file has now."""
    return File(path.stat().st_size, file_digest(path))


def refuse(path: Path, said: str, command: str) -> NoReturn:
    """Raise a WeightsError that says what is wrong with a file of an artifact, and how to make the folder anew."""
    raise WeightsError(f"{path}: {said}; rebuild it with: {command}")


def new_command(kind: str, folder: Path) -> str:
    """The command that writes a folder of this kind."""
    return f"kokoro-fast export {kind} -o {shown_name(folder.resolve().name, 'DIR')}"


def shown_name(name: str, otherwise: str) -> str:
    """A file name quoted for a shell, or `otherwise` where it cannot stand in a line of text."""
    return shlex.quote(name) if name and name.isprintable() else otherwise


@cache
def cpu_features() -> frozenset[str]:
    """The features of this processor, as Linux spells them; empty where the system does not tell."""
    try:
        lines = _CPU_INFO.read_text("utf-8").splitlines()
    except OSError:
        return frozenset()
    flags = (line.partition(":")[2] for line in lines if line.startswith(("flags", "Features")))
    return frozenset(next(flags, "").split())


_MODEL = {"sample_rate": SAMPLE_RATE, "samples_per_frame": SAMPLES_PER_FRAME, "max_symbols": MAX_SYMBOLS}
"""Facts about the model that a host needs, the same in every artifact."""


def _manifest(**content: Any) -> ArtifactManifest:
    return ArtifactManifest(**{name: value for name, value in content.items() if name not in ("format", *_MODEL)})


_SHA256 = matching("[0-9a-f]{64}", "64 hexadecimal digits")
_COMMAND = matching("kokoro-fast export .+", "a command that exports")
_VERSION = matching(r"[0-9]+\.[0-9]+(\..*)?", "a version such as 2.13.0")
_PORT = fields({"name": text, "dtype": one_of("int64", "float32"), "shape": each(length), "unit": text}, Port)
_GRAPH = fields({"name": text, "file": text, "inputs": each(_PORT), "outputs": each(_PORT)}, Graph)
_MANIFEST = fields(
    {
        "format": one_of(FORMAT),
        "kind": one_of(*KINDS),
        "ops": one_of("torch", "native"),
        "precision": one_of("fp32", "bf16", "int8"),
        "created_by": text,
        "command": _COMMAND,
        "torch": maybe(_VERSION),
        "needs": each(text),
        "device": one_of("cpu"),
        "weights_sha256": _SHA256,
        **{name: one_of(value) for name, value in _MODEL.items()},
        "files": named(fields({"bytes": count, "sha256": _SHA256}, File)),
        "graphs": each(_GRAPH),
    },
    _manifest,
)


def _content_of(folder: Path) -> bytes:
    if not folder.is_dir():
        found = "a file" if folder.exists() else "nothing"
        raise Unfit(f"expected an artifact folder, found {found}")
    try:
        with open_regular(folder / NAME) as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise Unfit(f"cannot read it: {error.strerror}") from None
    if len(content) > _LARGEST:
        raise Unfit(f"expected at most {_LARGEST} bytes, got more")
    return content


def _check_format(content: Any) -> None:
    """Check the format before anything else, since another format may have other fields."""
    if isinstance(content, dict) and "format" in content:
        one_of(FORMAT)(content["format"], "format")


def _check_names(manifest: ArtifactManifest) -> None:
    for name in manifest.files:
        leads_out = "\\" in name or ":" in name or any(part in ("", ".", "..") for part in name.split("/"))
        if leads_out or name == NAME or not is_text(name):
            raise Unfit(f"files: expected paths inside the folder, got {name!r}")
    for graph in manifest.graphs:
        if graph.file not in manifest.files:
            raise Unfit(f"graphs: expected a file of the folder for {graph.name!r}, got {graph.file!r}")


def _command_of(content: Any) -> str | None:
    """The command of a manifest that cannot be read as a whole."""
    try:
        return _COMMAND(content["command"], "") if isinstance(content, dict) and "command" in content else None
    except Unfit:
        return None


def _minor(version: str) -> str:
    """The major and minor number of a version."""
    return ".".join(version.split(".")[:2])
