"""Highlight each word in the terminal at the moment in which it is spoken, as in karaoke.

    python examples/highlight_words.py rhyme.wav

The times are exact, as the model decides them before it makes the sound. The speech is written to a file: start it in
a player when the first line appears. --fast prints all at once, without waiting for the time of each word.
"""

import argparse
import time

from kokoro_fast import Kokoro, Word

TEXT = "The owl and the cat went to sea,\nin a boat that was green as a pea.\n"
HIGHLIGHT = "\x1b[7m"  # terminal code: swap the colors of letters and background
PLAIN = "\x1b[0m"  # terminal code: end that


def highlighted(text: str, word: Word) -> str:
    """The line of the text that a word is in, with the word highlighted."""
    start = text.rfind("\n", 0, word.char_start) + 1
    end = text.find("\n", word.char_end)
    before, after = text[start : word.char_start], text[word.char_end : end if end >= 0 else None]
    return f"{before}{HIGHLIGHT}{text[word.char_start : word.char_end]}{PLAIN}{after}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Highlight each word in the terminal when it is spoken.")
    parser.add_argument("output", help="the sound file to write")
    parser.add_argument("--fast", action="store_true", help="do not wait for the time of each word")
    arguments = parser.parse_args()

    speech = Kokoro(voice="bf_emma").speak(TEXT)
    speech.save(arguments.output)

    began = time.monotonic()
    line = 0  # the line of the text in which the cursor is, counted from 0
    for word in speech.words:
        if not arguments.fast:
            time.sleep(max(0.0, began + word.start - time.monotonic()))
        line_before, line = line, TEXT.count("\n", 0, word.char_start)
        newlines = "\n" * (line - line_before)
        print(f"{newlines}\r{highlighted(TEXT, word)}", end="", flush=True)
    print()


if __name__ == "__main__":
    main()
