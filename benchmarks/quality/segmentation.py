"""Are texts cut where a reader would breathe? Beside the splitters of kokoro 0.9.4 and kokoro-onnx 0.6.1.

    python -m benchmarks segmentation [--limits 60 120 200 510] [--out docs/planning.md]

All splitters get the same phonemes, those of this package's text stage, and the same limit. The texts are those of
`labeled_breaks`, each by itself, and all English ones once more as one long text, which must be cut even at a limit of
510. The other splitters are the packages' own functions; a package that is not installed is left out, with the reason
(`pip install kokoro==0.9.4 kokoro-onnx==0.6.1`, or the extra `bench`).
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import CodeType, FunctionType, SimpleNamespace
from typing import Any

from benchmarks.compare.baselines import require
from benchmarks.lib.markdown import markdown_table, publish
from benchmarks.lib.statistics import median
from benchmarks.lib.variants import Unavailable, load_available
from benchmarks.quality.labeled_breaks import Labeled, Place, Score, phonemes_of, read_labels, running_text
from kokoro_fast.chunking.planner import plan
from kokoro_fast.config import MAX_SYMBOLS
from kokoro_fast.types import Token

LIMITS = (60, 120, 200, MAX_SYMBOLS)
"""Most symbols of a piece."""

WEAK_LENGTH = 20
"""Symbols of one or two words. Pieces below this length are counted as weak."""

Splitter = Callable[[Labeled, int], list[str]]
"""From a text and a limit to pieces of phonemes."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--limits", type=int, nargs="+", default=LIMITS, help="most symbols of a piece")
    parser.add_argument("--out", type=Path, help="document to write the tables into; without it they are printed only")


def run(args: argparse.Namespace) -> None:
    publish(breaks_section(load(), args.limits), "segmentation", args.out)


def load() -> dict[str, Splitter]:
    """The planner of this package, and the other splitters that are installed."""
    return load_available({"ours": lambda: planner, "kokoro 0.9.4": kokoro, "kokoro-onnx 0.6.1": kokoro_onnx})


def planner(labeled: Labeled, limit: int) -> list[str]:
    """The pieces of this package's planner."""
    return phonemes_of(plan(labeled.tokens(), limit))


def kokoro() -> Splitter:
    """`KPipeline.en_tokenize` on each line of the text, as `KPipeline.__call__` calls it. It takes English only."""
    require("kokoro")
    from kokoro import KPipeline

    def split(labeled: Labeled, limit: int) -> list[str]:
        if not labeled.lang.startswith("en"):
            raise Unavailable("text of other languages is cut before its conversion to phonemes")
        waterfall_last = with_limit(KPipeline.waterfall_last, limit)
        pipeline: Any = type("KPipeline", (KPipeline,), {"waterfall_last": staticmethod(waterfall_last)})
        en_tokenize = with_limit(KPipeline.en_tokenize, limit, KPipeline=pipeline)
        pieces = []
        for line in lines(labeled):
            mtokens = [SimpleNamespace(text=t.text, phonemes=t.phonemes, whitespace=t.whitespace) for t in line]
            pieces += [phonemes for _, phonemes, _ in en_tokenize(None, mtokens) if phonemes]
        return pieces

    return split


def with_limit(function: Any, limit: int, **names: Any) -> Any:
    """The same function with other global names, and another limit in place of the 510 in its code."""

    def changed(constant: Any) -> Any:
        if isinstance(constant, CodeType):
            return constant.replace(co_consts=tuple(map(changed, constant.co_consts)))
        return limit if constant == MAX_SYMBOLS else constant

    code = changed(function.__code__)
    return FunctionType(code, {**function.__globals__, **names}, None, function.__defaults__, function.__closure__)


def lines(labeled: Labeled) -> list[list[Token]]:
    """The tokens of each line."""
    found: list[list[Token]] = [[]]
    for token in labeled.tokens():
        found[-1].append(token)
        if re.search(r"\n", token.whitespace):
            found.append([])
    return found


def kokoro_onnx() -> Splitter:
    """`chunker.split_phonemes`."""
    require("kokoro_onnx")
    from kokoro_onnx.chunker import split_phonemes

    def split(labeled: Labeled, limit: int) -> list[str]:
        return list(split_phonemes("".join(token.symbols for token in labeled.tokens()), limit))

    return split


def breaks_section(splitters: Mapping[str, Splitter], limits: Sequence[int]) -> str:
    """A table for each group of texts, with its title."""
    labels = read_labels()
    english = [each for each in labels if each.lang.startswith("en")]
    others = [each for each in labels if each not in english]
    later = [each for each in english if each.difficulty.startswith("held out")]
    english = [each for each in english if each not in later]
    groups = {
        f"{len(english)} English texts, each for itself": english,
        "The same as one long text": [running_text(english)],
        f"{len(later)} English texts written after the weights were chosen": later,
        f"{len(others)} texts without tags (other languages, raw phonemes)": others,
    }
    return "\n\n".join(f"{title}:\n\n{table(splitters, texts, limits)}" for title, texts in groups.items())


def table(splitters: Mapping[str, Splitter], texts: Sequence[Labeled], limits: Sequence[int]) -> str:
    head = ["limit, splitter", "good", "neutral", "bad", "good, %", "pieces", f"under {WEAK_LENGTH}", "step", "lost"]
    rows = []
    for limit in limits:
        for name, splitter in splitters.items():
            score = Score()
            try:
                for text in texts:
                    score.add(text, splitter(text, limit), limit, WEAK_LENGTH)
            except Unavailable:
                continue
            counts = [score.places[place] for place in Place]
            share = f"{100 * counts[0] / sum(counts):.0f}" if sum(counts) else "-"
            step = f"{median(score.steps):.2f}" if score.steps else "-"
            values = [*counts, share, score.pieces, score.weak, step, score.symbols_lost]
            rows.append([f"{limit}, {name}", *map(str, values)])
    return markdown_table(head, rows)
