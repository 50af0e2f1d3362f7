"""Benchmarks run in one process: two at once would time each other, and pytest-benchmark refuses to."""

from __future__ import annotations

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Undo the two processes that pyproject.toml sets for the tests."""
    config.option.numprocesses, config.option.dist = 0, "no"
