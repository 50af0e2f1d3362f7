"""Blend two voices, and hear one become the other.

    python examples/blend_voices.py af_heart am_michael blends

A blend is a string such as "af_heart:0.7,am_michael:0.3", and can stand wherever the name of a voice can. This
program writes five files, in which the second voice has a share of 0, 25, 50, 75 and 100 percent.
"""

import argparse
from pathlib import Path

from kokoro_fast import Kokoro

TEXT = "Good evening. Every voice is a little of everybody."


def main() -> None:
    parser = argparse.ArgumentParser(description="Blend two voices, and hear one become the other.")
    parser.add_argument("first", help="a voice, such as af_heart; `kokoro-fast voices` lists them")
    parser.add_argument("second", help="another voice of the same language")
    parser.add_argument("folder", type=Path, help="where the five sound files go")
    arguments = parser.parse_args()

    arguments.folder.mkdir(exist_ok=True)
    # The text is read in the language of this voice. With one seed for all files, they differ only in the voice.
    tts = Kokoro(voice=arguments.first, seed=0)
    for percent in (0, 25, 50, 75, 100):
        blend = f"{arguments.first}:{1 - percent / 100},{arguments.second}:{percent / 100}"
        output = arguments.folder / f"blend_{percent:03}.wav"
        tts.speak(TEXT, voice=blend).save(output)
        print(f"{output}: {blend}")


if __name__ == "__main__":
    main()
