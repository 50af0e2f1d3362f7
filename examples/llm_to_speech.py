"""Speak the words of a language model while the model is still writing, in an event loop.

    python examples/llm_to_speech.py answer.wav

`language_model` plays the part of the model. Put your own client's stream of text in its place: any async iterator of
strings will do, wherever the strings are cut.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator

from kokoro_fast import Kokoro, Speech

ANSWER = (
    "Tea was first a medicine. It came to Europe by ship, and it was so dear that people kept it under lock and key. "
    "Today it is the most common drink in the world, after water."
)


async def language_model() -> AsyncIterator[str]:
    """The answer in pieces of six characters, twenty pieces a second."""
    for start in range(0, len(ANSWER), 6):
        await asyncio.sleep(0.05)
        yield ANSWER[start : start + 6]


async def answer(tts: Kokoro, output: str) -> None:
    parts: list[Speech] = []
    async with tts.astream(language_model()) as stream:
        async for part in stream:  # play part.audio here; the event loop is free while the next part is made
            words = " ".join(word.text for word in part.words)
            print(f"{part.duration:5.2f} s of sound: {words}", flush=True)
            parts.append(part)
    Speech.join(parts).save(output)


def main() -> None:
    parser = argparse.ArgumentParser(description="Speak the words of a language model while it is still writing.")
    parser.add_argument("output", help="the sound file to write")
    arguments = parser.parse_args()

    tts = Kokoro()  # loading takes seconds: do it before the event loop runs
    asyncio.run(answer(tts, arguments.output))


if __name__ == "__main__":
    main()
