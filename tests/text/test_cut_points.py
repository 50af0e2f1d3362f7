"""Where text that is still coming may be cut: at words, clauses and sentences, whatever pieces it comes in."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import assume, given, settings
from support.feeds import texts_in_pieces

from kokoro_fast.text.cut_points import LEAST, LONGEST, CutFinder, Stop

SIGNS = {Stop.WORD: "", Stop.CLAUSE: "/", Stop.SENTENCE: "|"}


def places(text: str) -> list[tuple[int, Stop]]:
    reader = CutFinder()
    reader.add(text)
    return list(reader.find())


def marked(text: str) -> str:
    """The text with "|" where a sentence ends and "/" where a clause does."""
    result, last = "", 0
    for place, stop in places(text):
        result += text[last:place] + SIGNS[stop]
        last = place
    return result + text[last:]


@pytest.mark.parametrize(
    "text",
    [
        # Abbreviations, initials, numbers.
        "Dr. Smith met J. R. R. Tolkien. |Then he left. |So",
        "It is big, /e.g. the U.S. Army, /i.e. them. |Then",
        "We met at 5 p.m. on Jan. 5. |He paid $3.14. |It",
        "She lives in the U.S. |They left at 5 p.m. |But Acme Inc. Paris stayed, /etc. and so on. |End",
        "No. 5 is alive. |I said no. |Fig. 3 and Vol. II are art. |Really",
        "It costs about approx. ten. |In 1980. |Then version 2.5 came. |See example.com. |Go",
        "Mr. and Mrs. Jones vs. the Rev. Dr. Hall. |Amen",
        "“Dr. No” and (Prof. Yes) /spoke. |Both",
        # Marks that trail off, quotations.
        'Wait... /what? |"Stop!" /he said. |"Go." |She went… |Home',
        "What?! |No way!!! |Well… /maybe. |Or",
        "(It rained.) |He wrote “it rained.” |Then it did (twice) /and stopped. |A",
        # Clauses.
        "Yes, /no; /maybe: /so — /or 1,000 and 10:30 and word—word. |T",
        "— Hola, /dijo. |- milk",
        # Lines.
        "1. First do this. |2. Then that.\n|A. This\n/B. That\n/- Milk\n/- Bread\n/Done",
        "a line that was\nwrapped at a width\nof twenty. |Next\n\n|New",
        "A title\r\n/Text goes on.\r\n|More\r\n\r\n|End",
        "One\n/Two\nthree\n \n|Four",
        # Other scripts.
        "こんにちは。|元気ですか？|「はい。」|１，０００円、/ええ",
        "नमस्ते। |आप कैसे हैं? |जी",
        "¿Qué? |¡Sí! |El Sr. García vive en p.ej. Madrid. |Fin",
        # Markup, Markdown, emoji.
        'Say [Dr. Who. No](/dˈɑ. k/) now. |Wait <break time="1.5 s. x"/> here. |[voice:af_heart] B',
        '<prosody rate="slow">Hello there. |How are you?</prosody> |Fine',
        "<sub alias='a. b. c'>A. But. C</sub> is one. |<phoneme ph='x'>Two. The</phoneme> too. |E",
        "This <!-- is. A --> hidden. |If a < b. |Then [sic. Or] so. |I <3 you. |Bye",
        "**Note.** |This is `code.` |_Really._ |Sure!😊 |Go 👍🏽 on. |E",
        "Open [bracket that. |Never\ncloses. |And",
    ],
)
def test_places(text: str) -> None:
    plain = re.sub(r"[|]|(?<=[\s、])/", "", text)
    assert marked(plain) == text


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("Hello there. ", "Hello there. "),
        ("Hello there.", ""),  # "there.com"
        ("Pi is 3.", ""),
        ("It is so. ", ""),  # "so." may be short for something: the next letter tells
        ("It is so. A", "It is so. "),
        ("It is so.\n", "It is so.\n"),
        ("He said so! ", "He said so! "),
        ('He said "so!" ', ""),
        ("In the U.S. Th", ""),
        ("In the U.S. The ", "In the U.S. "),
        ("Hello there.\r", ""),
        ("Hello there.\r\n", "Hello there.\r\n"),
        ("はい。", ""),  # "」" may follow
        ("はい。い", "はい。"),
        ("Hello [there. ", ""),
        ("Hello [there. " + 200 * "x", "Hello [there. "),
        ("Hello <there. ", ""),
        ("Title\n\n", "Title\n\n"),
        ("... ", ""),
        ("... Yes there. ", "... Yes there. "),
    ],
)
def test_what_is_certain(text: str, certain: str) -> None:
    reader = CutFinder()
    reader.add(text)
    assert text[: reader.choose(patient=True)] == certain


def test_weaker_places_when_it_takes_long() -> None:
    clause = "a few words that go on for some time yet, "
    assert len(clause) >= LEAST[Stop.CLAUSE]
    words = "word " * 39
    for text, impatient, patient in [
        (clause + "and", len(clause), 0),
        (clause[10:] + "and", 0, 0),
        (words + "word ", 200, 0),
        (words + "word", 0, 0),
        (words * 11, 39 * 5 * 11, 39 * 5 * 11),
        ("x" * 2001, 2000, 2000),
        ("x" * 1990 + "e\u0301" * 6, 2000, 2000),
        ("x" * 1999 + "\r\n", 2001, 2001),
        ("x" * 1999 + "\r", 1999, 1999),
        ("x" * 1998 + "👍\U0001f3fd", 1998, 1998),
        ("x" * 1995 + "[unclosed", 1995, 1995),
        (" " * 2500, 2499, 2499),
        ("! " * 1000, 1999, 1999),
    ]:
        for patience, expected in [(False, impatient), (True, patient)]:
            reader = CutFinder()
            reader.add(text)
            assert reader.choose(patience) == expected, (text[:50], patience)


@settings(max_examples=200, deadline=None)
@given(texts_in_pieces())
def test_places_do_not_depend_on_the_pieces(pieces: list[str]) -> None:
    text = "".join(pieces)
    assume(not text.endswith("\r"))  # the white space before it may have been a place
    reader = CutFinder()
    found: list[tuple[int, Stop]] = []
    for piece in pieces:
        reader.add(piece)
        found += reader.find()
    assert before_words(text, found) == before_words(text, places(text))


def before_words(text: str, found: list[tuple[int, Stop]]) -> dict[int, Stop]:
    """Places, without regard to how much of the white space had come."""
    return {len(text) - len(text[place:].lstrip()): stop for place, stop in found}


@settings(max_examples=200, deadline=None)
@given(texts_in_pieces())
def test_a_hungry_consumer_gets_the_text_in_allowed_runs(pieces: list[str]) -> None:
    text = "".join(pieces)
    reader, position = CutFinder(), 0
    for piece in pieces:
        reader.add(piece)
        while length := reader.choose(patient=False):
            run = reader.take(length)
            assert run == text[position : position + length]
            position += length
            assert_may_end(text, position, run)
    assert reader.text == text[position:]


TAGS = re.compile(r"\[[^\[\]\n]{1,100}\](?:\(/[^/\n]{1,100}/\))?|<[A-Za-z/][^<>]{0,100}>")


def assert_may_end(text: str, place: int, run: str) -> None:
    """What holds for the end of every run, said independently of the code that finds it."""
    before, after = text[place - 1], text[place : place + 1]
    assert any(char.isalnum() for char in run) or len(run) >= LONGEST
    assert before + after != "\r\n"
    if len(run) >= LONGEST:
        return
    assert before.isspace() or re.search(r"[。！？、।][」”’»)\]\"']*$", run), run
    assert before.isspace() or not unicodedata.combining(after or " ")
    assert not any(tag.start() < place < tag.end() for tag in TAGS.finditer(text))
    body = run.rstrip()
    line_ends = re.search(r"[\n\r\x0b\x0c\x85\u2028\u2029]", run[len(body) :])
    if not line_ends:
        assert not re.search(r"(?<!\w)(Dr|e\.g)\.$", body), run
    signs = re.search(r"[\W_]*$", TAGS.sub("", body))
    assert signs
    assert set(signs[0]) & set(".!?…,;:—–)。！、।") or len(run) >= 200 or line_ends, run
