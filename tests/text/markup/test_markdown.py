"""Markdown: what a listener hears of each construct, where its words stand, and that pieces make no difference."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from support.markup import assert_true_to

from kokoro_fast.chunking.planner import iter_chunks
from kokoro_fast.text import MarkupMode, Scope, parse_markup, phonemizer
from kokoro_fast.text.cut_points import CutFinder
from kokoro_fast.text.feed import Feed
from kokoro_fast.text.markup import inline
from kokoro_fast.text.markup.edits import Edit, Hidden, Hint, Sign
from kokoro_fast.text.markup.inline import DEEPEST, REACH, Markdown
from kokoro_fast.text.markup.markdown import find_markdown
from kokoro_fast.text.markup.scanner import find_tags
from kokoro_fast.types import Boundary

EITHER: tuple[MarkupMode, ...] = ("plain", "markdown")


def symbols(text: str, markup: MarkupMode = "plain") -> str:
    tokens = phonemizer("en-us")(text, markup=markup).tokens
    assert_true_to(text, tokens)
    return " ".join("".join(token.symbols for token in tokens).split())


def words(text: str, markup: MarkupMode = "plain") -> list[str]:
    return [token.text for token in phonemizer("en-us")(text, markup=markup).tokens]


def read(text: str, level: Markdown = Markdown.ALL) -> str:
    """The text without what Markdown hides."""
    return without(text, find_markdown(text, list(find_tags(text)), level).edits)


def without(text: str, edits: list[Edit]) -> str:
    pieces, position = [], 0
    for edit in edits:
        assert position <= edit.start < edit.end <= len(text)
        pieces.append(text[position : edit.start])
        if isinstance(edit, Hidden):
            pieces.append(edit.space)
        elif not isinstance(edit, Sign):
            pieces.append(getattr(edit, "text", text[edit.start : edit.end]))
        position = edit.end
    return "".join([*pieces, text[position:]])


CERTAIN = [
    ("This is **bold** text.", "This is bold text."),
    ("This is *very* odd, __really__ and _truly_.", "This is very odd, really and truly."),
    ("***All*** of **it is *so* odd**.", "All of it is so odd."),
    ("**bo**ld and (**x**)", "bold and (x)"),
    ("It was ~~gone~~ here.", "It was gone here."),
    ("Run `ls` or ``a ` b`` now.", "Run ls or a ` b now."),
    ("See [the docs](https://example.com/a_(b) \"Title\") now.", "See the docs now."),
    ("See [the **best** docs](<a b.html>) now.", "See the best docs now."),
    ("![A cat](cat.png)", "A cat"),
    ("[![Logo](l.png)](https://x.y)", "Logo"),
    ("# Heading\nText", "Heading\n\nText"),
    ("## Heading ##\n\nText", "Heading \n\n\nText"),
    ("> Quoted line.\n> More.", "Quoted line.\nMore."),
    ("```python\nx = *y*\n```\nend", "\n\n\nx = *y*\n\n\n\nend"),
    ("a<!-- **b -->**c**", "a<!-- **b -->c"),
]  # fmt: skip
"""What is read as Markdown in any text."""

ONLY_MARKDOWN = [
    ("| a | b |\n|---|:-:|\n| **c** | d. | e |\nf", " a, b\n\n c, d. e\n\nf"),
    ("- milk\n- bread\n", "milk\n\n\nbread\n"),
    ("Buy:\n* milk\n* bread", "Buy:\n\n\nmilk\n\n\nbread"),
    ("- [ ] milk\n- [x] bread", "milk\n\n\nbread"),
    ("Title\n=====\nText", "Title\n\n\n\nText"),
    ("Title\n---\nText", "Title\n\n\n\nText"),
    ("1. One\n2. Two", "1. One\n\n2. Two"),
    ("+ milk\n  and honey\n+ bread", "milk\n  and honey\n\n\nbread"),
    ("Text\n- milk", "Text\n\n\nmilk"),
    (">quoted\n>  \n> 5 more", "quoted\n\n\n \n5 more"),
    ("a\\*b\\* and \\_c", "a*b* and _c"),
    ("a <b>bold</b> word<br>x</li>y", "a bold word x y"),
    ("at <https://a.b> or <me@a.b>", "at https://a.b or me@a.b"),
    ("the [docs][ref] say[^1]\n\n[ref]: https://a.b 'T'\n[^1]: Note.", "the docs say\n\n\n Note."),
    ("2*x + 3*y", "2x + 3y"),
]
"""What is read as Markdown only where the text is known to be Markdown."""

TEXT = [
    "5 * 3 * 2", "2*x + 3*y", "a lone ` here", "a lone * here", "*Terms apply.", "price* and cost**", "snake_case_name",
    "x ** y ** z", "a [b] (c)", "[sic] and [12]", "f[0](x)", "#hashtag", "# ", "He came\n- and left.", "**", "****",
    "a | b", "| a | b |\n\nc", "~5 and ~6", "~~", "a > b", "> 5 apples", "1. One\n2. Two", "Title\n=====",
    "\\*not\\*", "*a\n\nb*", "if a < b and c > d", "https://a.b/c_d_e", "- 5\u00a0°C"[2:],
]  # fmt: skip
"""What is text, unless the text is known to be Markdown."""


@pytest.mark.parametrize(("text", "expected"), CERTAIN)
def test_what_is_markdown_in_any_text(text: str, expected: str) -> None:
    assert read(text, Markdown.CERTAIN) == expected
    assert read(text) == expected


@pytest.mark.parametrize(("text", "expected"), ONLY_MARKDOWN)
def test_what_is_markdown_in_a_file_of_markdown(text: str, expected: str) -> None:
    assert read(text) == expected


@pytest.mark.parametrize("text", ["- milk\n- 2 eggs\n", "Buy:\n* milk\n* 2 eggs", "- [ ] milk\n- [x] 2 eggs"])
def test_lines_of_a_list_in_any_text_end_as_lines_do(text: str) -> None:
    tokens = phonemizer("en-us")(text).tokens
    spoken = [(token.text, token.said, token.whitespace) for token in tokens[-3:]]
    bullets = re.findall(r"^[-*](?: \[.\])?", text, flags=re.MULTILINE)
    end = "\n" if text.endswith("\n") else ""
    assert spoken == [(f"{bullets[0]} milk", "milk", "\n"), (f"{bullets[1]} 2", "two", " "), ("eggs", None, end)]


@pytest.mark.parametrize("text", TEXT)
def test_what_is_text(text: str) -> None:
    assert read(text, Markdown.CERTAIN) == text


@pytest.mark.parametrize("text", ["***", "- - -", "___\n", "a\n\n* * *\n\nb"])
def test_a_rule_is_seen_and_not_said(text: str) -> None:
    assert read(text) == read(text, Markdown.CERTAIN) == text
    assert symbols(text, "markdown") == symbols(re.sub(r"[-*_] ?", "", text))


@pytest.mark.parametrize("markup", EITHER)
@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("This is **bold** text.", "This is bold text."),
        ("**$5** and *3.14* and ~~Dr. Smith~~.", "$5 and 3.14 and Dr. Smith."),
        ("See [the docs](https://example.com/a), Kate.", "See the docs, Kate."),
        ("**bo**ld", "bold"),
        ("**Kate**'s dog", "Kate's dog"),
        ("# Chapter one\nIt was late.", "Chapter one\n\nIt was late."),
        ("**Stop[pause:1s]** [now](/nˈu/).", "Stop[pause:1s] [now](/nˈu/)."),
    ],
)
def test_signs_change_nothing_that_is_said(text: str, plain: str, markup: MarkupMode) -> None:
    assert symbols(text, markup) == symbols(plain)


def test_words_are_where_the_user_wrote_them() -> None:
    text = "See [the docs](https://a.b/c) or **`this`** one."
    assert words(text) == ["See", "the", "docs", "or", "this", "one", "."]
    assert words("**bo**ld") == ["bo**ld"]
    assert words("| Name | Age |\n|---|---|") == ["Name", "Age"]


def test_cells_have_a_pause_between_them_in_markdown() -> None:
    table = "| Name | Age |\n|---|---|\n| Bob | 5 |"
    assert symbols(table, "markdown") == symbols("Name, Age\n\nBob, 5")
    assert symbols(table) == symbols("Name Age\n\nBob 5")


def test_tags_work_within_markdown() -> None:
    text = 'A **b [pause:1s] <prosody rate="slow">c** d</prosody> <em>e</em> [puase:1s].'
    tokens = phonemizer("en-us")(text, markup="markdown").tokens
    assert [token.pause for token in tokens if token.pause] == [1.0]
    assert {token.text for token in tokens if token.override.rate == 0.75} == {"c", "d"}
    assert "e" in [token.text for token in tokens]


@pytest.mark.parametrize(
    "text",
    [
        "# One\nTwo",
        "One\n===\nTwo",
        "- One\n- Two",
        "1. One\n2. Two",
        "One\n\n* Two",
        "| One |\n|---|\n| Two |".replace("| ", "| x | ").replace("|---|", "|---|---|"),
        "One\n> Two",
        "One\n```\nTwo\n```",
        "> One\n>\n> Two",
    ],
)
def test_blocks_end_with_the_pause_of_a_paragraph(text: str) -> None:
    first, last = iter_chunks(phonemizer("en-us").tokens(text, markup="markdown"))
    assert first.boundary is Boundary.PARAGRAPH
    assert [token.text for token in last.tokens][-1] == "Two"


def test_a_wrapped_item_is_no_new_paragraph() -> None:
    text = "- One that goes\n  on and *on\n  and on*\n- Two"
    assert len(list(iter_chunks(phonemizer("en-us").tokens(text, markup="markdown")))) == 2


def test_hints_are_misakis() -> None:
    text = "[best](+2) [here](-1) [so](0.5) [1980](#a#) [x](##)"
    edits = [edit for edit in parse_markup(text).edits if isinstance(edit, Hint)]
    assert [(text[e.word_start : e.word_end], e.stress, e.numbers) for e in edits] == [
        ("best", 2.0, ""),
        ("here", -1.0, ""),
        ("so", 0.5, ""),
        ("1980", None, "a"),
        ("x", None, ""),
    ]
    assert symbols("[best](+2)") == "bˈɛst"
    assert symbols("come [here](-1)") == "kˈʌm hˌɪɹ"
    assert words("[best](+2).") == ["best", "."]


HOSTILE = [
    *("*", "_", "`", "[", "](", "![", "~~", "<", "<a ", "**a ", "*a **b ", "`a``b", "[a](", "[a][", "|", "|a", "\\"),
    *("# ", "> ", "- ", "1. ", "-", "- [ ] ", "<!--", "| a | b |\n|---|---|\n", "[^1]", "[a]: b\n", ">", "\n", " "),
    *("_a*b~~c`d[e](f", "*a_ ", "a**b", "``` ", "```\n", "- a\n", "=\n", "a\n=\n", "(" * 50, "[](" * 5),
]


@pytest.mark.parametrize("unit", HOSTILE)
@pytest.mark.parametrize("level", [Markdown.LINKS, Markdown.CERTAIN, Markdown.ALL])
def test_hostile_text(unit: str, level: Markdown) -> None:
    text = unit * (200_000 // len(unit))
    without(text, find_markdown(text, [], level).edits)


def test_a_pair_reaches_so_far_and_no_further() -> None:
    near, far = "x" * (REACH - 2), "x" * (REACH - 1)
    assert read(f"**{near}**") == near
    assert read(f"**{far}**") == f"**{far}**"
    assert read("*a " * DEEPEST + "b*").count("*") == DEEPEST - 1


PARTS = st.sampled_from(
    [
        *["word ", "word", "Word. ", "is, ", "“Yes.” ", "5 ", "Dr. X ", "a_b ", "\n", "\n", "\n\n", " ", ". ", "! "],
        *[
            "*",
            "**",
            "***",
            "_",
            "__",
            "~~",
            "`",
            "``",
            "[",
            "]",
            "](u)",
            "](",
            "](u 't. v')",
            "![",
            "](/ˈa/)",
            "](+2)",
        ],
        *["# ", "## T. x\n", "- ", "* ", "+ ", "1. ", "- [x] ", "> ", ">", "|", " | ", "|---|---|\n", "---\n", "===\n"],
        *[
            "```\n",
            "```py\n",
            "<!-- a. b -->",
            "<b>",
            "</b>",
            "<br>",
            "<http://a.b>",
            "\\*",
            "[^1]",
            "[a]: b\n",
            "<!--",
        ],
    ]
)
LEVELS = st.sampled_from([Markdown.CERTAIN, Markdown.ALL])


def hidden(text: str, level: Markdown, scope: Scope | None = None) -> set[tuple[int, str]]:
    """Every character that Markdown changes, by what it does; a pause at a cut is heard in another way."""
    state = None if scope is None else scope.markdown
    found = set()
    for edit in find_markdown(text, list(find_tags(text)), level, state).edits:
        kind = "hidden" if isinstance(edit, Hidden | Sign) else type(edit).__name__
        found |= {(i, kind) for i in range(edit.start, edit.end) if not text[i].isspace()}
    return found


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PARTS, max_size=30).map("".join), LEVELS, st.sampled_from([12, REACH]))
@example("|word \n<!-- a. b -->", Markdown.CERTAIN, REACH)
@example("||word---\n|---|---|\n", Markdown.CERTAIN, REACH)
@example("5 <!-- a. b -->", Markdown.CERTAIN, REACH)
@example("word<!--\n> word ", Markdown.CERTAIN, REACH)
@example("![\n*word ]*", Markdown.CERTAIN, REACH)
@example("\n\n > word ", Markdown.CERTAIN, REACH)
@example("> [a]: b\n", Markdown.ALL, REACH)
@example("| a. B | c |\n|---|---|\n| d. E | f |\n\nG. ", Markdown.CERTAIN, REACH)
@example("**One. Two** three. [Four. Five](u) six.\n- a\n- b\n\n  - c. D", Markdown.ALL, REACH)
@example("*]wordword5 ![", Markdown.CERTAIN, 12)
@example("```word word `", Markdown.CERTAIN, 12)
@example("*word word _*", Markdown.CERTAIN, 12)
def test_cutting_at_the_places_changes_nothing(text: str, level: Markdown, reach: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inline, "REACH", reach)
        assert_cuts_change_nothing(text, level)


def assert_cuts_change_nothing(text: str, level: Markdown) -> None:
    cuts = places([text], level)
    assert before_words(text, places(list(text), level)) == before_words(text, cuts)
    whole = hidden(text, level)
    for chosen in (cuts, cuts[::2], cuts[1::3]):
        scope, parts = Scope(), set()
        for start, end in zip([0, *chosen], [*chosen, len(text)], strict=True):
            parts |= {(i + start, kind) for i, kind in hidden(text[start:end], level, scope)}
        assert parts == whole


def places(pieces: list[str], level: Markdown) -> list[int]:
    finder, found = CutFinder(level), []
    for piece in pieces:
        finder.add(piece)
        found += [place for place, _ in finder.find()]
    return list(dict.fromkeys(found))


def before_words(text: str, found: list[int]) -> set[int]:
    """Places, without regard to how much of the white space had come."""
    return {len(text) - len(text[place:].lstrip()) for place in found}


DOCUMENT = """# The garden

It was **very late. We left** the [old house. So](https://a.b/c "It is.") and *went* home. `Go. Now` it said.
Then we slept.

- Bring milk
- Bring **bread. And** butter
  - The red one
- [x] Done with it

| Name | Age |
|------|----:|
| Bob. Smith | 5 |
| Jane | 6 |

A title
=======

```python
print. Hello
```

1. First of all
2. Second of all

> We came. We saw.
> We <b>went. Now</b> home.

***

The end <!-- of. it --> is **here.
"""


@pytest.mark.parametrize("size", [1, 3, 17, 100])
@pytest.mark.parametrize("markup", EITHER)
def test_a_text_in_pieces_has_the_tokens_of_the_whole(size: int, markup: MarkupMode) -> None:
    reader = phonemizer("en-us")
    finder, scope, position, tokens = CutFinder(reader.markdown(markup)), Scope(), 0, []
    for start in range(0, len(DOCUMENT) + size, size):
        finder.add(DOCUMENT[start : start + size])
        is_last = start >= len(DOCUMENT)
        while length := len(finder.text) if is_last else finder.choose(patient=True):
            tokens += list(reader.tokens(finder.take(length), None, markup, scope, position))
            position += length
    whole = reader(DOCUMENT, markup=markup).tokens
    assert [(token.text, token.phonemes, token.char_start) for token in tokens] == [
        (token.text, token.phonemes, token.char_start) for token in whole
    ]


def test_an_item_that_comes_later_has_its_pause() -> None:
    feed = Feed(Markdown.ALL)
    feed.push("- Bring the milk home, please!\n- Br")
    assert feed.take().text == "- Bring the milk home, please!\n"
    feed.push("ing bread!\n")
    feed.close()
    run = feed.take()
    assert (run.text, run.starts_paragraph) == ("- Bring bread!\n", True)


def test_the_feed_does_not_wait_for_ever() -> None:
    for opening in ("**", "`", "[", "# ", "| a ", "<!-- ", "```"):
        feed = Feed(Markdown.ALL)
        feed.push(opening + "It goes on. " * 200)
        assert feed.take() is not None
