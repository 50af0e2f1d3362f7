"""Whether a measure or a sum of money describes the noun after it: "a 5 kg bag" is no bag of kilograms."""

from __future__ import annotations

import re

_DETERMINER = re.compile(r"(?i:\b(?:an?|the|this|that|each|every|my|your|his|her|its|our|their|one|another)\s)\Z")
_LONGEST_DETERMINER = 9

_FUNCTION_WORDS = (
    "was|were|are|and|but|for|from|had|has|have|that|which|who|when|while|then|than|they|with|into|onto|upon|per|each|"
    "now|today|yesterday|tomorrow|ago|away|apart|later|earlier|before|after|only|there|here|just|not|the|this|would|"
    "will|could|should|may|might|can|went|made|came|every|all|both|you|she|his|her|its|our|their|off|more|less|daily|"
    "over|under|above|below|through|about|around|because|since|until|where|how|why|what"
)
_QUALITIES = "wide|long|tall|deep|high|thick|heavy|old|broad|big|large|loud|fast|slow|hot|cold"

_NOUN = re.compile(rf"[\s-](?!(?:{_FUNCTION_WORDS})\b)[a-z]{{3,}}")
_NO_QUALITY = re.compile(rf"[\s-](?!(?:{_FUNCTION_WORDS}|{_QUALITIES})\b)[a-z]{{3,}}")


def follows_determiner(text: str, start: int) -> bool:
    """Whether an article or a word like it stands before `start`."""
    return _DETERMINER.search(text, max(0, start - _LONGEST_DETERMINER), start) is not None


def describes(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` stands between an article and a noun: "a $5 bill"."""
    return _NOUN.match(text, end) is not None and follows_determiner(text, start)


def precedes_noun(text: str, end: int) -> bool:
    """Whether a word that may be a noun, and no quality such as "wide", stands at `end`."""
    return _NO_QUALITY.match(text, end) is not None
