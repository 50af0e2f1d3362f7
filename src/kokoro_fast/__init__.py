"""Kokoro-82M text to speech, fast on an ordinary CPU.

    from kokoro_fast import Kokoro

    Kokoro().speak("Hello world.").save("hello.wav")

Importing the package is quick and silent: every name below loads its module, and torch with it, on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kokoro_fast._lazy import lazy_names

if TYPE_CHECKING:
    from kokoro_fast.compat import KModel, KPipeline
    from kokoro_fast.engine import Kokoro
    from kokoro_fast.speech import Speech
    from kokoro_fast.types import VoiceLike, Word
    from kokoro_fast.weights.catalog import Voice

    __version__: str

__all__ = ["KModel", "KPipeline", "Kokoro", "Speech", "Voice", "VoiceLike", "Word", "__version__"]

_load = lazy_names(
    __name__,
    {
        "KModel": "compat",
        "KPipeline": "compat",
        "Kokoro": "engine",
        "Speech": "speech",
        "Voice": "weights.catalog",
        "VoiceLike": "types",
        "Word": "types",
    },
)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from kokoro_fast._version import installed_version

        return installed_version()
    return _load(name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
