"""Markup: an error of one line or edits in order; and as plain text, every character is covered, without an error."""

from __future__ import annotations

from itertools import pairwise

from harness import fuzz, import_instrumented, refusing, require

with import_instrumented:
    from kokoro_fast.errors import InputError
    from kokoro_fast.text.markup.parser import Markup, parse_markup
    from kokoro_fast.text.normalize import normalize
    from kokoro_fast.text.segments import segments


def check(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    with refusing(InputError):
        check_edits(parse_markup(text), text)
    check_edits(parse_markup(text, "plain"), text)


def check_edits(markup: Markup, text: str) -> None:
    places = [place for edit in markup.edits for place in (edit.start, edit.end)]
    require(all(first <= second for first, second in pairwise([0, *places, len(text)])), "the edits are in order")
    require(markup.switches[0][0] == 0, "an override holds from the start")
    end = 0
    for start, stop in segments(text, markup.edits):
        require(start == end < stop, "each segment begins where the last one ended")
        inside = [edit for edit in markup.edits if start <= edit.start < stop]
        require(all(edit.end <= stop for edit in inside), "no segment cuts an edit")
        plain = normalize(text, start, stop, inside)
        ranges = [plain.source_range(place, place + 1) for place in range(len(plain.text))]
        require(all(start <= first <= last <= stop for first, last in ranges), "plain text comes from its segment")
        end = stop
    require(end == len(text), "the segments are the whole text")


fuzz(check)
