"""Endless English sentences, put together from patterns: the statistics of a first window are learned from them.

Real text would be closer to what people read aloud, but would come with a license. It matters here that sounds,
lengths, questions and exclamations mix as they do in speech.
"""

# ruff: noqa: SIM905 - phrases in a row are easier to read and to add to than a list of strings

from __future__ import annotations

import random
from collections.abc import Iterator

PEOPLE = (
    "the baker|my sister|an old sailor|the new doctor|Captain Rogers|our neighbor|the child|her uncle George|Maria|"
    "the night watchman|a young engineer|the judge|Thomas|your teacher|the shy pianist|nobody|everyone|the farmers|"
    "two strangers|the whole crew|my grandmother|Doctor Hughes|the king|a thief|the driver"
).split("|")
PLACES = (
    "in the kitchen|by the river|at the edge of the forest|under the bridge|behind the church|on the third floor|"
    "near the harbor|across the valley|in Chicago|at school|on the roof|outside the theater|in a quiet village|"
    "beyond the hills|between the shelves|at the airport|on board|in the yellow house|by the fireplace|upstairs"
).split("|")
TIMES = (
    "yesterday|every Tuesday|before breakfast|at half past seven|last winter|once again|in the year of the flood|"
    "after the storm|for the first time|this morning|all night long|two weeks ago|at noon|just now|in early spring|"
    "during the war|sooner or later|on her birthday"
).split("|")
THINGS = (
    "a letter|the broken clock|three apples|the green umbrella|a huge map|the truth|his father's watch|some cheese|"
    "a box of matches|the wrong key|an orange|this book|the last ticket|a strange noise|the engine|a thousand dollars|"
    "the photograph|fresh bread|her voice|a small boat|the price|that question|a joke|the whole story|few clouds"
).split("|")
DEEDS = (
    "found|had forgotten|was looking for|sold|wanted|carried|kept|described|dropped|never understood|could not see|"
    "painted|asked about|gave away|would have liked|is thinking of|measured|threw away|heard|repaired|shows|chose"
).split("|")
QUALITIES = (
    "quiet|far too expensive|cold and bright|slow|nearly perfect|very large|dangerous|beautiful|ready|"
    "surprisingly easy|worse than before|gone|yellow|not funny|true|open|as sharp as a knife|usual|wet|empty"
).split("|")
OPENINGS = (
    "However|Of course|Well|In the end|To be honest|Without a word|As far as I know|Oh|Then|Meanwhile|Strangely enough|"
    "For example|Yes|No|Suddenly"
).split("|")
LINKS = "because|although|while|and|but|when|so|until|as if|before|which is why".split("|")


def random_sentences(seed: int) -> Iterator[str]:
    """Endless sentences of 1 to about 25 words. The same seed gives the same sentences."""
    draw = random.Random(seed)
    one = draw.choice

    def clause() -> str:
        return draw.choice(
            (
                lambda: f"{one(PEOPLE)} {one(DEEDS)} {one(THINGS)}",
                lambda: f"{one(PEOPLE)} {one(DEEDS)} {one(THINGS)} {one(PLACES)}",
                lambda: f"{one(THINGS)} was {one(QUALITIES)}",
                lambda: f"there was {one(THINGS)} {one(PLACES)}",
                lambda: f"it is {one(QUALITIES)} {one(PLACES)}",
            )
        )()

    patterns = (
        lambda: f"{clause()}.",
        lambda: f"{clause()} {one(TIMES)}.",
        lambda: f"{clause()}, {one(LINKS)} {clause()}.",
        lambda: f"{one(OPENINGS)}, {clause()}.",
        lambda: f"{clause()}; {clause()}.",
        lambda: f"what {one(('if', 'makes you think that', 'happens when'))} {clause()}?",
        lambda: f"did {one(PEOPLE)} really like {one(THINGS)} {one(PLACES)}?",
        lambda: f"{one(THINGS)} is {one(QUALITIES)}!",
        lambda: f"{one(QUALITIES)}!",
        lambda: f'"{clause()}," said {one(PEOPLE)}.',
        lambda: f"{one(TIMES)}, {clause()}, {one(LINKS)} {clause()} {one(TIMES)}.",
        lambda: f"{one(THINGS)}, {one(THINGS)} and {one(THINGS)}.",
    )
    while True:
        sentence = one(patterns)()
        first = next(i for i, letter in enumerate(sentence) if letter.isalpha())
        yield sentence[:first] + sentence[first].upper() + sentence[first + 1 :]
