"""Annotated with entities -> who said what, in which words; ends in: (dead).

Direct, indirect and mixed speech. Quotations and cues are read sentence by sentence; a quotation without a cue runs
on from the one before; a speaker is resolved from the article's own entities, or said to be `anonymous` or
`unresolved`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

import apache_beam as beam
from msgspec.structs import replace

from schemas.annotation import Annotation
from schemas.flow import DraftBody, Work, pack, unpack
from schemas.ports import World
from schemas.records import Span
from transforms.attribution import cues
from transforms.attribution.candidates import Case, case, source_of
from transforms.attribution.cast import Cast
from transforms.attribution.details import NO_DATES, Dates, detailed, scenery
from transforms.attribution.frames import Frame, frames
from transforms.attribution.marked import by_sentence, missed
from transforms.attribution.nesting import nested
from transforms.attribution.nominals import meant
from transforms.attribution.places import last_before, stretches
from transforms.attribution.quotes import Quote, quotations
from transforms.attribution.scene import Scene
from transforms.attribution.sentences import Sentence, sentences
from transforms.attribution.speakers import resolve
from transforms.attribution.speech import ANONYMOUS, NAMED, UNRESOLVED, Context, Said, Speaker
from transforms.attribution.trees import Trees
from transforms.attribution.weighed import weighed
from transforms.drafts import ClaimDraft, EntityDraft
from transforms.naming.metonyms import stand_ins
from transforms.reading import day_of, package
from transforms.step import StepDoFn, two_outputs

DIRECT, INDIRECT, MIXED = "direct", "indirect", "mixed"
_BATCH = 64
_MAX_WORDS, _MAX_QUOTES = 400, 40  # of a sentence: past them it is a list or a table, not prose
_CELL = re.compile(r"\t| \| ")
_CELLS = 2  # edges between the cells of a table's row: a line with one may be a label
_MARKS = " \t\u00a0“”„‟«»\"‘’',.;:—–-"
_BARE = Frame((0, 0), 0, "say", None, ())  # a quotation without a cue
_MIN_QUOTE = 12  # characters of a quotation that stands without a cue
_SAID_OF = re.compile(
    r"\b(?:is|are|was|were|be|been|being)\s+(?:\w+ly\s+)?(?:thought|believed|said|reported|understood|known|expected"
    r"|alleged|rumou?red|considered|feared|estimated|assumed|suspected|supposed)$",
    re.IGNORECASE,
)
"""A cue in the passive: what stands before it is spoken of and does not speak."""


def claims(
    text: str, annotation: Annotation, entities: Sequence[EntityDraft], dates: Dates = NO_DATES
) -> list[ClaimDraft]:
    """The article's claims in reading order; times in them count from the day of publication."""
    if not annotation.tokens:
        return []
    return Reader(text, annotation, entities, dates).read()


class Reader:
    """One pass over the sentences of an article, remembering who spoke."""

    def __init__(
        self,
        text: str,
        annotation: Annotation,
        entities: Sequence[EntityDraft],
        dates: Dates = NO_DATES,
    ) -> None:
        self.text = text
        self.trees = Trees(annotation)
        self.quotes = quotations(text)
        self.sentences = sentences(text, self.quotes)
        self.cast = Cast(text, entities)
        self.scenery = scenery(text, self.trees, self.cast, dates)
        self.quoted = [(q.open, q.close) for q in self.quotes]
        self.said: list[Said] = []
        self.out: list[ClaimDraft] = []
        self.marked = by_sentence(annotation.attributions, self.sentences, self.trees)
        self.contents = stretches(span for one in annotation.attributions for span in one.content)
        self.edges: set[tuple[int, int]] = set()  # of the claims in `out`

    def read(self) -> list[ClaimDraft]:
        for k, sentence in enumerate(self.sentences):
            before = self.sentences[k - 1] if k else Sentence(0, 0, -1, ())
            self._sentence(sentence, before, self.marked.get(k, []))
        found = sorted(self.out, key=lambda c: (c.content[0].start, c.content[-1].end))
        return [replace(c, inside=outer) for c, outer in zip(found, nested(found), strict=True)]

    def _sentence(self, sentence: Sentence, before: Sentence, marked: Sequence[Frame]) -> None:
        if len(sentence.quotes) > _MAX_QUOTES or _is_row(self.text, sentence):
            return
        scene = Scene(self.text, self.trees, sentence)
        if len(scene.outside) > _MAX_WORDS:
            return
        marks = bool(self.contents.spans)
        ruled = _unnested(frames(scene)) if sentence.quotes or not marks else []
        contents = self.contents.touching(sentence.start, max([sentence.end, *(q.close for q in sentence.quotes)]))
        if marks:
            ruled = missed(ruled, contents, sentence)
        found = [self._snapped(f) for f in sorted([*marked, *ruled], key=lambda f: f.cue)]
        speakers: dict[int, Speaker] = {}
        sources: dict[int, tuple[int, int]] = {}
        covered: list[tuple[int, int]] = contents
        for frame in found:
            by_rule = self._speaker(frame, speakers, sentence, before)
            if by_rule is None:
                continue
            speaker = self._weighed(frame, by_rule, sentence, before)
            speakers[frame.verb] = speaker
            if frame.source is None and frame.shared in sources:
                frame = frame._replace(source=sources[frame.shared])  # noqa: PLW2901
            if frame.source:
                sources[frame.verb] = frame.source
            spans = [part for span in frame.content for part in self._words(span) if self._says(*part)]
            covered += spans
            self._add(frame, spans, speaker, sentence)
            if not self._inner(frame):
                self._remember(sentence, speaker)
        for quote in sentence.quotes:
            if not any(a < quote.end and b > quote.start for a, b in covered):
                self._bare(quote, sentence, before)

    def _snapped(self, frame: Frame) -> Frame:
        """A source that holds a name holds it whole: the tree may cut an unknown one in two. Who is "thought to" be
        something is no source of that."""
        if frame.source is None:
            return frame
        a, b = frame.source
        if b <= frame.cue[0] and _SAID_OF.search(self.text[frame.cue[0] : frame.cue[1]]):
            return frame._replace(source=None)
        for start, end in self.cast.touching(a, b):
            if not start <= frame.cue[0] < end:
                a, b = min(a, start), max(b, end)
        return frame._replace(source=(a, b))

    def _inner(self, frame: Frame) -> bool:
        """Whether its cue stands in the words of another claim: who speaks there is no speaker of the article's."""
        at = frame.cue[0]
        outer = (span for span in self.contents.touching(at, at + 1) if span not in frame.content)
        return any(True for _ in outer) or any(q.open < at for q in self._quotes_in(at, at + 1))

    def _remember(self, sentence: Sentence, speaker: Speaker) -> None:
        self.said.append(Said(sentence.start, speaker))

    def _speaker(
        self, frame: Frame, speakers: dict[int, Speaker], sentence: Sentence, before: Sentence
    ) -> Speaker | None:
        if frame.shared in speakers:
            found = speakers[frame.shared]
            return found._replace(reason="shared_source") if found.status == NAMED else found
        if frame.source is None and frame.type and frame.cue[1] > frame.cue[0] and not self._quotes(frame):
            return Speaker(ANONYMOUS, "passive")
        if frame.source is None:
            if not frame.type and not self._quotes(frame):
                return None
            if self.said and any(q.continues for a, b in frame.content for q in self._quotes_in(a, b)):
                return self._goes_on(self.said[-1].speaker)
            return self._carried(before, sentence)
        return resolve(self.text, frame.source, self._context(sentence, before))

    def _context(self, sentence: Sentence, before: Sentence) -> Context:
        bounds = (sentence.start, sentence.end), (before.start, before.end)
        return Context(self.cast, self.said, *bounds, self.quoted)

    def _weighed(self, frame: Frame, ruled: Speaker, sentence: Sentence, before: Sentence) -> Speaker:
        """The speaker by all candidates together, but where form alone decides: one source for two verbs, a quotation
        that an open mark carries into the next paragraph, what "is thought" by nobody in particular."""
        impersonal = ruled.reason == "passive" and _SAID_OF.search(self.text[frame.cue[0] : frame.cue[1]])
        if impersonal or ruled.reason in {"shared_source", "continuation"}:
            return ruled
        return self.judged(self._case(frame, ruled, sentence, before), frame, ruled)

    def judged(self, found: Case, frame: Frame, ruled: Speaker) -> Speaker:
        phrase = self.text[frame.source[0] : frame.source[1]] if frame.source else ""
        return weighed(found, ruled, phrase)

    def _case(self, frame: Frame, ruled: Speaker, sentence: Sentence, before: Sentence) -> Case:
        context = self._context(sentence, before)
        at = frame.cue[0] if frame.cue[1] > frame.cue[0] or not frame.content else frame.content[0][0]
        return case(self.text, self.trees, source_of(self.text, frame.source, at, context), ruled, context)

    def _quotes(self, frame: Frame) -> bool:
        return any(True for a, b in frame.content for _ in self._quotes_in(a, b))

    def _quotes_in(self, start: int, end: int) -> Iterator[Quote]:
        """The quotations that touch a stretch."""
        for k in range(max(0, bisect_right(self.quotes, start, key=lambda q: q.open) - 1), len(self.quotes)):
            if self.quotes[k].open >= end:
                break
            if self.quotes[k].close > start:
                yield self.quotes[k]

    def _carried(self, before: Sentence, sentence: Sentence) -> Speaker:
        last = self.said[-1] if self.said else None
        if last and last.start >= before.start and before.paragraph == sentence.paragraph:
            return self._goes_on(last.speaker)
        return Speaker(UNRESOLVED, "no_source", last.speaker.member if last else None)

    @staticmethod
    def _goes_on(speaker: Speaker) -> Speaker:
        return speaker._replace(reason="continuation") if speaker.status == NAMED else speaker

    def _bare(self, quote: Quote, sentence: Sentence, before: Sentence) -> None:
        """A quotation that no cue of its sentence claims."""
        alone = not self.text[sentence.start : quote.open].strip() and not self.text[quote.close : sentence.end].strip(
            " .,"
        )
        if quote.end - quote.start < _MIN_QUOTE or not (alone or self._complete(quote)):
            return
        last = self.said[-1] if self.said else None
        if quote.continues and last:
            speaker = self._goes_on(last.speaker)
        elif alone:
            speaker = self._carried(before, sentence)
        else:
            speaker = Speaker(UNRESOLVED, "no_source", last.speaker.member if last else None)
        bare = _BARE._replace(cue=(quote.start, quote.start), content=((quote.start, quote.end),))
        speaker = self._weighed(bare, speaker, sentence, before)
        self._add(bare, [*bare.content], speaker, sentence)
        self._remember(sentence, speaker)

    def _complete(self, quote: Quote) -> bool:
        """Whether the words are a sentence of their own behind a colon, not a fragment or a title."""
        return last_before(self.text, quote.open) == ":" and self.text[quote.end - 1] in ".?!,"

    def _words(self, span: tuple[int, int]) -> list[tuple[int, int]]:
        """The span without its marks where it is made of whole quotations only; otherwise as it is."""
        a, b = span
        inside = [q for q in self._quotes_in(a, b) if not (q.open < a and b < q.close)]
        bare = list(self.text[a:b])
        for q in inside:
            for i in range(max(a, q.open), min(b, q.close)):
                bare[i - a] = ""
        if inside and not any(c.isalnum() for c in bare):
            return [(q.start, q.end) for q in inside]
        for q in inside:  # a cut must not go through a quotation
            a, b = (q.open if q.open < a < q.close else a), (q.close if q.open < b < q.close else b)
        return [(a, b)]

    def _says(self, start: int, end: int) -> bool:
        """Whether a part of a content is more than a stray mark."""
        return bool(self.text[start:end].strip(_MARKS))

    def _add(self, frame: Frame, spans: list[tuple[int, int]], speaker: Speaker, sentence: Sentence) -> None:
        spans = sorted(set(spans))
        # A claim's id rests on the edges of its content.
        if not spans or (whole := (spans[0][0], spans[-1][1])) in self.edges:
            return
        self.edges.add(whole)
        member = speaker.member
        named = member.place if member and speaker.status == NAMED else -1
        draft = ClaimDraft(
            kind=self._kind(spans),
            type=frame.type or cues.TYPES.get(frame.lemma, cues.SPEECH),
            content=tuple(self._span(a, b) for a, b in spans),
            cue=(self._span(*frame.cue),) if frame.cue[1] > frame.cue[0] else (),
            source=(self._span(*frame.source),) if frame.source else (),
            speaker=named,
            speaker_status=speaker.status,
            speaker_role=speaker.role,
            best_guess=member.place if member and speaker.status == UNRESOLVED else -1,
            reason=speaker.reason,
            confidence=speaker.confidence,
            about=self._about(whole, spans),
            notes=stand_ins(member.entity) if member and named >= 0 else (),
        )
        self.out.append(detailed(draft, frame, sentence, self.scenery))

    def _about(self, whole: tuple[int, int], spans: Sequence[tuple[int, int]]) -> tuple[int, ...]:
        """Places of the entities that a content names, and then of those that it means by a noun alone."""
        named = [m.place for _, _, m in self.cast.within(*whole)]
        return tuple(dict.fromkeys([*named, *(m.place for m in meant(self.trees, self.cast, spans))]))

    def _span(self, a: int, b: int) -> Span:
        return Span(a, b, self.text[a:b])

    def _kind(self, spans: Sequence[tuple[int, int]]) -> str:
        total = sum(b - a for a, b in spans)
        inside = sum(max(0, min(b, q.close) - max(a, q.open)) for a, b in spans for q in self._quotes_in(a, b))
        return DIRECT if inside >= 0.9 * total else MIXED if inside else INDIRECT


def _is_row(text: str, sentence: Sentence) -> bool:
    """Whether a sentence is the row of a table."""
    return sum(1 for _ in _CELL.finditer(text, sentence.start, sentence.end)) >= _CELLS


def _unnested(found: list[Frame]) -> list[Frame]:
    """Frames in order, without one whose cue stands in another's source or whose words another one has claimed."""
    out: list[Frame] = []
    for frame in found:
        inner = any(o.source and o.source[0] <= frame.cue[0] < o.source[1] for o in found if o is not frame)
        if not inner:
            out.append(frame)
    return out


class ClaimsDoFn(StepDoFn):
    step = "claims"

    def many(self, rows: Sequence[Any]) -> list[Any]:
        return [self._one(row) for row in rows]

    def _one(self, row: Any) -> Work:
        draft, annotation = unpack(row.body, DraftBody), unpack(row.annotation, Annotation)
        named = unpack(row.entities, list[EntityDraft])
        found = claims(draft.text, annotation, named, Dates(draft.published, draft.modified))
        now = self.clock.now()
        versions = self.world.versions(draft.language, draft.site, day_of(draft, now), draft.page)
        body = pack(package(row, draft, named, found, versions, now))
        return Work(row.unit_id, row.visit_id, row.entry_id, row.url, body)


class Claims(beam.PTransform):
    """(Named, outcomes) -> (Work, outcomes)."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def expand(self, flow: Any) -> Any:
        return two_outputs(flow, ClaimsDoFn(self.world), _BATCH)
