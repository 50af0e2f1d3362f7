"""What people write, and how they say it: `data/readings_english.tsv` has an input and the words to be heard in a line.

The phonemes of the input are compared with those of the words, which are read without normalization. Marks, which are
pauses, count; stress, and the vowels that lose their color without it, do not.
"""

from __future__ import annotations

import csv
import re
import warnings
from collections import defaultdict
from pathlib import Path

from kokoro_fast.text import phonemizer

READINGS = Path(__file__).parents[2] / "data" / "readings_english.tsv"
LEAST = 0.99
"""The share that has to be right, of all together."""

LEAST_OF_A_CATEGORY = 0.95

_WEAK = str.maketrans({"ᵊ": "ə", "ᵻ": "ə", "ɪ": "ə", "T": "t", "ɾ": "t", "ˈ": "", "ˌ": ""})


def sound(text: str, *, normalize: bool) -> str:
    """The symbols that are compared. The full stop at the end does not count: not every expectation has one."""
    symbols = "".join(token.symbols for token in phonemizer("en-us", normalize)(text).tokens)
    plain = re.sub(r"\s+", "", symbols.translate(_WEAK)).replace("...", "…")
    return re.sub(r"…\.+", "…", re.sub(r"(?<!…)\.([”\"]*)$", r"\1", plain))


def read_rows() -> list[dict[str, str]]:
    with READINGS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_readings() -> None:
    total: dict[str, int] = defaultdict(int)
    wrong: dict[str, list[str]] = defaultdict(list)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for row in read_rows():
            category = row["category"]
            total[category] += 1
            got = sound(row["input"].replace("\\n", "\n"), normalize=True)
            if got != sound(row["expected"].replace("\\n", "\n"), normalize=False):
                wrong[category].append(f"{row['input']!r}: expected {row['expected']!r}, got {got!r}")

    report = "\n".join(
        f"{category}: {total[category] - len(lines)} of {total[category]}\n  " + "\n  ".join(lines)
        for category, lines in sorted(wrong.items())
    )
    right = 1 - sum(map(len, wrong.values())) / sum(total.values())
    assert right >= LEAST, f"{right:.1%} right\n{report}"
    low = [category for category, lines in wrong.items() if 1 - len(lines) / total[category] < LEAST_OF_A_CATEGORY]
    assert not low, f"{', '.join(low)} below {LEAST_OF_A_CATEGORY:.0%}\n{report}"


def test_every_category_has_at_least_ten_readings() -> None:
    counts: dict[str, int] = defaultdict(int)
    for row in read_rows():
        counts[row["category"]] += 1
    assert min(counts.values()) >= 10, dict(counts)
    assert len(counts) >= 33
