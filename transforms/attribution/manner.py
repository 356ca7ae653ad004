"""How a claim's content is put: whether it is denied, what may or must be, when, under which condition, how surely.

Read off the dependency tree (Universal Dependencies). Where a model gives none, words alone decide and scopes run to
the end of the content. The scope of a negation is its clause from the denying word on, as in the guidelines of
CD-SCO (Morante and Daelemans 2012) but for the subject, which stays outside.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from schemas.records import Negation, Span
from transforms.attribution.trees import SUBJECTS, Trees
from transforms.wordlist import wordset

PAST, PRESENT, FUTURE = "past", "present", "future"
_DENYING = wordset("not n't never no nobody neither nor none nothing nowhere without cannot")
_MODALS = {
    "may": "may", "might": "might", "could": "could", "would": "would", "should": "should", "must": "must",
    "can": "can", "ca": "can", "will": "will", "wo": "will", "'ll": "will", "’ll": "will", "shall": "shall",
    "sha": "shall", "ought": "ought", "cannot": "can", "'d": "would", "’d": "would",
}  # fmt: skip
_AHEAD = frozenset({"will", "wo", "'ll", "’ll", "shall", "sha", "would", "'d", "’d"})
_ALLEGED = re.compile(r"\b(?:alleged(?:ly)?|purported(?:ly)?|reputed(?:ly)?|suspected|so-called)\b", re.IGNORECASE)
_HEDGES = re.compile(
    r"\b(?:perhaps|maybe|possibly|probably|presumably|apparently|seemingly|supposedly|reportedly|allegedly|purportedly"
    r"|arguably|potentially|conceivably|(?:(?:very|more|most|quite|highly)[ -])?(?:un)?likely"
    r"|(?:appear|seem)(?:s|ed)? to"
    r"|(?:appear|seem)(?:s|ed)?(?= (?:that|like|as))|in (?:theory|principle)|as far as (?:I|we) know"
    r"|to (?:my|our) knowledge|I (?:think|guess|suppose|believe)|sort of|kind of(?= [a-z]+(?:ing|ed)\b)"
    r"|(?:is|are|was|were) (?:thought|believed|said|understood|expected) to)\b",
    re.IGNORECASE,
)
_IF_WORDS = re.compile(
    r"\b(?:if|unless|provided(?: that)?|providing|assuming(?: that)?|(?:as|so) long as|in case|on condition that)\b",
    re.IGNORECASE,
)
_PARTICIPLES = frozenset({"provided", "providing", "assuming"})
_STOP = re.compile(r"[,.;!?]")
Stretch = tuple[int, int]


class Manner(NamedTuple):
    negated: bool = False
    modality: str = ""
    tense: str = ""
    negations: tuple[Negation, ...] = ()
    conditions: tuple[Span, ...] = ()
    hedges: tuple[Span, ...] = ()


def manner(text: str, trees: Trees, spans: Sequence[Stretch]) -> Manner:
    """How the content in these stretches is put."""
    inside = [i for a, b in spans for i in trees.between(a, b)]
    member = frozenset(inside)
    main = _main(trees, inside, member)
    negations = list(_negations(text, trees, inside, spans))
    parsed = any(trees.tokens[i].dep for i in inside)
    return Manner(
        negated=any(not parsed or _predicate(trees, i) in main for i, _ in negations),
        modality=_modality(text, trees, inside, main, spans),
        tense=_tense(trees, inside, main),
        negations=tuple(one for _, one in negations),
        conditions=tuple(_conditions(text, trees, inside, spans)),
        hedges=tuple(_span(text, *m.span()) for a, b in spans for m in _HEDGES.finditer(text, a, b)),
    )


def _main(trees: Trees, inside: Sequence[int], member: frozenset[int]) -> list[int]:
    """The content's own predicates: what hangs on nothing inside it, and what is joined to that by "and"."""
    out = []
    for i in inside:
        token = trees.tokens[i]
        root = token.head == i or token.head not in member
        joined = token.dep in {"conj", "parataxis"} and token.head in out
        if (root or joined) and token.pos in {"VERB", "AUX", "ADJ", "NOUN", "PROPN", "PRON", "ADV", "NUM"}:
            out.append(i)
    return out


def _negations(
    text: str, trees: Trees, inside: Sequence[int], spans: Sequence[Stretch]
) -> Iterator[tuple[int, Negation]]:
    member = frozenset(inside)
    for i in inside:
        token = trees.tokens[i]
        if token.text.lower().replace("’", "'") not in _DENYING:
            continue
        start, end = _scope(trees, i)
        joined = token.text.lower().replace("’", "'") == "n't" and i - 1 in member
        if joined and trees.tokens[i - 1].end == token.start:  # "was" + "n't"
            start = trees.tokens[i - 1].start
        holder = next((b for a, b in spans if a <= token.start < b), token.end)
        end = max(token.end, min(end, holder))
        yield i, Negation(word=_span(text, start, min(token.end, holder)), scope=_span(text, start, end))


def _scope(trees: Trees, i: int) -> Stretch:
    """From the denying word to the end of what it denies."""
    token = trees.tokens[i]
    if not token.dep:
        return token.start, len(trees.tokens) and trees.tokens[-1].end
    governor = _governor(trees, i)
    clause = trees.subtree(governor, frozenset({"conj", "parataxis", "advcl"} if governor != i else ()))
    return token.start, max((trees.tokens[j].end for j in _said_with(trees, i, clause)), default=token.end)


def _said_with(trees: Trees, i: int, clause: Iterable[int]) -> Iterator[int]:
    """The words of a clause from a token on, to the end of its sentence."""
    tokens = trees.tokens
    return (j for j in clause if j >= i and tokens[j].sentence == tokens[i].sentence and tokens[j].pos != "PUNCT")


def _governor(trees: Trees, i: int) -> int:
    """What a denying word denies: its verb, the clause of its subject, or its noun alone."""
    token = trees.tokens[i]
    head = token.head
    if token.dep in {"det", "advmod", "amod"} and trees.tokens[head].pos in {"NOUN", "PROPN", "PRON"}:
        noun = trees.tokens[head]
        return noun.head if noun.dep in SUBJECTS | {"nsubj:pass"} else head
    if token.dep in {"case", "mark", "advmod", "cc", "cc:preconj"} or token.dep in SUBJECTS | {"nsubj:pass"}:
        return head
    return head if token.dep in {"obj", "obl"} else i


def _predicate(trees: Trees, i: int) -> int:
    """The predicate that a denying word turns into its contrary; -1 for "without", which denies less than a clause."""
    token = trees.tokens[i]
    if token.text.lower() == "without":
        return -1
    head = token.head
    if token.dep == "det" or (token.dep == "advmod" and trees.tokens[head].dep in {"obj", "nsubj"}):
        noun = trees.tokens[head]
        return noun.head if noun.dep in SUBJECTS | {"nsubj:pass", "obj"} else head
    return i if token.head == i else head


def _modality(text: str, trees: Trees, inside: Sequence[int], main: Sequence[int], spans: Sequence[Stretch]) -> str:
    """The modal of the content's own verbs, else that the content is only alleged, else that it has to be."""
    found = [i for i in inside if trees.tokens[i].text.lower() in _MODALS and trees.tokens[i].pos == "AUX"]
    own = [i for i in found if trees.tokens[i].head in main]
    if own or (found and not main):
        return _MODALS[trees.tokens[(own or found)[0]].text.lower()]
    if any(_ALLEGED.search(text, a, b) for a, b in spans):
        return "alleged"
    need = next((i for i in main if trees.tokens[i].lemma.lower() in {"have", "need"} and _with_to(trees, i)), None)
    return "" if need is None else f"{trees.tokens[need].lemma.lower()} to"


def _with_to(trees: Trees, i: int) -> bool:
    """Whether "to" and a verb hang on a verb."""
    return any(
        trees.tokens[m].text.lower() == "to" for c in trees.children(i, "xcomp") for m in trees.children(c, "mark")
    )


def _tense(trees: Trees, inside: Sequence[int], main: Sequence[int]) -> str:
    """Of the first predicate with a finite verb, as written."""
    place = frozenset(inside)
    return next((found for i in main if (found := tense_of(trees, i, place))), "")


def tense_of(trees: Trees, i: int, inside: Collection[int]) -> str:
    """The tense of one predicate. "Would" behind a cue of the past looks ahead; "had" and "has" look back."""
    auxiliaries = [c for c in trees.children(i, "aux", "aux:pass", "cop") if c in inside]
    words = {trees.tokens[c].text.lower() for c in auxiliaries}
    if words & _AHEAD or (trees.tokens[i].text.lower() == "going" and _with_to(trees, i)):
        return FUTURE
    if any(trees.tokens[c].lemma.lower() == "have" for c in auxiliaries):
        return PAST
    for c in [*auxiliaries, i]:
        if (tag := trees.tokens[c].tag) in {"VBD", "VBZ", "VBP"}:
            return PAST if tag == "VBD" else PRESENT
    return PRESENT if words & _MODALS.keys() else ""


def _conditions(text: str, trees: Trees, inside: Sequence[int], spans: Sequence[Stretch]) -> Iterator[Span]:
    """Clauses under which the content holds; "if" for "whether", and "as if", open none."""
    for a, b in spans:
        after = a
        for match in _IF_WORDS.finditer(text, a, b):
            first = next(iter(trees.between(match.start(), match.end())), -1)
            if first < 0 or match.start() < after or text[max(0, match.start() - 3) : match.start()].lower() == "as ":
                continue
            token = trees.tokens[first]
            if match.group().lower() in _PARTICIPLES and token.pos != "SCONJ":
                continue
            head = trees.tokens[token.head]
            if token.dep and head.dep not in {"advcl", "root", "acl"} and match.group().lower() == "if":
                continue
            reach = trees.subtree(token.head) if token.dep == "mark" else ()
            end = max((trees.tokens[j].end for j in _said_with(trees, first, reach)), default=-1)
            end = min(b, end) if end > match.end() else _comma(text, match.end(), b)
            after = end
            yield _span(text, match.start(), end)


def _comma(text: str, start: int, end: int) -> int:
    found = _STOP.search(text, start, end)
    return found.start() if found else end


def _span(text: str, start: int, end: int) -> Span:
    return Span(start, end, text[start:end])
