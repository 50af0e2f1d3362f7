"""The languages of Kokoro-82M and the names people give them."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from kokoro_fast.errors import InputError


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the voices.

    Attributes:
        code: the name used everywhere in this package, as in "en-us".
        name: the English name.
        letter: the one-letter code of hexgrad/kokoro, which is the first letter of a voice name.
        aliases: other spellings, in lower case with hyphens.
        supported: whether its text can be read; otherwise only phonemes can be given.
    """

    code: str
    name: str
    letter: str
    aliases: tuple[str, ...] = ()
    supported: bool = True


LANGUAGES: tuple[Language, ...] = (
    Language("en-us", "American English", "a", ("en", "eng", "english", "american", "us")),
    Language("en-gb", "British English", "b", ("en-uk", "british", "gb", "uk")),
    Language("es", "Spanish", "e", ("es-es", "es-mx", "es-419", "spa", "espanol", "español")),
    Language("fr-fr", "French", "f", ("fr", "fra", "francais", "français")),
    Language("hi", "Hindi", "h", ("hi-in", "hin")),
    Language("it", "Italian", "i", ("it-it", "ita", "italiano")),
    Language("pt-br", "Brazilian Portuguese", "p", ("pt", "por", "portuguese", "brazilian", "portugues", "português")),
    Language("ja", "Japanese", "j", ("ja-jp", "jp", "jpn"), supported=False),
    Language("zh", "Mandarin Chinese", "z", ("zh-cn", "cn", "cmn", "chinese", "mandarin"), supported=False),
)
"""All languages, in the order of the model card. Source: hexgrad/Kokoro-82M VOICES.md."""


def _spellings(language: Language) -> tuple[str, ...]:
    return (language.code, language.letter, language.name.lower().replace(" ", "-"), *language.aliases)


_BY_NAME = {spelling: language for language in LANGUAGES for spelling in _spellings(language)}


def resolve_language(name: str) -> Language:
    """The language that a code, a letter or an English name stands for; case, "_" and spaces do not matter.

    Raises:
        InputError: no such language.
    """
    wanted = name.strip().lower().replace("_", "-").replace(" ", "-")
    language = _BY_NAME.get(wanted)
    if language is not None:
        return language
    known = ", ".join(language.code for language in LANGUAGES)
    nearest = difflib.get_close_matches(wanted, _BY_NAME, n=1)
    hint = f"; did you mean {_BY_NAME[nearest[0]].code!r}?" if nearest else ""
    raise InputError(f"expected a language out of {known}; got {name!r}{hint}")
