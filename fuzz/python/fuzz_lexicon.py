"""A lexicon, from a table or from JSON: an error of one line, or pronunciations that any text can be read with."""

from __future__ import annotations

from harness import InputFile, fuzz, import_instrumented, refusing, require

with import_instrumented:
    from kokoro_fast.errors import InputError
    from kokoro_fast.text.g2p.lexicon import load_lexicon
    from kokoro_fast.text.normalize import normalize

TABLE, OBJECT = InputFile("lexicon.tsv"), InputFile("lexicon.json")


def check(data: bytes) -> None:
    for file in (TABLE, OBJECT):
        with refusing(InputError):
            lexicon = load_lexicon(file.holding(data))
            text = data.decode("utf-8", "replace")
            normalized = normalize(text, 0, len(text), [])
            lexicon.apply(normalized)
            ranges = [(start, end) for start, end, _ in normalized.links]
            require(ranges == sorted(set(ranges)), "the words found are in order")
            require(all(normalized.text[start:end].strip() for start, end in ranges), "a word is not empty")


fuzz(check)
