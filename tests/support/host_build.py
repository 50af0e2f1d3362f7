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


def needs_tools() -> None:
    """Skip where there is nothing to build with."""
    if shutil.which("cmake") is None:
        pytest.skip("the C++ host is built with cmake, which is not installed")
    if not any(map(shutil.which, (os.environ.get("CXX", "c++"), "g++", "clang++"))):
        pytest.skip("the C++ host needs a C++ compiler, and there is none")


def has_tests(build: Path) -> bool:
    """Whether a build folder has the C++ tests: they are built where GoogleTest is installed."""
    return (build / "tests" / "kokoro_host_tests").is_file()


def build_host(build: Path) -> None:
    """Build the library, kokoro-say, and the tests if GoogleTest is installed."""
    import torch

    torch_cmake = f"-DCMAKE_PREFIX_PATH={torch.utils.cmake_prefix_path}"
    try:
        configure(HOST, build, torch_cmake, "-DKOKORO_HOST_BUILD_TESTS=ON")
    except AssertionError as failed:
        if "GoogleTest" not in str(failed):
            raise
        configure(HOST, build, torch_cmake, "-DKOKORO_HOST_BUILD_TESTS=OFF")
    run("cmake", "--build", build, "--parallel", "2")
