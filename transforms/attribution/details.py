"""What a claim says besides who and which words: how it is put, its numbers and times, when and where it was said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from schemas.records import DateValue, Place, Span, TimeWords
from transforms.attribution.calendars import AHEAD, BACK
from transforms.attribution.cast import Cast
from transforms.attribution.cues import FORMS, INTENT
from transforms.attribution.frames import Frame
from transforms.attribution.manner import FUTURE, PAST, manner, tense_of
from transforms.attribution.quantities import quantities
from transforms.attribution.sentences import Sentence, datelines
from transforms.attribution.stance import cue_class
from transforms.attribution.times import times
from transforms.attribution.trees import Trees
from transforms.attribution.zones import Day, day_of_article
from transforms.drafts import ClaimDraft

_PLACES = frozenset({"GPE", "LOC", "FAC"})
_AT = re.compile(r"\b(?:in|at|from|near|outside) (?:the )?$")
_CITY = re.compile(r"[^,(—–-]*[^\s,(—–-]")
_SPEAKING = frozenset({"speak", "address", "appear", "ask", "talk", "tell", "write", "testify", "announce"})
_CLOSE = 40  # characters between a cue and words that say when, where the tree does not join them
_BOUNDS = frozenset({"after", "before", "since", "until", "by", "from"})
_VERBS = frozenset({"VERB", "AUX"})
_DEICTIC = frozenset({"today", "tonight", "yesterday", "tomorrow", "this morning", "this afternoon", "last night"})
NOTE_TIME = "“{words}” is taken for {value}, which is not sure"
NOTE_NO_TIME = "when it was said, “{words}”, cannot be told"
Stretch = tuple[int, int]


class Dates(NamedTuple):
    """When an article was published and when it was last changed."""

    published: DateValue | None = None
    modified: DateValue | None = None


NO_DATES = Dates()


class Scenery(NamedTuple):
    """What all claims of an article share."""

    text: str
    trees: Trees
    cast: Cast
    day: Day | None  # of publication, where it is written
    dateline: Place | None


def scenery(text: str, trees: Trees, cast: Cast, dates: Dates) -> Scenery:
    place, names = _dateline(text, cast)
    return Scenery(text, trees, cast, day_of_article(*dates, names), place)


def _dateline(text: str, cast: Cast) -> tuple[Place | None, list[str]]:
    """The place before the first sentence, "KABUL, Afghanistan (AP) — ...", and all the names there."""
    for start, end in datelines(text):
        written = _CITY.match(text, start, end)
        if written is None:
            continue
        known = [(a, b, m.entity) for a, b, m in cast.within(start, end) if m.entity.label in _PLACES]
        span = Span(*written.span(), written.group())
        name = next((entity.name for a, _, entity in known if a == start), span.exact)
        place = Place(name=_cased(name), span=span, basis="dateline")
        return place, [place.name, *(entity.name for _, _, entity in known)]
    return None, []


def _cased(name: str) -> str:
    """A name that a dateline writes in capitals, as it is written elsewhere. Short ones may be acronyms."""
    return (
        " ".join(w.capitalize() if len(w) > 3 or " " in name else w for w in name.split()) if name.isupper() else name
    )


def detailed(draft: ClaimDraft, frame: Frame, sentence: Sentence, article: Scenery) -> ClaimDraft:
    """The same claim with all that its words and its sentence tell."""
    text, trees = article.text, article.trees
    spans = [(s.start, s.end) for s in draft.content]
    put = manner(text, trees, spans)
    said = _when(frame, spans, sentence, article)
    told = [t for a, b in spans for t in _times(a, b, draft, said, article)]
    taken = [(t.span.start, t.span.end) for t in told]
    lemma, behind = _cue(text, frame, trees) if draft.cue else ("", "")
    return msgspec.structs.replace(
        draft,
        cue_lemma=lemma,
        cue_class=cue_class(lemma, behind),
        stated=said,
        stated_in=_where(frame, spans, sentence, article),
        negated=put.negated,
        modality=put.modality,
        tense=put.tense,
        negations=put.negations,
        conditions=put.conditions,
        hedges=put.hedges,
        times=tuple(told),
        quantities=tuple(q for a, b in spans for q in quantities(text, a, b, trees, taken)),
        notes=(*draft.notes, *_notes(said)),
    )


def _notes(said: TimeWords | None) -> Iterator[str]:
    if said is not None and not said.value:
        yield NOTE_NO_TIME.format(words=said.span.exact)
    elif said is not None and not said.sure:
        yield NOTE_TIME.format(words=said.span.exact, value=said.value)


def _cue(text: str, frame: Frame, trees: Trees) -> tuple[str, str]:
    """The lemma of a cue, and the word after it. A model's lemmas are asked only about verbs that we do not know."""
    words = text[frame.cue[0] : frame.cue[1] + 12].lower().split()
    inside = len(text[slice(*frame.cue)].split())
    for k, word in enumerate(words[:inside]):
        if word == "according" or word in FORMS:
            return FORMS.get(word, word), words[k + 1] if k + 1 < len(words) else ""
    return frame.lemma, words[inside] if inside < len(words) else ""


def _times(start: int, end: int, draft: ClaimDraft, said: TimeWords | None, article: Scenery) -> Iterator[TimeWords]:
    """The times in a content. A quotation counts from the day on which it was said."""
    trees = article.trees
    day, told = article.day, said is not None and said.precision == "day" and said.sure and len(said.value) == 10
    if said is not None and told and draft.kind == "direct":
        day = Day(date.fromisoformat(said.value), f"said on {said.value}")

    def way(at: int) -> int:
        if draft.type == INTENT:
            return AHEAD
        token = next(iter(trees.between(at, end)), -1)
        verb = _verb(trees, token) if token >= 0 else -1
        tense = tense_of(trees, verb, trees.between(start, end)) if verb >= 0 else ""
        passed = tense == PAST or (not tense and verb >= 0 and trees.tokens[verb].tag == "VBN")
        return AHEAD if tense == FUTURE else BACK if passed else 0

    for found in times(article.text, start, end, day, way):
        shifted = told and draft.kind != "direct" and found.span.exact.lower() in _DEICTIC
        yield msgspec.structs.replace(found, sure=False) if shifted else found


def _verb(trees: Trees, i: int) -> int:
    """The nearest verb or other predicate with an auxiliary above a token; -1 where there is none."""
    token = trees.tokens[i]
    if token.pos in _VERBS and token.dep not in {"aux", "aux:pass", "cop"}:
        return i
    for up in trees.ancestors(i):
        if trees.tokens[up].pos in _VERBS or trees.children(up, "cop"):
            return up
    return -1


def _gaps(frame: Frame, spans: Sequence[Stretch], sentence: Sentence) -> Iterator[Stretch]:
    """The stretches of a sentence outside content, source and quotations."""
    taken = [*spans, *((q.open, q.close) for q in sentence.quotes), *([frame.source] if frame.source else [])]
    at = sentence.start
    for a, b in sorted(taken):
        if a > at:
            yield at, min(a, sentence.end)
        at = max(at, b)
    if at < sentence.end:
        yield at, sentence.end


def _when(frame: Frame, spans: Sequence[Stretch], sentence: Sentence, article: Scenery) -> TimeWords | None:
    """When it was said, where the words beside the cue tell."""
    if frame.cue[1] == frame.cue[0]:
        return None
    trees = article.trees
    for a, b in _gaps(frame, spans, sentence):
        for found in times(article.text, a, b, article.day, lambda _: BACK):
            if not found.relation and _of_cue(frame, found.span, article) and not _bounded(found.span, trees):
                return found
    return None


def _where(frame: Frame, spans: Sequence[Stretch], sentence: Sentence, article: Scenery) -> tuple[Place, ...]:
    """Where it was said: a place beside the cue, else that of the dateline."""
    text = article.text
    if frame.cue[1] > frame.cue[0]:
        for start, end in _gaps(frame, spans, sentence):
            for a, b, member in article.cast.within(start, end):
                span = Span(a, b, text[a:b])
                named = member.entity.label in _PLACES and _AT.search(text, max(0, a - 14), a)
                if named and _of_cue(frame, span, article, directly=True):
                    return (Place(name=member.entity.name, span=span, basis="words"),)
    return (article.dateline,) if article.dateline else ()


def _bounded(span: Span, trees: Trees) -> bool:
    """Whether a time is only the end or the begin of another: "after the 2022 election"."""
    i = next(iter(trees.between(span.start, span.end)), -1)
    for up in (i, *trees.ancestors(i)) if i >= 0 else ():
        if trees.tokens[up].pos in _VERBS:
            return False
        if any(trees.tokens[c].text.lower() in _BOUNDS for c in trees.children(up, "case", "mark")):
            return True
    return False


def _of_cue(frame: Frame, span: Span, article: Scenery, *, directly: bool = False) -> bool:
    """Whether words beside a cue tell of the saying: by the tree, else by standing right behind it.

    `directly`: the words have to hang on the verb itself, not on a noun that does: "systems in the U.S. told ...".
    """
    trees = article.trees
    inside = trees.between(span.start, span.end)
    i = next((j for j in inside if trees.tokens[j].head not in inside), -1)
    if i < 0:
        return False
    cue = trees.between(*frame.cue)
    verb = _verb(trees, i)
    if not directly or trees.tokens[i].head == verb:
        speaking = verb >= 0 and trees.tokens[verb].lemma.lower() in _SPEAKING and trees.tokens[verb].head in cue
        if verb in cue or speaking:
            return True
    between = trees.between(frame.cue[1], span.start)
    apart = any(trees.tokens[j].pos in _VERBS or trees.tokens[j].text == "," for j in between)
    return frame.cue[1] <= span.start <= frame.cue[1] + _CLOSE and not apart
