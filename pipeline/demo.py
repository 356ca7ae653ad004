"""`newsbeam demo`: the press of `seeds/demo` on this machine, watched for two cycles by the real pipeline."""

from __future__ import annotations

import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import typer
from sqlalchemy import select

from pipeline import driver
from pipeline.ledger import tables as t
from pipeline.press import Press
from pipeline.report import progress, tell
from pipeline.terminal import safe
from pipeline.world import RealWorld, open_world
from schemas.config import Network, Output, Paths, Settings, TestNetwork
from schemas.records import Claim, Revision

CLAIMS_SHOWN = 3
EVIDENCE = 60  # characters of the text around a claim that are shown


def settings(press: Press, out: Path) -> Settings:
    """What the demo sets: the press's names lead to this machine, and nobody needs to be waited for."""
    network = Network(
        host_gap_s=0.0, retries=1, max_retry_wait_s=0.2, connect_timeout_s=2.0, test=TestNetwork(dict(press.hosts))
    )
    return Settings(
        network=network,
        output=Output(dir=str(out)),
        paths=Paths(feeds=str(out / "feeds.toml")),
    )


@contextmanager
def folder(out: Path | None) -> Iterator[Path]:
    """The given folder, else a temporary one that stays for a look afterwards."""
    path = out or Path(tempfile.mkdtemp(prefix="newsbeam-demo-"))
    path.mkdir(parents=True, exist_ok=True)
    yield path


def demo(out: Path | None, *, json: bool) -> driver.Summary:
    """Two cycles; prints the summary and three claims with their evidence. Gives the summary of both."""
    with folder(out) as here, Press(here / "press-log.jsonl") as press:
        press.write_feeds_toml(here / "feeds.toml")
        world = open_world(settings(press, here))
        say(f"a press of {len(press.hosts)} hosts and {len(press.feeds)} feeds is up on this machine")
        cycles = []
        for number in (1, 2):
            if number == 2:
                press.next_cycle()
                say("the press publishes again: an article is revised, a feed moves, others answer 304")
                make_due(world)
            say(f"cycle {number}")
            with progress() as show:
                cycles.append(driver.run(world, progress=show))
            if not json:
                tell(cycles[-1], json=False)
        summary = together(cycles)
        claims = some_claims(world)
        if json:
            out_json = {"cycles": [msgspec.json.decode(driver.as_json(c)) for c in cycles], "claims": claims}
            typer.echo(msgspec.json.encode(out_json).decode())
        else:
            for claim, revision in claims:
                typer.echo("\n" + describe(claim, revision))
            typer.echo(f"\n{summary.total} visits in two cycles; results, ledger and archive are in {here}", err=True)
            typer.echo(f"two papers that cannot both be right: newsbeam claims --conflicts --out {here}", err=True)
            typer.echo(f"ask on: newsbeam sql 'SELECT speaker, kind FROM claims' --out {here}", err=True)
        return summary


def serve(out: Path | None) -> None:
    """Leave the press up until SIGTERM or Ctrl-C, and say how to watch it."""
    with folder(out) as here, Press(here / "press-log.jsonl") as press:
        press.write_feeds_toml(here / "feeds.toml")
        resolve = "".join(f'"{host}" = "{address}"\n' for host, address in press.hosts.items())
        network = f"[network]\nhost_gap_s = 0\nretries = 1\n\n[network.test.resolve]\n{resolve}"
        text = f'[paths]\nfeeds = "feeds.toml"\n\n{network}'
        (here / "newsbeam.toml").write_text(text, encoding="utf-8")
        for feed in press.feeds:
            typer.echo(feed.url)
        say(f"watch it from another terminal: newsbeam watch --config {here / 'newsbeam.toml'}")
        done = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: done.set())
        done.wait()


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def make_due(world: RealWorld) -> None:
    """Every feed is due: the demo does not wait for their interval."""
    from pipeline.ledger.replays import all_due

    with world.ledger().engine.begin() as connection:
        all_due(connection, world.feeds)


def together(cycles: list[driver.Summary]) -> driver.Summary:
    visits: dict[str, int] = {}
    for cycle in cycles:
        for word, count in cycle.visits.items():
            visits[word] = visits.get(word, 0) + count
    return msgspec.structs.replace(
        cycles[-1],
        units=sum(c.units for c in cycles),
        leased=sum(c.leased for c in cycles),
        visits=visits,
        seconds=sum(c.seconds for c in cycles),
        balanced=all(c.balanced for c in cycles),
    )


def some_claims(world: RealWorld) -> list[tuple[Claim, Revision]]:
    """The surest claim of a named speaker in each of a few articles."""
    query = (
        select(t.read_claims.c.record, t.read_revisions.c.record)
        .join(t.read_revisions, t.read_revisions.c.reading_id == t.read_claims.c.reading_id)
        .where(t.read_claims.c.speaker_status == "named", t.read_claims.c.current.is_(True))
        .order_by(t.read_revisions.c.url, t.read_claims.c.claim_id)
    )
    best: dict[str, tuple[Claim, Revision]] = {}
    with world.ledger().reading() as connection:
        for record, text in connection.execute(query):
            claim = msgspec.json.decode(record, type=Claim)
            held = best.get(claim.article_id)
            if held is None or claim.confidence > held[0].confidence:
                best[claim.article_id] = (claim, msgspec.json.decode(text, type=Revision))
    return sorted(best.values(), key=lambda pair: (-pair[0].confidence, pair[1].url))[:CLAIMS_SHOWN]


def describe(claim: Claim, revision: Revision) -> str:
    """A claim with its evidence, for a person."""
    lines = [f"{claim.speaker} ({claim.kind} {claim.type}, {claim.reason}, confidence {claim.confidence:.2f})"]
    for span in claim.content:
        before = revision.text[max(0, span.start - EVIDENCE) : span.start].split("\n")[-1]
        after = revision.text[span.end : span.end + EVIDENCE].split("\n")[0]
        lines += [f"  …{before}[{span.exact}]{after}…", f"  characters {span.start} to {span.end} of {revision.url}"]
    return "\n".join(safe(line) for line in lines)
