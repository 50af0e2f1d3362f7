"""Writes an artifact folder: checks what was asked for, then writes the model, the voices and the manifest into it.

docs/export.md is the user's page.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from kokoro_fast._version import installed_version
from kokoro_fast.artifact.manifest import KINDS, ArtifactManifest, Graph, Kind, Ops, described, new_command, shown_name
from kokoro_fast.config import VOCAB
from kokoro_fast.errors import InputError, MissingDependencyError
from kokoro_fast.export.folder import check_target, new_folder

if TYPE_CHECKING:
    from kokoro_fast.ops.precision import Precision

Report = Callable[[str], None]
"""Takes a line before each step that takes long."""


@dataclass(frozen=True, slots=True)
class ExportConfig:
    """Everything that decides what is written.

    Attributes:
        kind: the kind of program that will load the folder.
        ops: the operations that the model calls.
        precision: "fp32", "bf16" or "int8".
        needs: the CPU features that the precision takes, as Linux spells them.
        voices: names of the voices in the folder.
        weights: the weight file.
        drop_in: whether an ONNX folder gets the file for kokoro-onnx too.
        command: the command that writes the same folder again.
    """

    kind: Kind
    ops: Ops
    precision: Precision
    needs: tuple[str, ...]
    voices: tuple[str, ...]
    weights: Path
    drop_in: bool
    command: str


def export(
    kind: str,
    folder: str | Path,
    *,
    voices: Sequence[str] | None = None,
    precision: str = "auto",
    ops: str | None = None,
    weights: str | Path | None = None,
    drop_in: bool = False,
    report: Report | None = None,
) -> Path:
    """Write an artifact folder; return its path.

    Args:
        kind: "torchscript", "aoti" or "onnx".
        folder: the folder, which appears when it is whole. An artifact of that name is replaced.
        voices: names of published voices; None for all.
        precision: "fp32", "bf16" or "int8" of the native ops; "auto" for the fastest that nobody can tell from fp32.
        ops: "native" (fused kernels; the folder gets their library) or "torch" (torch alone, fp32). None takes native
            where this machine has it; ONNX has "torch" only.
        weights: a weight file; None takes the cache, fetching on first use.
        drop_in: with kind "onnx", also write the one file that kokoro-onnx expects, another 330 MB.
        report: takes a line before each step that takes long.

    Raises:
        InputError: an unknown kind, voice or place, a precision that this machine lacks, or options that exclude each
            other.
        MissingDependencyError: native ops without their library, ONNX without its package, AOTInductor without a
            compiler.
        WeightsError: weights or voices could not be found or fetched.
        OSError: the disk is full or fails.
    """
    folder, report = Path(folder), report or _silent
    config = _config(kind, folder, voices, precision, ops, weights, drop_in)
    with new_folder(folder) as work:
        patience = "; compiling takes some minutes" if config.kind == "aoti" else ""
        report(f"writing the model ({config.kind}, {config.ops} ops, {config.precision}){patience}")
        graphs, needs = _write_model(config, work)
        _write_rest(config, work)
        report("checking what was written")
        _write_manifest(config, work, graphs, needs)
    return folder


def _config(
    kind: str,
    folder: Path,
    voices: Sequence[str] | None,
    precision: str,
    ops: str | None,
    weights: str | Path | None,
    drop_in: bool,
) -> ExportConfig:
    """Check what was asked for, so that a mistake is reported before minutes of work."""
    from kokoro_fast.weights import VOICES, find_weights

    checked_kind = next((name for name in KINDS if name == kind), None)
    if checked_kind is None:
        raise InputError(f"kind: expected {', '.join(KINDS[:-1])} or {KINDS[-1]}, got {kind!r}")
    if drop_in and kind != "onnx":
        raise InputError(f"drop-in: expected kind onnx, got {kind}")
    checked_ops = _checked_ops(ops, checked_kind)
    chosen, needs = _precision(precision, checked_ops)
    check_target(folder)
    names = tuple(VOICES if voices is None else dict.fromkeys(voices))
    unknown = [name for name in names if name not in VOICES]
    if unknown or not names:
        got = repr(unknown[0]) if unknown else "none"
        raise InputError(f"voices: expected names of published voices, got {got}; `kokoro-fast voices` lists them")
    command = f"{new_command(kind, folder)} --ops {checked_ops} --precision {chosen}"
    if set(names) != set(VOICES):
        command += f" --voices {','.join(names)}"
    if weights is not None:
        command += f" --weights {shown_name(str(weights), 'FILE')}"
    if drop_in:
        command += " --drop-in"
    return ExportConfig(checked_kind, checked_ops, chosen, needs, names, find_weights(weights), drop_in, command)


def _checked_ops(ops: str | None, kind: Kind) -> Ops:
    from kokoro_fast.ops import status

    wanted = next((name for name in get_args(Ops) if name == ops), None)
    if ops is not None and wanted is None:
        raise InputError(f"ops: expected native or torch, got {ops!r}")
    if kind == "onnx":
        if wanted == "native":
            raise InputError("ops native: expected kind torchscript or aoti, got onnx, which has ops of its own")
        return "torch"
    found = status()
    if wanted == "native" and found.path is None:
        raise MissingDependencyError(f"ops native: expected the native library, but {found.reason}")
    return wanted or ("native" if found.native else "torch")


def _precision(wanted: str, ops: Ops) -> tuple[Precision, tuple[str, ...]]:
    """The precision to use, and the CPU features that it takes."""
    from kokoro_fast.ops.precision import PRECISIONS, choose_precision

    if ops == "torch" and wanted in ("bf16", "int8"):
        raise InputError(f"precision {wanted}: expected ops native, got ops torch, which have fp32 only")
    chosen = choose_precision(wanted, "native" if ops == "native" else "eager").name
    needs = PRECISIONS[chosen].needs
    return chosen, () if needs is None else (needs,)


def _write_model(config: ExportConfig, work: Path) -> tuple[list[Graph], tuple[str, ...]]:
    """Write the model files. Return their graphs, and the CPU features that compiled files take."""
    writer: Any = import_module(f"kokoro_fast.export.{config.kind}")
    options = {"drop_in": True} if config.drop_in else {}
    graphs = writer.write(work, ops=config.ops, precision=config.precision, weights=config.weights, **options)
    return graphs, tuple(writer.needs()) if hasattr(writer, "needs") else ()


def _write_rest(config: ExportConfig, work: Path) -> None:
    from kokoro_fast.ops import status
    from kokoro_fast.weights import fetch_voices

    (work / "voices").mkdir()
    for source in fetch_voices(config.voices):
        shutil.copyfile(source, work / "voices" / source.name)
    vocabulary = json.dumps(VOCAB, ensure_ascii=False, indent=1)
    (work / "vocabulary.json").write_text(vocabulary + "\n", "utf-8")
    library = status().path
    if config.ops == "native" and library is not None:
        shutil.copyfile(library, work / library.name)


def _write_manifest(config: ExportConfig, work: Path, graphs: list[Graph], needs: tuple[str, ...]) -> None:
    import torch

    from kokoro_fast.files import file_digest

    files = sorted(path for path in work.rglob("*") if path.is_file())
    ArtifactManifest(
        kind=config.kind,
        ops=config.ops,
        precision=config.precision,
        created_by=f"kokoro-fast {installed_version()}",
        command=config.command,
        torch=None if config.kind == "onnx" else torch.__version__.split("+")[0],
        needs=tuple(sorted({*config.needs, *needs})),
        device="cpu",
        weights_sha256=file_digest(config.weights),
        files={path.relative_to(work).as_posix(): described(path) for path in files},
        graphs=tuple(graphs),
    ).write(work)


def _silent(line: str) -> None:
    pass
