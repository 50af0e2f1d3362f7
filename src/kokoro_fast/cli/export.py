"""`kokoro-fast export`: a folder that speaks without this package."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

import click

from kokoro_fast.cli.terminal import messages, tell
from kokoro_fast.config import DEFAULT_VOICE

if TYPE_CHECKING:
    from kokoro_fast.artifact.manifest import ArtifactManifest


@click.command()
@click.argument("kind", metavar="KIND")
@click.option(
    "-o", "--output", metavar="DIR", required=True, help="The folder to write. An artifact of that name is replaced."
)
@click.option("--voices", metavar="NAMES", help="Voices to include: names with commas, or all.  [default: all, 28 MB]")
@click.option(
    "--precision",
    default="auto",
    show_default=True,
    help="Precision of native ops: fp32, bf16 or int8. auto is the fastest here that nobody can tell from fp32.",
)
@click.option(
    "--ops",
    help="Operations that the model calls: native (the fused kernels, whose library goes into the folder) or torch "
    "(torch alone, in fp32).  [default: native where this machine has it; onnx has its own]",
)
@click.option(
    "--drop-in", is_flag=True, help="With onnx: also write kokoro-onnx.onnx, one file as kokoro-onnx expects it."
)
@click.option("--weights", metavar="FILE", help="Weight file: .pth, .safetensors or .onnx.  [default: the cache]")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
def export(
    kind: str,
    output: str,
    voices: str | None,
    precision: str,
    ops: str | None,
    drop_in: bool,
    weights: str | None,
    quiet: bool,
) -> None:
    """Write a folder that speaks without this package. KIND is one of:

    \b
    torchscript  for C++ with libtorch, and Python with torch; seconds to write
    aoti         the same, compiled ahead of time by AOTInductor; needs a C++ compiler, and minutes
    onnx         for onnxruntime, OpenVINO and others

    \b
    kokoro-fast export torchscript -o kokoro
    kokoro-fast export torchscript -o kokoro --voices af_heart,bf_emma --precision bf16
    kokoro-fast export torchscript -o kokoro --ops torch
    kokoro-fast export onnx -o kokoro-onnx

    The folder has the model, the voices, the vocabulary, and manifest.json, which states the versions, processor and
    checksums that must fit. It appears when it is whole: an error, Ctrl-C or a full disk leaves what was there before.
    docs/export.md describes the folder, docs/cpp.md the C++ host.
    """
    with messages():
        from kokoro_fast.artifact.manifest import read_manifest
        from kokoro_fast.export import export as write

        names = None if voices in (None, "all") else [name.strip() for name in str(voices).split(",")]
        folder = write(
            kind,
            output,
            voices=names,
            precision=precision,
            ops=ops,
            weights=weights,
            drop_in=drop_in,
            report=None if quiet else tell,
        )
    if not quiet:
        click.echo("\n".join(_summary(folder, read_manifest(folder))))


def _summary(folder: Path, manifest: ArtifactManifest) -> Iterator[str]:
    """Lines that say what was written, how large it is, and how to use it."""
    yield f"{folder}: {manifest.kind}, ops {manifest.ops}, {manifest.precision}"
    for name, file in manifest.files.items():
        if not name.startswith("voices/"):
            yield f"  {name:24} {file.bytes / 1e6:7.1f} MB"
    n_voices = len(manifest.voices)
    sizes = {name: file.bytes for name, file in manifest.files.items()}
    yield f"  {f'voices/ ({n_voices})':24} {sum(sizes[f'voices/{name}.bin'] for name in manifest.voices) / 1e6:7.1f} MB"
    yield f"  {'together':24} {sum(sizes.values()) / 1e6:7.1f} MB"
    voice = DEFAULT_VOICE if DEFAULT_VOICE in manifest.voices else manifest.voices[0]
    if manifest.needs:
        yield f"needs a processor with {', '.join(manifest.needs)}"
    yield f'try it: kokoro-fast say "Hello." --voice {voice} --path {quote(str(folder))}'
    yield f'in Python: Kokoro("{voice}", path="{folder}")'
    if manifest.kind != "onnx":
        yield f'in C++ (docs/cpp.md): kokoro-say {quote(str(folder))} --voice {voice} --phonemes "həlˈO" -o hello.wav'
