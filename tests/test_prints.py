"""The index of copies in a real ledger: what it finds, for how long, and how it is made anew."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import func, select, update
from test_ledger import SAMPLE, STRANGE, clock, entry, ledger, open_unit, poll, visits  # noqa: F401 - fixtures

from pipeline.ledger import SqlLedger, prints
from pipeline.ledger import tables as t
from pipeline.upkeep import renew_prints
from schemas.commits import IndexRow
from schemas.config import Dedupe, Lease
from schemas.flow import Settled
from schemas.ids import article_id
from schemas.records import Revision
from transforms.nearness import COMMON
from transforms.shingles import SAMPLING, keys, sampled

STORY = " ".join(f"word{n}" for n in range(300))


def row(slug: str, sample: bytes = SAMPLE, **more: str) -> IndexRow:
    url = f"https://{slug}.test/story"
    given = {"text_key": "k", "reading_id": "x", "revision_id": f"revision of {slug}", "entry_id": slug, **more}
    return IndexRow(article_id=article_id(url), url=url, site=f"{slug}.test", sample=sample, sampling=SAMPLING, **given)


def commit(ledger: SqlLedger, name: str, *rows: IndexRow) -> None:  # noqa: F811
    unit = open_unit(ledger, name)
    poll(ledger, unit, *(entry(f"{name}-{r.url}") for r in rows))
    leased = ledger.lease(unit, Lease())
    ledger.prepare(Settled(unit_id=unit, visits=visits(unit, leased), index=rows))
    ledger.mark(unit)


def held_text(ledger: SqlLedger, index: IndexRow, text: str) -> None:  # noqa: F811
    """As the walk leaves it in the read model."""
    record = Revision(revision_id=index.revision_id, article_id=index.article_id, url=index.url, site=index.site,
                      title="", authors=(), published=None, language="en", text=text, page_id="p")  # fmt: skip
    values = {name: getattr(record, name) for name in ("revision_id", "article_id", "url", "site", "title", "language")}
    body = msgspec.json.encode(record).decode()
    with ledger.engine.begin() as connection:
        more = {"reading_id": "x", "published": "", "current": True, "record": body, "seq": 1}
        connection.execute(t.read_revisions.insert(), values | more)


def sizes(ledger: SqlLedger) -> tuple[int, int]:  # noqa: F811
    with ledger.reading() as connection:
        return tuple(connection.scalar(select(func.count()).select_from(table)) for table in (t.prints, t.shingles))


def found(ledger: SqlLedger, sample: bytes = SAMPLE, named: tuple[str, ...] = (), since: float = 0.0) -> list[str]:  # noqa: F811
    rows = ledger.neighbours({"asking": sample}, named, since).rows
    return sorted(one.url for one in rows.values())


def test_a_revised_article_is_found_by_its_new_text_only(ledger, clock):  # noqa: F811
    commit(ledger, "a", row("wire"))
    clock.later(hours=1)
    commit(ledger, "b", row("wire", STRANGE, revision_id="second"))
    assert found(ledger) == []
    assert found(ledger, STRANGE) == ["https://wire.test/story"]
    assert sizes(ledger) == (1, len(set(keys([STRANGE])[0].tolist())))


def test_a_copy_leaves_nothing_to_be_found_by(ledger):  # noqa: F811
    commit(ledger, "a", row("grid", copy_of="another"))
    assert sizes(ledger) == (0, 0)


def test_a_text_is_found_within_the_window_and_its_rows_go_after_it(ledger, clock):  # noqa: F811
    commit(ledger, "a", row("wire"))
    clock.later(days=31)
    commit(ledger, "b", row("news", STRANGE))
    since = ledger.now() - 30 * 86_400
    assert found(ledger, since=since) == []
    assert ledger.writing(lambda c: prints.expire(c, since)) == 1
    assert sizes(ledger) == (1, len(set(keys([STRANGE])[0].tolist())))
    assert list(ledger.known([row("wire").article_id])) == [row("wire").article_id]  # its address is known for ever


def test_a_source_that_a_page_names_is_found_however_old_it_is(ledger, clock):  # noqa: F811
    wire = row("wire")
    commit(ledger, "a", wire, row("grid", copy_of=wire.article_id))
    held_text(ledger, wire, STORY)
    clock.later(days=400)
    ledger.writing(lambda c: prints.expire(c, ledger.now()))
    near = ledger.neighbours({"asking": SAMPLE}, [wire.article_id, row("grid").article_id], ledger.now())
    assert near.rows[wire.article_id].sample == SAMPLE  # made anew of its text
    assert near.rows[row("grid").article_id].article_id == wire.article_id  # of a copy, its original


def test_a_turn_of_phrase_that_many_articles_hold_finds_none_of_them(ledger, clock):  # noqa: F811
    commit(ledger, "a", *(row(f"n{n}") for n in range(COMMON)))
    assert len(found(ledger)) == COMMON
    clock.later(hours=1)
    commit(ledger, "b", row("more"))
    assert found(ledger) == []


def test_prints_of_another_sampling_are_unknown_until_they_are_made_anew(ledger):  # noqa: F811
    wire = row("wire")
    commit(ledger, "a", wire)
    held_text(ledger, wire, STORY)
    with ledger.engine.begin() as connection:
        connection.execute(update(t.prints).values(sampling=SAMPLING - 1, sample=STRANGE))
        connection.execute(t.shingles.delete())
        connection.execute(t.shingles.insert(), [{"shingle": key, "doc": 1} for key in (8, 16)])
    assert found(ledger) == found(ledger, STRANGE) == []
    renew_prints(ledger, Dedupe(30), stale_only=True)
    assert found(ledger) == ["https://wire.test/story"]
    assert sizes(ledger) == (1, len(set(keys([SAMPLE])[0].tolist())))
    with ledger.reading() as connection:
        assert not prints.stale(connection)


def test_what_was_written_before_the_window_is_not_made_anew(ledger, clock):  # noqa: F811
    commit(ledger, "a", wire := row("wire", b""))
    held_text(ledger, wire, STORY)
    clock.later(days=31)
    renew_prints(ledger, Dedupe(30), stale_only=True)
    assert sizes(ledger) == (0, 0)
    assert ledger.writing(lambda c: prints.renew(c, 0.0)) == 1


def test_a_unit_that_an_earlier_version_prepared_is_taken_in_without_a_print(ledger):  # noqa: F811
    """Its rows have no sample: they are made anew as those of another sampling are."""
    commit(ledger, "a", msgspec.structs.replace(row("wire"), sample=b"", sampling=0))
    assert sizes(ledger) == (0, 0)
    assert ledger.known([row("wire").article_id])


def test_texts_are_given_with_the_page_they_were_read_from(ledger):  # noqa: F811
    held_text(ledger, wire := row("wire"), STORY)
    [before] = ledger.texts([wire.revision_id, "unknown"]).values()
    assert (before.text, before.page_id) == (STORY, "p")


@pytest.mark.parametrize("words", [90, 300, 3_000])
def test_a_cut_and_edited_copy_of_any_length_is_among_the_neighbours(ledger, words):  # noqa: F811
    text = " ".join(f"word{n}" for n in range(words))
    commit(ledger, "a", row("wire", sampled(text)))
    kept = text.split()[: words * 6 // 10]
    copy = " ".join(f"new{n}" if n % 5 == 0 else word for n, word in enumerate(kept))
    assert found(ledger, sampled(copy)) == ["https://wire.test/story"]
