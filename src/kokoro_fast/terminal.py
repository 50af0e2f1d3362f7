"""What the commands have in common with a terminal: text in, sound out, messages, progress, and how a command ends."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from kokoro_fast.errors import InputError, UnspokenTextWarning

if TYPE_CHECKING:
    from types import FrameType

    from numpy.typing import NDArray

STANDARD = "-"
"""As a file name: standard input or output."""

LONG_TEXT = 500
"""Characters from which a progress bar is worth its line."""


def read_request(text: Sequence[str], file: str | None, phonemes: str | None) -> dict[str, str]:
    """What to say, as arguments of `Kokoro.stream`: {"text": ...} or {"phonemes": ...}.

    Args:
        text: words of the command line, joined by spaces.
        file: a path, or "-" for standard input, which is also read when nothing is given and it is not a terminal.
        phonemes: symbols of the model's alphabet.

    Raises:
        InputError: more than one of the three, none, or something that cannot be read as UTF-8.
    """
    if sum(map(bool, (text, file, phonemes is not None))) > 1:
        raise InputError("expected one of TEXT, --file and --phonemes, got more")
    if phonemes is not None:
        return {"phonemes": _checked(phonemes, "--phonemes")}
    if text:
        return {"text": _checked(" ".join(text), "TEXT")}
    if file is None and (sys.stdin is None or sys.stdin.isatty()):
        raise InputError("expected something to say: TEXT, --file FILE, --phonemes TEXT, or text on standard input")
    if file is None or file == STANDARD:
        return {"text": _decoded(sys.stdin.buffer.read(), "standard input")}
    try:
        return {"text": _decoded(Path(file).read_bytes(), f"file {file}")}
    except OSError as error:
        raise InputError(f"file {file}: cannot read it: {error.strerror}") from None


def _checked(text: str, name: str) -> str:
    """Arguments that are not in the encoding of the system reach Python as lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{name}: expected UTF-8 text, got another byte at character {error.start}") from None
    return text


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = f"0x{content[error.start]:02x} at byte {error.start}"
        raise InputError(f"{name}: expected UTF-8 text, got {found}") from None


@contextmanager
def open_output(output: str) -> Iterator[Callable[[NDArray[Any]], None]]:
    """A function that takes samples (S,). A file is there after the block, if the block ends well."""
    from kokoro_fast.audio import Writer, pcm16

    def send(samples: NDArray[Any]) -> None:
        sys.stdout.buffer.write(pcm16(samples))
        sys.stdout.buffer.flush()

    if output == STANDARD:
        yield send
    else:
        with Writer(output) as file:
            yield file.write


@contextmanager
def progress(n_characters: int, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A function that takes the number of characters spoken so far; a bar on a terminal, for a long text."""
    from tqdm import tqdm

    hidden = quiet or n_characters < LONG_TEXT or not sys.stderr.isatty()
    with tqdm(total=n_characters, unit=" characters", disable=hidden, leave=False) as bar:
        yield lambda position: bar.update(position - bar.n)


@contextmanager
def messages() -> Iterator[None]:
    """Warnings and the library's log as single lines on standard error."""
    import logging

    from tqdm import tqdm

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        tqdm.write(f"kokoro-fast: warning: {' '.join(str(message).split())}", file=sys.stderr)

    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("kokoro-fast: %(message)s"))
    logger = logging.getLogger("kokoro_fast")
    logger.addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", UnspokenTextWarning)
            warnings.showwarning = show
            yield
    finally:
        logger.removeHandler(handler)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP leave the block as Ctrl-C does, so that what it opened is cleaned up."""

    def leave(number: int, _: FrameType | None) -> NoReturn:
        sys.exit(128 + number)

    heard = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_DFL]
    for number in heard:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, signal.SIG_DFL)


def fail(message: str, code: int) -> NoReturn:
    click.echo(f"kokoro-fast: error: {' '.join(message.split())}", err=True)
    sys.exit(code)


def drop_stdout() -> None:
    """Standard output cannot be written any more. Python would try once more at exit, and complain."""
    with suppress(OSError):  # of a stream without a file behind it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
