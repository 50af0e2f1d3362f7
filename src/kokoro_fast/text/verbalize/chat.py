"""Short spellings of chats that stand for one word or phrase."""

from __future__ import annotations

from kokoro_fast.text.verbalize.rule import rule

SPELLED_OUT = {
    "thx": "thanks", "thnx": "thanks", "pls": "please", "plz": "please", "ppl": "people", "msg": "message",
    "2day": "today", "2nite": "tonight", "2morrow": "tomorrow", "tmrw": "tomorrow", "b4": "before", "gr8": "great",
    "l8r": "later", "m8": "mate", "bc": "because", "cuz": "because", "tho": "though", "thru": "through",
    "abt": "about", "rn": "right now", "u": "you", "ur": "your", "wknd": "weekend",
    "bday": "birthday", "fav": "favorite", "govt": "government", "mgmt": "management",
}  # fmt: skip

_LONG = "|".join(sorted((word for word in SPELLED_OUT if len(word) > 2), key=len, reverse=True))

_IN_WORDS = frozenset(["tho", "thru", "fav", "bc", "rn", "u", "ur"])
"""Those that also stand within many longer words."""

_NEEDED = tuple(
    f"{case(word)}{end}"
    for word in SPELLED_OUT
    for case in (str, str.title, str.upper)
    for end in (" .,!?\n" if word in _IN_WORDS else ("",))
)

RULES = (
    rule(
        rf"(?<![\w.'/@#-])(?P<word>(?i:{_LONG}|b4|m8))(?![\w'/@-]|\.\w)",
        lambda m: SPELLED_OUT[m["word"].lower()],
        needs=_NEEDED,
    ),
    rule(
        r"(?<=[a-z?!,] )(?P<word>u)(?= (?:r|are|guys|can|can't|do|don't|have|know|want|wanna|were|will|should|like|"
        r"get|got|need|think|say|all|too|so|there|later|soon|tomorrow|today|tonight|at)\b|[?!])",
        lambda _: "you",
        needs=(" u",),
    ),
    rule(r"(?<=[a-z?!,] )(?P<word>ur)(?= [a-z]{2,})", lambda m: SPELLED_OUT[m["word"]], needs=(" u",)),
)
