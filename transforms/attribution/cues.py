"""Cue words: which words make an attribution, what kind of claim they make, and how they take their content.

A closed vocabulary of general English reporting verbs and nouns, by lemma.
"""

from __future__ import annotations

import re

from transforms.wordlist import wordset

SPEECH, BELIEF, INTENT, FINDING, DENIAL = "speech", "belief", "intent", "finding", "denial"

# Verbs that introduce a whole quotation or clause, and may stand inside or behind it ("..., she said").
STRONG = wordset(
    """acknowledge add admit affirm allege announce answer argue assert assure caution claim comment complain concede
    conclude confess confirm contend counter declare disclose emphasise emphasize exclaim explain insist joke lament
    maintain mention muse note observe opine predict proclaim profess protest quip reaffirm recall recount reiterate
    remark reply report respond retort reveal say shout signal speculate state stress suggest tell testify thunder
    tweet underline underscore warn whisper write post recommend estimate reckon enthuse wager cry snap sigh laugh
    ask guess repeat read tout vow pledge promise boast"""
)
# Verbs whose content may be a clause, with or without "that".
CLAUSE = STRONG | wordset(
    """indicate imply hint show find think believe expect fear hope doubt suspect assume worry feel swear decide
    demonstrate project forecast calculate determine rule deny dispute propose demand guarantee hear anticipate
    plead point argue question wonder inform notify remind convince reassure advise envisage envision conclude
    establish prove figure foresee"""
)
# Verbs that take a request or a plan: "urged X to ...", "plans to ...".
INFINITIVE = wordset(
    """urge ask order tell call want plan hope intend vow threaten refuse seek promise pledge offer expect demand
    advise recommend propose warn beg instruct request encourage aim wish invite pressure press plead swear commit"""
)
# Verbs whose object (with a predicate) is the content: "denied the claims", "called the plan reckless".
OBJECT = wordset(
    """deny reject dismiss dispute refute rebut call describe accuse blame criticise criticize condemn denounce praise
    welcome hail announce confirm urge demand question recommend admit acknowledge label brand dub liken defend
    blast slam decry deplore forecast predict allege propose disavow contest attribute put promise pledge want fear
    applaud commend lambast lambaste expect ridicule doubt threaten show find order favor favour remember recall"""
)
_TYPES = {
    BELIEF: """believe think expect fear suspect doubt assume worry estimate forecast predict reckon project anticipate
        feel foresee envisage envision figure consider guess speculate""",
    INTENT: """want plan hope intend vow threaten refuse seek aim wish""",
    FINDING: """find show demonstrate conclude calculate determine establish prove rule""",
    DENIAL: """deny reject dismiss dispute refute rebut disavow contest""",
}
TYPES = {lemma: kind for kind, words in _TYPES.items() for lemma in words.split()}
LEMMAS = CLAUSE | INFINITIVE | OBJECT

# Verbs that the quotation itself carries, whatever follows: only beside quotation marks.
BESIDE_QUOTE = STRONG | wordset(
    """call describe urge think believe demand wonder decide deny warn insist explode joke grin smile nod shrug
    concur interject interrupt chime intone plead advise recite sum"""
)
# Verbs whose content hangs on a preposition or particle.
PREPOSITIONS: dict[str, frozenset[str]] = {
    verb: frozenset(words.split())
    for verb, words in {
        "call": "for on upon", "ask": "for", "appeal": "for to", "speak": "of", "warn": "of against about",
        "point": "out to", "shoot": "back", "complain": "of about", "boast": "of", "talk": "of", "caution": "against",
        "plead": "for", "push": "for", "press": "for", "hit": "back", "fire": "back", "rule": "out",
        "hint": "at", "hope": "for",
        "argue": "for against", "insist": "on", "fret": "about over", "worry": "about",
    }.items()
}  # fmt: skip

# Bodies of text and inquiry: what they show or say is a finding.
DOCUMENTS = wordset(
    """study survey poll report data figures research analysis review audit inquiry investigation assessment census
    paper findings results statistics simulation model records filing documents document"""
)
_IRREGULAR = {
    "said": "say", "told": "tell", "thought": "think", "wrote": "write", "written": "write", "found": "find",
    "shown": "show", "knew": "know", "known": "know", "felt": "feel", "held": "hold", "heard": "hear", "swore": "swear",
    "sworn": "swear", "sought": "seek", "foresaw": "foresee", "put": "put",
    "shot": "shoot", "cried": "cry", "denied": "deny", "replied": "reply", "implied": "imply", "testified": "testify",
    "worried": "worry", "denies": "deny", "replies": "reply", "implies": "imply", "testifies": "testify",
    "worries": "worry", "cries": "cry", "forecast": "forecast", "learnt": "learn", "proven": "prove", "chose": "choose",
    "spoke": "speak", "spoken": "speak", "decried": "decry", "decries": "decry", "pled": "plead", "lied": "lie",
}  # fmt: skip
_DOUBLED = {
    "quip": "quipp", "admit": "admitt", "beg": "begg", "plan": "plann", "slam": "slamm", "commit": "committ",
    "rebut": "rebutt", "nod": "nodd", "shrug": "shrugg", "grin": "grinn", "label": "labell", "dub": "dubb",
}  # fmt: skip


def _forms(lemma: str) -> set[str]:
    stem = lemma[:-1] if lemma.endswith("e") else lemma
    forms = {lemma, lemma + "s", lemma + "es", stem + "ed", stem + "ing", lemma + "ing"}
    if lemma.endswith("y"):
        forms |= {lemma[:-1] + "ied", lemma[:-1] + "ies"}
    if double := _DOUBLED.get(lemma):
        forms |= {double + "ed", double + "ing"}
    return forms


_ALL = LEMMAS | BESIDE_QUOTE | PREPOSITIONS.keys()
FORMS: dict[str, str] = {form: lemma for lemma in sorted(_ALL) for form in _forms(lemma)} | {
    form: lemma for form, lemma in _IRREGULAR.items() if lemma in _ALL
}
"""Written form (lower case) -> lemma: a guard against a lemmatizer that has not met the verb."""

_WORD = re.compile(r"[^\W\d_]+")
_QUOTING = re.compile("[\"“”„‟«»]|(?:^|\\s)[‘']")


def has_cue(paragraph: str) -> bool:
    """Whether a paragraph can hold a claim: it has a quotation mark or a word of the cue vocabulary."""
    if _QUOTING.search(paragraph):
        return True
    words = {word.lower() for word in _WORD.findall(paragraph)}
    return "according" in words or not words.isdisjoint(FORMS)
