"""Spellings of everyday speech, and letters that stand for themselves."""

from __future__ import annotations

import re

from kokoro_fast.text.verbalize.rule import Sounds, rule

SPOKEN = {
    "'twas": "twʌz", "'tis": "tˈɪz", "'twere": "twɜɹ", "'twill": "twˈɪl", "'em": "əm", "'til": "tˈɪl",
    "'cause": "kəz", "'bout": "bˈWt", "'round": "ɹˈWnd", "'n'": "ən", "th'": "ðə", "o'": "ə", "an'": "ænd",
    "lil'": "lˈɪl", "ol'": "ˈOl", "ev'ry": "ˈɛvɹi", "heav'n": "hˈɛvᵊn", "goin'": "ɡˈOɪn", "doin'": "dˈuɪn",
    "nothin'": "nˈʌθɪn", "somethin'": "sˈʌmθɪn", "comin'": "kˈʌmɪn", "lookin'": "lˈʊkɪn", "talkin'": "tˈɔkɪn",
    "tryin'": "tɹˈIɪn", "gettin'": "ɡˈɛTɪn", "runnin'": "ɹˈʌnɪn", "livin'": "lˈɪvɪn", "walkin'": "wˈɔkɪn",
    "workin'": "wˈɜɹkɪn", "lovin'": "lˈʌvɪn", "thinkin'": "θˈɪŋkɪn", "sayin'": "sˈAɪn", "makin'": "mˈAkɪn",
    "takin'": "tˈAkɪn", "feelin'": "fˈilɪn", "fishin'": "fˈɪʃɪn", "huntin'": "hˈʌntɪn", "mornin'": "mˈɔɹnɪn",
    "evenin'": "ˈivnɪn", "darlin'": "dˈɑɹlɪn", "bein'": "bˈiɪn", "seein'": "sˈiɪn", "sittin'": "sˈɪTɪn",
    "standin'": "stˈændɪn",
}  # fmt: skip

_SPOKEN = "|".join(map(re.escape, sorted(SPOKEN, key=len, reverse=True)))

_OPEN_QUOTE = re.compile(r"‘|(?:\A|\s)'\w")


def _dropped_g(match: re.Match[str]) -> str | None:
    """ "jumpin'", where the apostrophe closes no quotation."""
    text, start = match.string, match.start()
    return None if _OPEN_QUOTE.search(text, max(0, start - 300), start) else match["word"]


RULES = (
    rule(
        rf"(?<![\w'‘-])(?P<word>(?i:{_SPOKEN}))(?![\w'])",
        lambda m: Sounds(SPOKEN[m["word"].lower().replace("‘", "'")]),
        needs=("'",),
    ),
    rule(r"(?<![\w'‘-])(?P<word>[A-Za-z]{2,}in)'(?=[\s,.?!;:]|\Z)", _dropped_g, needs=("in'",)),
    rule(r"\A([Aa])[.!?]?\Z", lambda _: Sounds("ˈA"), group=1, needs=()),
    rule(r"(?<![\w'])(?P<letter>[aA])(?= (?:is (?:less|greater)|[<>=≤≥≠≈+×÷] ))", lambda _: Sounds("ˈA"), needs=()),
)
