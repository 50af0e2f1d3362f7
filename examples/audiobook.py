"""Make an audiobook with chapter marks, and subtitles for it, from a text file.

    python examples/audiobook.py book.txt book.m4b

Chapters are found by their headings: "# The storm" in Markdown, or "Chapter 3" with blank lines around it.

A book takes hours, so the speaking itself is left to the command `kokoro-fast say`: it needs little memory for a text
of any length, and after it was stopped, the same command goes on where it was. This program first lists the chapters,
so that you can correct a heading before the hours are spent.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from kokoro_fast.book import outline


def main() -> None:
    parser = argparse.ArgumentParser(description="Make an audiobook with chapter marks and subtitles from a text file.")
    parser.add_argument("book", type=Path, help="plain text or Markdown, in UTF-8")
    parser.add_argument("output", type=Path, help="an .m4b file; .m4a, .mp3 and .opus have chapter marks too")
    parser.add_argument("--voice", default="bf_emma")
    arguments = parser.parse_args()

    chapters = outline(arguments.book.read_text("utf-8")).chapters
    for number, chapter in enumerate(chapters, 1):
        print(f"{number:3}. {chapter.title}", flush=True)
    if not chapters:
        print("No headings were found, so the file will have no chapter marks.", flush=True)

    command = [sys.executable, "-m", "kokoro_fast", "say", "--file", arguments.book, "--voice", arguments.voice]
    command += ["--output", arguments.output, "--subtitles", arguments.output.with_suffix(".srt")]
    sys.exit(subprocess.run(command, check=False).returncode)


if __name__ == "__main__":
    main()
