"""Builds the C++ host of `csrc/host` for the tests that run it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HOST = Path(__file__).parents[2] / "csrc" / "host"


def configure(source: Path, build: Path, *options: str) -> None:
    """cmake, with what it says as the reason where it fails."""
    run("cmake", "-S", source, "-B", build, *options)


def run(*command: str | Path, **more: object) -> str:
    """What a command prints; the test fails with all of it where the command does."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload]
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"
    return str(done.stdout)


def build_host(build: Path, *options: str) -> Path:
    """The build folder, with the library, kokoro-say and the tests. Skips where there is nothing to build with."""
    import torch

    if shutil.which("cmake") is None:
        pytest.skip("the C++ host is built with cmake, which is not installed")
    if not any(map(shutil.which, (os.environ.get("CXX", "c++"), "g++", "clang++"))):
        pytest.skip("the C++ host needs a C++ compiler, and there is none")
    torch_cmake = f"-DCMAKE_PREFIX_PATH={torch.utils.cmake_prefix_path}"
    configure(HOST, build, torch_cmake, "-DKOKORO_HOST_BUILD_TESTS=ON", *options)
    run("cmake", "--build", build, "--parallel", "2")
    return build
