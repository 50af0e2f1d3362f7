"""The cache folder: where it is, which process may fill it, and how a file gets into it.

    model.safetensors   the weights, converted once, memory-mapped after          (store)
    model.json          its digest, size, time and source                         (store)
    voices/NAME.bin     a voice, raw float32                                      (voice_store)
    tmp-*               a fetch in progress, or the remains of a killed one, which the next fetch removes
    .lock               held while a process fills the cache

A file is written under `tmp-*` and moved into place when it is whole, so another process, a kill or a full disk never
leaves a bad file. With a warm cache nothing touches the network.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeVar

from kokoro_fast.errors import InputError, WeightsError

Report = Callable[[str], None]
"""Takes one line for every step that fails or waits."""

Status = Literal["missing", "ok", "changed"]

Result = TypeVar("Result")

LOGGER = logging.getLogger("kokoro_fast")


def cache_dir() -> Path:
    """`KOKORO_FAST_CACHE`, or the platform's folder for caches."""
    chosen = os.environ.get("KOKORO_FAST_CACHE")
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("kokoro-fast", appauthor=False))


def is_offline() -> bool:
    """Whether `KOKORO_FAST_OFFLINE` forbids every fetch."""
    return os.environ.get("KOKORO_FAST_OFFLINE", "") not in ("", "0")


def forbid_offline(what: str) -> None:
    """Raise WeightsError where nothing may be fetched. The message begins with `what`, which says what is missing."""
    if is_offline():
        raise WeightsError(f"{what} ({cache_dir()}) and KOKORO_FAST_OFFLINE is set, so nothing is fetched")


@contextmanager
def staging_dir(report: Report) -> Iterator[Path]:
    """Lock the cache and lend an empty temporary folder in it. Raises WeightsError where nothing can be written."""
    from filelock import FileLock, Timeout

    folder = cache_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            report(f"another process is filling {folder}, waiting for it")
            lock.acquire()
        try:
            for stale in folder.glob("tmp-*"):
                shutil.rmtree(stale, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix="tmp-", dir=folder, ignore_cleanup_errors=True) as work:
                yield Path(work)
        finally:
            lock.release()
    except OSError as error:
        raise WeightsError(f"{error.filename or folder}: cannot write the cache: {error.strerror or error}") from None


def try_sources(names: Sequence[str], step: Callable[[str], Result], what: str, report: Report) -> Result:
    """The result of the first step that works. Raises WeightsError with every reason if none does."""
    reasons = []
    for name in names:
        try:
            return step(name)
        except (WeightsError, InputError, OSError) as error:
            reasons.append(f"{name}: {error}")
            report(f"{what} not fetched from {name}: {error}")
    raise WeightsError(f"no {what} could be fetched ({'; '.join(reasons)}); a file can be given by its path")


def subfolder(work: Path, name: str) -> Path:
    """A new empty folder: each client gets one of its own."""
    folder = work / name
    folder.mkdir()
    return folder
