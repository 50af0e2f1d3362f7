"""Progress bars that no other process can hold up.

tqdm's own lock is one for all forked processes: a child that is killed while it has the lock stops every bar of its
parent and of its siblings for ever, hidden bars too. Ours is one for the threads of a process.
"""

from __future__ import annotations

import threading
from functools import cache
from typing import TYPE_CHECKING, Any

from kokoro_fast.forks import held_over_forks

if TYPE_CHECKING:
    from tqdm import tqdm


@cache
def bar_class() -> type[tqdm[Any]]:
    """The class of our bars; a function, so that tqdm is imported by the first bar."""
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        monitor_interval = 0  # no thread that looks for bars that have not moved: ours are moved often enough

    Bar.set_lock(held_over_forks(threading.RLock()))
    return Bar
