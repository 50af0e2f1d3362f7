"""Writes measured tables into a document: replaces everything between two markers and touches nothing else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path


def publish(section: str, name: str, document: Path | None) -> None:
    """Print a section and, if there is a document, put it between its markers of that name."""
    print(section, end="\n\n")
    if document is not None:
        fill(document, name, section)


def fill(path: Path, name: str, content: str) -> None:
    """Replace what stands between `<!-- NAME: measured -->` and `<!-- NAME: end -->` in a document.

    Raises:
        SystemExit: the document does not have this pair of markers exactly once. Then nothing is written.
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
    """A Markdown table whose first column is aligned to the left, and all others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
