"""The table in docs/normalization.md is true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kokoro_fast.export.phoneme_lines import spoken_lines

DOCUMENT = Path(__file__).parents[3] / "docs" / "normalization.md"
ROWS = re.findall(r"^\|[^|]*\| ([^|]+) \| ([^|]+) \|$", DOCUMENT.read_text("utf-8"), flags=re.MULTILINE)
EXAMPLES = [(written, said) for written, said in ROWS if written not in ("written", "---")]


def test_the_table_has_examples_of_every_class() -> None:
    assert len(EXAMPLES) >= 60


@pytest.mark.parametrize(("written", "said"), EXAMPLES)
def test_what_the_table_says_is_read(written: str, said: str) -> None:
    assert " ".join(spoken_lines(written)) == said
