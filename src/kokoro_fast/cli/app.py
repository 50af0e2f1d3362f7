"""The command line: `kokoro-fast say | export | phonemes | fetch | voices | doctor`. The help texts are its manual.

Each command has a file of its own and imports what it needs when it runs, so `--help` and `voices` never load torch.
Exit codes: 0 the command did its work, 1 it could not, 2 it was asked wrongly, 128 + n it was ended by signal n.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from kokoro_fast._version import installed_version
from kokoro_fast.cli.doctor import doctor
from kokoro_fast.cli.export import export
from kokoro_fast.cli.fetch import fetch
from kokoro_fast.cli.phonemes import phonemes
from kokoro_fast.cli.say import say
from kokoro_fast.cli.terminal import drop_stdout, ended_by_signals, fail, fill_closed_streams
from kokoro_fast.cli.voices import voices
from kokoro_fast.errors import InputError, KokoroFastError, ran_out_of_memory


class Program(click.Group):
    """The group of commands. How a command may end is settled here, and only here."""

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        with _one_line_for_failures():  # --help and --version print here
            return super().make_context(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        with _one_line_for_failures(), ended_by_signals():
            result = super().invoke(ctx)
            sys.stdout.flush()  # at exit, an error would be told in Python's words
            return result


@contextmanager
def _one_line_for_failures() -> Iterator[None]:
    """Turn every foreseen failure into one line and an exit code."""
    try:
        yield
    except InputError as error:
        fail(str(error), 2)
    except KokoroFastError as error:
        fail(str(error), 1)
    except BrokenPipeError:
        drop_stdout()
        sys.exit(128 + signal.SIGPIPE)
    except OSError as error:
        drop_stdout()
        fail(f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error), 1)
    except (MemoryError, RuntimeError, ImportError) as error:
        if not ran_out_of_memory(error):
            raise
        fail("there is not enough memory", 1)
    except KeyboardInterrupt:
        click.echo(err=True)  # closes the line on which the terminal shows ^C
        sys.exit(128 + signal.SIGINT)


def main() -> None:
    """Entry point of `kokoro-fast` and `python -m kokoro_fast`."""
    fill_closed_streams()
    cli(prog_name="kokoro-fast")


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(f"kokoro-fast {installed_version()}")
        ctx.exit()


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
def cli() -> None:
    """Kokoro-82M text to speech, fast on an ordinary CPU.

    \b
    kokoro-fast say "Hello from Kokoro." -o hello.wav
    kokoro-fast say -f book.txt -v bf_emma -o book.m4b --subtitles book.srt
    kokoro-fast voices

    The first use fetches the model and its voices (some 330 MB) into a cache; after that the network is not touched.
    """


for command in (say, export, phonemes, fetch, voices, doctor):
    cli.add_command(command)
