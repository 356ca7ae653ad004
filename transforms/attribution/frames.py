"""One cue in its sentence: who is its source, and which stretch is its content.

Punctuation and word order first, the tree where they do not say: a small parser errs most where quotations break a
sentence. The parts follow Pareti (2015): source, cue, content.
"""

from __future__ import annotations

from typing import NamedTuple

from transforms.attribution import cues
from transforms.attribution.contents import block_of, contents
from transforms.attribution.cuts import tidied
from transforms.attribution.scene import Scene, carries_quote, is_infinitive, says_that, stands_beside_quote
from transforms.attribution.sources import (
    inverted_source,
    phrase_after,
    phrase_around,
    phrase_before,
    source_after_quote,
    source_by_tree,
)


class Frame(NamedTuple):
    """A cue with its parts; spans are (start, end) in the text. `shared`: the source is that of this earlier cue."""

    cue: tuple[int, int]
    verb: int  # token index of the cue
    lemma: str
    source: tuple[int, int] | None
    content: tuple[tuple[int, int], ...]
    shared: int = -1  # token index of the cue whose source this one takes
    type: str = ""  # what the model says it is; "" where the cue's lemma decides


def frames(scene: Scene) -> list[Frame]:
    out: list[Frame] = []
    for k, i in enumerate(scene.outside):
        word = scene.tokens[i].text.lower()
        frame = read_according(scene, i) if word == "according" else read_cue(scene, k, i, word)
        if frame and frame.content:
            out.append(frame)
    return out


def read_cue(scene: Scene, k: int, i: int, word: str) -> Frame | None:
    token = scene.tokens[i]
    lemma = cues.FORMS.get(word, "")
    if lemma not in cues.BESIDE_QUOTE and carries_quote(scene, i):
        lemma = "say"
    if not lemma or not (
        token.tag.startswith("VB") or word in {"said", "says", "told"} or stands_beside_quote(scene, i, lemma)
    ):
        return None
    if scene.text[token.start - 1 : token.start] == "-":  # so-called, self-proclaimed
        return None
    if token.tag == "VBN" and scene.trees.children(i, "aux:pass"):
        return read_passive(scene, i, lemma)
    if token.tag == "VBN" and not (
        scene.trees.children(i, "aux") or says_that(scene, i) or stands_beside_quote(scene, i, lemma)
    ):
        return None
    if token.tag == "VBG" and token.dep in {"amod", "compound"}:
        return None
    if is_infinitive(scene, i) and not stands_beside_quote(scene, i, lemma):
        return None
    placed = source_after_quote(scene, i) or inverted_source(scene, i)
    source, shared = (placed, -1) if placed else source_by_tree(scene, i)
    if source is None and shared < 0:
        source = phrase_before(scene, k, i)
    block = block_of(scene, i, source)
    content = contents(scene, i, lemma, block, source)
    return Frame(cue_span(scene, i), i, lemma, source, tuple(content), shared)


def cue_span(scene: Scene, i: int) -> tuple[int, int]:
    return scene.tokens[i].start, scene.tokens[i].end


def read_according(scene: Scene, i: int) -> Frame | None:
    """`according to X`: the rest of the sentence is the content."""
    if (
        i + 2 >= len(scene.tokens)
        or scene.tokens[i + 1].text.lower() != "to"
        or scene.quoted(scene.tokens[i + 2].start)
    ):
        return None
    a, b = phrase_after(scene, i + 2)
    cue = (scene.tokens[i].start, scene.tokens[i + 1].end)
    before = scene.text[scene.sentence.start : cue[0]].rstrip(" ")
    if len(before) < 12:
        end = scene.sentence.end
        if scene.text[b : b + 1] != "," and (comma := scene.text.rfind(",", a, b)) >= 0:
            b = comma
        comma = scene.text.find(",", b, end)
        content = tidied(scene, comma + 1 if comma >= 0 and comma - b < 160 else b, end)
    else:
        content = tidied(scene, scene.sentence.start, cue[0])
    return Frame(cue, i, "according", (a, b), (content,) if content else ())


def read_passive(scene: Scene, i: int, lemma: str) -> Frame | None:
    """`was described as ... by X`: only with its agent."""
    agents = scene.trees.children(i, "obl:agent") or [
        c
        for c in scene.trees.children(i, "obl")
        if any(scene.tokens[m].text.lower() == "by" for m in scene.trees.children(c, "case"))
    ]
    if not agents or lemma not in cues.OBJECT | cues.STRONG:
        return None
    source = phrase_around(scene, agents[0], i)
    if source is None:
        return None
    start = scene.sentence.start
    content = tidied(scene, start, scene.tokens[i].start)
    return Frame(cue_span(scene, i), i, lemma, source, (content,) if content else ())
