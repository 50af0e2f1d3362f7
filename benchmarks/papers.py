"""Writing measured tables into a document: everything between two markers is replaced, nothing else is touched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path


def fill(path: Path, name: str, content: str) -> None:
    """Replace what stands between `<!-- NAME: measured -->` and `<!-- NAME: end -->` in a document.

    Raises:
        SystemExit: the pair of markers is not there once; then nothing is written.
    """
    begin, end = f"<!-- {name}: measured -->\n", f"<!-- {name}: end -->"
    text, count = re.subn(
        f"({begin}).*?({end})",
        lambda found: f"{found[1]}{content.strip()}\n{found[2]}",
        path.read_text("utf-8"),
        flags=re.DOTALL,
    )
    if count != 1:
        raise SystemExit(f"{path}: expected {begin.strip()} and {end} once, got them {count} times")
    path.write_text(text, "utf-8")


def markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column is to the left, the others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
