"""Text in pieces, and what is said of the threads that read it."""

from __future__ import annotations

from hypothesis import strategies as st

from kokoro_fast.text.feed import Feed, TextRun

GUARD = 60.0
"""Seconds after which a test that hangs fails. Nothing is expected to take a noticeable part of it."""


def all_runs(feed: Feed) -> list[TextRun]:
    return list(iter(feed.take, None))


FRAGMENTS = st.sampled_from(
    [
        *"aAbB1 .!?…,;:—\n\r\t\"')]»([«<>/-*",
        *"。！、」あ\u0301\u200d\ufe0f👍\u0660",
        "\r\n",
        "\n\n",
        *["Dr", "U.S", "e.g", "No", "etc", "The", "word", "longer", "3.14", "Smith", " the ", ". ", "... "],
        *[
            "[Dr. X](/a b/)",
            "](/",
            "/)",
            '<break time="1s"/>',
            "[pause:1s]",
            "</sub>",
            "<sub alias='a. b'>",
            "<prosody rate='1'>",
        ],
    ]
)

TEXTS = st.lists(FRAGMENTS, max_size=60).map("".join)


@st.composite
def texts_in_pieces(draw: st.DrawFn) -> list[str]:
    text = draw(st.one_of(TEXTS, TEXTS.map(lambda text: text * 12), st.text(max_size=80)))
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=30)))
    return [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
