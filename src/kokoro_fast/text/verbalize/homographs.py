"""Words of one spelling and two sounds, where the words around them decide and misaki's tags do not."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial

from kokoro_fast.text.verbalize.rule import Rule, Sounds, rule

_NOW = r"(?:every|each|all the|on (?:mon|tues|wednes|thurs|fri|satur|sun)days|in the (?:mornings|evenings)|daily|at night)"

# fmt: off
HOMOGRAPHS: tuple[tuple[str, str], ...] = (
    # Where the word stands (the group is the word), and its phonemes.
    (r"\b(lead) (?:pipes?|paint|poisoning|acid|shield(?:ing)?|weights?|shot|bullets?|crystal|ore|oxide|solder|content)\b", "lˈɛd"),
    (r"\b(?:of|with|from|contain\w*|and|or|into) (lead)(?= (?:and|or|in the water|pipes?|paint)|[.,;])", "lˈɛd"),
    (r"\b(lead)-(?:free|based|lined|acid)\b", "lˈɛd"),
    (rf"\b(?:I|you|we|they|people) (?:always |often |usually |never |sometimes )?(read)(?= (?:\w+ ){{0,4}}{_NOW}\b)", "ɹˈid"),
    (r"\b(?:always|often|usually|sometimes|rarely|never) (read)(?= (?:the|books|a|to|it)\b(?! \w+ yesterday))", "ɹˈid"),
    (r"\b(?:to|will|would|can|could|should|must|may|might|please|let's|don't|didn't|not) (read)\b", "ɹˈid"),
    (r"\b(?:had|has|have|been|was|were|having|be|is|are|'ve|'d) (?:\w+ly )?(read)\b(?! (?:to|for))", "ɹˈɛd"),
    (r"\b(read)(?= (?:\w+ ){0,5}(?:yesterday|last (?:week|night|year|month)|ago)\b)", "ɹˈɛd"),
    (r"\b(?:took|take|takes|taking|made|make) (?:a|one|his|her|their|another|a last|a final|a deep|a little) (bow)\b", "bˈW"),
    (r"\b(bow)(?= (?:to|before|down|of (?:the|a) (?:ship|boat|vessel)|his head|her head|their heads|out)\b)", "bˈW"),
    (r"\b(?:ship's|boat's|port|starboard) (bow)\b", "bˈW"),
    (r"\b(bass)(?= (?:guitars?|lines?|players?|drums?|clef|notes?|solo|voice|clarinet|amp|speakers?)\b)", "bˈAs"),
    (r"\b(?:double|upright|electric|plays?|played|playing|turn up the|the) (bass)(?! (?:in|from|fish))\b(?<!caught a bass)(?= (?:in (?:a|the) band|guitar|and drums|was too loud)|[.,;!?])", "bˈAs"),
    (r"\b(minute)(?= (?:details?|amounts?|quantit\w+|particles?|differences?|traces?|changes?)\b)", "mInˈut"),
    (r"\b(live)(?= (?:music|shows?|broadcasts?|streams?|concerts?|tv|television|wires?|ammunition|audience|albums?|performances?|events?|coverage|bands?|versions?|recordings?|animals?|bait|chat|sports?|updates?|footage|in concert|on (?:air|tv|stage|television))\b)", "lˈIv"),
    (r"\b(?:broadcast|streamed|aired|performed|recorded|sung|filmed|going|go|went|goes) (live)\b", "lˈIv"),
    (r"\b(?:their|our|many|his|her|nine|human|of|whose|past|private|young|other|two|three|save|saved|lost|these|those|people's) (lives)\b", "lˈIvz"),
    (r"\b(?:very|so|too|how|quite|as|came|come|comes|coming|stay|stays|getting|get|got|is|was|are|were|be|really|pretty) (close)(?= (?:to|by|together|enough|friends?|call|range|up|behind|at hand|relatives?)\b|[.,;!?])", "klˈOs"),
    (r"\b(close)(?= (?:to|friends?|call|range|relatives?|family|combat|second|match|race|encounters?|contact|proximity|quarters|attention|look)\b)", "klˈOs"),
    (r"\b(?:my|his|her|your|a|their|the|our|updated|attached) (resume)\b", "ɹˈɛzəmˌA"),
    (r"\b(?:am|is|was|are|were|be|being|feel|feels|felt|seem\w*|perfectly|quite|more than|'m|'re) (content)(?= (?:to|with)\b|[.,;!?])", "kəntˈɛnt"),
    (r"\b(wound)(?= (?:up|around|down|through|its way|his way|her way|their way|the clock|tight)\b)", "wˈWnd"),
    (r"\b(wind)(?= (?:up|down the|it up|them up|through the|the clock|your way|its way)\b)(?<!the wind)(?<!a wind)", "wˈInd"),
    (r"\b(dove)(?= (?:into|in\b|under|off|down|for|headfirst|deep))(?<!\b[Aa] dove)(?<!\b[Tt]he dove)", "dˈOv"),
    (r"\b(?:will|to|would|can|could|not|don't|did) (tear)(?= (?:it|the|up|down|apart|off|a|them|this|that|open|out|away)\b)", "tˈɛɹ"),
    (r"\b(tear)(?= (?:it|them) (?:up|down|apart|off)\b|-(?:resistant|off)\b)", "tˈɛɹ"),
    (r"\b(?:wear and) (tear)\b", "tˈɛɹ"),
    (r"\b(?:single|every|shed a|wiped a|a lone) (tear)\b", "tˈɪɹ"),
    (r"\b(sow)(?= (?:the seeds?|seeds?|discord|doubt|wheat|corn|what)\b)", "sˈO"),
    (r"\b(?:a|the|big|blazing|terrible|had a) (row)(?= (?:with|over|about|broke)\b)", "ɹˈW"),
    (r"\b(?:household|collect(?:s|ed)? the|pile of) (refuse)\b", "ɹˈɛfjˌus"),
    (r"\b(?:fresh|organic|local|the) (produce)(?= (?:section|aisle|market|stand|department)|[.,;])", "pɹˈOdus"),
    (r"\b(?:to|will|would|must|can|I|we|they|and) (present)(?= (?:the|a|an|our|my|his|her|their|this|you|to|evidence)\b)", "pɹizˈɛnt"),
    (r"\b(?:I|we|they|to|strongly|would|must|not|you) (object)(?= to\b|[.,;!?])", "əbʤˈɛkt"),
    (r"\b(?:Do not|do not|to|don't|will|would|never|not|they|must) (desert)(?= (?:me|him|her|us|them|you|the|their|his|my)\b)", "dəzˈɜɹt"),
)
# fmt: on


def _rules(homographs: Iterable[tuple[str, str]]) -> Iterable[Rule]:
    for pattern, phonemes in homographs:
        word = re.search(r"\((\w+)\)", pattern)
        assert word
        yield rule(pattern, partial(_sounds, Sounds(phonemes)), group=1, needs=(word[1],))


def _sounds(sounds: Sounds, _: re.Match[str]) -> Sounds:
    return sounds


RULES = tuple(_rules(HOMOGRAPHS))
