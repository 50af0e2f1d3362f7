"""Kokoro-82M text to speech, fast on an ordinary CPU.

    from kokoro_fast import Kokoro

    Kokoro().speak("Hello world.").save("hello.wav")

Importing the package is quick and silent: every name below loads its module, and torch with it, on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kokoro_fast.compat import KModel, KPipeline
    from kokoro_fast.engine import Kokoro
    from kokoro_fast.speech import Speech, Word
    from kokoro_fast.weights.catalog import Voice

    __version__: str

_HOME = {
    "KModel": "compat",
    "KPipeline": "compat",
    "Kokoro": "engine",
    "Speech": "speech",
    "Voice": "weights.catalog",
    "Word": "speech",
}

__all__ = ["KModel", "KPipeline", "Kokoro", "Speech", "Voice", "Word", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _installed_version()
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _installed_version() -> str:
    """As the installer recorded it; "unknown" where the sources are used without being installed."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("kokoro-fast")
    except PackageNotFoundError:
        return "unknown"
