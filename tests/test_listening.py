"""Somebody who does not know the text listens: is what was said what is heard?

Whisper base writes down what it hears in sentences of many kinds from three voices. It is a small recognizer with
errors of its own, so the bar is not zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import jiwer
import numpy as np
import pytest
from conftest import THREADS

from benchmarks.lib.listening import Listener, plain_words
from kokoro_fast import Kokoro, Speech

pytestmark = [pytest.mark.listening, pytest.mark.slow]

SENTENCES: dict[str, list[str]] = {
    "af_heart": [
        "The quick brown fox jumps over the lazy dog.",
        "Where did you put the keys to the old car?",
        "“I have never been so happy,” she said, “and I will never forget it.”",
        "We bought apples, oranges, bread, butter, and a bottle of milk.",
        "Stop!",
        "Dr. Anderson will see you on Wednesday at half past three.",
        "My daughter Catherine moved from Chicago to Boston with her two brothers.",
        "There were twenty-seven people in the room, and forty-one more were waiting outside.",
        "Although the weather had been terrible all week, the children went down to the river every morning, because "
        "the water was warm, the trees were green, and nobody told them to stay at home.",
    ],
    "am_michael": [
        "Good morning, everyone.",
        "Can you hear me, or should I speak a little louder?",
        "The train to Washington leaves in ten minutes from platform number four.",
        "“Are you coming?” he asked. “No,” I said, “I am far too tired.”",
        "First open the door, then turn on the light, and finally close the window.",
        "It's not that I don't like it; I just can't afford it this year.",
        "Thomas Jefferson wrote a letter to his friend James Madison.",
        "The company sold three hundred and fifty thousand telephones last year.",
        "Scientists have discovered that the ocean floor is home to thousands of animals that nobody has ever seen, "
        "and they believe that many more are waiting to be found.",
    ],
    "bf_emma": [
        "Would you like a cup of tea and a piece of cake?",
        "My favourite colour is grey, which my neighbours find rather strange.",
        "Mrs. Williams went to the theatre with her husband and their three grandchildren.",
        "Please organise the books, the papers, the pens, and the pictures on the table.",
        "What a wonderful surprise!",
        "The castle was built in the thirteenth century and destroyed by a fire two hundred years later.",
        "“Nonsense,” replied the doctor, “you will be perfectly well by tomorrow.”",
        "London, Manchester, Liverpool, and Birmingham are large cities in England.",
        "She opened the window, looked at the garden for a long time, and then, without saying a single word, she took "
        "her coat from the chair and walked out into the rain.",
    ],
}


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said and what was heard, both as plain words."""

    voice: str
    said: str
    heard: str
    speech: Speech


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Listener:
    return Listener(tmp_path_factory.mktemp("whisper"), THREADS)


@pytest.fixture(scope="module")
def heard(tts: Kokoro, listener: Listener) -> list[Heard]:
    """All sentences, spoken and listened to."""
    return list(speak_and_listen(tts, listener))


def speak_and_listen(tts: Kokoro, listener: Listener) -> Iterator[Heard]:
    british = Kokoro(voice="bf_emma", seed=0)
    for voice, sentences in SENTENCES.items():
        engine = british if voice.startswith("b") else tts
        for text in sentences:
            speech = engine.speak(text, voice=voice)
            yield Heard(voice, plain_words(text), plain_words(listener.hear(speech.audio, speech.sample_rate)), speech)


def word_error_rate(heard: list[Heard]) -> float:
    return jiwer.wer([h.said for h in heard], [h.heard for h in heard])


def misheard(heard: list[Heard]) -> str:
    """A table of the sentences in which a word was misheard."""
    pairs = [h for h in heard if h.said != h.heard]
    lines = [f"{h.voice:12}said   {h.said}\n{'':12}heard  {h.heard}" for h in pairs]
    return "\n".join([*lines, f"{len(pairs)} of {len(heard)} sentences, word error rate {word_error_rate(heard):.1%}"])


def test_sentences_are_many_and_varied() -> None:
    assert len(SENTENCES) == 3
    assert sum(map(len, SENTENCES.values())) >= 24


def test_what_was_said_is_heard(heard: list[Heard]) -> None:
    print(misheard(heard))
    assert word_error_rate(heard) <= 0.05, misheard(heard)


@pytest.mark.parametrize("voice", SENTENCES)
def test_every_voice_is_understood(heard: list[Heard], voice: str) -> None:
    own = [h for h in heard if h.voice == voice]
    assert word_error_rate(own) <= 0.08, misheard(own)


def test_nothing_is_heard_in_reversed_speech(heard: list[Heard], listener: Listener) -> None:
    """The measure can fail: the same voice and level, but no words."""
    backwards = []
    for h in heard[:6]:
        audio = np.ascontiguousarray(h.speech.audio[::-1])
        backwards.append(Heard(h.voice, h.said, plain_words(listener.hear(audio, h.speech.sample_rate)), h.speech))
    assert word_error_rate(backwards) > 0.6, misheard(backwards)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("“It’s 20 past four,” said Dr. Grey.", "its twenty past four said doctor gray"),
        ("The 13th of May: 1,000 people", "the thirteenth of may one thousand people"),
        ("twenty-seven and a half", "twenty seven a half"),
    ],
)
def test_plain_words(text: str, words: str) -> None:
    assert plain_words(text) == words
