"""Counts of what the corpus holds, axis by axis, and how well two annotators agree: `corpus/COVERAGE.md`.

    python -m models.training.coverage [--write]

Without `--write` it prints the page, and fails when an axis has an empty cell.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import mean, median

from models.training.agreement import agreement_table
from models.training.check import FIELDS, OUTLETS, REGIONS, SHAPES, cue_lemmas
from models.training.corpus import FOLDER, LABELS, Article, load
from models.training.patterns import PATTERNS, patterns

FILE = Path(__file__).parent / "corpus" / "COVERAGE.md"
YEARS = [str(year) for year in range(2016, 2027)]
STYLES = ("straight", "curly", "British single", "dashes", "none")
FORMS = (
    "headline alone", "caption", "caption with a credit", "dateline in capitals", "byline", "bullets", "boilerplate",
    "judged no name", "sub-headline", "table",
)  # fmt: skip
WIRE = ("wire",)
SPEECH = ("indirect", "mixed", "direct")
NEWSPAPER = ("broadsheet", "tabloid", "broadcaster", "local", "magazine")

_CREDIT = re.compile(r"(?:Photo|Picture|Image|Credit|Photograph|Foto)\w*\b|\([^)]*/[^)]*\)", re.IGNORECASE)
_DATELINE = re.compile(r"[A-Z][A-Z'’. -]{2,}[,(–—-]|[A-Z][A-Z'’. -]{2,}, \w")


def quotation_style(article: Article) -> str:
    """The marks of most quotations of an article."""
    text = article.text
    counts = {
        "curly": text.count("“"),
        "straight": len(re.findall(r'(?:^|[\s(])"', text)),
        "British single": len(re.findall(r"(?:^|[\s(])['‘](?=\w)", text)),
        "dashes": len(re.findall(r"^[–—-] ", text, re.MULTILINE)),
    }
    best = max(counts, key=lambda style: counts[style])
    return best if counts[best] else "none"


def forms(article: Article) -> set[str]:
    """What an article shows beside paragraphs."""
    kinds = {block.kind for block in article.blocks}
    captions = [article.text[b.start : b.end] for b in article.blocks if b.kind == "caption"]
    firsts = [article.text[b.start : b.end] for b in article.blocks if b.kind == "paragraph"][:1]
    found = {
        "headline alone": "paragraph" not in kinds,
        "caption": bool(captions),
        "caption with a credit": any(_CREDIT.search(caption) for caption in captions),
        "dateline in capitals": any(_DATELINE.match(first) for first in firsts),
        "byline": "byline" in kinds,
        "bullets": "bullet" in kinds,
        "boilerplate": "boilerplate" in kinds,
        "judged no name": bool(article.judged),
        "sub-headline": "sub" in kinds,
        "table": "table" in kinds,
    }
    return {form for form, there in found.items() if there}


def counted(title: str, values: Iterable[str], wanted: Iterable[str]) -> tuple[str, list[tuple[str, int]]]:
    """One axis: its cells in the order of `wanted`, empty ones too."""
    counts = Counter(values)
    return title, [(cell, counts[cell]) for cell in wanted]


def axes(articles: Sequence[Article]) -> list[tuple[str, list[tuple[str, int]]]]:
    seen = [{p for _, p in patterns(a)} for a in articles]
    return [
        counted("Region", (a.get("region") for a in articles), sorted(REGIONS)),
        counted("Field", (a.get("field") for a in articles), sorted(FIELDS)),
        counted("Outlet", (a.get("outlet") for a in articles), sorted(OUTLETS)),
        counted("Year", (a.get("date")[:4] for a in articles), YEARS),
        counted("Quotation marks", map(quotation_style, articles), STYLES),
        counted("Shape of organisations", (s for a in articles for s in a.get("shapes").split()), sorted(SHAPES)),
        counted("Form", (f for a in articles for f in forms(a)), FORMS),
        counted("Articles with an attribution that is", (p for some in seen for p in some), PATTERNS),
        counted("Names by label", (n.label for a in articles for n in a.names), sorted(LABELS)),
    ]


def empty(articles: Sequence[Article]) -> list[str]:
    """`axis: cell` of every cell that no article fills."""
    return [f"{title}: {cell}" for title, cells in axes(articles) for cell, count in cells if not count]


def page(articles: Sequence[Article]) -> str:
    lines = [
        "# What the corpus holds",
        "",
        "Written by `python -m models.training.coverage --write`; every cell counts articles unless it says otherwise.",
        "",
        f"{len(articles)} articles, {sum(len(a.text.split()) for a in articles):,} words, "
        f"{sum(len(a.names) for a in articles):,} names and numbers, "
        f"{sum(len(a.attributions()) for a in articles):,} attributions, {len(cue_lemmas(articles))} cue lemmas.",
        "",
    ]
    for title, cells in axes(articles):
        lines += [f"## {title}", "", "| | |", "|---|---:|", *(f"| {cell} | {count} |" for cell, count in cells), ""]
    traditions = Counter(t for a in articles for t in a.get("traditions").split())
    lines += ["## Naming traditions", "", f"{len(traditions)} traditions: "]
    lines[-1] += ", ".join(f"{name} {count}" for name, count in sorted(traditions.items())) + "."
    lines += ["", "## Attributions an article", "", "| outlets | articles | median | mean | within the band |"]
    lines += ["|---|---:|---:|---:|---:|"]
    for title, kinds, (least, most) in (("newspaper kind", NEWSPAPER, (8, 25)), ("wire kind", WIRE, (5, 15))):
        whole = [a for a in articles if a.get("outlet") in kinds and "headline alone" not in forms(a)]
        if counts := [len(a.attributions()) for a in whole]:
            row = (f"{title}, {least}-{most}", len(counts), f"{median(counts):g}", f"{mean(counts):.1f}")
            lines.append(f"| {' | '.join(map(str, row))} | {mean(least <= n <= most for n in counts):.0%} |")
    spoken = Counter(pattern for a in articles for _, pattern in patterns(a) if pattern in SPEECH)
    lines += ["", f"Of all attributions {', '.join(f'{spoken[kind]:,} are {kind}' for kind in SPEECH)}."]
    return "\n".join([*lines, "", *agreement_table(articles)]).rstrip() + "\n"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m models.training.coverage")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args(arguments)
    articles = list(load(FOLDER))
    text, missing = page(articles), empty(articles)
    if options.write:
        FILE.write_text(text, encoding="utf-8")
    else:
        print(text)
    print(*(f"empty: {cell}" for cell in missing), sep="\n", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
