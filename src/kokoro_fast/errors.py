"""The errors a user of the library can meet. Each message is one line: what was expected and what came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class KokoroFastError(Exception):
    """Base of every error raised on purpose by kokoro-fast.

    Its message is one line, whatever name out of a file it quotes: what cannot be printed stands as an escape ("\\n").
    """

    def __init__(self, message: str) -> None:
        super().__init__("".join(char if char.isprintable() else repr(char)[1:-1] for char in message))


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


@contextmanager
def parsing(refused: Callable[[str], KokoroFastError]) -> Iterator[None]:
    """The boundary around a parser of somebody's file: every error that is not ours is raised as `refused(reason)`.

    A damaged file can make a parser raise nearly anything: `zlib.error`, KeyError, RecursionError. So no kinds of
    errors are listed. Only a lack of memory says nothing about the file: it is raised as MemoryError.
    """
    try:
        yield
    except KokoroFastError:
        raise
    except Exception as error:
        lines = str(error).strip().splitlines()
        reason = (lines[0] if lines else type(error).__name__)[:200]
        if ran_out_of_memory(error):
            raise MemoryError(reason) from error
        raise refused(reason) from error


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out. Only Python has a class for it; libraries say it in words."""
    return isinstance(error, MemoryError) or any(words in str(error) for words in _OUT_OF_MEMORY)


_OUT_OF_MEMORY = (
    "annot allocate memory",  # of the system
    "can't allocate memory",  # of torch
    "out of memory",  # of CUDA
    "could not create a primitive",  # of oneDNN, inside torch
    "failed to map segment",  # of the loader of shared libraries
    "can't start new thread",
)
