"""Pictures in a text, emoji above all: silent, or read by their short names of Unicode's CLDR."""

from __future__ import annotations

import re
from typing import Literal

from kokoro_fast.text.verbalize.rule import Said, Unsaid, rule, unsaid

EmojiMode = Literal["silent", "names"]
"""Whether emoji are left out, or read by their names."""

_PICTURES = (
    "\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2300-\u23ff\u25a0-\u25ff\U0001f1e6-\U0001f1ff\u200d\ufe0f\u20e3"
)


def _names(match: re.Match[str]) -> Said:
    """The names, with a breath between them."""
    from emoji import demojize, emoji_list

    found = [demojize(each["emoji"], delimiters=("", "")) for each in emoji_list(match[0])]
    return ", ".join(name.replace("_", " ").replace("-", " ") for name in found) or Unsaid.SIGN


SILENT = (rule(rf"[{_PICTURES}]+", unsaid, needs=()),)
NAMED = (rule(rf"[{_PICTURES}]+", _names, needs=()),)
