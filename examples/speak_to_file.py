"""Speak a text to a file, and print when each word is heard.

    python examples/speak_to_file.py "The kettle sang." kettle.wav

The suffix of the file says its format: .wav, .flac, .ogg, .opus, .mp3, .m4a or .m4b.
"""

import argparse

from kokoro_fast import Kokoro


def main() -> None:
    parser = argparse.ArgumentParser(description="Speak a text to a file, and print when each word is heard.")
    parser.add_argument("text")
    parser.add_argument("output", help="the sound file to write")
    arguments = parser.parse_args()

    tts = Kokoro(voice="af_heart")  # loads the model: make it once, then speak as often as you like
    speech = tts.speak(arguments.text)
    speech.save(arguments.output)

    for word in speech.words:
        print(f"{word.start:6.2f} s to {word.end:6.2f} s  {word.text}")
    print(f"{arguments.output}: {speech.duration:.2f} s of speech")


if __name__ == "__main__":
    main()
