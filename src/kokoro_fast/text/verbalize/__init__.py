"""What people write and nobody says as it stands: numbers, money, dates, times, units, signs, abbreviations, addresses.

Each class of them has a module with rules: a pattern for the shape, and a function that gives the words to be read, or
None where the context leaves doubt. `verbalizer.verbalize` runs all rules over a plain text.
"""

from kokoro_fast.text.verbalize.pictures import EmojiMode
from kokoro_fast.text.verbalize.pronunciations import pronunciations
from kokoro_fast.text.verbalize.say_as import say_as
from kokoro_fast.text.verbalize.verbalizer import Reading, in_words, readings_of, say_letters, verbalize, with_readings

__all__ = [
    "EmojiMode",
    "Reading",
    "in_words",
    "pronunciations",
    "readings_of",
    "say_as",
    "say_letters",
    "verbalize",
    "with_readings",
]
