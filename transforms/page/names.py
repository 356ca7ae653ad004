"""What a byline names -> persons, collectives (a team, the house itself), news agencies. Pure; never raises.

No "By", no roles, no degrees, no addresses. A name is kept as written.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from transforms.agencies import SITES as AGENCIES
from transforms.fold import fold

MAX_AUTHORS = 20
MAX_LINE = 600  # characters of one byline that are read
LABEL = re.compile(
    r"(?:(?:(?:this )?(?:article|story|post|guest post|blog post|column|review|report) )?(?:was |is )?"
    r"(?:originally )?(?:written|words|story|text|reported|posted|contributed|authored|published|article|report"
    r"|reviews?|guest post|analysis|opinion|interview|essay) by|by|authors?"
    r"|autor(?:in|es|as|a|i|en)?|auteure?s?|verfasst von|geschrieben von|ein beitrag von|escrito por|[ée]crit par"
    r"|scritto da|geschreven door|skrevet av|skrevet af|skriven av|tekst|napisał|yazar|szerző|kirjoittaja"
    r"|автор|автори|авторы|текст|文／|文・|執筆者|投稿者|作者)(?:\b|(?<=／)|(?<=・))\s*[:：]?(?:\s*(?=\S)|$)"
    r"|(?:von|par|por|di|door|af|av|text|od|przez)\b:?(?:\s+(?=\S+\s+\S)|\s*$)",  # these begin names, too
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\s*(,|;|\||/|•|·|⋅|、|，|\s[–—-]\s|\s(?:and|und|et|y|e|og|och|en|ve|és|ja|oraz|и|та|with|mit|avec|con|&)\s)\s*",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(r"https?:|www\.|@|\.(?:com|org|net|html?)\b|\d|[<>{}\[\]=]|\w_\w", re.IGNORECASE)
_URL = re.compile(r"(?:https?:)?//[^\s,;]+", re.IGNORECASE)
_DOMAIN = re.compile(r"[\w.\-]+\.[a-z]{2,4}")  # `t-online.de` as a house of its own
_ADDRESS = re.compile(r"\s*(?:https?:|//|/|www\.)", re.IGNORECASE)
_JUNK = re.compile(
    r"(?:site |web)?(?:admin|administrator|master)|root|undefined|null|none|nan|unknown|anonymous|n/?a|test|user|guest"
    r"|editor|author|name|agencies|agenturen|agences|red\.?|by|view (?:all|more).*|read more.*|more (?:from|by).*"
    r"|all posts.*|posts by.*|(?:images?|photos?|fotos?|bild(?:er)?|illustration|video)\s?:.*|getty.*|.*istockphoto.*",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:editor|reporter|correspondent|writer|journalist|columnist|contributor|producer|photographer|author|analyst"
    r"|founder|director|manager|president|officer|ceo|cto|cfo|coo|cmo|chief|head|expert|specialist|consultant|strategist"
    r"|researcher|professor|lecturer|dietitian|nutritionist|therapist|attorney|lawyer|engineer|developer|architect"
    r"|marketer|coach|trainer|coordinator|associate|partner|senior|clinician|counsel|educator|editor-in-chief"
    r"|updated|published|reviewed|admin|guide|redakteur(?:in)?|reporter(?:in)?|korrespondent(?:in)?|volontär(?:in)?"
    r"|journaliste|rédact(?:eur|rice)|redactora?|periodista|corresponsal|redattore|giornalista|redacteur|verslaggever"
    r"|minutes?|read)\b",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    r"(?:Ph\.?\s?D|PHD|M\.?D|MBA|M\.?Sc?|B\.?Sc?|B\.?A|M\.?A|M\.?Ed|J\.?D|LL\.?M|RN|BSN|MSN|CPA|CF[AP]®?|DDS|DMD|DVM"
    r"|VMD|DACVB|RDN?|LVT|Esq|Jr|Sr|MPH|LCSW|CISSP|SMT|EA)\.?"
)
_TEAM = re.compile(
    r"\b(?:staff|team|editors|editorial|newsroom|news desk|desk|reporters|correspondents|contributors|writers|board"
    r"|group|redaktion|rédaction|redacción|redazione|redactie|redakcja|redakce|redaksjonen|redaktionen|toimitus"
    r"|newsdesk|press|online|tv|news|media|agency|foundation|institute|university|inc|ltd|llc|gmbh)\b"
    r"|redaktion$|編集部|取材班|新聞|ニュース|뉴스",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"\s*(?:기자|記者|특파원|記者団|通信員)$")
_WORD = re.compile(
    r"(?:[^\W\d_a-zß-öø-ÿ][\w'’.\-]*|(?:de|der|den|des|del|della|van|von|la|le|el|al|bin|ibn|da|di|do|dos|du|ter|ten"
    r"|zu|zur|und|y|e)|[dDlL]['’]\w+)\.?"
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,8}(?: [\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{1,4})?")
_INTERFACE = re.compile(
    r"\b(?:read|share|more|mins?|views?|posts?|about|table|contents?|subscribe|follow|print|email|comments?|contact|home"
    r"|news|blog|article|articles|save|listen|facebook|twitter|linkedin|whatsapp|copy|link|get|started|learn|this|that|your"
    r"|you|our|us|the|for|with|how|what|why|when|all|new|last|first|best|top|in|on|at|to|is|are|was|photo|image|video|credit"
    r"|january|february|march|april|june|july|august|september|october|november|december|mon|tue|wed|thu|fri|sat|sun"
    r"|monday|tuesday|wednesday|thursday|friday|saturday|sunday|reviews?|guides?|business|health|politics|sports?|world"
    r"|opinion|topics?|reading|time|estimated|checklists?|planning|tools?|features?|category|categories|tags?|search|menu|login|sign|up|free|shop|store|app|download|policy|terms)\b",
    re.IGNORECASE,
)


class People(NamedTuple):
    persons: tuple[str, ...] = ()
    collective: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.persons or self.collective or self.agencies)

    @property
    def full(self) -> bool:
        """Whether every person has a whole name."""
        return bool(self.persons) and all(map(is_full, self.persons))


def joined(one: People, other: People) -> People:
    return People(*(tuple(dict.fromkeys((*a, *b))) for a, b in zip(one, other, strict=True)))


def people(raw: Iterable[str], houses: Collection[str] = (), *, house: bool = False) -> People:
    """The names in bylines. `houses` are `key`s of the site's own names; `house`: an organisation is said to write."""
    persons: dict[str, str] = {}
    collective: dict[str, str] = {}
    agencies: dict[str, str] = {}
    roles: dict[str, str] = {}
    for text in raw:
        if _ADDRESS.match(text):  # some give the author's page where the name is meant
            continue
        names, offices = _of_line(text)
        for name in names:
            if is_agency(name):
                agencies.setdefault(key(name), name)
            elif house or key(name) in houses or _TEAM.search(name):
                collective.setdefault(key(name), name)
            else:
                persons.setdefault(key(name), name)
        for office in offices:
            roles.setdefault(key(office), office)
    if not persons and not collective and not agencies:  # "AAA Travel Editor": nobody else is named
        collective = {
            name: office for name, office in roles.items() if len(office.split()) > 1 and office[:1].isupper()
        }
    return People(*(tuple(names.values())[:MAX_AUTHORS] for names in (persons, collective, agencies)))


def _of_line(text: str) -> tuple[list[str], list[str]]:
    """(names, roles) of one byline. What follows a role after a comma is more of the role: "Head, Community Work"."""
    names: list[str] = []
    roles: list[str] = []
    pieces = _BETWEEN.split(without_label(one_line(_URL.sub(" ", text[:MAX_LINE]))))
    for part, joint in zip(pieces[::2], ["", *pieces[1::2]], strict=True):
        name = _SUFFIX.sub("", without_label(part).strip(' \t-–—,.;:|()"“”„*'))
        if not 2 <= len(name) <= 60 or len(name.split()) > 6 or _NOT_A_NAME.search(name) or _JUNK.fullmatch(name):
            continue
        if not any(map(str.isalpha, name)) or _DEGREE.fullmatch(name):
            continue
        if _ROLE.search(name) and not _TEAM.search(name):
            roles.append(name)
        elif not (roles and names and joint.strip() == ","):
            names.append(name)
    if any(map(is_full, names)):  # "Brett Cruz, Privacy and Digital Security Expert"
        names = [one for one in names if is_full(one) or is_agency(one) or _TEAM.search(one) or _DOMAIN.fullmatch(one)]
    return names, roles


def is_agency(name: str) -> bool:
    return fold(name).strip(" .,()").removeprefix("the ") in AGENCIES


def is_full(name: str) -> bool:
    """Two words and more, each with a capital, as a person's whole name; or a short one in a script without blanks."""
    words = name.split()
    if _CJK.fullmatch(name):
        return True
    return 2 <= len(words) <= 6 and all(_WORD.fullmatch(word) for word in words) and words[0][:1].isupper()


def looks_shown(name: str) -> bool:
    """A whole name, and no wording of buttons and sections: what is believed where only its place speaks for it."""
    return is_full(name) and not _INTERFACE.search(name)


def is_role(text: str) -> bool:
    return bool(_ROLE.search(text))


def is_team(text: str) -> bool:
    return bool(_TEAM.search(text))


def without_label(text: str) -> str:
    found = LABEL.match(text)
    return text[found.end() :] if found else text


def one_line(raw: str) -> str:
    return " ".join(raw.split())


def key(name: str) -> str:
    """By which two spellings of a name or title are one: letters and digits alone, no article before them."""
    return re.sub(r"[\W_]+", "", name.casefold().removeprefix("the "))
