"""Statements over outlets, on the written set of `benchmarks/statements`.

    python -m benchmarks.statements [--part dev] [--errors]

The claims are those that the pipeline finds in the set's articles (model, entities, claims, records); each has the
mark that it covers by half or more. Pairs: of all claims of different articles, those that were put into one statement
against those that have one label. A conflict is right where its two claims are marked so, with its kind; it is found
where any two claims of the same two sides were reported. `test` is scored once a release.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations
from types import SimpleNamespace
from typing import NamedTuple

from benchmarks.figures import table
from benchmarks.rows import Row
from benchmarks.statement_set import PARTS, Mark, Short, articles
from pipeline.model import load
from pipeline.seeds import load_aliases
from schemas.commits import Package
from schemas.flow import DraftBody
from schemas.ids import make_id
from schemas.records import DateValue, Versions
from transforms.annotation import annotate_text
from transforms.claims import claims
from transforms.entities import entities
from transforms.reading import package
from transforms.statements.cluster import Clash, Window, place
from transforms.statements.facts import Facts, context, facts, people_of, published
from transforms.statements.keys import keys
from transforms.stories import Told, told
from transforms.stories import place as stories_of

ALONE = "python -m benchmarks.statements"
_VERSIONS = Versions(code="benchmark", model="", rules="")


class Marked(NamedTuple):
    """A claim as the pipeline found it, with its mark, if it has one."""

    facts: Facts
    short: Short
    mark: Mark | None

    @property
    def cluster(self) -> str:
        return self.mark.cluster if self.mark else self.facts.claim_id


@lru_cache(maxsize=512)
def read(short: Short) -> Package:
    """An article through the parts of the pipeline, to the records that it would write."""
    seen = annotate_text(load("en_newsbeam_sm"), short.text)
    named = entities(short.text, seen, load_aliases(""))
    draft = DraftBody(
        canonical_url=short.url, site=short.site, title=short.title, text=short.text, language="en",
        published=DateValue(value=short.at.isoformat(), precision="second", source="feed:published"),
    )  # fmt: skip
    row = SimpleNamespace(visit_id=make_id("visit", short.url), unit_id="u", entry_id=short.url)
    return package(row, draft, named, claims(short.text, seen, named), _VERSIONS, short.at)


@lru_cache(maxsize=2)
def marked(part: str) -> tuple[Marked, ...]:
    out = []
    for short in articles(part):
        made = read(short)
        people = people_of({e.entity_id: e for e in made.entities})
        about = context(made.revision)
        for claim in made.claims:
            one = facts(claim, made.revision, people, published(made.revision, made.reading.read_at), about)
            out.append(Marked(one, short, _mark(short, [(s.start, s.end) for s in claim.content])))
    return tuple(out)


def _mark(short: Short, spans: Sequence[tuple[int, int]]) -> Mark | None:
    def covered(mark: Mark) -> int:
        return sum(max(0, min(b, mark.end) - max(a, mark.start)) for a, b in spans)

    best = max(short.marks, key=covered, default=None)
    return best if best and 2 * covered(best) >= best.end - best.start else None


def clustered(found: Iterable[Marked]) -> tuple[dict[str, str], list[Clash]]:
    """One unit for each article, in the order of their publication, as a house sees them that polls often."""
    window = Window()
    clashes: list[Clash] = []
    units: dict[str, list[Facts]] = defaultdict(list)
    for one in sorted(found, key=lambda m: (m.facts.at, m.facts.article_id)):
        units[one.facts.article_id].append(one.facts)
    placed: dict[str, str] = {}
    for unit in units.values():
        new, more = place(window, unit, {}, {one.claim_id: keys(one) for one in unit})
        placed |= {one.facts.claim_id: one.statement for one in new}
        clashes += more
    return placed, clashes


def storied(part: str, statements: dict[str, str]) -> dict[str, str]:
    """Address of each article -> its story, one unit for each article as above."""
    sharing: dict[str, set[str]] = defaultdict(set)
    for found in marked(part):
        sharing[found.facts.article_id].add(statements[found.facts.claim_id])
    held: dict[str, Told] = {}
    stories: dict[str, str] = {}
    urls = {}
    for short in sorted(articles(part), key=lambda s: (s.at, s.url)):
        made = read(short)
        one = told(made.revision, made.entities, published(made.revision, made.reading.read_at))
        stories |= stories_of([one], held, stories, {a: frozenset(s) for a, s in sharing.items()})
        held[one.article_id], urls[one.article_id] = one, short.url
    return {urls[article]: story for article, story in stories.items()}


def right(clash: Clash, marks: dict[str, Marked]) -> bool:
    return clash.kind == wanted(marks[clash.one.claim_id], marks[clash.other.claim_id])


def wanted(one: Marked, other: Marked) -> str:
    """The kind of conflict that the marks of two claims stand in, "" for none."""
    a, b = one.mark, other.mark
    if a is None or b is None or a.frame != b.frame:
        return ""
    if a.moved != b.moved:
        return "speaker"
    if a.negated != b.negated:
        return "negation"
    return "quantity" if a.figure != b.figure and "" not in (a.figure, b.figure) and not (a.update or b.update) else ""


def side(one: Marked) -> tuple[str, str]:
    return one.cluster, one.mark.figure if one.mark else ""


def score(part: str) -> dict[str, float]:
    found = marked(part)
    placed, clashes = clustered(found)
    marks = {m.facts.claim_id: m for m in found}
    both = joined = same = 0
    for a, b in combinations(found, 2):
        if a.facts.article_id != b.facts.article_id:
            ours, theirs = placed[a.facts.claim_id] == placed[b.facts.claim_id], a.cluster == b.cluster
            joined, same, both = joined + ours, same + theirs, both + (ours and theirs)
    sides = {
        (wanted(a, b), *sorted((side(a), side(b)))) for a, b in combinations(found, 2) if wanted(a, b)
    }  # fmt: skip
    said = {
        (c.kind, *sorted((side(marks[c.one.claim_id]), side(marks[c.other.claim_id])))): right(c, marks)
        for c in clashes
    }  # fmt: skip
    good = sum(said.values())
    shorts = articles(part)
    stories = storied(part, placed)
    told_same = [(stories[a.url] == stories[b.url], a.story == b.story) for a, b in combinations(shorts, 2)]
    hits, joint, real = (sum(x) for x in ([a and b for a, b in told_same], *zip(*told_same, strict=True)))
    clusters = defaultdict(set)
    for m in found:
        clusters[m.cluster].add(m.facts.article_id)
    return {
        "articles": len({m.short.url for m in found}),
        "claims": len(found),
        "marks found": len({(m.short.url, m.mark) for m in found if m.mark})
        / sum(len(s.marks) for s in articles(part)),
        "clusters of two or more": sum(len(c) > 1 for c in clusters.values()),
        "pairs": same,
        "pair precision": both / joined if joined else 0.0,
        "pair recall": both / same if same else 0.0,
        "pair F": 2 * both / (joined + same) if joined + same else 0.0,
        "conflicts": len(sides),
        "conflict precision": good / len(said) if said else 0.0,
        "conflict recall": len(sides & set(said)) / len(sides) if sides else 0.0,
        "stories: pair precision": hits / joint if joint else 0.0,
        "stories: pair recall": hits / real if real else 0.0,
        "stories: pair F": 2 * hits / (joint + real) if joint + real else 0.0,
    }


def errors(part: str) -> None:
    found = marked(part)
    placed, clashes = clustered(found)
    marks = {m.facts.claim_id: m for m in found}
    for a, b in combinations(found, 2):
        ours, theirs = placed[a.facts.claim_id] == placed[b.facts.claim_id], a.cluster == b.cluster
        if a.facts.article_id != b.facts.article_id and ours != theirs:
            print("joined" if ours else "missed", a.cluster, "|", _shown(a), "|", _shown(b))
    for clash in clashes:
        if not right(clash, marks):
            print(
                "conflict", clash.kind, "|", _shown(marks[clash.one.claim_id]), "|", _shown(marks[clash.other.claim_id])
            )
    said = {(c.kind, frozenset((c.one.claim_id, c.other.claim_id))) for c in clashes}
    for a, b in combinations(found, 2):
        kind = wanted(a, b)
        if kind and (kind, frozenset((a.facts.claim_id, b.facts.claim_id))) not in said:
            print("no conflict", kind, "|", _shown(a), "|", _shown(b))


def _shown(one: Marked) -> str:
    return f"{one.facts.speaker.key}: {one.facts.content}"


def rows() -> list[Row]:
    return [Row(f"statements: {name}", float(value), "", None, ALONE) for name, value in score("dev").items()]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--part", choices=PARTS, default="dev")
    parser.add_argument("--errors", action="store_true", help="pairs and conflicts that are wrong, dev only")
    options = parser.parse_args(argv)
    if options.errors:
        errors("dev")
        return 0
    print(table([[name, value] for name, value in score(options.part).items()], ("figure", options.part)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
