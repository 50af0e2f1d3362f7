"""Folders that take minutes to make: one worker process makes each, and all of them use it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def made_once(factory: pytest.TempPathFactory, worker: str, name: str, make: Callable[[Path], object]) -> Path:
    """The folder `name` of this test run, which `make` fills when the first worker asks for it.

    Args:
        factory: of the session.
        worker: the name of this process, as the fixture `worker_id` gives it; "master" without others.
        name: tells the folder from others.
        make: is given the folder's path, which does not exist yet. An error leaves the folder to the next that asks.
    """
    base = factory.getbasetemp()
    root = base if worker == "master" else base.parent  # each worker has a folder of its own below that of the run
    folder, finished = root / "once" / name, root / "once" / f"{name}.finished"
    folder.parent.mkdir(exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not finished.exists():
            make(folder)
            finished.touch()
    return folder
