"""What a unit's works and outcomes come to: visits, copies and tables, decided without files, ledger or Beam."""

from __future__ import annotations

import random
from collections import Counter

import msgspec
import pytest

from schemas.commits import IndexRow, Package
from schemas.flow import Copied, Outcome, Work, pack
from schemas.ids import article_id, claim_id, entity_id, reading_id, revision_id
from schemas.records import (
    TABLES,
    Article,
    Claim,
    DeadLetter,
    Entity,
    Lineage,
    RawPage,
    Reading,
    Revision,
    Span,
    Versions,
)
from schemas.words import Disposition
from transforms.lineage import Found, Reason, lineage
from transforms.nearness import Nearness
from transforms.settle import split_copies, tables, visits
from transforms.step import dead_outcome

AT, UNIT = "2026-03-01T12:00:00+00:00", "u1"
VERSIONS = Versions(code="0.1", model="m-1", rules="r")


def index(slug: str, **more: str) -> IndexRow:
    article = article_id(f"https://{slug}.test/")
    given = {"reading_id": "", "text_key": "k", **more}
    return IndexRow(
        article_id=article,
        url=f"https://{slug}.test/",
        site=f"{slug}.test",
        entry_id=f"e-{slug}",
        revision_id="",
        **given,
    )


def package(slug: str, text: str = "“Yes,” said Ann.", supersedes: str = "", by: tuple[Lineage, ...] = ()) -> Package:
    row = index(slug)
    article, revision = row.article_id, revision_id(row.article_id, text)
    reading = reading_id(revision, "v")
    span = Span(1, 5, text[1:5])
    return Package(
        article=Article(article_id=article, url=row.url, site=row.site, revision_id=revision),
        revision=Revision(
            revision_id=revision,
            article_id=article,
            url=row.url,
            site=row.site,
            title=slug,
            authors=(),
            published=None,
            language="en",
            text=text,
        ),
        reading=Reading(
            reading_id=reading, revision_id=revision, article_id=article, versions=VERSIONS, supersedes=supersedes
        ),
        page=RawPage(
            page_id=f"p-{slug}", url=row.url, final_url=row.url, fetched_at=AT, sha256="", segment="s", offset=0
        ),
        entities=(
            Entity(
                entity_id=entity_id(reading, "Ann", "PERSON"),
                reading_id=reading,
                article_id=article,
                name="Ann",
                label="PERSON",
                aliases=(),
                mentions=(Span(0, 1, text[:1]),),
            ),
        ),
        claims=(
            Claim(
                claim_id=claim_id(reading, 1, 5),
                reading_id=reading,
                article_id=article,
                kind="direct",
                type="speech",
                content=(span,),
                speaker_status="unresolved",
            ),
        ),
        lineage=by,
        index=msgspec.structs.replace(row, revision_id=revision, reading_id=reading),
    )


def work(slug: str, made: Package) -> Work:
    return Work(UNIT, f"v-{slug}", f"e-{slug}", f"https://{slug}.test/", pack(made))


def ended(slug: str, disposition: Disposition, **more: str) -> Outcome:
    return Outcome(UNIT, f"v-{slug}", f"e-{slug}", f"https://{slug}.test/", disposition.value, "step", "why", **more)


def lineage_of(copy: IndexRow, original: IndexRow, visit: str) -> Lineage:
    return lineage(copy, Found(original, Nearness(1, 1, 1, 1), (Reason.SOURCE_LINK,)), UNIT, visit)


def copied(slug: str, original: str) -> Outcome:
    """`slug` holds the text of `original`."""
    row, other = index(slug), index(original)
    body = Copied(lineage=lineage_of(row, other, f"v-{slug}"), index=row)
    return Outcome(
        UNIT,
        f"v-{slug}",
        f"e-{slug}",
        row.url,
        Disposition.COPY.value,
        "dedupe",
        "its text stands elsewhere",
        row.article_id,
        other.article_id,
        pack(body),
    )


def died(slug: str) -> tuple[Outcome, DeadLetter]:
    row = ended(slug, Disposition.DEAD)
    outcome = dead_outcome(row, ValueError("no"), "extract", AT)
    return outcome, msgspec.msgpack.decode(outcome.body, type=DeadLetter)


def held(*slugs: str) -> set[str]:
    return {index(slug).article_id for slug in slugs}


def test_a_reading_that_came_through_is_a_visit_that_is_written():
    made = package("one")
    [visit] = visits([work("one", made)], [made], [], AT)
    assert (visit.visit_id, visit.entry_id, visit.unit_id, visit.at) == ("v-one", "e-one", UNIT, AT)
    assert (visit.disposition, visit.step, visit.reason) == ("written", "claims", "1 claims, 1 entities")
    assert (visit.article_id, visit.reading_id) == (made.article.article_id, made.reading.reading_id)


@pytest.mark.parametrize("disposition", [d for d in Disposition if d is not Disposition.WRITTEN])
def test_every_other_end_is_a_visit_with_its_step_and_reason_and_no_reading(disposition):
    outcome = ended("one", disposition, article_id="a")
    [visit] = visits([], [], [outcome], AT)
    assert (visit.disposition, visit.step, visit.reason) == (disposition.value, "step", "why")
    assert (visit.article_id, visit.reading_id, visit.url) == ("a", "", outcome.url)


def test_each_way_in_which_a_visit_ended_is_counted_once_whatever_the_order_of_arrival():
    packages = [package(slug) for slug in "abc"]
    works = [work(slug, made) for slug, made in zip("abc", packages, strict=True)]
    outcomes = [ended(f"o{n}", d) for n, d in enumerate(Disposition) if d is not Disposition.WRITTEN]
    outcomes += [ended("late", Disposition.GONE)]
    there = visits(works, packages, outcomes, AT)
    assert there == visits(works[::-1], packages[::-1], outcomes[::-1], AT)
    assert len({visit.visit_id for visit in there}) == len(works) + len(outcomes)
    wanted = {d.value: 1 for d in Disposition} | {"written": 3, "gone": 2}
    assert Counter(visit.disposition for visit in there) == wanted


def test_a_visit_that_ended_twice_is_not_hidden():
    """The ledger's count refuses such a unit: Settle itself must not make two ends into one."""
    made = package("one")
    both = visits([work("one", made)], [made], [ended("one", Disposition.GONE)], AT)
    assert [visit.visit_id for visit in both] == ["v-one", "v-one"]


def test_works_and_packages_go_in_pairs():
    with pytest.raises(ValueError, match="shorter"):
        visits([work("one", package("one"))], [], [], AT)


def test_a_copy_stands_beside_the_original_that_is_held():
    copies, again = split_copies([copied("grid", "wire")], held("wire"))
    assert [copy.lineage.original_url for copy in copies] == ["https://wire.test/"]
    assert again == []


def test_a_copy_whose_original_was_not_written_comes_again_without_a_row():
    outcomes = [copied("grid", "wire"), copied("blog", "wire"), copied("post", "news")]
    copies, again = split_copies(outcomes, held("news"))
    assert [copy.index.url for copy in copies] == ["https://post.test/"]
    assert again == ["e-blog", "e-grid"]


def test_a_duplicate_and_other_ends_are_no_copies():
    outcomes = [ended(d.value, d, article_id="a") for d in Disposition if d is not Disposition.COPY]
    assert split_copies(outcomes, held("wire")) == ([], [])


def test_a_package_is_taken_apart_into_its_tables():
    made = package("one")
    rows = tables([made], [], visits([work("one", made)], [made], [], AT), [])
    assert set(rows) == set(TABLES)
    assert {name: len(found) for name, found in rows.items()} == {
        "pages": 1, "articles": 1, "revisions": 1, "readings": 1, "entities": 1, "claims": 1, "lineage": 0, "visits": 1,
        "dead_letters": 0,
    }  # fmt: skip
    assert all(type(row) is TABLES[name] for name, found in rows.items() for row in found)


def test_a_revision_is_written_beside_the_reading_it_supersedes():
    old = package("one", "“Ten hurt,” said Ann.")
    new = package("one", "“Twelve hurt,” said Ann.", supersedes=old.reading.reading_id)
    rows = tables([new], [], [], [])
    [article], [reading] = rows["articles"], rows["readings"]
    assert article == msgspec.structs.replace(old.article, revision_id=new.revision.revision_id)
    assert reading.supersedes == old.reading.reading_id != reading.reading_id


def test_a_copy_is_a_row_of_lineage_and_no_second_article():
    wire = package("wire")
    outcomes = [copied("grid", "wire"), ended("again", Disposition.DUPLICATE)]
    copies, _ = split_copies(outcomes, held("wire"))
    rows = tables([wire], copies, visits([work("wire", wire)], [wire], outcomes, AT), [])
    assert [row.url for row in rows["articles"]] == ["https://wire.test/"]
    [row] = rows["lineage"]
    assert (row.url, row.original_article_id) == ("https://grid.test/", wire.article.article_id)
    assert Counter(visit.disposition for visit in rows["visits"]) == {"written": 1, "copy": 1, "duplicate": 1}


def test_an_original_that_comes_after_its_copy_brings_the_row_itself():
    by = lineage_of(index("grid"), index("wire"), "v-wire")
    rows = tables([package("wire", by=(by,))], [], [], [])
    assert rows["lineage"] == [by]


def test_a_reading_without_an_archived_page_has_no_row_of_pages():
    made = msgspec.structs.replace(package("one"), page=None)
    assert tables([made], [], [], [])["pages"] == []


def test_the_tables_do_not_depend_on_the_order_of_arrival():
    by = lineage_of(index("old"), index("a"), "v-a")
    packages = [package(slug, by=(by,) if slug == "a" else ()) for slug in "abcd"]
    works = [work(slug, made) for slug, made in zip("abcd", packages, strict=True)]
    deaths = [died(slug) for slug in ("x", "y", "z")]
    outcomes = [copied(slug, "a") for slug in ("k", "l", "m")] + [outcome for outcome, _ in deaths]
    chance, seen = random.Random(7), []
    for _ in range(5):
        pairs = list(zip(works, packages, strict=True))
        chance.shuffle(pairs), chance.shuffle(outcomes), chance.shuffle(deaths)
        ends = visits([w for w, _ in pairs], [p for _, p in pairs], outcomes, AT)
        copies, _ = split_copies(outcomes, held("a"))
        seen.append(tables([p for _, p in pairs], copies, ends, [letter for _, letter in deaths]))
    assert all(rows == seen[0] for rows in seen)
    assert {name: len(rows) for name, rows in seen[0].items()} == {
        "pages": 4, "articles": 4, "revisions": 4, "readings": 4, "entities": 4, "claims": 4, "lineage": 4,
        "visits": 10, "dead_letters": 3,
    }  # fmt: skip
