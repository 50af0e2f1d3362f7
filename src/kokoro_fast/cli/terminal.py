"""What all commands share: text in, raw sound out, messages, progress, and how a command ends."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from kokoro_fast.bars import bar_class
from kokoro_fast.errors import InputError, UnspokenTextWarning

if TYPE_CHECKING:
    from types import FrameType

    from numpy.typing import NDArray

    from kokoro_fast.text import MarkupMode

lexicon_option = click.option(
    "--lexicon", metavar="FILE", help="File of words and their phonemes, as JSON or as a table with tabs."
)
markup_option = click.option(
    "--markup",
    type=click.Choice(["error", "plain", "markdown"]),
    help="How to treat an invalid or unknown tag: as an error, or as plain text; markdown is plain, too, and reads all "
    "of Markdown.  [default: error; markdown for a file that ends in .md]",
)

normalize_option = click.option(
    "--normalize/--no-normalize",
    default=True,
    help="Put numbers, dates, units, abbreviations, addresses and Markdown into words first, or not.  [default: do]",
)

emoji_option = click.option(
    "--emoji",
    type=click.Choice(["silent", "names"]),
    default="silent",
    show_default=True,
    help="Whether emoji are silent or read by their names.",
)

STANDARD = "-"
"""The file name that stands for standard input or output."""


@dataclass(frozen=True, slots=True)
class TextSource:
    """What to say: exactly one of text and phonemes.

    Attributes:
        text: the words.
        phonemes: symbols of the model's alphabet.
        is_document: whether the text came from a file or a pipe, so that it may have headings.
        name: the name of the file without folder and suffix, if there is one.
        is_markdown: whether the name of the file says that it is Markdown.
    """

    text: str | None = None
    phonemes: str | None = None
    is_document: bool = False
    name: str | None = None
    is_markdown: bool = False

    def markup(self, wish: MarkupMode | None) -> MarkupMode:
        """How to treat the markup of the text, where the user may wish for something."""
        return wish or ("markdown" if self.is_markdown else "error")


def read_text_source(text: Sequence[str], file: str | None, phonemes: str | None) -> TextSource:
    """Find what to say.

    Args:
        text: words of the command line, joined by spaces.
        file: a path, or "-" for standard input. Without any of the three, standard input is read unless it is a
            terminal.
        phonemes: symbols of the model's alphabet.

    Raises:
        InputError: more than one of the three, none, or something that cannot be read as UTF-8.
    """
    if sum(map(bool, (text, file, phonemes is not None))) > 1:
        raise InputError("expected one of TEXT, --file and --phonemes, got more")
    if phonemes is not None:
        return TextSource(phonemes=_checked(phonemes, "--phonemes"))
    if text:
        return TextSource(_checked(" ".join(text), "TEXT"))
    if file is None and sys.stdin.isatty():
        raise InputError("expected something to say: TEXT, --file FILE, --phonemes TEXT, or text on standard input")
    if file is None or file == STANDARD:
        return TextSource(_decoded(sys.stdin.buffer.read(), "standard input"), is_document=True)
    try:
        content = _decoded(Path(file).read_bytes(), f"file {file}")
    except OSError as error:
        raise InputError(f"file {file}: cannot read it: {error.strerror}") from None
    is_markdown = Path(file).suffix.lower() in (".md", ".markdown")
    return TextSource(content, is_document=True, name=Path(file).stem, is_markdown=is_markdown)


def _checked(text: str, name: str) -> str:
    """Refuse an argument with bytes that are not UTF-8, which reach Python as lone surrogates."""
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


def to_standard_output(samples: NDArray[Any]) -> None:
    """Write samples (S,) as raw 16-bit little-endian PCM, at once."""
    from kokoro_fast.audio.pcm import pcm16

    sys.stdout.buffer.write(pcm16(samples))
    sys.stdout.buffer.flush()


@contextmanager
def progress(total: int, unit: str, hidden: bool, start: int = 0) -> Iterator[Callable[[int], None]]:
    """A function that takes how many of `total` are done. On a terminal it draws a bar with the time left.

    Args:
        start: how many were done before; they do not count when the speed is estimated.
    """
    layout = "{percentage:3.0f} %|{bar}| {n_fmt}/{total_fmt} " + unit + ", {elapsed} gone, {remaining} left"
    hidden = hidden or not sys.stderr.isatty()
    settings = {"initial": start, "bar_format": layout, "smoothing": 0.1, "leave": False}
    with bar_class()(total=total, disable=hidden, **settings) as bar:
        yield lambda position: bar.update(position - bar.n)


def tell(line: str) -> None:
    """Write a line on standard error that begins with the name of the program."""
    click.echo(f"kokoro-fast: {line}", err=True)


@contextmanager
def messages() -> Iterator[None]:
    """Show warnings and the library's log as single lines on standard error."""
    import logging

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        bar_class().write(f"kokoro-fast: warning: {' '.join(str(message).split())}", file=sys.stderr)

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
    """Let SIGTERM and SIGHUP leave the block as Ctrl-C does, so that everything it opened is cleaned up.

    Only the first of them counts: a terminal that closes sends several, and they would cut the cleaning short.
    """

    def leave(number: int, _: FrameType | None) -> NoReturn:
        for other in heard:
            signal.signal(other, signal.SIG_IGN)
        sys.exit(128 + number)

    heard = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_DFL]
    for number in heard:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, signal.SIG_DFL)


def fill_closed_streams() -> None:
    """Put something behind the standard streams that are closed, as by `>&-` in a shell.

    Otherwise the next file takes the number of the stream, and what a library prints would go into that file. Input is
    empty then and messages are dropped. Output is an error at the first write, since somebody would miss it.
    """
    for name, mode, flags in (
        ("stdin", "r", os.O_RDONLY),
        ("stdout", "w", os.O_RDONLY),
        ("stderr", "w", os.O_WRONLY),
    ):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, flags)
            os.set_inheritable(descriptor, True)
            setattr(sys, name, open(descriptor, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def fail(message: str, code: int) -> NoReturn:
    """Report an error in one line and end the program."""
    click.echo(f"kokoro-fast: error: {' '.join(message.split())}", err=True)
    sys.exit(code)


def drop_stdout() -> None:
    """Give up standard output, which cannot be written any more: Python would try once more at exit, and complain."""
    with suppress(OSError):  # of a stream without a file behind it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
