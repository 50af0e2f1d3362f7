"""Tables and charts in documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.lib.chart import bar_chart
from benchmarks.lib.markdown import fill, markdown_table, publish


def test_only_text_between_the_markers_is_replaced(tmp_path: Path) -> None:
    document = tmp_path / "document.md"
    document.write_text("before\n<!-- a: measured -->\nold\n<!-- a: end -->\nafter\n", "utf-8")
    for _ in range(2):  # the second time, the text of the first is replaced
        fill(document, "a", markdown_table(["", "s"], [["\\1 ours", "2.0"]]))
    written = "| \\1 ours | 2.0 |"
    assert document.read_text("utf-8") == (
        f"before\n<!-- a: measured -->\n|  | s |\n| --- | ---: |\n{written}\n<!-- a: end -->\nafter\n"
    )
    with pytest.raises(SystemExit, match="0 times"):
        fill(document, "b", "new")


def test_a_section_is_printed_and_goes_into_the_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = tmp_path / "document.md"
    document.write_text("<!-- a: measured -->\n<!-- a: end -->\n", "utf-8")
    publish("text", "a", None)
    publish("table", "a", document)
    assert capsys.readouterr().out == "text\n\ntable\n\n"
    assert document.read_text("utf-8") == "<!-- a: measured -->\ntable\n<!-- a: end -->\n"


def test_bars_are_as_long_as_their_values() -> None:
    svg = bar_chart("Speed & more", {"theirs": 5.0, "ours": 10.0}, highlighted="ours")
    assert 'width="420.0"' in svg
    assert 'width="210.0"' in svg
    assert "Speed &amp; more" in svg
    assert svg.index("ours") < svg.index("theirs")
