"""Which visit brings an article, and which text is the copy: decided without Beam."""

from __future__ import annotations

import random

import msgspec
import pytest

from schemas.commits import IndexRow
from schemas.flow import Copied, Draft, DraftBody, Outcome, pack, unpack
from schemas.ids import article_id, revision_id
from schemas.ports import Before, Neighbours
from schemas.records import DateValue, RawPage
from transforms.dedupe import apply, as_print, index_row
from transforms.fold import text_key
from transforms.shingles import SAMPLING, sampled
from transforms.verdicts import Print, Verdict, judge

VOCABULARY = [f"word{n}" for n in range(3_000)]


def story(seed: int = 1, words: int = 400) -> str:
    return " ".join(random.Random(seed).choices(VOCABULARY, k=words))


def cut(text: str, share: float = 0.6) -> str:
    words = text.split()
    return " ".join(words[: int(share * len(words))])


def row(slug: str, text: str = "", **more: str) -> IndexRow:
    url = f"https://{slug}.test/story"
    text = text or story()
    fields = {"entry_id": f"entry-{slug}", "reading_id": "", **more}
    return IndexRow(
        article_id=article_id(url),
        url=url,
        site=f"{slug}.test",
        revision_id=revision_id(article_id(url), text),
        text_key=text_key(text),
        sample=sampled(text),
        sampling=SAMPLING,
        **fields,
    )


def printed(visit: str, index: IndexRow, *, direct: bool = True) -> Print:
    return Print(visit_id=visit, direct=direct, index=index)


def verdicts(*prints: Print, known=(), committed=(), texts=None) -> dict[str, Verdict]:
    """Of everything that is committed, all is near everything: it is for `judge` to compare."""
    rows = {r.article_id: r for r in committed}
    near = Neighbours(rows, {p.index.article_id: tuple(rows) for p in prints})
    return judge(prints, {r.article_id: r for r in known}, near, texts or {}, "unit")


def ends(*prints: Print, **more) -> dict[str, str]:
    return {v: x.disposition for v, x in verdicts(*prints, **more).items()}


def test_of_two_entries_that_lead_to_one_article_the_direct_one_brings_it():
    redirected = printed("a", row("x", entry_id="entry-other"), direct=False)
    assert ends(redirected, printed("b", row("x"))) == {"a": "duplicate", "b": ""}


def test_a_print_is_direct_whatever_scheme_its_entry_was_fetched_by():
    index = row("x")
    body = DraftBody(canonical_url=index.url, site="x.test", title="", text="t", index=index)
    draft = Draft("u", "v", "e", "http://x.test/story", pack(body))
    assert unpack(as_print(draft)[1], Print).direct


def test_the_same_text_again_is_unchanged_and_another_text_is_a_revision():
    held = row("x", reading_id="old")
    assert ends(printed("a", row("x")), known=[held]) == {"a": "unchanged"}
    verdict = verdicts(printed("a", row("x", story(2))), known=[held])["a"]
    assert (verdict.disposition, verdict.supersedes) == ("", "old")


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        ("{}\n\nBy Ann Lee | 12 comments", "the text is the one already held"),
        ("{}\n\nBy Ann Lee | 13 comments", "only white space, typography or a counter differ"),
        (
            "{}\n\nBy Ann Lee\n\nUpdated at 10:45 GMT on 3 March 2026",
            "only white space, typography or a counter differ",
        ),
        ("  {}\nBy Ann\u00a0Lee\n3 comments", "only white space, typography or a counter differ"),
    ],
)
def test_a_trivial_change_is_unchanged_and_says_so(after, reason):
    held = row("x", f"{story()}\n\nBy Ann Lee | 12 comments", reading_id="old")
    verdict = verdicts(printed("a", row("x", after.format(story()))), known=[held])["a"]
    assert verdict.disposition == "unchanged"
    assert verdict.reason.startswith(reason)


def test_a_text_whose_key_an_earlier_version_made_otherwise_is_no_revision():
    held = row("x", reading_id="old")
    assert ends(printed("a", row("x")), known=[msgspec.structs.replace(held, text_key="made otherwise")]) == {
        "a": "unchanged"
    }


def test_another_entry_that_leads_to_a_held_article_is_a_duplicate():
    assert ends(printed("a", row("x", entry_id="entry-other")), known=[row("x")]) == {"a": "duplicate"}


def test_a_cut_copy_with_a_source_link_is_the_copy_whenever_it_was_published():
    original = row("wire", published="2026-03-01T10:00:00+00:00")
    copy = row("grid", cut(story()), source_url=original.url, published="2026-03-01T09:00:00+00:00")
    verdict = verdicts(printed("a", copy), printed("b", original))["a"]
    [made] = verdict.lineage
    assert (verdict.disposition, made.containment, made.covered) == ("copy", 1.0, 1.0)
    assert (made.kind, made.reason, made.original_url) == ("scraper", "source_link", original.url)
    assert made.resemblance == pytest.approx(0.6, abs=0.06)


def test_the_original_that_comes_after_its_committed_copy_is_written_and_claims_the_copy():
    original = row("wire")
    copy = row("grid", cut(story()), source_url=original.url)
    verdict = verdicts(printed("a", original), committed=[copy])["a"]
    assert verdict.disposition == ""
    [made] = verdict.lineage
    assert (made.url, made.original_url, made.visit_id) == (copy.url, original.url, "a")


@pytest.mark.parametrize(
    ("original", "copy", "reason"),
    [
        ({}, {"source_url": "https://original.test/story"}, "source_link"),
        ({}, {"source_url": "https://original.test/story", "source_by": "canonical"}, "canonical"),
        ({}, {"source_url": "https://third.test/story"}, "source_link"),
        ({"published": "2026-03-02"}, {"agency": "original.test", "published": "2026-03-01"}, "agency"),
        ({"published": "2026-03-01T10:00:00+00:00"}, {"published": "2026-03-01T10:30:00+00:00"}, "published"),
        ({"published": "2026-03-01"}, {"published": "2026-03-02T10:30:00+00:00"}, "published"),
        (
            {"first_seen": "2026-03-01T10:00:00+00:00", "published": "2026-03-01"},
            {"first_seen": "2026-03-01T11:00:00+00:00", "published": "2026-03-01T09:00:00+00:00"},
            "first_seen",
        ),
        ({}, {}, "address"),
    ],
)
@pytest.mark.parametrize("where", ["one unit", "the original is held", "the copy is held"])
def test_the_original_is_chosen_by_evidence_and_not_by_who_came_first(original, copy, reason, where):
    first, second = row("original", **original), row("zopy", **copy)
    if where == "one unit":
        found = verdicts(printed("b", first), printed("a", second))
        assert found["b"].disposition == ""
        [made] = found["a"].lineage
    elif where == "the original is held":
        [made] = verdicts(printed("a", second), committed=[first])["a"].lineage
    else:
        found = verdicts(printed("b", first), committed=[second])
        assert found["b"].disposition == ""
        [made] = found["b"].lineage
    assert (made.url, made.original_url, made.reason) == (second.url, first.url, reason)
    assert made.evidence


def test_a_cut_text_is_the_copy_though_it_was_seen_earlier():
    whole = row("wire", first_seen="2026-03-01T12:00:00+00:00")
    shorter = row("grid", cut(story()), first_seen="2026-03-01T11:00:00+00:00")
    [made] = verdicts(printed("a", whole), printed("b", shorter))["b"].lineage
    assert (made.kind, made.reason) == ("cut", "completeness")


def test_a_copy_of_a_copy_goes_back_to_the_first_original():
    wire = row("wire", published="2026-03-01T08:00:00+00:00")
    paper = row("paper", story() + " " + story(5, 350), published="2026-03-01T09:00:00+00:00")
    grid = row("grid", cut(story(), 0.3) + " " + story(5, 350), published="2026-03-01T10:00:00+00:00")
    found = verdicts(printed("a", grid), printed("b", paper), printed("c", wire))
    assert [found[v].disposition for v in "abc"] == ["copy", "copy", ""]
    assert found["a"].lineage[0].original_url == wire.url


def test_articles_that_name_one_another_in_a_ring_leave_one_original():
    urls = [f"https://{slug}.test/story" for slug in "xyz"]
    ring = [row(slug, source_url=url) for slug, url in zip("xyz", [*urls[1:], urls[0]], strict=True)]
    found = ends(*(printed(r.site, r) for r in ring))
    assert sorted(found.values()) == ["", "copy", "copy"]


def test_a_source_link_makes_no_copy_of_a_text_of_its_own():
    original = row("wire")
    own = row("grid", story(3), source_url=original.url)
    assert ends(printed("a", own), committed=[original]) == {"a": ""}


def test_stories_that_share_little_are_two_articles():
    other = cut(story(), 0.3) + " " + story(2, 280)
    assert ends(printed("a", row("x")), printed("b", row("y", other))) == {"a": "", "b": ""}


def test_a_revised_article_stays_what_it_is_and_others_may_be_copies_of_it():
    revised, copy = row("wire", story(4)), row("grid", story(4), source_url="https://wire.test/story")
    found = verdicts(printed("a", revised), printed("b", copy), known=[row("wire", reading_id="old")])
    assert found["a"].supersedes == "old"
    assert found["b"].disposition == "copy"


# What the verdict makes of the draft.


def page(name: str) -> RawPage:
    return RawPage(page_id=name, url="u", final_url="u", fetched_at="", sha256="", segment="s", offset=0)


def draft(text: str, **more) -> Draft:
    body = DraftBody(canonical_url="https://x.test/story", site="x.test", title="", text=text, page=page("new"), **more)
    bare = Draft("u", "v", "e", "https://x.test/story", b"")
    return bare._replace(body=pack(msgspec.structs.replace(body, index=index_row(bare, body, sampled(text)))))


def revised(text: str, page_id: str, **more) -> DraftBody:
    before = Before(revision_id="before", text="One.\n\nTwo.", page_id=page_id)
    done = apply(draft(text, **more), Verdict(supersedes="old", before=before))
    assert isinstance(done, Draft)
    return unpack(done.body, DraftBody)


def test_a_revision_says_what_changed_since_the_one_before():
    body = revised("One.\n\nThree.", "old page")
    assert body.follows == "before"
    assert [(c.kind, c.before, c.after) for c in body.changes] == [("removed", "Two.", ""), ("added", "", "Three.")]


@pytest.mark.parametrize(("page_id", "why"), [("new", "revisit"), ("old page", "replay")])
def test_what_other_rules_read_in_the_same_page_is_no_change_of_the_site(page_id, why):
    body = revised("One.", page_id, why=why)
    assert (body.follows, body.changes) == ("before", ())


def test_a_copy_keeps_its_evidence_and_no_sample():
    index = row("x")
    [made] = verdicts(printed("a", index), committed=[row("wire", published="2026")])["a"].lineage
    ended = apply(draft(story()), Verdict(disposition="copy", original_article_id="o", lineage=(made,)))
    assert isinstance(ended, Outcome)
    copied = unpack(ended.body, Copied)
    assert (copied.index.sample, copied.index.copy_of) == (b"", made.original_article_id)


def test_an_index_row_has_the_evidence_that_the_draft_brings():
    body = DraftBody(
        canonical_url="https://x.test/story", site="x.test", title="", text=f"LONDON (Reuters) - {story()}",
        published=DateValue(value="2026-03-01T00:00:00+00:00", precision="day", source="meta"),
        source_url="http://www.wire.test/1?utm_source=x", origins={"source_url": "link:canonical, another site"},
        first_seen="2026-03-01T10:00:00+00:00",
    )  # fmt: skip
    index = index_row(Draft("u", "v", "e", body.canonical_url, b""), body, b"")
    assert (index.agency, index.published, index.source_by) == ("reuters.com", "2026-03-01", "canonical")
    assert index.first_seen == body.first_seen
    assert index.source_url == "https://wire.test/1"
