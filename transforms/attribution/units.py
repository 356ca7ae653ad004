"""Units of measure and money, by the words and signs that news writes for them.

The names of currencies are those of the Unicode CLDR, read through Babel; a word that several countries use for their
money ("pesos", "dinars") stays that word, for which of them is meant the number alone does not say.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache

from babel import Locale
from babel.core import get_global

SIGNS = {
    "$": "USD", "US$": "USD", "$US": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "NZ$": "NZD",
    "HK$": "HKD", "S$": "SGD", "R$": "BRL", "B$": "BND", "NT$": "TWD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR",
    "₦": "NGN", "₱": "PHP", "₩": "KRW", "₺": "TRY", "₴": "UAH", "₽": "RUB", "₪": "ILS", "NIS": "ILS", "Rs": "rupee",
    "Rs.": "rupee",
}  # fmt: skip
_CODES = "USD EUR GBP JPY CHF AUD CAD CNY INR NGN KES ZAR BRL MXN SEK NOK DKK PLN TRY RUB UAH"
SIGN = "|".join([*sorted(map(re.escape, SIGNS), key=len, reverse=True), *_CODES.split()])
"""What may stand before a sum, as a pattern."""

_WORDS = {
    "percent": "percent", "per cent": "percent", "%": "percent", "pct": "percent",
    "percentage point": "percentage point", "basis point": "basis point",
    "km/h": "km/h", "kph": "km/h", "mph": "mile/h", "miles per hour": "mile/h", "kilometres per hour": "km/h",
    "square kilometre": "km²", "square mile": "square mile", "square metre": "m²", "square foot": "square foot",
    "cubic metre": "m³", "cubic foot": "cubic foot", "bcm": "billion m³",
    "km": "km", "kilometre": "km", "mile": "mile", "metre": "m", "foot": "foot", "inch": "inch", "cm": "cm",
    "centimetre": "cm", "mm": "mm", "millimetre": "mm", "yard": "yard", "kg": "kg", "kilogram": "kg", "kilo": "kg",
    "gram": "g", "tonne": "tonne", "ton": "ton", "pound": "pound", "ounce": "ounce", "litre": "l", "gallon": "gallon",
    "hectare": "ha", "acre": "acre", "degree": "degree", "barrel": "barrel", "megawatt": "MW", "mw": "MW",
    "gigawatt": "GW", "gw": "GW", "kilowatt": "kW", "kw": "kW", "hectopascal": "hPa",
    "year": "year", "month": "month", "week": "week", "fortnight": "fortnight", "day": "day", "hour": "hour",
    "minute": "minute", "second": "second", "decade": "decade", "century": "century",
    "dollar": "USD", "euro": "EUR", "cent": "cent", "us cent": "US cent", "pence": "penny", "p": "penny",
    "pound sterling": "GBP", "peso": "peso", "crown": "crown",
}  # fmt: skip
_PLURALS = {"foot": "feet", "inch": "inches", "century": "centuries", "pound sterling": "pounds sterling"}
_PLURALS |= {"square foot": "square feet", "cubic foot": "cubic feet", "miles per hour": "miles per hour"}
_COMMON = frozenset({"gold", "mark", "sol", "real", "pound", "dollar", "euro"})  # words of other meanings, or above


@cache
def units() -> dict[str, str]:
    """Written form (lower case, singular or plural, either spelling) -> unit."""
    out = dict(_currencies())
    for word, unit in _WORDS.items():
        for form in {word, _PLURALS.get(word, word + "s" if word[-1].isalpha() else word)}:
            out[form] = unit
            out[re.sub(r"(met|lit)re", r"\1er", form)] = unit
    return out


@cache
def unit_pattern() -> re.Pattern[str]:
    """A unit right behind a number; the longest form first."""
    longest = sorted(units(), key=len, reverse=True)
    return re.compile(rf"[ \u00a0-]?({'|'.join(map(re.escape, longest))})(?![^\W\d_]|\.m\b)", re.IGNORECASE)


def _currencies() -> dict[str, str]:
    english = Locale.parse("en").currencies
    rows = [row for of_land in get_global("territory_currencies").values() for row in of_land]
    today = {code for code, _, end, tender in rows if tender and end is None}
    out: dict[str, str] = {}
    words: dict[str, set[str]] = defaultdict(set)
    for code in sorted(today):
        name = english.get(code, "").lower()
        if not name or "(" in name:
            continue
        out |= {name: code, name + "s": code}
        words[name.rpartition(" ")[2]].add(code)
    for word, codes in words.items():
        if word not in _COMMON:
            meant = next(iter(codes)) if len(codes) == 1 else word
            out |= {word: meant, word + "s": meant}
    return out
