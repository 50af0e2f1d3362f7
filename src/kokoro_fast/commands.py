"""The commands of the command line that write for other programs: `export` and `phonemes`. `cli` has the others."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shlex import quote
from typing import IO, TYPE_CHECKING

import click

from kokoro_fast.config import DEFAULT_VOICE
from kokoro_fast.errors import InputError
from kokoro_fast.terminal import STANDARD, ended_by_signals, messages, read_request, tell

if TYPE_CHECKING:
    from kokoro_fast.artifact.manifest import Manifest
    from kokoro_fast.text import Mode


@click.command()
@click.argument("kind", metavar="KIND")
@click.option(
    "-o", "--output", metavar="DIR", required=True, help="The folder to write; an artifact there is replaced."
)
@click.option("--voices", metavar="NAMES", help="Names with commas, or all.  [default: all, 28 MB]")
@click.option(
    "--precision",
    default="auto",
    show_default=True,
    help="fp32, bf16 or int8 of native ops; auto is the fastest here that nobody can tell from fp32.",
)
@click.option(
    "--ops",
    help="native: the fused kernels, whose library goes into the folder; torch: torch alone, in fp32.  "
    "[default: native where this machine has it; onnx has its own]",
)
@click.option("--drop-in", is_flag=True, help="With onnx: also kokoro-onnx.onnx, one file as kokoro-onnx expects it.")
@click.option("--weights", metavar="FILE", help="A .pth, .safetensors or .onnx file.  [default: the cache]")
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

    The folder has the model, the voices, the vocabulary, and manifest.json, which says what must fit: versions,
    processor, checksums. It appears when it is whole: an error, Ctrl-C or a full disk leaves what was there before.
    docs/export.md describes it, docs/cpp.md the C++ host.
    """
    with messages(), ended_by_signals():
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


def _summary(folder: Path, manifest: Manifest) -> Iterator[str]:
    """What was written, how large it is, and how to use it."""
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


@click.command()
@click.argument("text", nargs=-1)
@click.option("-f", "--file", metavar="FILE", help="Read the text from FILE, in UTF-8; - is standard input.")
@click.option(
    "-o", "--output", metavar="FILE", default=STANDARD, help="Where the lines go.  [default: -, standard output]"
)
@click.option("-l", "--lang", default="en-us", show_default=True, help="Language of the text, such as en-gb.")
@click.option("--lexicon", metavar="FILE", help="Words and their phonemes, as JSON or a table with tabs.")
@click.option(
    "--markup",
    type=click.Choice(["error", "plain"]),
    default="error",
    show_default=True,
    help="What a tag that is wrong or unknown is: an error, or plain text.",
)
def phonemes(
    text: tuple[str, ...], file: str | None, output: str, lang: str, lexicon: str | None, markup: Mode
) -> None:
    """Turn TEXT, a file, or standard input into phonemes, for hosts that speak phonemes only.

    \b
    kokoro-fast phonemes "Hello from Kokoro."
    kokoro-fast phonemes -f book.txt -o book.jsonl
    kokoro-fast phonemes -f book.txt | kokoro-say DIR --voice af_heart --lines - -o book.wav

    One JSON object a line, one line for each piece that the model speaks in one call: its phonemes, the silence after
    it in seconds (gap), its words and where they stand in the text; voice and rate where markup asks for them.
    """
    request = read_request(text, file, None)
    with messages(), ended_by_signals():
        from kokoro_fast.phonemes import phoneme_lines
        from kokoro_fast.text import load_lexicon

        entries = None if lexicon is None else load_lexicon(lexicon)
        with _written_whole(output) as out:
            for line in phoneme_lines(request.text or "", lang, entries, markup):
                out.write(line.encode() + b"\n")
                out.flush()  # who reads along need not wait


@contextmanager
def _written_whole(output: str) -> Iterator[IO[bytes]]:
    """Standard output, or a file that appears when the block ends without an error."""
    if output == STANDARD:
        yield sys.stdout.buffer
        return
    target = Path(os.path.realpath(output))
    work = target.with_name(f".{target.name}-{secrets.token_hex(4)}.part")
    try:
        if target.is_dir():
            raise IsADirectoryError(0, "there is a folder of that name")
        file = work.open("wb")
    except OSError as error:
        raise InputError(f"output {output}: cannot write there: {error.strerror}") from None
    try:
        with file:
            yield file
        work.replace(target)
    except BaseException as error:
        work.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename is None:  # writing has no name for its errors
            error.filename = output
        raise
