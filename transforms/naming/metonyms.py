"""Places and houses whose names stand for those who sit in them: "Washington said ..." is a government speaking.

Noted only: the entity stays the place that is named. A capital is noted where it speaks, decides or deals as nobody but
a government does; a house of power always.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.records import Span
from transforms.attribution.cues import FORMS
from transforms.attribution.trees import SUBJECTS, Trees
from transforms.drafts import EntityDraft
from transforms.wordlist import wordset

NOTE_METONYM = "also stands for {body}"
_CAPITALS = {
    "Washington": "the United States", "Moscow": "Russia", "Beijing": "China", "London": "the United Kingdom",
    "Paris": "France", "Berlin": "Germany", "Rome": "Italy", "Madrid": "Spain", "Lisbon": "Portugal",
    "Vienna": "Austria", "Warsaw": "Poland", "Prague": "Czechia", "Budapest": "Hungary", "Bucharest": "Romania",
    "Sofia": "Bulgaria", "Belgrade": "Serbia", "Zagreb": "Croatia", "Athens": "Greece", "Ankara": "Turkey",
    "Kyiv": "Ukraine", "Kiev": "Ukraine", "Minsk": "Belarus", "Vilnius": "Lithuania", "Riga": "Latvia",
    "Tallinn": "Estonia", "Helsinki": "Finland", "Stockholm": "Sweden", "Oslo": "Norway", "Copenhagen": "Denmark",
    "Dublin": "Ireland", "The Hague": "the Netherlands", "Bern": "Switzerland", "Tbilisi": "Georgia",
    "Yerevan": "Armenia", "Baku": "Azerbaijan", "Astana": "Kazakhstan", "Tashkent": "Uzbekistan", "Tehran": "Iran",
    "Baghdad": "Iraq", "Damascus": "Syria", "Beirut": "Lebanon", "Amman": "Jordan", "Riyadh": "Saudi Arabia",
    "Doha": "Qatar", "Abu Dhabi": "the United Arab Emirates", "Muscat": "Oman", "Cairo": "Egypt", "Tripoli": "Libya",
    "Tunis": "Tunisia", "Algiers": "Algeria", "Rabat": "Morocco", "Khartoum": "Sudan", "Addis Ababa": "Ethiopia",
    "Asmara": "Eritrea", "Nairobi": "Kenya", "Kampala": "Uganda", "Kigali": "Rwanda", "Abuja": "Nigeria",
    "Accra": "Ghana", "Pretoria": "South Africa", "Harare": "Zimbabwe",
    "Kinshasa": "the Democratic Republic of the Congo",
    "Kabul": "Afghanistan", "Islamabad": "Pakistan", "New Delhi": "India", "Delhi": "India", "Dhaka": "Bangladesh",
    "Colombo": "Sri Lanka", "Kathmandu": "Nepal", "Bangkok": "Thailand", "Hanoi": "Vietnam", "Phnom Penh": "Cambodia",
    "Jakarta": "Indonesia", "Manila": "the Philippines", "Kuala Lumpur": "Malaysia", "Seoul": "South Korea",
    "Pyongyang": "North Korea", "Tokyo": "Japan", "Taipei": "Taiwan", "Canberra": "Australia",
    "Wellington": "New Zealand", "Ottawa": "Canada", "Brasilia": "Brazil", "Buenos Aires": "Argentina",
    "Bogota": "Colombia", "Caracas": "Venezuela", "Havana": "Cuba", "Lima": "Peru", "Quito": "Ecuador",
}  # fmt: skip
_HOUSES = {
    "Kremlin": "the leadership of Russia", "White House": "the President of the United States",
    "Pentagon": "the Department of Defense of the United States", "Downing Street": "the Prime Minister of the United "
    "Kingdom", "Whitehall": "the government of the United Kingdom", "Buckingham Palace": "the King's household",
    "Elysee": "the President of France", "Élysée": "the President of France", "Élysée Palace": "the President of "
    "France", "Quai d'Orsay": "the Foreign Ministry of France", "Foggy Bottom": "the Department of State of the United "
    "States", "Capitol Hill": "the Congress of the United States", "Holyrood": "the Parliament of Scotland",
    "Blue House": "the President of South Korea", "Zhongnanhai": "the leadership of China",
    "Rashtrapati Bhavan": "the President of India", "Malacañang": "the President of the Philippines",
    "Wall Street": "the financial markets of the United States", "Brussels": "the European Union",
    "Westminster": "the Parliament of the United Kingdom",
}  # fmt: skip
_ONLY_ACTING = frozenset({"Brussels", "Westminster", "Wall Street"})
_ACTS = wordset(
    """agree veto impose lift sign approve back support oppose negotiate sanction recall expel retaliate withdraw send
    deploy ban freeze recognise recognize want need accept consider see respond insist remain align seek"""
)
_DEALINGS = wordset("relation tie talk interest deal agreement tension pressure alliance treaty pact link dialogue")


def stand_ins(speaker: EntityDraft) -> tuple[str, ...]:
    """What a claim's reader should know of a speaker that is a place: whose words they are."""
    begin = NOTE_METONYM.partition("{")[0]
    return tuple(f"{speaker.name} {note}" for note in speaker.notes if note.startswith(begin))


def metonym(name: str, label: str, spans: Sequence[Span], trees: Trees) -> str:
    """For whom a name also stands in this article; "" where it is no such name or is only a place here."""
    if label not in {"GPE", "FAC", "ORG", "LOC"}:
        return ""
    forms = {name, *(span.exact for span in spans)}
    for form in sorted(forms):
        body = _HOUSES.get(form, "")
        if name in body:  # the table of aliases has led the house to whom it stands for
            return ""
        if body and (form not in _ONLY_ACTING or any(_acts(span, trees) for span in spans)):
            return body
    land = next((_CAPITALS[form] for form in sorted(forms) if form in _CAPITALS), "")
    return f"the government of {land}" if land and any(_acts(span, trees) for span in spans) else ""


def _acts(span: Span, trees: Trees) -> bool:
    """Whether a place does here what only its government can: says, decides, deals with others."""
    for i in trees.between(span.start, span.end):
        token = trees.tokens[i]
        head = trees.tokens[token.head]
        if token.dep in SUBJECTS and head.pos == "VERB":
            return head.text.lower() in FORMS or head.lemma.lower() in _ACTS
        if token.dep in {"nmod", "conj"} and head.start != token.start:
            up = head if head.pos == "NOUN" else trees.tokens[head.head]
            return up.pos == "NOUN" and up.lemma.lower() in _DEALINGS
    return False
