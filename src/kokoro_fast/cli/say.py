"""`kokoro-fast say`: the options of the command, and its manual. `say_job` does the work."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from kokoro_fast.cli.terminal import (
    STANDARD,
    emoji_option,
    lexicon_option,
    markup_option,
    messages,
    normalize_option,
    read_text_source,
)
from kokoro_fast.config import DEFAULT_VOICE
from kokoro_fast.errors import InputError

if TYPE_CHECKING:
    from kokoro_fast.text import MarkupMode


@click.command()
@click.argument("text", nargs=-1)
@click.option("-f", "--file", metavar="FILE", help="Read the text from FILE, in UTF-8; - is standard input.")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="The sound file: .wav, .flac, .ogg, .mp3, .opus, .m4b or .m4a; a file of that name is replaced. - writes raw "
    "16-bit little-endian mono PCM at 24 kHz to standard output.  [default: speech.wav; with --play no file]",
)
@click.option("--play", is_flag=True, help="Play the speech on the default audio device while it is made.")
@click.option(
    "--subtitles", metavar="FILE", help="Also write subtitles: .srt, .vtt, or .json with every word and sound."
)
@click.option("--title", help="Title of the sound file.  [default: the first # heading, or the name of the text file]")
@click.option(
    "-v",
    "--voice",
    default=DEFAULT_VOICE,
    show_default=True,
    help='A name from `kokoro-fast voices`, a voice file, or a blend: "af_heart:0.7,am_adam:0.3".',
)
@click.option("-l", "--lang", help="Language of the text, such as en-us or en-gb.  [default: that of the voice]")
@click.option(
    "-s",
    "--speed",
    type=float,
    default=1.0,
    show_default=True,
    help="Speed of the speech, 0.5 to 2.0; larger is faster.",
)
@click.option(
    "--seed",
    type=int,
    help="Seed of the breath noise: the same seed gives the same samples.  [default: a new one each time]",
)
@click.option("--phonemes", metavar="TEXT", help="Speak these phonemes instead of a text.")
@lexicon_option
@markup_option
@normalize_option
@emoji_option
@click.option("--threads", type=int, help="Number of CPU threads.  [default: one for each physical core]")
@click.option(
    "--device",
    default="cpu",
    show_default=True,
    help="Device that runs the model: cpu, cuda or another name that torch knows.",
)
@click.option(
    "--backend",
    default="auto",
    show_default=True,
    help="What runs the model: native (fused kernels), eager (plain PyTorch) or compile (torch.compile, which takes "
    "minutes to start).",
)
@click.option(
    "--precision",
    default="auto",
    show_default=True,
    help="Precision of the convolutions: fp32, bf16 or int8. auto is the fastest here that nobody can tell from fp32.",
)
@click.option("--weights", metavar="FILE", help="Weight file: .pth, .safetensors or .onnx.  [default: the cache]")
@click.option(
    "--path", metavar="DIR", help="Speak with a folder that `kokoro-fast export` wrote, instead of the weights."
)
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one JSON object with the output, its seconds, phonemes and word times.",
)
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
    markup: MarkupMode | None,
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

    The file appears when it is whole: an error, Ctrl-C or a full disk leaves what was there before. [word](/phonemes/)
    gives the pronunciation of a word.

    Books: .m4b, .m4a, .mp3 and .opus get chapter marks from headings, which are lines such as "# The storm" and, with
    blank lines around, "Chapter 3" or "CHAPTER III. The storm". If a text of more than a minute is stopped, killed or
    runs out of disk, the same command goes on where it was. Until it is done, the folder .NAME.kokoro-fast beside the
    output keeps the sound, 3 MB a minute; delete the folder to give up.
    """
    if output is None and not play:
        output = "speech.wav"
    if output == STANDARD and as_json:
        raise InputError("expected one of --json and --output -, which both write to standard output, got both")
    if output == STANDARD and sys.stdout.isatty():
        raise InputError("output -: expected a pipe or a file to take the raw sound, got a terminal")
    source = read_text_source(text, file, phonemes)
    with messages():
        from kokoro_fast.cli.say_job import SayOptions, run

        mode = source.markup(markup)
        run(SayOptions(source, output, play, subtitles, title, engine, seed, speed, mode, as_json, quiet))
