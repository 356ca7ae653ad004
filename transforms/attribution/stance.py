"""What a cue does with the words it brings: the class of a reporting verb, by its lemma."""

from __future__ import annotations

_CLASSES = {
    "neutral": """say tell state write report add note remark comment reply respond answer mention announce declare
        explain describe observe post tweet read recount reiterate repeat according speak call put issue inform notify
        remind testify disclose muse opine signal indicate""",
    "manner": """quip joke interject intone sigh snap laugh giggle grin shout cry exclaim whisper murmur mutter chime
        concur thunder""",
    "claim": """claim allege assert argue contend maintain insist reckon profess proclaim boast tout swear suggest
        defend hint imply""",
    "confirm": "confirm affirm reaffirm certify verify",
    "admit": "acknowledge admit concede confess own grant",
    "deny": "deny reject dismiss dispute refute rebut disavow contest counter",
    "accuse": """accuse blame criticise criticize condemn denounce blast slam decry deplore lambast lambaste protest
        complain ridicule lament fret""",
    "praise": "praise welcome hail applaud commend congratulate laud enthuse",
    "warn": "warn caution threaten",
    "demand": """urge ask demand order request beg plead press pressure instruct advise recommend propose
        encourage invite appeal push""",
    "promise": "promise pledge vow guarantee assure reassure commit offer undertake",
    "plan": "want plan hope intend seek aim wish refuse decide",
    "predict": "predict forecast project expect anticipate foresee estimate envisage envision speculate calculate",
    "believe": "believe think feel suspect fear assume worry consider doubt guess figure hold know",
    "find": "find show reveal conclude determine establish prove demonstrate rule point underline underscore stress "
    "emphasise emphasize",
    "question": "question wonder query",
}
CLASSES = {lemma: name for name, lemmas in reversed(_CLASSES.items()) for lemma in lemmas.split()}
"""Lemma -> class. A lemma that is in none stands for nothing but that it reports."""


def cue_class(lemma: str, behind: str) -> str:
    """The class of a cue; `behind` is the word after it, which turns "called for" into a demand."""
    if lemma in {"call", "ask", "push", "press", "appeal"} and behind == "for":
        return "demand"
    return CLASSES.get(lemma, "other" if lemma else "")
