"""A unit's claims -> statements, clashes, and what became of the claims that they take the place of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, delete

from pipeline.ledger import related, window
from pipeline.ledger import tables as t
from pipeline.ledger.sql import among, chunks, many, upsert
from pipeline.relating.reads import Read
from schemas.ids import change_id
from schemas.records import Claim, ClaimChange
from transforms.lifecycle import Change, Step, steps
from transforms.statements.cluster import Placed, place
from transforms.statements.keys import keys
from transforms.statements.speakers import who


def relate_claims(connection: Connection, reads: Sequence[Read], done_at: float) -> set[str]:
    """Puts the claims into statements; gives the statements that are no longer what they were."""
    inherited: dict[str, str] = {}
    for one in reads:
        of = {row.claim_id: row.statement_id for row in one.before}
        for step in steps(one.before_facts, one.facts) if one.before else ():
            if step.before and step.after and step.kind is not Change.SPEAKER:
                inherited[step.after.claim_id] = of[step.before.claim_id]
            _note(connection, one, step)
    gone = [row for one in reads for row in one.before]
    touched = {row.statement_id for row in gone}
    clashing = {c for row in related.clashing(connection, (r.claim_id for r in gone)) for c in row[:2]}
    touched |= {row.statement_id for row in related.placed(connection, claims=clashing)}
    related.drop(connection, gone)
    new = [known for one in reads for known in one.facts]
    found = {one.claim_id: keys(one) for one in new}
    held = window.window(connection, [one.asked for one in found.values()])
    placed, clashes = place(held, new, inherited, found)
    _write(connection, placed, {c.claim_id: c for one in reads for c in one.claims}, done_at)
    related.note_clashes(connection, clashes)
    touched |= {one.statement for one in placed}
    return touched | {
        row.statement_id for row in related.placed(connection, claims={c.other.claim_id for c in clashes})
    }


def _write(connection: Connection, placed: Sequence[Placed], claims: Mapping[str, Claim], done_at: float) -> None:
    rows = [
        (
            one.n,
            one.facts.claim_id,
            one.facts.article_id,
            one.statement,
            who(claims[one.facts.claim_id]),
            True,
            done_at,
            window.packed(one.facts),
            window.packed_keys(one.keys.posted),
        )
        for one in placed
    ]
    for ids in chunks((one.facts.claim_id for one in placed), window.AT_ONCE):  # a text comes back with its claims
        connection.execute(delete(t.related_claims).where(among(connection, t.related_claims.c.claim_id, ids)))
    many(
        connection,
        "INSERT INTO related_claims"
        " (n, claim_id, article_id, statement_id, speaker, current, placed_at, facts, posted)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    window.post(connection, placed)


def _note(connection: Connection, one: Read, step: Step) -> None:
    """A change of a text is noted; a text that was only read again, by other rules, has not changed."""
    if step.kind is None or not one.revision.changes:
        return
    after, before = step.after, step.before
    names = {c.claim_id: who(c) for c in one.claims} | {r.claim_id: r.speaker for r in one.before}
    ids = (after.claim_id if after else "", before.claim_id if before else "")
    made = ClaimChange(
        change_id=change_id(one.revision.revision_id, *ids),
        article_id=one.article_id,
        revision_id=one.revision.revision_id,
        follows=one.revision.follows,
        kind=step.kind.value,
        claim_id=ids[0],
        before_claim_id=ids[1],
        words=after.content if after else "",
        before_words=before.content if before else "",
        speaker=names.get(ids[0], ""),
        before_speaker=names.get(ids[1], ""),
        at=one.read_at,
    )
    row = {
        "change_id": made.change_id,
        "article_id": made.article_id,
        "kind": made.kind,
        "record": msgspec.json.encode(made).decode(),
    }
    upsert(connection, t.read_claim_changes, [row], update=("record",))
