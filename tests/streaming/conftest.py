"""No test of streaming leaves a thread behind."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from support.prefetching import wait_for_threads


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    gc.collect()
    wait_for_threads()
