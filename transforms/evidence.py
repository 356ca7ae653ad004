"""Where the parts of a claim stand, so that they are found again; and whether they stand there at all.

Selectors follow the Web Annotation Data Model (W3C Recommendation, 2017, section 4.2): a position, and a quotation with
what stands before and behind it, each enough to find the words alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any

from schemas.records import Claim, Evidence, Paragraph, Span

AROUND = 32  # characters of text before and behind the words


def evidence(
    text: str, claim_parts: Sequence[tuple[str, Sequence[Span]]], paragraphs: Sequence[Paragraph]
) -> tuple[Evidence, ...]:
    """The selectors of a claim's parts; `paragraphs` are in the order of the text."""
    return tuple(_selected(text, part, span, paragraphs) for part, spans in claim_parts for span in spans)


def _selected(text: str, part: str, span: Span, paragraphs: Sequence[Paragraph]) -> Evidence:
    k = bisect_right(paragraphs, span.start, key=lambda p: p.start) - 1
    inside = k >= 0 and span.end <= paragraphs[k].end
    return Evidence(
        part=part,
        start=span.start,
        end=span.end,
        exact=span.exact,
        prefix=text[max(0, span.start - AROUND) : max(0, span.start)],
        suffix=text[span.end : span.end + AROUND],
        path=paragraphs[k].path if inside else "",
    )


def unverified(text: str, claim: Claim) -> str:
    """Why the evidence of a claim does not hold, in words; "" where all of it does."""
    return next(_faults(text, claim), "")


def _faults(text: str, claim: Claim) -> Iterator[str]:
    if not claim.content:
        yield "it has no content"
    for name, spans in _spans(claim):
        for span in spans:
            if not 0 <= span.start < span.end <= len(text):
                yield f"its {name} at {span.start}-{span.end} lies outside the text of {len(text)} characters"
            elif text[span.start : span.end] != span.exact:
                yield f"its {name} at {span.start}-{span.end} reads {text[span.start : span.end]!r}, not {span.exact!r}"
    for before, after in zip(claim.content, claim.content[1:], strict=False):
        if after.start < before.end:
            yield f"its contents at {before.start}-{before.end} and {after.start}-{after.end} overlap"
    wanted = [(part, s) for part, spans in parts(claim) for s in spans]
    found = [(e.part, Span(e.start, e.end, e.exact)) for e in claim.evidence]
    if wanted != found:
        yield "its selectors are not those of its content, cue and source"
    for one in claim.evidence:
        if not text[: max(0, one.start)].endswith(one.prefix) or not text.startswith(one.suffix, one.end):
            yield f"the words around its {one.part} at {one.start}-{one.end} are others in the text"


def parts(claim: Any) -> tuple[tuple[str, tuple[Span, ...]], ...]:
    """The parts of a claim, or of its draft, that are its evidence."""
    return ("content", claim.content), ("cue", claim.cue), ("source", claim.source)


def _spans(claim: Claim) -> Iterator[tuple[str, Sequence[Span]]]:
    yield from parts(claim)
    yield "quantities", [q.span for q in claim.quantities]
    yield "times", [t.span for t in claim.times]
    yield "time of statement", claim.stated_words
    yield "place", [p.span for p in claim.stated_in]
    yield "negations", [s for n in claim.negations for s in (n.word, n.scope)]
    yield "conditions", claim.conditions
    yield "hedges", claim.hedges


def resolve(text: str, one: Evidence) -> tuple[int, int] | None:
    """Where the words stand in a text that may have changed: where they stood, else where they stand between the same
    words, else where they stand alone in it; None where they are gone or stand in several places."""
    if text[one.start : one.end] == one.exact:
        return one.start, one.end
    at = text.find(one.prefix + one.exact + one.suffix)
    if at >= 0:
        return at + len(one.prefix), at + len(one.prefix) + len(one.exact)
    at = text.find(one.exact)
    if at < 0 or text.find(one.exact, at + 1) >= 0:
        return None
    return at, at + len(one.exact)


def selectors(one: Evidence) -> list[dict[str, Any]]:
    """The same as the W3C writes it: selectors that each find the words, the position first."""
    found: list[dict[str, Any]] = [
        {"type": "TextPositionSelector", "start": one.start, "end": one.end},
        {"type": "TextQuoteSelector", "exact": one.exact, "prefix": one.prefix, "suffix": one.suffix},
    ]
    if one.path:
        quote = {"type": "TextQuoteSelector", "exact": one.exact}
        found.append({"type": "XPathSelector", "value": one.path, "refinedBy": quote})
    return found
