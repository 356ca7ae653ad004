"""Where content ends: at the sentence's end, or where another statement of the source or another source begins."""

from __future__ import annotations

import re

from transforms.attribution import cues
from transforms.attribution.places import last_before
from transforms.attribution.scene import ADJUNCTS, Scene
from transforms.attribution.trees import SUBJECTS
from transforms.wordlist import wordset

_TRIM = " \t\u00a0,;:—–-\n"
_STOP_AFTER = wordset("""adding noting saying calling citing referring describing warning arguing insisting telling""")
_DAYS = wordset("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")


def cut_at(scene: Scene, i: int, start: int) -> int:
    """Where the content ends: the sentence's end, or where another statement of the source begins."""
    end = scene.sentence.end
    for j in scene.trees.between(start, end):
        token = scene.tokens[j]
        if scene.quoted(token.start) or token.start <= start:
            continue
        low = token.text.lower()
        if low in _STOP_AFTER and last_before(scene.text, token.start) == ",":
            return token.start
        if low == "according" and scene.tokens[min(j + 1, len(scene.tokens) - 1)].text.lower() == "to":
            return token.start
        if token.text == ";" and clause_with_cue(scene, j):
            return token.start
        if token.text == "," and trailing_source(scene, j):
            return token.start
        if low in {"and", "but"} and conjoined_cue(scene, i, j):
            return token.start
        if (
            low in {"while", "though", "although", "but", "whereas", "as"}
            and last_before(scene.text, token.start) == ","
            and clause_with_cue(scene, j)
        ):
            return token.start
    return end


def subordinate(scene: Scene) -> bool:
    """Whether the sentence opens with a clause that another one follows: "While X argued ..., Y says ..."."""
    return scene.text[scene.sentence.start : scene.sentence.start + 10].split(" ")[0] in {
        "While",
        "Although",
        "Though",
        "Whereas",
    }


def trailing_source(scene: Scene, j: int) -> bool:
    """Whether the comma `j` opens the attribution of the whole sentence: `..., a spokesman said.`"""
    for k in range(j + 1, min(j + 14, len(scene.tokens))):
        token = scene.tokens[k]
        if token.start >= scene.sentence.end or scene.quoted(token.start) or token.text in {",", ";"}:
            return False
        if token.tag in {"VBD", "VBZ", "VBP"}:
            behind = scene.text[token.end : scene.sentence.end].strip(" ")
            ends = not behind or behind[0] in ".," or behind.split(" ")[0] in ADJUNCTS or behind.split(" ")[0] in _DAYS
            return k > j + 1 and cues.FORMS.get(token.text.lower()) in cues.STRONG and (ends or subordinate(scene))
        if token.tag in {"WP", "WDT", "IN"} and k == j + 1:
            return False
    return False


def conjoined_cue(scene: Scene, i: int, j: int) -> bool:
    """Whether the conjunction `j` joins another verb to the cue itself."""
    following = scene.tokens[j + 1 : j + 4]
    for n, token in enumerate(following):
        if scene.quoted(token.start):
            return False
        k = j + 1 + n
        if token.tag in {"VBD", "VBZ", "VBP"} and token.dep == "conj" and token.head == i:
            return True
        if (
            token.tag == scene.tokens[i].tag
            and token.text.lower() in cues.FORMS
            and n <= 1
            and not scene.trees.children(k, *SUBJECTS)
        ):
            return True
        if token.pos not in {"ADV", "AUX", "PART"}:
            return False
    return False


def clause_with_cue(scene: Scene, j: int) -> bool:
    """Whether the clause behind the conjunction `j` has a source and a cue of its own."""
    for k in range(j + 1, min(j + 14, len(scene.tokens))):
        token = scene.tokens[k]
        if token.start >= scene.sentence.end or scene.quoted(token.start):
            return False
        if token.tag in {"VBD", "VBZ", "VBP"}:
            return token.text.lower() in cues.FORMS and cues.FORMS[token.text.lower()] in cues.CLAUSE
    return False


def tidied(scene: Scene, start: int, end: int) -> tuple[int, int] | None:
    """Without blanks, commas and the full stop at the edges; a span that is one quotation loses its marks."""
    while start < end and scene.text[start] in _TRIM:
        start += 1
    while end > start and (
        scene.text[end - 1] in _TRIM or (scene.text[end - 1] in ".!?" and not belongs(scene, end - 1))
    ):
        end -= 1
    for word in ("and", "but", "or"):
        if scene.text[start : start + len(word) + 1].lower() == word + " ":
            start += len(word) + 1
    return (start, end) if end - start > 2 else None


def belongs(scene: Scene, at: int) -> bool:
    """A full stop that belongs to a quotation or an abbreviation stays."""
    return scene.quoted(at) or bool(re.search(r"(?:[A-Z]\.)+[A-Z]$", scene.text[max(0, at - 6) : at]))
