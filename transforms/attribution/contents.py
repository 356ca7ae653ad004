"""Which stretch of a sentence a cue introduces: before its block of source and cue, behind it, or on both sides."""

from __future__ import annotations

import re

from transforms.attribution import cues
from transforms.attribution.cuts import cut_at, tidied
from transforms.attribution.scene import Scene, ends_in_quote, has_finite
from transforms.wordlist import wordset

_WH = wordset("how why whether if what")
_TIME = re.compile(
    r"(?:\s*,?\s*(?:(?:late|early|earlier|later|last|this|next|on|in|at|by|during|over|after|before|also|again|then|yesterday|"
    r"today|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|morning|afternoon|evening|night|week|month|year)\b))+"
)
_DAY = re.compile(
    r"\s*(?:(?:on|late|early|last) ){0,2}(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
    r"(?: (?:morning|afternoon|evening|night))?\s+"
)
_ADDRESSED = wordset("""tell assure remind inform notify warn advise convince persuade reassure promise ask""")
_ANONYMITY = re.compile(r"anonym|not to be (?:named|identified|quoted)|not to use")


def contents(
    scene: Scene, i: int, lemma: str, block: tuple[int, int], source: tuple[int, int] | None
) -> list[tuple[int, int]]:
    before, after = content_before(scene, block, lemma), content_behind(scene, i, lemma, block)
    if before and after:
        if ends_in_quote(scene, block[0]):
            resumed = any(q.open <= after[0] < q.close for q in scene.sentence.quotes) and "," not in scene.text[
                block[1] : after[0]
            ].strip(" ,")
            return [before, after] if resumed else [before]
        if not scene.text[block[1] : after[0]].lstrip(" ").startswith(","):
            return [after]
        return [before, after]
    return [span for span in (before, after) if span]


def block_of(scene: Scene, i: int, source: tuple[int, int] | None) -> tuple[int, int]:
    """The stretch of cue and source together: content stands before or behind it."""
    a, b = scene.tokens[i].start, scene.tokens[i].end
    while (
        i > 0
        and scene.tokens[i - 1].pos in {"AUX", "PART", "ADV"}
        and scene.tokens[i - 1].start >= scene.sentence.start
        and not scene.quoted(scene.tokens[i - 1].start)
    ):
        i -= 1
        a = scene.tokens[i].start
    if source and abs(source[0] - b) < 300 and abs(source[1] - a) < 300:
        a, b = min(a, source[0]), max(b, source[1])
    return a, b


def content_before(scene: Scene, block: tuple[int, int], lemma: str) -> tuple[int, int] | None:
    """What stands before: `CONTENT, X said`."""
    start, end = scene.sentence.start, block[0]
    lead = scene.text[start:end].rstrip()
    if not lead or (
        lemma not in cues.STRONG | cues.BESIDE_QUOTE and cues.TYPES.get(lemma) not in {cues.BELIEF, cues.FINDING}
    ):
        return None
    words = lead.rstrip(" ,").rsplit(None, 1)
    if not words:  # nothing but commas
        return None
    if lead[-1] not in ",”\"’'»“—–?!":
        return None
    if lead[-1] in "’'" and not any(abs(q.close - (start + len(lead))) <= 1 for q in scene.sentence.quotes):
        return None
    quotes = [q for q in scene.sentence.quotes if q.close <= end]
    if not quotes and (
        not has_finite(scene, start, end)
        or (
            words[0].split(" ")[0]
            in {
                "When",
                "While",
                "After",
                "As",
                "In",
                "On",
                "At",
                "Although",
                "Though",
                "Asked",
                "If",
                "Since",
                "Before",
                "By",
                "For",
                "With",
            }
            and not finite_main(scene, start, end)
        )
    ):
        return None
    return tidied(scene, start, start + len(lead))


def finite_main(scene: Scene, start: int, end: int) -> bool:
    """Whether a stretch that opens with a conjunction or preposition has a clause of its own behind its first comma."""
    comma = scene.text.find(",", start, end)
    return 0 <= comma < end - 12 and has_finite(scene, comma, end)


def content_behind(scene: Scene, i: int, lemma: str, block: tuple[int, int]) -> tuple[int, int] | None:
    start = behind_start(scene, i, lemma, block)
    if start < 0:
        return None
    end = cut_at(scene, i, start)
    return tidied(scene, start, end)


def behind_start(scene: Scene, i: int, lemma: str, block: tuple[int, int]) -> int:
    """Where content behind the block begins; -1 if there is none."""
    b = block[1]
    rest = scene.text[b : scene.sentence.end]
    following = [j for j in scene.outside if scene.tokens[j].start >= b]
    quotes = [q for q in scene.sentence.quotes if q.open >= b]
    for q in quotes[:1]:
        gap = scene.text[b : q.open]
        if (
            re.search(r"[:,]\s*$", gap)
            and len(gap) < 140
            and lemma in cues.BESIDE_QUOTE | cues.CLAUSE
            and not clause_word(scene, b, q.open)
        ):
            return q.open
        if gap.strip(" :,—–-") in {"", "to", "of", "for"}:
            return q.open
    if not following or not rest.strip(" .,;:!?”\"’'"):
        return -1
    if scene.tokens[following[0]].text.lower() in cues.PREPOSITIONS.get(lemma, ()):
        that = len(following) > 1 and scene.tokens[following[1]].text.lower() == "that"
        return scene.tokens[following[1 if that else 0]].end
    if lemma in cues.PREPOSITIONS and lemma not in cues.LEMMAS:
        return -1
    if lemma == "put" and (not re.search(r"\bat\b", rest) or rest.startswith(" it ")):
        return -1
    if lemma in {"ask", "request", "speak"} and _ANONYMITY.search(rest[:70]):
        return -1
    colon = rest.find(": ")
    if 0 <= colon < 60 and lemma in cues.STRONG and not quotes:
        return b + colon + 1
    for n, j in enumerate(following[:14]):
        low = scene.tokens[j].text.lower()
        if low == "that" and lemma in cues.CLAUSE | cues.INFINITIVE and complementizer(scene, j, n):
            return scene.tokens[j].end
        if low in _WH - {"that"} and n <= 3 and lemma in cues.CLAUSE and low in {"how", "why", "whether", "if", "what"}:
            return scene.tokens[j].start
        if n and scene.tokens[j].tag in {"VBD", "VBZ", "VBP", "MD"}:
            break
    behind = rest.lstrip(" ")
    if behind.startswith(",") and not (lemma in cues.STRONG and scene.sentence.start < block[0]):
        return -1
    clauses = [
        c
        for c in scene.trees.children(i, "ccomp", "parataxis")
        if scene.tokens[c].start >= b and not scene.quoted(scene.tokens[c].start)
    ]
    if clauses and lemma in cues.CLAUSE:
        return skip_day(scene, max(b, scene.tokens[scene.trees.left_edge(clauses[0])].start))
    if lemma in cues.INFINITIVE:
        to = next(
            (
                j
                for j in following[:10]
                if scene.tokens[j].text.lower() == "to"
                and j + 1 < len(scene.tokens)
                and scene.tokens[j + 1].tag == "VB"
            ),
            -1,
        )
        if to >= 0 and not any(scene.tokens[j].tag in {"VBD", "VBZ", "VBP", "MD"} for j in following if j < to):
            return (
                scene.tokens[to].end
                if to == following[0] and cues.TYPES.get(lemma) == cues.INTENT
                else scene.tokens[following[0]].start
            )
    if lemma in cues.CLAUSE and zero_that(scene, following, cut_at(scene, i, b)):
        return skip_addressee(scene, i, lemma, following)
    if (
        lemma in cues.OBJECT
        and scene.tokens[following[0]].pos in {"DET", "NOUN", "PROPN", "ADJ", "NUM", "PRON", "VERB", "ADV"}
        and scene.tokens[following[0]].tag not in {"VBD", "RP"}
    ):
        return scene.tokens[following[0]].start
    return -1


def complementizer(scene: Scene, j: int, n: int) -> bool:
    """Whether this "that" opens a clause, and is not "that figure" or a bare "that"."""
    token, following = scene.tokens[j], scene.tokens[j + 1] if j + 1 < len(scene.tokens) else None
    if token.tag == "IN" or token.pos == "SCONJ":
        return True
    return 0 < n <= 6 and following is not None and following.pos not in {"VERB", "AUX", "PUNCT", "ADJ"}


def clause_word(scene: Scene, start: int, end: int) -> bool:
    """Whether a stretch between cue and quotation holds a clause of its own: the quotation is a part of it."""
    return any(
        scene.tokens[j].text.lower() == "that" and scene.tokens[j].tag == "IN" for j in scene.trees.between(start, end)
    ) or has_finite(scene, start, end)


def zero_that(scene: Scene, following: list[int], end: int) -> bool:
    """`said the plan would fail`: a noun phrase and a finite verb behind the cue."""
    if scene.tokens[following[0]].pos not in {
        "DET",
        "NOUN",
        "PROPN",
        "ADJ",
        "NUM",
        "PRON",
        "ADV",
        "SYM",
        "SCONJ",
        "ADP",
        "VERB",
        "X",
    }:
        return False
    if following[0] and scene.tokens[following[0]].text == ",":
        return False
    return has_finite(scene, scene.tokens[following[0]].start, end)


def skip_addressee(scene: Scene, i: int, lemma: str, following: list[int]) -> int:
    """Behind "told reporters on Monday"."""
    start = scene.tokens[following[0]].start
    if lemma in _ADDRESSED:
        objects = [c for c in scene.trees.children(i, "obj", "iobj") if c > i and c in following[:8]]
        if objects:
            edge = max(
                c for c in scene.trees.subtree(objects[0], frozenset({"acl", "acl:relcl", "ccomp", "parataxis"}))
            )
            start = scene.tokens[edge].end
    match = _TIME.match(scene.text, start, scene.sentence.end)
    return (
        match.end()
        if match
        and lemma in cues.STRONG
        and match.end() - start > 3
        and scene.text[match.end() : match.end() + 1] in " ,"
        else start
    )


def skip_day(scene: Scene, start: int) -> int:
    """Behind "on Monday night", which tells when it was said."""
    match = _DAY.match(scene.text, start, scene.sentence.end)
    return match.end() if match else start
