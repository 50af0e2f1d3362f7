"""What people write, and how they say it: `data/readings_english.tsv` has an input and the words to be heard in a line.

The phonemes of the input are compared with those of the words, which are read without normalization. Marks, which are
pauses, count; stress, and the vowels that lose their color without it, do not.
"""

from __future__ import annotations

import warnings
from collections import Counter, defaultdict

from benchmarks.quality.readings import LIST, Example, ours, read_examples, section

LEAST = 0.99
"""The share that has to be right, of all together."""

LEAST_OF_A_CATEGORY = 0.95


def test_readings() -> None:
    examples, reader = read_examples(LIST), ours()
    total = Counter(example.category for example in examples)
    wrong: dict[str, list[str]] = defaultdict(list)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for example in examples:
            if not reader.is_right(example):
                got = reader.of_text(example.written)
                wrong[example.category].append(f"{example.written!r}: expected {example.words!r}, got {got!r}")
    report = "\n".join(
        f"{category}: {total[category] - len(lines)} of {total[category]}\n  " + "\n  ".join(lines)
        for category, lines in sorted(wrong.items())
    )
    right = 1 - sum(map(len, wrong.values())) / len(examples)
    assert right >= LEAST, f"{right:.1%} right\n{report}"
    low = [category for category, lines in wrong.items() if 1 - len(lines) / total[category] < LEAST_OF_A_CATEGORY]
    assert not low, f"{', '.join(low)} below {LEAST_OF_A_CATEGORY:.0%}\n{report}"


def test_every_category_has_at_least_ten_readings() -> None:
    counts = Counter(example.category for example in read_examples(LIST))
    assert min(counts.values()) >= 10, dict(counts)
    assert len(counts) >= 33


def test_the_table_counts_what_is_right() -> None:
    examples = [Example("money", "It is $5.", "It is five dollars."), Example("money", "It is $6.", "It is a dollar.")]
    assert section(examples, {"ours": ours()}).splitlines()[2:] == ["| money | 2 | 1 |", "| all | 2 | 1 (50%) |"]
