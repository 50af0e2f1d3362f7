"""Money: signs and codes, cents, scale words, ranges. The names are those of CLDR, by Babel."""

from __future__ import annotations

import re
from functools import lru_cache

from kokoro_fast.text.verbalize import spelling
from kokoro_fast.text.verbalize.measures import PER, per
from kokoro_fast.text.verbalize.nouns import describes
from kokoro_fast.text.verbalize.ranges import PREFIX, PREFIXES, amount
from kokoro_fast.text.verbalize.rule import DASH, NUMBER, rule

SIGNS = {
    "$": "USD", "US$": "USD", "£": "GBP", "€": "EUR", "¥": "JPY", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY",
    "₫": "VND", "₪": "ILS", "฿": "THB", "₱": "PHP", "₦": "NGN", "₴": "UAH", "A$": "AUD", "C$": "CAD", "CA$": "CAD",
    "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD", "R$": "BRL", "S$": "SGD", "₿": "XBT", "Rs.": "INR", "Rs": "INR",
}  # fmt: skip
CODES = [
    "USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD", "INR", "CNY", "RUB", "KRW", "SEK", "NOK", "DKK", "PLN",
    "CZK", "MXN", "BRL", "ZAR", "TRY", "SGD", "HKD", "AED", "ILS", "THB",
]  # fmt: skip

SHORT = {
    "USD": ("dollar", "dollars"),
    "GBP": ("pound", "pounds"),
    "JPY": ("yen", "yen"),
    "INR": ("rupee", "rupees"),
    "EUR": ("euro", "euros"),
    "KRW": ("won", "won"),
    "RUB": ("ruble", "rubles"),
    "TRY": ("lira", "lira"),
    "XBT": ("bitcoin", "bitcoin"),
}
"""What a sign alone is called: nobody says the country."""

CENTS = {"USD": "cent", "EUR": "cent", "GBP": "p", "CAD": "cent", "AUD": "cent", "NZD": "cent", "HKD": "cent"}

SCALES = {"k": "thousand", "K": "thousand", "m": "million", "M": "million", "mn": "million", "mm": "million",
          "MM": "million", "b": "billion", "B": "billion", "bn": "billion", "Bn": "billion", "T": "trillion",
          "tn": "trillion", "trn": "trillion"}  # fmt: skip
WORDS = "thousand|million|billion|trillion"

_SIGN = "|".join(map(re.escape, sorted(SIGNS, key=len, reverse=True)))
_SCALE = "|".join(sorted(SCALES, key=len, reverse=True))
_CODE = "|".join(CODES)


@lru_cache
def name(code: str, one: bool, short: bool = True) -> str:
    """The name of a currency."""
    if short and code in SHORT:
        return SHORT[code][0 if one else 1]
    from babel.numbers import get_currency_name

    return str(get_currency_name(code, 1 if one else 2, locale="en"))


def _spoken(number: str, scale: str, code: str, *, short: bool = True) -> str:
    if scale:
        return f"{amount(number)} {scale} {name(code, False, short)}"
    whole, _, cents = number.partition(".")
    if len(cents) == 2 and whole.replace(",", "").isdecimal() and code in CENTS:
        parts = (
            [] if int(whole.replace(",", "")) == 0 else [f"{amount(whole)} {name(code, spelling.is_one(whole), short)}"]
        )
        if int(cents):
            small = CENTS[code]
            unit = small if small == "p" or int(cents) == 1 else spelling.plural(small)
            unit = "P" if unit == "p" else unit
            parts.append(f"{spelling.cardinal(int(cents))} {unit}")
        return " and ".join(parts) or f"zero {name(code, False, short)}"
    return f"{amount(number)} {name(code, spelling.is_one(number), short)}"


def _signed(match: re.Match[str]) -> str | None:
    scale = SCALES.get(match["scale"] or "", match["word"] or "")
    code = match["code"] or SIGNS[match["sign"]]
    short = match["sign"] != "US$" and not match["code"]
    prefix = PREFIXES[(match["prefix"] or "").strip()]
    if match["high"]:
        low = _low(match, code, short)
        return f"{prefix}{low} to {_spoken(match['high'], scale, code, short=short)}{per(match)}"
    if describes(match.string, match.start(), match.end()) and not match["per"]:
        return f"{prefix}{amount(match['number'])}{f' {scale}' if scale else ''} {name(code, True, short)}"
    return f"{prefix}{_spoken(match['number'], scale, code, short=short)}{per(match)}"


def _low(match: re.Match[str], code: str, short: bool) -> str:
    """The lower end of a range; it has a name of its own where it has a scale or cents of its own."""
    number, scale = match["number"], match["low_scale"]
    if scale and scale != match["scale"]:
        return _spoken(number, SCALES[scale], code, short=short)
    return _spoken(number, "", code, short=short) if "." in number and not match["scale"] else amount(number)


def _coded(match: re.Match[str]) -> str | None:
    scale = SCALES.get(match["scale"] or "", match["word"] or "")
    return f"{_spoken(match['number'], scale, match['code'], short=match['code'] == 'EUR')}{per(match)}"


_END = rf"(?:\s?(?P<scale>{_SCALE})(?!\w)|[\s-](?P<word>{WORDS})\b)?{PER}(?![\w%]|[.,]\d)"

_NEEDED = ("Rs", *{sign[-1] for sign in SIGNS if not sign[-1].isalpha() and sign[-1] != "."})


def _comma(match: re.Match[str]) -> str:
    """ "3,50 €"."""
    whole, cents = match["whole"] or match["whole_after"], match["cents"] or match["cents_after"]
    return _spoken(f"{whole}.{cents}", "", "EUR")


RULES = (
    rule(
        r"(?<![\w.,])(?:€\s?(?P<whole_after>\d{1,3}),(?P<cents_after>\d\d)(?![\d,])|(?P<whole>\d{1,3}),(?P<cents>\d\d)\s?€)",
        _comma,
        also=("€",),
    ),
    rule(
        rf"(?<![\w$£€¥₹])(?P<sign>[$£€])(?P<number>{NUMBER})-a-(?P<noun>[a-z]+)",
        lambda m: f"{amount(m['number'])} {name(SIGNS[m['sign']], True)} a {m['noun']}",
        also=("-a-",),
    ),
    rule(
        rf"(?<![\w$£€¥₹]){PREFIX}(?P<sign>{_SIGN})\s?(?P<number>{NUMBER})"
        rf"(?:(?:\s?(?P<low_scale>{_SCALE}))?(?:[-–—~]|{DASH}(?={_SIGN}))(?:{_SIGN})?(?P<high>{NUMBER}))?{_END}(?:\s(?P<code>{_CODE})\b)?",
        _signed,
        also=_NEEDED,
    ),
    rule(
        rf"(?<![\w.,$£€¥₹-]){PREFIX}(?P<number>{NUMBER})(?P<low_scale>)(?P<high>)\s?(?P<sign>€|£|₹|₽|₺|₴|₫|\$){_END}(?P<code>)",
        _signed,
    ),
    rule(
        rf"(?<![\w.,-])(?P<number>{NUMBER}(?:{DASH}{NUMBER})?)(?:\s?(?P<scale>{_SCALE})|\s(?P<word>{WORDS}))?\s?"
        rf"(?P<code>{_CODE})\b{PER}",
        _coded,
        also=tuple(CODES),
    ),
    rule(rf"\b(?P<code>{_CODE})\s(?P<number>{NUMBER}){_END}", _coded, also=tuple(CODES)),
    rule(
        rf"(?<![\w.,-])({NUMBER}(?:{DASH}{NUMBER})?)\s?¢",
        lambda m: f"{amount(m[1])} {'cent' if spelling.is_one(m[1]) else 'cents'}",
        also=("¢",),
    ),
)
