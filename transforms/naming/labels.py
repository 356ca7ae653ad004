"""What a name is, by the words around it: evidence that the whole article gives, against a label seen once.

A small model mixes up persons, places and bodies whose names it has never met; the words beside them rarely do.
"""

from __future__ import annotations

import re
from collections import Counter

from transforms.wordlist import wordset

ROLES = wordset(
    """spokesman spokeswoman spokesperson director president minister owner founder farmer teacher lawyer attorney
    professor analyst economist resident driver coach captain manager executive officer chief head leader lawmaker
    senator congressman congresswoman mayor governor judge prosecutor investigator detective sheriff deputy doctor
    nurse physician surgeon scientist researcher biologist ecologist epidemiologist historian author writer
    journalist reporter editor columnist correspondent photographer activist campaigner organizer organiser
    volunteer student pupil mother father son daughter wife husband sister brother widow grandmother grandfather
    neighbor neighbour commander general colonel lieutenant sergeant inspector commissioner ambassador envoy
    diplomat secretary chairman chairwoman chair chairperson treasurer trustee councillor councilor councilman
    councilwoman candidate rival opponent challenger incumbent co-founder co-author partner trader broker
    strategist consultant adviser advisor engineer architect geologist meteorologist forecaster hydrologist
    technician mechanic miner fisherman shopkeeper vendor trucker pilot guard soldier fighter veteran survivor
    victim witness suspect defendant plaintiff striker midfielder defender goalkeeper winger batsman bowler
    pitcher quarterback forward runner champion skipper pastor priest bishop imam monk rabbi archbishop boss
    superintendent principal dean provost curator artist singer actor actress musician composer filmmaker producer
    designer chef baker grower rancher breeder herder undersecretary whip aide counsel barrister solicitor clerk
    coroner pathologist psychologist sociologist"""
)
_KIN = "husband|wife|mother|father|son|daughter|brother|sister|lawyer|attorney|family|widow|parents"
_AGE = re.compile(r", (?:\d{1,2}|aged \d{1,2}),? ")
_WHO = re.compile(r",? (?:who|whose)\b")
_KIN_AFTER = re.compile(rf"['’]s (?:{_KIN})\b")
_SPOKE = re.compile(r" (?:said|says|told|added|recalled|wrote|asked)\b")
_COMMA_ROLE = re.compile(
    r", (?:an?|the|its|his|her|their|who|whose|chief|head|senior|executive|managing|vice|deputy|co-)\b"
    r" ?([a-z]+-?[a-z]*)? ?([a-z]+)? ?([a-z]+)?"
)
_COMMA_BARE = re.compile(r", ([a-z-]+) (?:of|at|for|with|in)\b")
_COMPANY = re.compile(
    r"(?:['’]s?)? (?:shares|stock|customers|employees|workers|executives|board|shareholders|factory|plant|officials|"
    r"lawmakers|supporters|headquarters)\b"
)
_BEFORE = re.compile(r"([\w’'-]+)[ ]$")
_PLACE_BEFORE = wordset("in near across outside inside around toward towards throughout")
_PLACE_NOUN = re.compile(
    r"(?:city|town|village|state|province|district|county|port|suburb|capital|island|region|municipality|republic|"
    r"township|hamlet) of $"
)
_PLACE_AFTER = re.compile(
    r"(?:, [A-Z][\w.]+,? |,? (?:province|district|county|city|region|state|village|prefecture|governorate)\b)"
)


def evidence(text: str, start: int, end: int) -> Counter[str]:
    """Votes for labels from the words before and after one mention."""
    votes: Counter[str] = Counter()
    before = text[max(0, start - 40) : start]
    after = text[end : end + 60]
    previous = _BEFORE.search(before)
    word = previous[1].lower() if previous else ""
    if word.split("-")[-1] in ROLES:
        votes["PERSON"] += 3
    if word in _PLACE_BEFORE:
        votes["GPE"] += 1
    if _PLACE_NOUN.search(before):
        votes["GPE"] += 3
    if _AGE.match(after) or _KIN_AFTER.match(after):
        votes["PERSON"] += 3
    if _WHO.match(after):
        votes["PERSON"] += 2
    if (match := _COMMA_ROLE.match(after)) and ROLES & {g for g in match.groups() if g}:
        votes["PERSON"] += 3
    if (match := _COMMA_BARE.match(after)) and match[1] in ROLES:
        votes["PERSON"] += 3
    if _COMPANY.match(after):
        votes["ORG"] += 2
    if word == "the" and " " not in text[start:end]:
        votes["ORG"] += 1
    if _PLACE_AFTER.match(after) and word in {"in", "of", "from", "near", "at"}:
        votes["GPE"] += 2
    if _SPOKE.match(after) and " " in text[start:end]:
        votes["PERSON"] += 1
    return votes


def settled(votes: Counter[str], common: str) -> str:
    """The label with the most votes; `common`, the model's first choice, wins a tie."""
    if not votes:
        return common
    best = max(votes.values())
    if votes.get(common, 0) == best:
        return common
    return next(label for label, count in votes.most_common() if count == best)
