"""Periods that end no sentence: those of titles, initials and abbreviations.

A period is not always a token of its own. misaki swallows that of "Dr.", "J.", "U.S.", "a.m." and "No.", and keeps that
of "Inc.", "St.", "Jan." and "fig."; the languages of espeak keep all of them. So the decision is made from the text.
"""

from __future__ import annotations

import re
from enum import Enum


class Period(Enum):
    """What the period after a word says about the end of a sentence."""

    ENDS = "the word is no abbreviation: the period ends a sentence"
    NEVER = "a title, or an abbreviation such as e.g.: a name or a word follows"
    BEFORE_NUMBER = "an abbreviation only where a number follows"
    BEFORE_TIME = "an abbreviation that ends a sentence before a capital, unless a day, month or time zone follows"
    EITHER = "an abbreviation that may also be the last word of a sentence"


_TITLES = (
    "Mr Mrs Ms Mx Dr Drs Prof Gen Col Capt Cpt Lt Sgt Cpl Cmdr Adm Maj Sen Rep Gov Pres Hon Rev Fr Msgr Supt Messrs "
    "Mme Mlle Mgr Sra Srta Dra Profa Dott Sig Ing Lic Avv "
    "mr mrs ms dr prof"
)
_EXPLAIN = "vs cf viz ca e.g i.e eg ie approx resp incl"
_BEFORE_NUMBER = (
    "no nos nr fig figs vol vols p pp ch chap sec art eq op ed tab lin pág núm cap Jan Feb Mar Apr Jun Jul Aug Sep "
    "Sept Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun"
)
_EITHER = "Jr Sr Inc Ltd Co Corp Bros St Ste Ave Blvd Rd Mt Ft al dept est assn Ud Uds Vd Vds EE UU tbsp tsp oz lb lbs"

_BEFORE_TIME = "a.m p.m etc Ph.D M.D B.C A.D B.C.E C.E"

_TIMES = (
    "Monday Tuesday Wednesday Thursday Friday Saturday Sunday Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun "
    "January February March April May June July August September October November December "
    "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec "
    "Eastern Central Mountain Pacific Atlantic ET CT MT PT EST EDT CST CDT MST MDT PST PDT GMT BST CET CEST UTC IST JST"
)
TIMES = frozenset(_TIMES.split())
"""What may follow a time of day in its sentence: days, months, time zones."""

_KINDS = {
    **dict.fromkeys((*_TITLES.split(), *_EXPLAIN.split()), Period.NEVER),
    **dict.fromkeys(_BEFORE_NUMBER.split(), Period.BEFORE_NUMBER),
    **dict.fromkeys(_BEFORE_TIME.split(), Period.BEFORE_TIME),
    **dict.fromkeys(_EITHER.split(), Period.EITHER),
}
_LETTERS = re.compile(r"[^\W\d_](\.[^\W\d_])*|[^\W\d_]{1,3}(\.[^\W\d_]{1,3})+")
"""Initials and letters with periods between them: "J", "U.S", "a.m", "Ph.D"."""


def period_after(word: str) -> Period:
    """What the period after a word says. `word` comes without it."""
    spellings = (word, word.lower(), word.capitalize() if word.isupper() else "") if len(word) > 1 else (word,)
    for spelling in spellings:
        if spelling in _KINDS:
            return _KINDS[spelling]
    return Period.EITHER if _LETTERS.fullmatch(word) else Period.ENDS
