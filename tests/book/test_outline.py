"""Chapters found in a text: which lines are headings, and that every character keeps its place."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kokoro_fast.book import Heading, find_outline


def titles(text: str) -> list[str]:
    return [heading.title for heading in find_outline(text).chapters]


@pytest.mark.parametrize(
    "heading",
    [
        "Chapter 3",
        "CHAPTER III. The Storm",
        "CHAPTER III THE STORM",
        "Chapter Twenty-One: What the Cat Said",
        "Chapter 12 — The end",
        "PART ONE",
        "Book IV",
        "Prologue",
        "Epilogue: Ten Years Later",
        "Appendix B",
        "Chapitre 4",
        "CAPÍTULO II",
        "第三章 風",
        "第12回",
    ],
)
def test_a_line_that_opens_a_chapter(heading: str) -> None:
    text = f"Some words before.\n\n  {heading}\n\nIt was a dark night."
    found = find_outline(text)
    assert found.chapters == (Heading(heading, text.index(heading)),)
    assert re.sub("<[^>]*>", "", found.spoken) == text.replace(heading + "\n", heading + "\u2029")


@pytest.mark.parametrize(
    ("line", "spoken"),
    [
        ("CHAPTER III. The Storm", 'CHAPTER <sub alias="3">III</sub>. The Storm'),
        ("Book MCMXLIX", 'Book <sub alias="1949">MCMXLIX</sub>'),
        ("# Chapter IV", '  Chapter <sub alias="4">IV</sub>'),
        ("## XII", '   <sub alias="12">XII</sub>'),
        ("# I. Dawn", '  <sub alias="1">I</sub>. Dawn'),
        ("# I rise", "  I rise"),
        ("# Mix it", "  Mix it"),
        ("# MIX it", "  MIX it"),
        ("Chapter 3", "Chapter 3"),
        ("Chapter Three", "Chapter Three"),
    ],
)
def test_roman_numbers_of_headings_are_numbers(line: str, spoken: str) -> None:
    text = f"{line}\n\nIt rained in IV.\n\n{line}"
    found = find_outline(text)
    assert found.spoken.replace("\u2029", "\n") == f"{spoken}\n\nIt rained in IV.\n\n{spoken}"
    for word in ("It", "rained", "IV.\n\n"):
        start = found.spoken.replace("\u2029", "\n").rindex(word)
        place = found.place(start)
        assert text[place : found.place(start + len(word))] == word
    number = re.search(r"(?<=>)\w+(?=<)", found.spoken)
    if number:
        assert text[found.place(number.start()) : found.place(number.end())] == number[0]


@pytest.mark.parametrize(
    "line",
    [
        "Chapter 3 was harder than I thought.",
        "Chapter I was told to read.",
        "chapter 3",
        "Part of the reason was the rain.",
        "Part mix",
        "Parts 1",
        "Introductions were made.",
        "Preface the answer with a smile.",
        "The Storm",
        "1984",
        "I",
        "Letters",
        "Chapter " + "1" * 10,
        "Chapter 1: " + "long " * 40,
        "第三者",
    ],
)
def test_a_line_that_does_not(line: str) -> None:
    assert titles(f"{line}\n\nIt was a dark night.\n\n{line}\n\nAnd on.") == []


def test_a_chapter_needs_blank_lines_around() -> None:
    assert titles("He opened\nChapter 3\n\nand read.") == []
    assert titles("Chapter 3\nwas what he read, and this goes on.\nAnd on.") == []
    assert titles("Chapter 3\r\n\r\nIt was dark.\r\n\r\nChapter 4") == ["Chapter 3", "Chapter 4"]


def test_the_title_may_stand_on_the_second_line() -> None:
    found = find_outline("CHAPTER 1\nDown the Rabbit-Hole\n\nAlice was tired.")
    assert [heading.title for heading in found.chapters] == ["CHAPTER 1: Down the Rabbit-Hole"]
    assert found.spoken == "CHAPTER 1\u2029Down the Rabbit-Hole\n\nAlice was tired."


def test_a_table_of_contents_is_no_chapter() -> None:
    contents = "".join(f"CHAPTER {number}. Title\n\n" for number in range(1, 8))
    text = f"Contents\n\n{contents}" + "".join(f"CHAPTER {number}. Title\n\nIt was dark.\n\n" for number in range(1, 8))
    starts = [heading.start for heading in find_outline(text).chapters]
    assert len(starts) == 7
    assert all(text[start : start + 30].count("CHAPTER") == 1 for start in starts)
    nested = "PART ONE\n\nBOOK ONE\n\nCHAPTER I\n\nIt was dark."
    assert titles(nested) == ["PART ONE", "BOOK ONE", "CHAPTER I"]


def test_markdown() -> None:
    text = "# The *Book*\n\nBy me.\n\n## One ##\nIt rained.\n### Not this\n\n## [Two](/tˈu/)\r\nIt [rained](/ɹˈAnd/).\n"
    found = find_outline(text)
    assert [(heading.title, heading.level) for heading in found.chapters] == [("The Book", 1), ("One", 2), ("Two", 2)]
    assert found.title == "The Book"
    assert found.spoken == (
        "  The *Book*\u2029\nBy me.\n\u2029   One   \u2029It rained.\u2029    Not this\u2029\u2029"
        "   [Two](/tˈu/)\r\u2029It [rained](/ɹˈAnd/).\n"
    )


def test_markdown_of_one_level() -> None:
    found = find_outline("# One\nText.\n\n# Two\nText.\n\n## Two A\n\n# Two B")
    assert [heading.title for heading in found.chapters] == ["One", "Two", "Two B"]
    assert found.title is None
    assert titles("## Only\n\nText.") == ["Only"]


@pytest.mark.parametrize(
    "text",
    ["#hashtag", "####### seven", "    # code", "# ", "a # b", "```\n# a comment\n```\n", "~~~\n# a\n```\n# b\n~~~"],
)
def test_what_markdown_does_not_call_a_heading(text: str) -> None:
    assert find_outline(text).chapters == ()
    assert find_outline(text).spoken == text


@given(st.text(st.sampled_from("#ab \n\r\t.`1*\u2028"), max_size=80))
def test_every_character_keeps_its_place(text: str) -> None:
    """The only changes: # to space, and a line end to a paragraph separator."""
    spoken = find_outline(text).spoken
    assert len(spoken) == len(text)
    for old, new in zip(text, spoken, strict=True):
        assert old == new or (old, new) in {("#", " "), ("\n", "\u2029"), ("\r", "\u2029")}


@pytest.mark.parametrize("piece", ["#", "# ", "Chapter ", "I", "\n", " ", "Chapter 1\n\n", "a", "# a\n"])
def test_a_lot_of_anything(piece: str) -> None:
    """In time that grows with the text, not with its square."""
    text = piece * (300_000 // len(piece))
    assert len(find_outline(text).spoken) == len(text)
