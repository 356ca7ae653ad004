"""What agency a text credits -> the agency's site. Pure.

The table has the names under which papers credit agencies, folded. A credit is a byline that is nothing but the name, a
dateline ("LONDON (Reuters) -"), or a last line that is nothing but a credit ("Source: AFP").
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from transforms.fold import fold

SITES = {
    "reuters": "reuters.com",
    "thomson reuters": "reuters.com",
    "ap": "apnews.com",
    "associated press": "apnews.com",
    "afp": "afp.com",
    "agence france-presse": "afp.com",
    "dpa": "dpa.com",
    "deutsche presse-agentur": "dpa.com",
    "pa": "pa.media",
    "pa media": "pa.media",
    "press association": "pa.media",
    "upi": "upi.com",
    "efe": "efe.com",
    "ansa": "ansa.it",
    "apa": "apa.at",
    "anp": "anp.nl",
    "belga": "belga.be",
    "lusa": "lusa.pt",
    "ntb": "ntb.no",
    "ritzau": "ritzau.dk",
    "xinhua": "xinhuanet.com",
    "kyodo": "kyodonews.net",
    "kyodo news": "kyodonews.net",
    "jiji press": "jiji.com",
    "yonhap": "yna.co.kr",
    "tass": "tass.com",
    "interfax": "interfax.com",
    "anadolu": "aa.com.tr",
    "anadolu agency": "aa.com.tr",
    "pti": "ptinews.com",
    "press trust of india": "ptinews.com",
    "ani": "aninews.in",
    "ians": "ians.in",
    "aap": "aap.com.au",
    "australian associated press": "aap.com.au",
    "canadian press": "thecanadianpress.com",
    "bloomberg": "bloomberg.com",
}
HEAD = 120  # characters in which a dateline stands
LINE = 60  # characters of a last line that is a credit
_DATELINE = re.compile(r"[(\[]([^()\[\]\n]{2,40})[)\]]\s*[-‐-―:]")
_CREDIT = re.compile(r"(?:(?:source|credit|by|from|via|agency|agencies|quelle|fonte|fuente)\b:?\s*)?(.+)")


def credited(authors: Iterable[str], text: str) -> str:
    """The site (registrable domain) of the agency that is credited, "" where none is."""
    last = text.rstrip().rpartition("\n")[2]
    names = [*authors, *_DATELINE.findall(text[:HEAD]), *([last] if len(last) <= LINE else [])]
    return next((site for name in names if (site := _site(name))), "")


def _site(name: str) -> str:
    folded = fold(name).strip(" .,;:()[]-*/\"'")
    found = _CREDIT.fullmatch(folded)
    return SITES.get((found[1] if found else folded).removeprefix("the "), "")
