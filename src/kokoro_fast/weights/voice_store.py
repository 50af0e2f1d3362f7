"""The voices in the cache: raw float32 files, verified against the catalog on every use (about a millisecond each)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Literal

from kokoro_fast.errors import InputError, WeightsError
from kokoro_fast.files import file_digest, replace_durably
from kokoro_fast.weights import fetch
from kokoro_fast.weights.cache import (
    LOGGER,
    Report,
    Status,
    cache_dir,
    forbid_offline,
    staging_dir,
    subfolder,
    try_sources,
)
from kokoro_fast.weights.catalog import HUB_VOICE_BYTES, NPM_VOICES, VOICE_BYTES, VOICES
from kokoro_fast.weights.voice_files import read_voice_file


def find_voice(name: str, *, report: Report | None = None) -> Path:
    """The verified `.bin` file of a published voice, fetched if it is not cached. Raises InputError or WeightsError."""
    path = _voice_path(_known_voices([name])[0])
    status = voice_status(name)
    if status == "changed":
        repair = f"`kokoro-fast fetch --voices {name}` repairs it"
        raise WeightsError(f"{path}: the file was changed since it was fetched; {repair}")
    return path if status == "ok" else fetch_voices([name], report=report)[0]


def fetch_voices(
    names: Sequence[str] | Literal["all"] = "all",
    source: str | None = None,
    *,
    report: Report | None = None,
    progress: bool | None = None,
) -> list[Path]:
    """Cache voices by name and return their files. Voices that are cached and whole are left alone.

    Args:
        source: "hub", "npm" or a folder with NAME.pt or NAME.bin files; None tries the hub, then npm.
        report, progress: as in `fetch_weights`.
    """
    report = report or LOGGER.warning
    names = _known_voices(VOICES if names == "all" else names)
    steps = {"hub": _voices_from_hub, "npm": _voices_from_npm}
    if source is not None and source not in steps and not Path(source).is_dir():
        raise WeightsError(f"source {source}: expected hub, npm or an existing folder of voices")
    if all(voice_status(name) == "ok" for name in names):
        return [_voice_path(name) for name in names]
    with staging_dir(report) as work:
        wanted = [name for name in names if voice_status(name) != "ok"]
        if source is not None and source not in steps:
            _voices_from_folder(wanted, Path(source), work)
        elif wanted:
            forbid_offline(f"voice {wanted[0]} is not in the cache")
            try_sources(
                [source] if source else list(steps), lambda name: steps[name](wanted, work, progress), "voices", report
            )
    return [_voice_path(name) for name in names]


def voice_status(name: str) -> Status:
    """Whether a published voice is cached and whole."""
    path = _voice_path(name)
    if not path.is_file():
        return "missing"
    whole = path.stat().st_size == VOICE_BYTES and file_digest(path) == VOICES[name].sha256
    return "ok" if whole else "changed"


def _voice_path(name: str) -> Path:
    return cache_dir() / "voices" / f"{name}.bin"


def _known_voices(names: Iterable[str]) -> list[str]:
    for name in names:
        if name not in VOICES:
            raise InputError(f"voice {name}: not a published voice; `kokoro-fast voices` lists them")
    return list(names)


def _voices_from_hub(names: Sequence[str], work: Path, progress: bool | None) -> None:
    total = HUB_VOICE_BYTES * len(names)
    with fetch.progress_bar("voices from the hub", total, progress) as bar:
        files = [f"voices/{name}.pt" for name in names]
        paths = fetch.from_hub(files, subfolder(work, "hub-voices"), total, bar)
    for name, path in zip(names, paths, strict=True):
        _install_voice(name, _voice_bytes(path), work)


def _voices_from_npm(names: Sequence[str], work: Path, progress: bool | None) -> None:
    """Keep every voice, since one package holds them all. The voices that were asked for must be among them."""
    with fetch.progress_bar("voices from npm", NPM_VOICES.download_bytes, progress) as bar:
        archive = fetch.from_npm(NPM_VOICES, subfolder(work, "npm-voices"), bar)
    for member, content in fetch.read_members(archive, r"package/voices/(\w+)\.bin"):
        name = Path(member).stem
        if name in VOICES:
            _install_voice(name, content, work)
    missing = [name for name in names if voice_status(name) != "ok"]
    if missing:
        raise WeightsError(f"voice {missing[0]} is not in {NPM_VOICES.name} {NPM_VOICES.version}")


def _voices_from_folder(names: Sequence[str], folder: Path, work: Path) -> None:
    for name in names:
        found = [path for path in (folder / f"{name}.pt", folder / f"{name}.bin") if path.is_file()]
        if not found:
            raise WeightsError(f"{folder}: expected {name}.pt or {name}.bin, found neither")
        _install_voice(name, _voice_bytes(found[0]), work)


def _voice_bytes(path: Path) -> bytes:
    return bytes(read_voice_file(path).numpy().astype("<f4").tobytes())


def _install_voice(name: str, content: bytes, work: Path) -> None:
    fetch.check_digest(sha256(content).hexdigest(), VOICES[name].sha256, f"voice {name}")
    whole = work / f"{name}.bin"
    whole.write_bytes(content)
    _voice_path(name).parent.mkdir(exist_ok=True)
    replace_durably(whole, _voice_path(name))
