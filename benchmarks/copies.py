"""Copies planted among recorded pages, told from what is none, by the whole of Dedupe's look-up on a SQLite ledger.

    python -m benchmarks.copies [--limit N] [--speed] [--json]

Originals are texts of the dev half of wcxb with at least 150 words, all in one index. Planted copies: the whole text,
its first 60 %, either with a fifth of the words edited (others put in their place, put in or taken out), and each of
these with a footer of 40 words of another page. What is no copy: the pages themselves beside one another; two stories
of one event (every second paragraph each, and two paragraphs of quotations in both); texts of others (fundus, dev) that
quote an original in four places, up to two fifths of the whole. Figures are of verdicts: keys, ledger and comparison.

`--speed`: texts of 600 words in a ledger that holds 50,000 of them, made of the dev pages' pairs of words so that they
share turns of phrase as the pages do; a tenth of those that are looked up are edited copies of what is held.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.extraction import samples as pages
from benchmarks.figures import CpuClock, table
from benchmarks.rows import Row
from pipeline.ledger import SqlLedger, prints
from pipeline.ledger.engine import held
from pipeline.ledger.sql import chunks
from schemas.commits import IndexRow
from schemas.ids import article_id
from schemas.words import Disposition
from transforms.links import canonical
from transforms.shingles import SAMPLING, keys, samples
from transforms.verdicts import Print, Verdict, judge

MIN_WORDS = 150
KEPT, EDITED, FOOTER = 0.6, 0.2, 40
ENTRY = {"entry_id": "e", "revision_id": "r", "reading_id": "x", "text_key": "k"}
BUNDLE = 1_000  # texts of one unit
HELD, WORDS, LOOKED_UP = 50_000, 600, 4_000
FREE = 0.2  # of the words of a generated text follow nothing: then 400 of them share as much as 400 pages do

Make = Callable[[Sequence[str], Sequence[str], random.Random], list[str]]


class Planted(NamedTuple):
    kind: str
    text: str
    original: int  # -1: it is no copy of anything


def edit(words: Sequence[str], other: Sequence[str], chance: random.Random) -> list[str]:
    """One word in five has another in its place, one before it, or is gone."""
    done: list[str] = []
    for word in words:
        if chance.random() >= EDITED:
            done.append(word)
        elif (how := chance.randrange(3)) < 2:
            done += [chance.choice(other)] + [word] * how
    return done


def cut(words: Sequence[str]) -> list[str]:
    return list(words[: int(KEPT * len(words))])


COPIES: dict[str, Make] = {
    "whole": lambda words, other, chance: list(words),
    "cut": lambda words, other, chance: cut(words),
    "edited": edit,
    "cut and edited": lambda words, other, chance: edit(cut(words), other, chance),
}


def planted(texts: Sequence[str], others: Sequence[str], seed: int = 7) -> Iterator[Planted]:
    chance = random.Random(seed)
    split = [text.split() for text in texts]
    for at, words in enumerate(split):
        other, third = split[at - 1], split[at - 2]
        for kind, make in COPIES.items():
            copy = make(words, third, chance)
            yield Planted(kind, " ".join(copy), at)
            yield Planted(f"{kind}, foreign footer", " ".join([*copy, *other[-FOOTER:]]), at)
        own = others[at % len(others)].split()
        yield Planted("quoting", " ".join(quoting(own, words, chance)), -1)


def quoting(own: Sequence[str], quoted: Sequence[str], chance: random.Random) -> list[str]:
    """A text of one's own with four quotations, a fifth to two fifths of the whole."""
    own = own[:600]
    each = int(len(own) * chance.uniform(0.25, 0.66) / 4)
    done: list[str] = []
    for n in range(4):
        done += own[n * len(own) // 4 : (n + 1) * len(own) // 4]
        done += quoted[(start := n * len(quoted) // 4) : start + min(each, len(quoted) // 4)]
    return done


def apart(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Two stories of one event: sentences of their own, two paragraphs of the same quotations."""
    for text in texts:
        lines = [line for line in text.split("\n") if len(line.split()) > 5]
        both = lines[2:4]
        one, other = lines[4::2], lines[5::2]
        shared = sum(len(line.split()) for line in both)
        if min(sum(len(line.split()) for line in story) for story in (one, other)) >= max(MIN_WORDS, 1.5 * shared):
            yield "\n".join([*one[:2], *both, *one[2:]]), "\n".join([*both, *other])


class SetClock:
    def now(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=UTC)


class House:
    """A ledger of its own that holds some texts."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'ledger.db'}"
        with held(self.url):
            self.ledger = SqlLedger(self.url, SetClock(), lease_s=3_600)

    def hold(self, texts: Sequence[str], name: str = "original") -> None:
        rows = [row(f"{name}-{n}", sample) for n, sample in enumerate(samples(texts))]
        self.ledger.writing(lambda c: prints.write(c, rows, "u" * 32, self.ledger.now()))

    def verdicts(self, texts: Sequence[str]) -> list[Verdict]:
        """Of texts that come one by one, each alone in its unit."""
        rows = [row(f"later-{n}", sample, published="2026-03-01") for n, sample in enumerate(samples(texts))]
        done = []
        for some in chunks(rows, BUNDLE):
            near = self.ledger.neighbours({one.article_id: one.sample for one in some}, (), 0.0)
            for one in some:
                alone = Print(visit_id="v", direct=True, index=one)
                done.append(judge([alone], {}, near, {}, "u")["v"])
        return done


def row(slug: str, sample: bytes, published: str = "2026-02-01") -> IndexRow:
    url = f"https://{slug}.test/1"
    return IndexRow(article_id=article_id(url), url=url, site=f"{slug}.test", published=published, sample=sample,
                    sampling=SAMPLING, **ENTRY)  # fmt: skip


def originals(limit: int = 0) -> list[str]:
    """One page was recorded twice; what has fewer words is in no paper's whole article."""
    texts = {canonical(page.url): page.text for page in pages("wcxb", "dev")}
    return [text for text in texts.values() if len(text.split()) >= MIN_WORDS][: limit or None]


def measure(limit: int = 0) -> list[dict[str, Any]]:
    """A row for each kind of text: how many there are, how many were called copies, how many of the right one."""
    texts = originals(limit)
    others = [page.text for page in pages("fundus", "dev") if len(page.text.split()) >= MIN_WORDS]
    tried = list(planted(texts, others))
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        house.hold(texts)
        told = house.verdicts([one.text for one in tried])
        itself = house.verdicts(texts)
    rows: dict[str, dict[str, Any]] = {}
    for one, verdict in zip(tried, told, strict=True):
        counted = rows.setdefault(one.kind, {"kind": one.kind, "texts": 0, "copies": 0, "right": 0})
        counted["texts"] += 1
        counted["copies"] += verdict.disposition == Disposition.COPY
        counted["right"] += one.original >= 0 and _names(verdict, one.original)
    others = sum(not _names(verdict, n) for n, verdict in enumerate(itself))
    rows["pages"] = {"kind": "pages beside one another", "texts": len(texts), "copies": others, "right": 0}
    both = list(apart(texts))
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        house.hold([one for one, _ in both])
        same = sum(v.disposition == Disposition.COPY for v in house.verdicts([other for _, other in both]))
    rows["apart"] = {"kind": "stories of one event", "texts": len(both), "copies": same, "right": 0}
    return list(rows.values())


def _names(verdict: Verdict, original: int) -> bool:
    return verdict.original_article_id == article_id(f"https://original-{original}.test/1")


def score(limit: int = 0) -> dict[str, float]:
    """Recall over all planted copies, over those that are cut, and over those cut and edited; precision over all."""
    rows = measure(limit)
    copies = [one for one in rows if one["kind"].split(",")[0] in COPIES]
    right = sum(one["right"] for one in copies)
    called = sum(one["copies"] for one in rows)

    def recall(word: str) -> float:
        some = [one for one in copies if word in one["kind"]]
        return float(sum(one["right"] for one in some) / sum(one["texts"] for one in some))

    return {
        "recall": recall(""),
        "recall of cut copies": recall("cut"),
        "recall of cut and edited copies": recall("cut and edited"),
        "precision": right / called,
    }


def generated(count: int, seed: int) -> Iterator[list[str]]:
    """Texts of WORDS words, of which most followed the one before it somewhere in the dev pages."""
    words = [word for text in originals() for word in text.split()]
    names = sorted(set(words))
    number = {name: n for n, name in enumerate(names)}
    coded = np.array([number[word] for word in words])
    order = np.argsort(coded[:-1], kind="stable")
    after = coded[1:][order]
    first = np.searchsorted(coded[:-1][order], np.arange(len(names) + 1))
    chance = np.random.default_rng(seed)
    for some in range(0, count, 5_000):
        size = min(5_000, count - some)
        at = chance.choice(coded, size)
        steps = [at]
        for _ in range(WORDS - 1):
            low, high = first[at], first[at + 1]
            choice = low + (chance.random(size) * (high - low)).astype(int)
            paired = (high > low) & (chance.random(size) >= FREE)
            at = np.where(paired, after[np.minimum(choice, len(after) - 1)], chance.choice(coded, size))
            steps.append(at)
        for text in np.stack(steps, axis=1).tolist():
            yield [names[n] for n in text]


def speed(count: int = HELD, looked_up: int = LOOKED_UP) -> dict[str, float]:
    """Look-ups a second of CPU: shingles, the ledger's answer, the comparison, a bundle at a time; best of three."""
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        held_words = list(generated(looked_up // 10, 1))
        filled(house, [" ".join(words) for words in held_words], "copied")
        filled(house, (" ".join(words) for words in generated(count - looked_up // 10, 2)), "filling")
        chance = random.Random(3)
        new = list(generated(looked_up - len(held_words), 4))
        texts = [" ".join(edit(words, new[n], chance)) for n, words in enumerate(held_words)]
        texts += [" ".join(words) for words in new]
        chance.shuffle(texts)
        house.verdicts(texts[:BUNDLE])
        times, shingling = [], []
        for _ in range(3):
            clock = CpuClock()
            copies = sum(v.disposition == Disposition.COPY for v in looked(house, texts))
            times.append(clock.ms() / 1_000)
            clock = CpuClock()
            for some in chunks(texts, BUNDLE):
                samples(some)
            shingling.append(clock.ms() / 1_000)
        size = Path(house.url.removeprefix("sqlite:///")).stat().st_size
    return {
        "look-ups a second": looked_up / min(times),
        "shingled a second": looked_up / min(shingling),
        "copies found": copies,
        "of": len(held_words),
        "KiB of ledger for a text": size / count / 1_024,
    }


def looked(house: House, texts: Sequence[str]) -> list[Verdict]:
    """The whole way of a bundle, in one unit: its texts are compared with one another, too."""
    done: list[Verdict] = []
    for number, some in enumerate(chunks(texts, BUNDLE)):
        rows = [row(f"new-{number}-{n}", sample, "2026-03-01") for n, sample in enumerate(samples(some))]
        near = house.ledger.neighbours({one.article_id: one.sample for one in rows}, (), 0.0)
        unit = [Print(visit_id=one.article_id, direct=True, index=one) for one in rows]
        done += judge(unit, {}, near, {}, "u").values()
    return done


def filled(house: House, texts: Any, name: str) -> None:
    """By the driver of the database, not by the ledger: that writes, and this is a benchmark of reading."""
    raw = house.ledger.engine.raw_connection()
    cursor = raw.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    [(doc,)] = cursor.execute("SELECT coalesce(max(doc), 0) FROM prints").fetchall()
    lines: list[tuple[int, int]] = []
    cursor.execute("BEGIN")
    for some in chunks(texts, BUNDLE):
        for sample in samples(some):
            doc += 1
            one = row(f"{name}-{doc}", sample)
            cursor.execute("INSERT INTO articles (article_id, url, site, entry_id, published, unit_id) VALUES "
                           "(?, ?, ?, 'e', ?, 'u')", (one.article_id, one.url, one.site, one.published))  # fmt: skip
            cursor.execute("INSERT INTO prints (doc, article_id, sampling, at, sample) VALUES (?, ?, ?, 1, ?)",
                           (doc, one.article_id, SAMPLING, sample))  # fmt: skip
            lines += [(key, doc) for key in set(keys([sample])[0].tolist())]
    cursor.executemany("INSERT INTO shingles (shingle, doc) VALUES (?, ?)", sorted(lines))
    cursor.execute("COMMIT")
    raw.close()


def rows() -> list[Row]:
    alone = "python -m benchmarks.copies"
    out = [Row(f"copies: {name}", figure, "", None, alone) for name, figure in score().items()]
    found = speed()
    out.append(Row("copies: look-ups a second", found["look-ups a second"], "", None, f"{alone} --speed"))
    return out


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--held", type=int, default=HELD)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args(argv)
    found = [speed(args.held)] if args.speed else measure(args.limit)
    head = list(found[0])
    print(json.dumps(found) if args.json else table([[one[key] for key in head] for one in found], head))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
