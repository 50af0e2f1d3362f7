"""The command line: `app` has the group, each command a file of its own, and `terminal` what all of them share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kokoro_fast._lazy import lazy_names

if TYPE_CHECKING:
    from kokoro_fast.cli.app import main

__all__ = ["main"]

__getattr__ = lazy_names(__name__, {"main": "app"})
