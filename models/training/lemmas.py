"""The lemma of a cue, near enough to count how many different ones a corpus has."""

from __future__ import annotations

import re

from transforms.attribution.cues import FORMS
from transforms.wordlist import wordset

_HELPERS = wordset(
    """a about again against also am an and any are as at be been before being but by can could did do does down
    even ever for from further had has have he her him his how i if in into is it its later long may might
    more most much must never no not now of off often on once one only openly or out over privately publicly
    quietly rather reportedly repeatedly she should since so still that the their them then there they this
    to together too under up upon us was we were what when whether which while who will with would yet t"""
)
_ENDINGS = (("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("e", ""))


def cue_lemma(cue: str) -> str:
    """The lemma of the last word of a cue that carries meaning.

    A verb of the cue vocabulary gives its lemma; another word gives its stem, which is the same for its forms.
    """
    words = [word for word in re.findall(r"[^\W\d_]+", cue.lower()) if word not in _HELPERS]
    known = [FORMS[word] for word in words if word in FORMS]
    if known:
        return known[-1]
    verbs = [word for word in words if not word.endswith("ly")] or words
    return _stem(verbs[-1]) if verbs else cue.lower().strip()


def _stem(word: str) -> str:
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word[: -len(ending)] + instead
            return stem[:-1] if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "sl" else stem
    return word
