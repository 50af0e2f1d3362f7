"""`python -m benchmarks NAME [options]`: one program for all measurements.

A command is a module with two functions, `add_arguments(parser)` and `run(args)`; its docstring is its help. The module
is imported only when the command is called, so `--help` needs none of the packages that some commands compare with.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

PROGRAM = "python -m benchmarks"


class Command(NamedTuple):
    """Where a command is, below this package, and what it does in one line."""

    module: str
    summary: str


GROUPS = {
    "Beside other implementations": {
        "speed": Command("compare.speed", "time to speak three utterances; writes docs/performance.md"),
        "first_audio": Command("compare.first_audio", "time from a text to its first sound; does playback run dry?"),
        "exports": Command("compare.exports", "size, load time and speed of exported folders, and of the C++ host"),
    },
    "What a listener hears": {
        "segmentation": Command("quality.segmentation", "are texts cut where a reader would breathe?"),
        "readings": Command("quality.readings", "are numbers, signs and abbreviations read as people expect?"),
        "consistency": Command("quality.consistency", "how much pace and loudness differ from chunk to chunk"),
        "long_form": Command("quality.long_form", "half an hour in one go: words, memory, times of words"),
    },
    "This package alone": {
        "regressions": Command("suites.regressions", "run the suites and compare them with the baseline"),
        "roofline": Command("roofline.roofline", "what share of the machine's peak each stage reaches"),
        "kills": Command("endurance.kills", "is anything lost when fetch, a book or an export is killed?"),
        "soak": Command("endurance.soak", "many threads for long: equal results, constant memory and threads"),
    },
}

COMMANDS = {name: command for group in GROUPS.values() for name, command in group.items()}

NOTES = f"""\
{PROGRAM} NAME --help says what a command measures, how, and which options it takes.
pytest benchmarks runs the suites alone, without the baseline.

Other implementations come with: pip install ".[bench]". One that is not installed is left out, with the reason.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command that the first argument names with the arguments after it."""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        usage=f"{PROGRAM} NAME [options]",
        description=f"Measure speed, memory and quality. Every measurement checks its result.\n\n{overview()}",
        epilog=NOTES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=COMMANDS, metavar="NAME", help="one of the commands above")
    name = parser.parse_args(arguments[:1]).name
    module = import_module(f"benchmarks.{COMMANDS[name].module}")
    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM} {name}",
        description=module.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(parser)
    module.run(parser.parse_args(arguments[1:]))


def overview() -> str:
    """One line for every command, group by group."""
    width = max(map(len, COMMANDS))
    groups = []
    for title, commands in GROUPS.items():
        lines = [f"  {name:{width}}  {command.summary}" for name, command in commands.items()]
        groups.append("\n".join([f"{title}:", *lines]))
    return "\n\n".join(groups)


if __name__ == "__main__":
    main()
