"""One sentence as the rules see it: its words, its quotations, and a few questions about them."""

from __future__ import annotations

import re

from schemas.annotation import Token
from transforms.attribution import cues
from transforms.attribution.sentences import Sentence
from transforms.attribution.trees import Trees
from transforms.wordlist import wordset

FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
ADJUNCTS = wordset("in on at during after by to while when before as told from who")
_NOMINAL_TAGS = wordset("NNP NNPS NN NNS PRP PRP$ CD DT JJ")
_STOP = re.compile(r"[!?;]\s|(?<!\b[A-Z])(?<!Mr|Ms|Dr)(?<!Mrs|Gen|Sen|Rep|Gov)\.\s")


class Scene:
    """A sentence with the article's tokens; `outside` are the tokens that no quotation holds."""

    def __init__(self, text: str, trees: Trees, sentence: Sentence) -> None:
        self.text = text
        self.trees = trees
        self.sentence = sentence
        self.tokens = trees.tokens
        inside = trees.between(sentence.start, sentence.end)
        self.outside = [i for i in inside if not self.quoted(self.tokens[i].start)]

    def quoted(self, at: int) -> bool:
        return any(q.open <= at < q.close for q in self.sentence.quotes)


def is_nominal(token: Token) -> bool:
    """Whether a noun phrase can begin here."""
    return token.pos in {"PROPN", "NOUN", "DET", "PRON", "ADJ", "NUM"} or token.tag in _NOMINAL_TAGS


def carries_quote(scene: Scene, i: int) -> bool:
    """`"...," scoffed she`, `"...," the mayor fumed`: any verb beside a quotation that ends in a comma."""
    if scene.tokens[i].tag not in {"VBD", "VBZ"}:
        return False
    for q in scene.sentence.quotes:
        if q.close <= scene.tokens[i].start and (
            scene.text[q.end - 1] in ",?!" or scene.text[q.close : q.close + 1] == ","
        ):
            between = [j for j in scene.outside if q.close <= scene.tokens[j].start < scene.tokens[i].start]
            verbs = any(scene.tokens[j].tag in {"VBD", "VBZ", "VBP", "MD"} for j in between)
            opens = not between or is_nominal(scene.tokens[between[0]])
            if (
                len(between) <= 6
                and opens
                and not verbs
                and not re.search(r"[.;]\s", scene.text[q.close : scene.tokens[i].start])
            ):
                return q.end - q.start > 6
    return False


def stands_beside_quote(scene: Scene, i: int, lemma: str) -> bool:
    """Whether the cue stands next to a quotation, with at most its source between."""
    if lemma not in cues.BESIDE_QUOTE:
        return False
    token = scene.tokens[i]
    for q in scene.sentence.quotes:
        gap = scene.text[q.close : token.start] if q.close <= token.start else scene.text[token.end : q.open]
        if (
            len(gap) < 120
            and not re.search(r"[!?;]\s|(?<!\b[A-Z])(?<!Mr|Ms|Dr)(?<!Mrs|Gen|Sen|Rep|Gov)\.\s", gap)
            and q.end - q.start > 4
        ):
            return True
    return False


def is_infinitive(scene: Scene, i: int) -> bool:
    return i > 0 and scene.tokens[i - 1].text.lower() == "to" and scene.tokens[i].tag == "VB"


def has_finite(scene: Scene, start: int, end: int) -> bool:
    return any(scene.tokens[j].tag in {"VBD", "VBZ", "VBP", "MD"} for j in scene.trees.between(start, end))


def only_adverbs(scene: Scene, start: int, end: int) -> bool:
    return all(scene.tokens[j].pos in {"ADV", "PUNCT", "CCONJ"} for j in scene.trees.between(start, end))


def ends_in_quote(scene: Scene, at: int) -> bool:
    """Whether the words right before `at` are a quotation."""
    return any(q.close <= at and not scene.text[q.close : at].strip(" ,—–-") for q in scene.sentence.quotes)


def says_that(scene: Scene, i: int) -> bool:
    """`X, director of Y, argued in a paper that ...`: a "that" before any other verb makes a participle a cue."""
    for j in range(i + 1, min(i + 9, len(scene.tokens))):
        token = scene.tokens[j]
        if token.start >= scene.sentence.end or token.tag.startswith("VB") or scene.quoted(token.start):
            return False
        if token.text.lower() == "that":
            return token.tag == "IN"
    return False
