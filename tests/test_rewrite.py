"""The files of a committed unit without what was forgotten, for every sink, whatever the table."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from test_settle_pure import UNIT, copied, ended, index, package, work

from schemas.commits import Manifest, Package
from schemas.flow import Copied, unpack
from schemas.records import TABLES, DeadLetter
from schemas.words import Disposition
from transforms.settle import tables, visits
from transforms.sinks import SINKS
from transforms.sinks.committed import drop_rest, read_rows
from transforms.sinks.files import orphans, publish_manifest, read_manifests, write_unit
from transforms.sinks.rewrite import Gone, strip_unit

GONE = Gone({"e-a", "e-d"}, {index("a").article_id}, {"v-a", "v-d"})


def read(slug: str) -> Package:
    made = package(slug)
    return msgspec.structs.replace(made, revision=msgspec.structs.replace(made.revision, page_id=f"p-{slug}"))


def letter(slug: str) -> DeadLetter:
    given = dict.fromkeys(("unit_id", "step", "kind", "error", "trace", "input", "at"), "x")
    return DeadLetter(
        dead_id=f"d-{slug}", subject="visit", subject_id=f"v-{slug}", url=f"https://{slug}.test/", **given
    )


@pytest.fixture(params=[[name] for name in SINKS] + [list(SINKS)])
def unit(request, tmp_path):
    """Readings of a and b, a copy of each, and a dead letter of d and e."""
    packages = [read("a"), read("b")]
    copies = [copied("copy", "a"), copied("other", "b")]
    outcomes = [*copies, ended("d", Disposition.DEAD), ended("e", Disposition.DEAD)]
    done = visits([work(s, p) for s, p in zip("ab", packages, strict=True)], packages, outcomes, "2026-03-01")
    rows = tables(packages, [unpack(c.body, Copied) for c in copies], done, [letter("d"), letter("e")])
    assert all(rows[table] for table in TABLES)
    files = write_unit(tmp_path, UNIT, "1", rows, request.param)
    counts = Counter(visit.disposition for visit in done)
    publish_manifest(tmp_path, Manifest(unit_id=UNIT, files=files, counts=counts, committed_at="2026-03-01"))
    return tmp_path, rows


def held(root):
    [manifest] = read_manifests(root)
    found = {}
    for file in manifest.files:
        rows = read_rows(root, file)
        assert len(rows) == file.rows
        assert found.setdefault(file.table, rows) == rows  # every sink holds the same
    return manifest, found


def test_every_table_loses_what_goes_and_keeps_the_rest(unit):
    root, before = unit
    assert strip_unit(root, UNIT, GONE) is not None
    manifest, after = held(root)
    assert set(after) == set(TABLES)
    text = msgspec.json.encode(list(after.values())).decode()
    assert "https://a.test/" not in text
    assert index("a").article_id not in text
    for table in TABLES:
        kept = [row for row in before[table] if row in after[table]]
        assert kept == after[table]
        assert len(after[table]) < len(before[table])
    assert sum(manifest.counts.values()) == len(after["visits"])
    assert manifest.counts == {"copy": 2, "dead": 1, "written": 1}
    drop_rest(root, [UNIT])
    assert orphans(root) == []


def test_a_second_time_and_where_nothing_goes_no_file_is_written(unit):
    root, _ = unit
    before, _ = held(root)
    assert strip_unit(root, UNIT, Gone({"nobody"})) == before
    after = strip_unit(root, UNIT, GONE)
    assert strip_unit(root, UNIT, GONE) == after
    assert strip_unit(root, "nothing", GONE) is None


def test_when_nothing_is_left_the_unit_stands_without_files(unit):
    root, before = unit
    entries = {visit.entry_id for visit in before["visits"]}
    articles = {index(slug).article_id for slug in ("a", "b", "copy", "other")}
    strip_unit(root, UNIT, Gone(entries, articles, {visit.visit_id for visit in before["visits"]}))
    manifest, after = held(root)
    assert (manifest.files, manifest.counts, after) == ((), {}, {})
    drop_rest(root, [UNIT])
    assert orphans(root) == []
