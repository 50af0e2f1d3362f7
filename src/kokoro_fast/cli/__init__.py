"""The command line: `main` has the group of commands, a file of its own each of them; `terminal` what they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kokoro_fast._lazy import lazy_names

if TYPE_CHECKING:
    from kokoro_fast.cli.main import main

__all__ = ["main"]

__getattr__ = lazy_names(__name__, {"main": "main"})
