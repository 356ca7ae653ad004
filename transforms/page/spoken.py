"""A date in words or numbers as pages show it -> its day. Pure; never raises; what is not understood is None.

Months by their names in 20 languages. Where only numbers stand, the order must be clear: a year first, points between
(day first), a number above 12, or a language tag that decides (`en-US` has the month first). Otherwise it is no date.
"""

from __future__ import annotations

import re
from datetime import date
from itertools import chain
from typing import NamedTuple

_MONTHS = (
    "january jan january januar jänner janv janvier enero ene janeiro gennaio gen januari januar tammikuu tammikuuta"
    " styczeń stycznia sty leden ledna január ocak oca ianuarie január января январь янв січня siječnja siječanj",
    "february feb februar feber février févr fév febrero fevereiro fev febbraio februari helmikuu helmikuuta luty"
    " lutego lut únor února február şubat şub februarie февраля февраль фев лютого veljače",
    "march mar märz maerz mrz mars marzo março marco maart marts maaliskuu maaliskuuta marzec marca březen března"
    " március mart martie марта март мар березня ožujka",
    "april apr avril avr abril abr aprile huhtikuu huhtikuuta kwiecień kwietnia kwi duben dubna április nisan nis"
    " aprilie апреля апрель апр квітня travnja",
    "may mai mayo maio maggio mag mei maj toukokuu toukokuuta maja květen května május mayıs мая май травня svibnja",
    "june jun juni juin junio junho giugno giu kesäkuu kesäkuuta czerwiec czerwca cze červen června június haziran haz"
    " iunie июня июнь июн червня lipnja",
    "july jul juli juillet juil julio julho luglio lug heinäkuu heinäkuuta lipiec lipca lip červenec července július"
    " temmuz tem iulie июля июль июл липня srpnja",
    "august aug août aout agosto ago augustus augusti elokuu elokuuta sierpień sierpnia sie srpen srpna augusztus"
    " ağustos ağu августа август авг серпня kolovoza",
    "september sept sep septembre septiembre setiembre setembro set settembre syyskuu syyskuuta wrzesień września wrz"
    " září szeptember eylül eyl septembrie сентября сентябрь сен вересня rujna",
    "october oct oktober okt octobre octubre outubro out ottobre ott lokakuu lokakuuta październik października paź"
    " říjen října október ekim eki octombrie октября октябрь окт жовтня",
    "november nov novembre noviembre novembro marraskuu marraskuuta listopad listopada lis listopadu kasım kas"
    " noiembrie ноября ноябрь ноя листопада studenog studenoga",
    "december dec dezember dez décembre déc diciembre dic dezembro dicembre desember des joulukuu joulukuuta grudzień"
    " grudnia gru prosinec prosince december aralık ara decembrie декабря декабрь дек грудня prosinca",
)
MONTHS: dict[str, int] = {}
for _number, _names in enumerate(_MONTHS, 1):
    for _name in _names.split():
        MONTHS.setdefault(_name, _number)
_NAME = "|".join(sorted(map(re.escape, chain(MONTHS)), key=len, reverse=True))
_DAY_FIRST = (
    rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|º|°|\.)?,?\s*(?:de |of |di |-)?\s*(?P<m>{_NAME})\b\.?,?\s*(?:de |del |-)?\s*'?"
    r"(?P<y>\d{4})"
)
_MONTH_FIRST = rf"\b(?P<m>{_NAME})\b\.?\s*(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?,?\s*(?:,\s*)?(?P<y>\d{{4}})"
_YEAR_FIRST = r"(?P<y>\d{4})\s?[-/.年년]\s?(?P<m>\d{1,2})\s?[-/.月월]\s?(?P<d>\d{1,2})"
_POINTS = r"(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.\s?(?P<y>\d{4})"
_STROKES = r"(?P<a>\d{1,2})(?P<s>[/-])(?P<b>\d{1,2})(?P=s)(?P<y>\d{4})"
_FORMS = tuple(
    re.compile(rf"(?<![\w.]){form}(?!\d|\.\d)", re.IGNORECASE)
    for form in (_DAY_FIRST, _MONTH_FIRST, _YEAR_FIRST, _POINTS, _STROKES)
)
_DIGIT = re.compile(r"\d{4}")


class Spoken(NamedTuple):
    day: str  # ISO 8601
    start: int
    end: int


def spoken(text: str, language: str = "") -> Spoken | None:
    """The first date that a text shows. `language` is a tag such as `en-US`."""
    if not _DIGIT.search(text):
        return None
    found = [one for form in _FORMS for hit in form.finditer(text) if (one := _read(hit, language))]
    return min(found, key=lambda one: one.start, default=None)


def _read(hit: re.Match[str], language: str) -> Spoken | None:
    part = hit.groupdict()
    year = int(part["y"])
    if "a" in part:
        month, day = _ordered(int(part["a"]), int(part["b"]), language)
    else:
        month = MONTHS.get(part["m"].lower(), 0) if not part["m"].isdigit() else int(part["m"])
        day = int(part["d"])
    if not 1980 <= year <= 2099:
        return None
    try:
        return Spoken(date(year, month, day).isoformat(), hit.start(), hit.end())
    except ValueError:
        return None


def _ordered(first: int, second: int, language: str) -> tuple[int, int]:
    """(month, day); (0, 0) where the order is not clear."""
    if first > 12 or first == second:
        return second, first
    tag = language.lower().replace("_", "-")
    if second > 12 or tag == "en-us":
        return first, second
    if tag and tag != "en":
        return second, first
    return 0, 0
