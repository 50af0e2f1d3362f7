"""The errors a user of the library can meet. Each message is one line: what was expected and what came."""

from __future__ import annotations


class KokoroFastError(Exception):
    """Base of every error raised on purpose by kokoro-fast."""


class InputError(KokoroFastError, ValueError):
    """The caller asked for something that cannot be done: bad text, voice, language, speed or file name."""


class WeightsError(KokoroFastError, RuntimeError):
    """Weights or voices could not be found, fetched, read or verified."""


class MissingDependencyError(KokoroFastError, ImportError):
    """An optional package is needed; the message says how to install it."""


class UnspokenTextWarning(UserWarning):
    """Part of a text will not be heard: symbols the model does not know, or a word nothing could pronounce."""


class RenderingCancelled(Exception):
    """The sound is not wanted any more. Raised in the middle of rendering, where `should_stop` says so."""


def nothing_to_say(source: str) -> InputError:
    """The error for a text or phonemes in which there is nothing to speak."""
    return InputError(f"expected something to say, got nothing speakable in {excerpt(source)}")


def excerpt(text: str) -> str:
    """At most 40 characters of a text, quoted, for a message of one line."""
    return repr(text if len(text) <= 40 else text[:37] + "...")
