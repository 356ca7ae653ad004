"""How fast `relate` takes in claims, on a SQLite ledger whose window holds many.

    python -m benchmarks.statements_speed [--window 200000] [--units 10]

Articles are made up: nine lines, eight of which somebody says. Words are as frequent as in the table of weights; of
rare words, of which there are many, and of speakers few come often (Zipf). A third of the claims repeat one that the
window holds, a tenth of these with another figure. The window is filled beforehand, straight into the tables; two units
go before those that count. Units are of 200 articles, related as a pass relates them: statements, conflicts, stories,
notices, what leaves the window. Their files are not read. Processor seconds; memory is how much the process grew by
while the units were taken.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from math import exp
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import insert

from benchmarks.figures import CpuClock
from benchmarks.rows import Row
from pipeline.ledger import SqlLedger, window
from pipeline.ledger import tables as t
from pipeline.ledger.engine import held
from pipeline.ledger.sql import many
from pipeline.relate import take
from pipeline.relating.reads import reads
from schemas.config import Relate
from schemas.ids import article_id, claim_id, entity_id, reading_id, revision_id, statement_id, story_id
from schemas.records import Claim, DateValue, Entity, Reading, Revision, Span, Versions
from transforms import stories
from transforms.attribution.quantities import quantities
from transforms.statements.keys import keys
from transforms.statements.words import weights

ALONE = "python -m benchmarks.statements_speed"
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
CLAIMS, WORDS, ARTICLES = 8, 12, 200
WARMING = 2  # units
SPEAKERS, OUTLETS = 60_000, 400
REPEATED, OTHERWISE = 1 / 3, 0.1
VERSIONS = Versions(code="benchmark", model="", rules="")


class Said(NamedTuple):
    speaker: str
    words: str


class Source:
    """Articles without end, the same for the same seed."""

    def __init__(self) -> None:
        self.chance = random.Random(8)
        stems = weights()
        self.words = [f"{stem}a{n}" if n > len(stems) else stem for n, stem in enumerate(stems)]
        self.shares = list(accumulate(exp(-weight / 100) for weight in stems.values()))
        self.rare = [f"rare{_name(n).lower()}" for n in range(SPEAKERS)]
        self.ranks = list(accumulate(1 / (n + 20) for n in range(SPEAKERS)))
        self.held: list[Said] = []
        self.made = 0

    def said(self) -> Said:
        if self.held and self.chance.random() < REPEATED:
            one = self.chance.choice(self.held)
            if self.chance.random() < OTHERWISE:
                return Said(one.speaker, " ".join(self._other(word) for word in one.words.split()))
            words = one.words.split()
            words[self.chance.randrange(len(words))] = self._word()
            return Said(one.speaker, " ".join(words))
        number = self.chance.choices(range(SPEAKERS), cum_weights=self.ranks)[0]
        words = [self._word() for _ in range(WORDS)]
        words[5:5] = [str(self.chance.randrange(2, 99)), "people"] if self.chance.random() < 0.4 else []
        one = Said(f"{_name(number % 997)} {_name(number)}", " ".join(words))
        if len(self.held) < 300_000:
            self.held.append(one)
        return one

    def _word(self) -> str:
        if self.chance.random() < 0.15:
            return self.chance.choices(self.rare, cum_weights=self.ranks)[0]
        return self.chance.choices(self.words, cum_weights=self.shares)[0]

    def _other(self, word: str) -> str:
        return str(int(word) + 31) if word.isdigit() else word

    def article(self) -> dict[str, list[Any]]:
        """Rows of one article, by table."""
        self.made += 1
        site = f"outlet{self.made % OUTLETS}.test"
        url = f"https://{site}/{self.made}"
        said = [self.said() for _ in range(CLAIMS)]
        lines = [f"{one.speaker} said {one.words}." for one in said] + [f"It rained on day {self.made}."]
        text = "\n".join(lines)
        article = article_id(url)
        revision = revision_id(article, text)
        reading = reading_id(revision, "v")
        at = (BEGIN + timedelta(seconds=self.made)).isoformat()
        ids = {one.speaker: entity_id(reading, one.speaker, "PERSON") for one in said}
        claims, start = [], 0
        for one, line in zip(said, lines, strict=False):
            begin = start + len(one.speaker) + 6
            claims.append(
                Claim(
                    claim_id=claim_id(reading, begin, begin + len(one.words)), reading_id=reading, article_id=article,
                    kind="indirect", type="speech", content=(Span(begin, begin + len(one.words), one.words),),
                    speaker=one.speaker, speaker_entity_id=ids[one.speaker], speaker_status="named", confidence=0.9,
                    quantities=quantities(text, begin, begin + len(one.words)),
                )
            )  # fmt: skip
            start += len(line) + 1
        return {
            "revisions": [
                Revision(
                    revision_id=revision, article_id=article, url=url, site=site, title=said[0].words, authors=(),
                    published=DateValue(value=at, precision="second", source="feed"), language="en", text=text,
                )
            ],
            "readings": [
                Reading(reading_id=reading, revision_id=revision, article_id=article, versions=VERSIONS, read_at=at)
            ],
            "entities": [
                Entity(
                    entity_id=id_, reading_id=reading, article_id=article, name=name, label="PERSON", aliases=(),
                    mentions=(), salience=0.5,
                )
                for name, id_ in ids.items()
            ],
            "claims": claims,
            "lineage": [],
        }  # fmt: skip

    def unit(self, articles: int = ARTICLES) -> dict[str, list[Any]]:
        rows: dict[str, list[Any]] = {}
        for _ in range(articles):
            for name, some in self.article().items():
                rows.setdefault(name, []).extend(some)
        return rows


def _name(number: int) -> str:
    syllables = ("ba", "ce", "di", "fo", "gu", "ha", "ki", "lo", "me", "nu", "po", "ra", "su", "te", "vi", "zo")
    return "".join(syllables[number >> shift & 15] for shift in (0, 4, 8, 12)).capitalize()


def fill(ledger: SqlLedger, source: Source, claims: int) -> float:
    """Puts so many claims into the window as if each were a statement of its own; gives when the last was placed."""
    n, at = 0, BEGIN.timestamp()
    while n < claims:
        at += ARTICLES
        some = reads(source.unit())
        with ledger.engine.begin() as connection:
            rows, found = [], []
            for one in (f for read in some for f in read.facts):
                n += 1
                rows.append(
                    {
                        "n": n, "claim_id": one.claim_id, "article_id": one.article_id, "current": True,
                        "statement_id": statement_id(one.claim_id), "speaker": one.speaker.key, "placed_at": at,
                        "facts": window.packed(one), "posted": window.packed_keys(keys(one).posted),
                    }
                )  # fmt: skip
                found += [(key, n) for key in keys(one).posted]
            connection.execute(insert(t.related_claims), rows)
            many(connection, "INSERT INTO claim_keys (key, n) VALUES (?, ?)", sorted(found))
            told = [(stories.told(read.revision, read.entities, read.at), read) for read in some]
            connection.execute(
                insert(t.related_articles),
                [
                    {
                        "article_id": one.article_id, "n": place, "story_id": story_id(one.article_id),
                        "site": one.site, "revision_id": read.revision.revision_id, "title": read.revision.title,
                        "at": one.at, "placed_at": at, "terms": window.packed(one),
                    }
                    for place, (one, read) in enumerate(told, n - len(rows) + 1)
                ],
            )  # fmt: skip
            window.post_articles(connection, dict(enumerate((one for one, _ in told), n - len(rows) + 1)))
    return at


class Speed(NamedTuple):
    window: int
    claims: int
    seconds: float
    grown_mb: float

    @property
    def per_second(self) -> float:
        return self.claims / self.seconds


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def measure(held_claims: int, units: int) -> Speed:
    with tempfile.TemporaryDirectory() as folder:
        ledger = SqlLedger(f"sqlite:///{Path(folder)}/newsbeam.db", Standing(), 600)
        with held(ledger.url):
            source, most = Source(), 0.0
            at = fill(ledger, source, held_claims)
            made = [source.unit() for _ in range(WARMING + units)]
            gc.freeze()  # what the benchmark itself holds is no burden of the collector
            before, clock = resident_mb(), CpuClock()
            for number, unit in enumerate(made, -WARMING):
                if number == 0:
                    clock = CpuClock()
                with ledger.engine.begin() as connection:
                    take(connection, unit, at + WARMING + number, Relate(window_claims=held_claims))
                most = max(most, resident_mb())
            return Speed(held_claims, units * ARTICLES * CLAIMS, clock.ms() / 1_000, most - before)


class Standing:
    """A clock that stands."""

    def now(self) -> datetime:
        return BEGIN


def rows() -> list[Row]:
    speed = measure(200_000, 5)
    return [
        Row("statements: claims a second into 200,000", speed.per_second, "2,000 a second", 2_000.0, ALONE),
        Row("statements: memory for it, MB", speed.grown_mb, "", None, ALONE),
    ]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--window", type=int, default=200_000, metavar="CLAIMS")
    parser.add_argument("--units", type=int, default=10, help="of 200 articles with 8 claims each")
    options = parser.parse_args(argv)
    speed = measure(options.window, options.units)
    print(
        f"{speed.claims:,} claims into a window of {speed.window:,}: {speed.per_second:,.0f} a second; "
        f"the process grew by {speed.grown_mb:.0f} MB"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
