"""Play a text on the loudspeaker while the rest of it is still being made.

    python examples/stream_to_speaker.py "The kettle sang. Nobody heard it, and the rain went on."

The loudspeaker needs the sounddevice package: pip install "kokoro-fast[play]". With --output FILE the sound goes to a
file instead, as raw 16-bit PCM at 24 kHz.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np

from kokoro_fast import Kokoro

SAMPLE_RATE = 24_000  # Hz: the rate of all sound that the model makes

Play = Callable[[np.ndarray], object]  # takes the next samples, float32 in [-1, 1]


@contextmanager
def loudspeaker() -> Iterator[Play]:
    """Open the default device. Its `write` waits while the device has enough to play."""
    try:
        import sounddevice
    except (ImportError, OSError) as error:  # OSError: the package is there, its PortAudio library is not
        sys.exit(f'no loudspeaker: {error}. Try pip install "kokoro-fast[play]", or --output FILE.')
    try:
        device = sounddevice.OutputStream(samplerate=SAMPLE_RATE, channels=1, dtype="float32")
    except (sounddevice.PortAudioError, ValueError) as error:
        sys.exit(f"no loudspeaker: {error}. Try --output FILE.")
    with device:  # the end of this block waits until all of the sound was heard
        yield device.write


@contextmanager
def raw_file(path: str) -> Iterator[Play]:
    with open(path, "wb") as file:
        yield lambda samples: file.write((samples * 32767).round().astype("<i2").tobytes())


def main() -> None:
    parser = argparse.ArgumentParser(description="Play a text on the loudspeaker while the rest is still being made.")
    parser.add_argument("text")
    parser.add_argument("--output", metavar="FILE", help="write raw PCM instead of playing")
    arguments = parser.parse_args()

    sink = raw_file(arguments.output) if arguments.output else loudspeaker()
    with sink as play, Kokoro().stream(arguments.text) as stream:  # a thread makes the parts ahead of what is heard
        for part in stream:
            play(part.audio)


if __name__ == "__main__":
    main()
