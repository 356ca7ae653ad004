"""What the heads tell apart. Training writes the open sets (tags, lemmas, relations) beside the weights."""

from __future__ import annotations

NAMES = (
    "PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "EVENT", "PRODUCT", "WORK_OF_ART", "LAW", "LANGUAGE", "DATE", "TIME",
    "MONEY", "PERCENT", "QUANTITY", "ORDINAL", "CARDINAL",
)  # fmt: skip
NAME_TAGS = ("O", *(f"{edge}-{label}" for label in NAMES for edge in "BI"))
TYPES = ("speech", "belief", "intent", "finding", "denial")
ANCHORS = ("", *TYPES, "bare")  # no anchor; the first word of a cue, by type; the first word of a content without a cue
PARTS = ("source", "cue", "content")
ROLE_TAGS = ("O", *(f"{edge}-{part}" for part in PARTS for edge in "BI"))


def lemma_script(word: str, lemma: str) -> str:
    """How `lemma` is made of `word`: "l" or "k" (lower case or kept), letters to cut off, what is put there.

    A tail that begins with a digit (or a bar) stands behind a bar, so that it is not taken for the number.
    """
    low = word.lower()
    form, how = (word, "k") if lemma[:1] == word[:1] and lemma != lemma.lower() else (low, "l")
    same = 0
    while same < min(len(form), len(lemma)) and form[same] == lemma[same]:
        same += 1
    tail = lemma[same:]
    bar = "|" if tail[:1] == "|" or tail[:1].isdigit() else ""
    return f"{how}{len(form) - same}{bar}{tail}"


def lemma_of(word: str, script: str) -> str:
    """The lemma that `script` makes of `word`; the word itself where it is too short for it."""
    form = word if script[0] == "k" else word.lower()
    digits = 1
    while digits < len(script) and script[digits].isdigit():
        digits += 1
    cut, tail = int(script[1:digits]), script[digits:].removeprefix("|")
    return form[: len(form) - cut] + tail if cut <= len(form) else form
