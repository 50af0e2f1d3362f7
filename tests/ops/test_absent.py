"""Without the native library, or with one that does not fit: one warning, the pure-torch path, never an import error.

Every case runs in its own process on a copy of the package's Python files.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kokoro_fast
from kokoro_fast.ops import library

# Of an editable install: it would lead the copy back to the real package.
WITHOUT_REDIRECT = """
import sys
sys.meta_path = [finder for finder in sys.meta_path if type(finder).__name__ != "ScikitBuildRedirectingFinder"]
"""

SPEAKS_WITHOUT = """
import warnings
import torch
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    from kokoro_fast import ops
    from kokoro_fast.ops import library, reference
    y = ops.adain_snake(torch.randn(1, 2, 9), torch.zeros(1, 2), torch.zeros(1, 2), torch.ones(2), None)
    samples = ops.istft(torch.rand(1, 11, 9), torch.rand(1, 11, 9), torch.hann_window(20), 5)
assert y.shape == (1, 2, 9) and samples.shape == (1, 40)
assert not ops.status().native and ops.adain_snake is reference.adain_snake
assert [w.category for w in caught] == [RuntimeWarning], [str(w.message) for w in caught]
assert "pip install --force-reinstall" in str(caught[0].message)
print(ops.status().reason)
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package without anything compiled."""
    source = next(Path(folder) for folder in kokoro_fast.__path__ if Path(folder, "ops", "__init__.py").is_file())
    ignore = shutil.ignore_patterns("*.so", "*.dylib", "lib", "__pycache__")
    return Path(shutil.copytree(source, tmp_path / "kokoro_fast", ignore=ignore))


def library_file(package: Path) -> Path:
    (package / "lib").mkdir()
    return package / "lib" / ("libkokoro_fast_ops.dylib" if sys.platform == "darwin" else "libkokoro_fast_ops.so")


def run_python(package: Path, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", WITHOUT_REDIRECT + code],
        env={**os.environ, "PYTHONPATH": str(package.parent), "KOKORO_FAST_OPS": "auto", **environment},
        cwd=package.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_missing(package: Path) -> None:
    result = run_python(package, SPEAKS_WITHOUT)
    assert "is not installed beside the package" in result.stdout, result.stderr


def test_damaged(package: Path) -> None:
    library_file(package).write_bytes(b"not a library")
    result = run_python(package, SPEAKS_WITHOUT)
    assert "libkokoro_fast_ops" in result.stdout, result.stderr
    assert "does not load" in result.stdout


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="needs g++")
def test_of_another_version(package: Path) -> None:
    """A library that loads and defines none of the ops."""
    build = ["g++", "-shared", "-x", "c++", os.devnull, "-o", str(library_file(package))]
    subprocess.run(build, check=True)
    result = run_python(package, SPEAKS_WITHOUT)
    assert "is from another version: it has no op adain_snake, channel_moments, conv, conv_pack, " in result.stdout, (
        result.stderr
    )


@pytest.mark.slow
def test_torch_too_old(package: Path) -> None:
    result = run_python(package, "import torch; torch.__version__ = '2.9.1+cpu'\n" + SPEAKS_WITHOUT)
    assert "needs torch 2.11 or newer, found 2.9.1+cpu" in result.stdout, result.stderr


@pytest.mark.slow
def test_native_asked_for(package: Path) -> None:
    result = run_python(package, "import kokoro_fast.ops", KOKORO_FAST_OPS="native")
    assert "MissingDependencyError: the native ops were asked for, but libkokoro_fast_ops" in result.stderr


@pytest.mark.slow
def test_reference_asked_for_is_silent(package: Path) -> None:
    result = run_python(package, "from kokoro_fast import ops; print(ops.status().native)", KOKORO_FAST_OPS="reference")
    assert result.stdout.strip() == "False", result.stderr
    assert result.stderr == ""


def test_numpy_side_goes_on_without_the_module(package: Path) -> None:
    code = (
        "from kokoro_fast.synthesis.stitcher import Stitcher, make_stitcher; assert type(make_stitcher(3)) is Stitcher"
    )
    result = run_python(package, code)
    assert result.returncode == 0, result.stderr


def test_every_op_is_asked_for() -> None:
    """A library that lacks one of them is from another version, whichever it is."""
    sources = (Path(__file__).parents[2] / "csrc" / "torch").glob("*.cpp")
    defined = [name for path in sources for name in re.findall(r'm\.def\(\s*"(\w+)\(', path.read_text("utf-8"))]
    assert sorted(defined) == sorted(library._OPS)
