"""Which visit brings an article, and which text is the copy: decided without Beam."""

from __future__ import annotations

from schemas.commits import IndexRow
from schemas.flow import Draft, DraftBody, pack, unpack
from schemas.ports import Candidate
from transforms.dedupe import as_print
from transforms.verdicts import Print, judge, lineage


def row(slug: str, shingles: range = range(100), **more: str) -> IndexRow:
    fields = {"entry_id": f"entry-{slug}", "text_key": f"key-{slug}", "reading_id": "", **more}
    return IndexRow(
        article_id=f"article-{slug}",
        url=f"https://{slug}.test/story",
        site=f"{slug}.test",
        revision_id=f"revision-{slug}",
        shingles=tuple(shingles),
        **fields,
    )


def printed(visit: str, index: IndexRow, *, direct: bool = True) -> Print:
    return Print(visit_id=visit, direct=direct, index=index)


def ends(*prints: Print, known=None, candidates=None) -> dict[str, str]:
    return {v: x.disposition for v, x in judge(prints, known or {}, candidates or {}).items()}


def test_of_two_entries_that_lead_to_one_article_the_direct_one_brings_it():
    redirected = printed("a", row("x", entry_id="entry-other"), direct=False)
    assert ends(redirected, printed("b", row("x"))) == {"a": "duplicate", "b": ""}


def test_a_print_is_direct_whatever_scheme_its_entry_was_fetched_by():
    index = row("x")
    body = DraftBody(canonical_url=index.url, site="x.test", title="", text="t", index=index)
    draft = Draft("u", "v", "e", "http://x.test/story", pack(body))
    assert unpack(as_print(draft)[1], Print).direct


def test_the_same_text_again_is_unchanged_and_another_text_is_a_revision():
    held = {"article-x": row("x", reading_id="old")}
    assert ends(printed("a", row("x")), known=held) == {"a": "unchanged"}
    verdict = judge([printed("a", row("x", text_key="new"))], held, {})["a"]
    assert (verdict.disposition, verdict.supersedes) == ("", "old")


def test_another_entry_that_leads_to_a_held_article_is_a_duplicate():
    held = {"article-x": row("x")}
    assert ends(printed("a", row("x", entry_id="entry-other")), known=held) == {"a": "duplicate"}


def test_a_cut_copy_with_a_source_link_is_the_copy_whenever_it_was_published():
    original = row("wire", published="2026-03-01T10:00:00+00:00")
    copy = row("grid", range(60), source_url=original.url, published="2026-03-01T09:00:00+00:00")
    verdict = judge([printed("a", copy), printed("b", original)], {}, {})["a"]
    assert (verdict.disposition, verdict.containment) == ("copy", 1.0)
    made = lineage(copy, original, verdict.containment, verdict.evidence, "unit", "a")
    assert (made.kind, made.original_url) == ("scraper", original.url)


def test_the_original_that_comes_after_its_committed_copy_is_written_and_claims_the_copy():
    original = row("wire")
    copy = Candidate("article-grid", "https://grid.test/1", original.url, "", frozenset(range(60)))
    verdict = judge([printed("a", original)], {}, {"article-grid": copy})["a"]
    assert verdict.disposition == ""
    assert [c.url for c in verdict.copied_by] == ["https://grid.test/1"]


def test_stories_that_share_little_are_two_articles():
    assert ends(printed("a", row("x")), printed("b", row("y", range(80, 180)))) == {"a": "", "b": ""}
