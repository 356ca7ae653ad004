"""Two annotations of one text beside each other: the corpus' own, and a second one made blind.

    python -m models.training.agreement                 the table, and what differs with --differences
    python -m models.training.agreement --blind FOLDER ID...   bare articles for a second annotator

Second annotations lie in `corpus/second/` under the same names. Names agree when span and label do. Parts agree
exactly, or by overlap: each is paired with the one that it overlaps most, and a pair counts from IoU 0.5. Speakers are
compared where two contents are a pair; keys differ between annotators, so a key stands for the mentions that bear it.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from models.training.corpus import ANONYMOUS, FOLDER, KINDS, LABELS, Article, Part, load, read

SECOND = Path(__file__).parent / "corpus" / "second"
PAIR = 0.5


class Agreement(NamedTuple):
    """Of one kind of mark: how many the first and the second have, and how many agree exactly and by overlap."""

    first: int
    second: int
    exact: int
    overlap: int

    def f1(self, agreed: int) -> float:
        return 2 * agreed / max(1, self.first + self.second)


def pairs() -> list[tuple[Article, Article]]:
    """The articles that were annotated twice. ValueError where the texts differ."""
    out = []
    for path in sorted(SECOND.glob("*.xml")):
        first, second = read(FOLDER / path.name), read(path)
        if first.text != second.text:
            raise ValueError(f"{path}: its text is not the one of {first.path}")
        out.append((first, second))
    return out


def names(pairs: Sequence[tuple[Article, Article]]) -> dict[str, Agreement]:
    """Label -> agreement, and `all`."""
    out = {}
    for label in ("all", *sorted(LABELS)):
        counts = Counter[str]()
        for one, two in pairs:
            a, b = ({(n.start, n.end, n.label) for n in x.names if label in ("all", n.label)} for x in (one, two))
            counts.update(first=len(a), second=len(b), exact=len(a & b), overlap=_overlapping(a, b))
        out[label] = Agreement(**{field: counts[field] for field in Agreement._fields})
    return out


def _overlapping(a: set[tuple[int, int, str]], b: set[tuple[int, int, str]]) -> int:
    """How many of them have one of the other's beside them, counted on the side that has fewer such."""

    def beside(some: set[tuple[int, int, str]], others: set[tuple[int, int, str]]) -> int:
        return sum(any(x[2] == y[2] and x[0] < y[1] and y[0] < x[1] for y in others) for x in some)

    return min(beside(a, b), beside(b, a))


def parts(pairs: Sequence[tuple[Article, Article]]) -> dict[str, Agreement]:
    out = {}
    for kind in KINDS.values():
        counts = Counter[str]()
        for one, two in pairs:
            a, b = ([p for p in x.parts if p.kind == kind] for x in (one, two))
            exact = {(p.start, p.end) for p in a} & {(p.start, p.end) for p in b}
            counts.update(first=len(a), second=len(b), exact=len(exact), overlap=len(list(paired(a, b))))
        out[kind] = Agreement(**{field: counts[field] for field in Agreement._fields})
    return out


def paired(a: Sequence[Part], b: Sequence[Part]) -> Iterator[tuple[Part, Part]]:
    """Each part with the one of the other that it overlaps most, if by IoU >= 0.5; each once."""
    scored = sorted(((_iou(x, y), i, j) for i, x in enumerate(a) for j, y in enumerate(b)), reverse=True)
    left, right = set[int](), set[int]()
    for iou, i, j in scored:
        if iou >= PAIR and i not in left and j not in right:
            left.add(i)
            right.add(j)
            yield a[i], b[j]


def _iou(x: Part, y: Part) -> float:
    both = min(x.end, y.end) - max(x.start, y.start)
    return both / (max(x.end, y.end) - min(x.start, y.start)) if both > 0 else 0.0


def speakers(pairs: Sequence[tuple[Article, Article]]) -> tuple[int, int]:
    """(contents that both have, of them with the same speaker)."""
    total = same = 0
    for one, two in pairs:
        mentions = [_mentions(article) for article in (one, two)]
        contents = ([p for p in x.parts if p.kind == "content"] for x in (one, two))
        for a, b in paired(*contents):
            first, second = one.speaker(a.number), two.speaker(b.number)
            total += 1
            named = ANONYMOUS not in (first, second)
            same += bool(mentions[0][first] & mentions[1][second]) if named else first == second
    return total, same


def _mentions(article: Article) -> dict[str, set[tuple[int, int]]]:
    found: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for name in article.names:
        found[name.key].add((name.start, name.end))
    return found


def agreement_table(articles: Sequence[Article]) -> list[str]:
    """Lines of the page: agreement per label and per part."""
    twice = pairs()
    lines = ["## Agreement of two annotators", ""]
    if not twice:
        return [*lines, "No article was annotated twice yet."]
    lines += [
        "What came out sharpened the guide. The cases that it then decided by form alone (commas and dashes at edges,",
        "ranges, `the` before a date, the unit of a rate) were brought into line in both, others in the first.",
        "",
        f"{len(twice)} of {len(articles)} articles were annotated twice; the second time blind, from text and guide.",
        "",
        "| mark | first | second | exact F | overlap F |",
        "|---|---:|---:|---:|---:|",
    ]
    for title, row in {**{f"names: {k}": v for k, v in names(twice).items()}, **parts(twice)}.items():
        if row.first + row.second:
            lines.append(
                f"| {title} | {row.first} | {row.second} | {row.f1(row.exact):.3f} | {row.f1(row.overlap):.3f} |"
            )
    total, same = speakers(twice)
    return [*lines, "", f"Of {total} contents that both have, {same / max(1, total):.1%} have the same speaker."]


def differences(pairs: Sequence[tuple[Article, Article]]) -> Iterator[str]:
    """Every mark that one has and the other has not, line by line."""
    for one, two in pairs:
        rows: list[tuple[int, int, str, str]] = []
        for who, x, y in (("first", one, two), ("second", two, one)):
            theirs: set[tuple[object, ...]] = {(n.start, n.end, n.label) for n in y.names}
            theirs |= {(p.start, p.end, p.kind) for p in y.parts}
            marks = [(n.start, n.end, n.label) for n in x.names] + [(p.start, p.end, p.kind) for p in x.parts]
            rows += [(start, end, label, who) for start, end, label in marks if (start, end, label) not in theirs]
        for start, end, label, who in sorted(rows):
            line = one.blocks[one.block_of(start)].line
            yield f"{one.id}:{line}: only the {who}: {label} {one.text[start:end]!r}"


def bare(article: Article) -> str:
    """The XML of an article without a mark in it."""
    root = article.path.read_text(encoding="utf-8")
    head = root[: root.index(">", root.index("<article")) + 1]
    lines = [re.sub(r"</?(?!h\b|sub\b|p\b)[A-Za-z_]+\b[^>]*>", "", line) for line in root[len(head) :].splitlines()]
    return head + "\n".join(lines) + "</article>\n"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m models.training.agreement")
    parser.add_argument("--differences", action="store_true")
    parser.add_argument("--blind", nargs="+", metavar=("FOLDER", "ID"), help="write bare articles into this folder")
    options = parser.parse_args(arguments)
    if options.blind:
        folder = Path(options.blind[0])
        folder.mkdir(parents=True, exist_ok=True)
        for name in options.blind[1:]:
            article = read(FOLDER / f"{name}.xml")
            (folder / f"{name}.xml").write_text(bare(article), encoding="utf-8")
        return 0
    print("\n".join(agreement_table(list(load(FOLDER)))))
    if options.differences:
        print(*differences(pairs()), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
