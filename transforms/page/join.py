"""An article in several parts -> one text: each read by itself, what they repeat left out, each line with its page.

Runs in the guarded pool, as `read.py` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from schemas.records import Paragraph, Removal, Span
from transforms.page import text as pagetext
from transforms.page.charset import decode
from transforms.page.metadata import Hint
from transforms.page.parts import may_go_on, next_part
from transforms.page.read import Extracted, Job, extract_job
from transforms.page.refuse import Refusal, by_size, size

INCOMPLETE = "incomplete"  # flag: the last part that was read says that there is another
NEW = 0.2  # of a part's words: less that no other part has, and it is none


class Whole(NamedTuple):
    """All pages of one article. `further` holds (page id, page) of the parts behind the first."""

    first: Job
    further: tuple[tuple[str, Job], ...] = ()


class Asking(NamedTuple):
    """A page that may name the next part, and the addresses of the parts so far, its own the last."""

    job: Job
    asked: tuple[str, ...]


def next_of(asking: Asking) -> str:
    """The address of the next part, "" where this is the last. What is no readable page names none."""
    job = asking.job
    if not may_go_on(job.html, job.url, asking.asked[0], len(asking.asked)):
        return ""
    tree = pagetext.parse(decode(job.html, job.content_type).text)
    return "" if tree is None or by_size(tree) else next_part(tree, job.url, asking.asked[0], asking.asked)


def read_whole(whole: Whole) -> Extracted | Refusal:
    """What the first part says, with the text of all. A part that holds no text of its own is passed over."""
    found = extract_job(whole.first)
    if isinstance(found, Refusal):
        return found
    for page_id, job in whole.further:
        part = extract_job(job._replace(hint=Hint()))  # what the feed says is said of the first
        if isinstance(part, Extracted) and part.paragraphs:
            found = joined(found, part, page_id)
    jobs = [whole.first, *(job for _, job in whole.further)]
    if next_of(Asking(jobs[-1], tuple(job.url for job in jobs))):
        found = found._replace(meta=found.meta._replace(flags=tuple(dict.fromkeys((*found.meta.flags, INCOMPLETE)))))
    return found


def joined(found: Extracted, part: Extracted, page_id: str) -> Extracted:
    """The text with that of one more part behind it. Lines that stand there already (headline, byline) are left out."""
    seen = set(found.text.split("\n"))
    kept = [one for one in part.paragraphs if part.text[one.start : one.end] not in seen]
    new = sum(size(part.text[one.start : one.end]) for one in kept)
    if new < NEW * size(part.text):
        return found
    text, paragraphs, moved = _behind(found.text, part, kept, page_id)
    headings = [
        Span(h.start + moved[h.start], h.end + moved[h.start], h.exact) for h in part.headings if h.start in moved
    ]
    flags = tuple(dict.fromkeys((*found.meta.flags, *part.meta.flags)))
    ends = [(old.end, new.end) for old, new in zip(kept, paragraphs, strict=True)]
    return found._replace(
        text=text,
        headings=(*found.headings, *headings),
        paragraphs=(*found.paragraphs, *paragraphs),
        captions=tuple(dict.fromkeys((*found.captions, *part.captions))),
        links=tuple(dict.fromkeys((*found.links, *part.links)))[: pagetext.MAX_LINKS],
        meta=found.meta._replace(flags=flags),
        removals=(*found.removals, *(_moved(one, ends, len(found.text)) for one in part.removals)),
    )


def _moved(one: Removal, ends: Sequence[tuple[int, int]], first: int) -> Removal:
    """A part's removal at its place in the longer text: behind the line that it stood behind. `ends` holds where each
    kept line ended and ends now, `first` is where the text of the parts before ends."""
    place = max((now for was, now in ends if was <= one.start), default=first)
    return msgspec.structs.replace(one, start=place, end=place)


def _behind(
    text: str, part: Extracted, kept: Sequence[Paragraph], page_id: str
) -> tuple[str, list[Paragraph], dict[int, int]]:
    """The longer text, the new lines in it, and by how much each has moved (by where it began in its part)."""
    paragraphs: list[Paragraph] = []
    moved: dict[int, int] = {}
    before = -1
    for one in kept:
        gap = part.text[before : one.start] if before >= 0 else "\n\n"
        text += gap if not gap.strip() else "\n\n"  # something between the two was left out
        moved[one.start] = by = len(text) - one.start
        text += part.text[one.start : one.end]
        paragraphs.append(msgspec.structs.replace(one, start=one.start + by, end=one.end + by, page_id=page_id))
        before = one.end
    return text, paragraphs, moved
