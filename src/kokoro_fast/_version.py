"""The version of the installed package."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def installed_version() -> str:
    """The version that the installer recorded, or "unknown" where the sources are used without being installed."""
    try:
        return version("kokoro-fast")
    except PackageNotFoundError:
        return "unknown"
