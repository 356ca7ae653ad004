"""Which articles tell of one event. Pure."""

from __future__ import annotations

from itertools import permutations

import pytest
from said import DAY, told

from schemas.commits import Package
from schemas.ids import story_id
from schemas.records import Lineage
from transforms import stories
from transforms.statements.facts import published
from transforms.stories import APART_S, Article, Told, near, place, story

FLOOD = "Boats worked along Weir Lane in Saltmere after the Tarrow broke through its bank."
CHOIR = "The Northgate choir sang its first concert in the restored concert hall to long applause."


def article(site: str, title: str, lead: str, *, hours: float = 0, slug: str = "x") -> Told:
    made: Package = told(site, title=title, more=lead, hours=hours, slug=slug)
    return stories.told(made.revision, made.entities, published(made.revision, ""))


ONE = article("hc", "Tarrow floods Saltmere", FLOOD)
SAME = article("id", "Saltmere under water as the Tarrow bursts", "The Tarrow broke its bank at Weir Lane.", hours=3)
OTHER = article("nl", "Applause for the Northgate choir", CHOIR, hours=1)


def test_articles_of_one_event_are_near_and_others_are_not():
    assert near(ONE, SAME) == near(SAME, ONE) > stories.NEAR > near(ONE, OTHER)
    assert near(ONE, ONE) == 1.0


def test_the_same_words_a_week_later_are_another_event():
    late = article("id", "Tarrow floods Saltmere", FLOOD, hours=(APART_S + 60) / 3600)
    assert near(ONE, late) == 0.0


@pytest.mark.parametrize("some", list(permutations([ONE, SAME, OTHER])))
def test_articles_join_in_an_order_of_their_own(some):
    placed = place(some, {}, {}, {})
    assert placed[ONE.article_id] == placed[SAME.article_id] == story_id(ONE.article_id)
    assert placed[OTHER.article_id] == story_id(OTHER.article_id)


def test_an_article_joins_a_story_that_stands_and_a_revision_stays_in_its_own():
    held, of = {ONE.article_id: ONE}, {ONE.article_id: "the flood"}
    assert place([SAME], held, of, {}) == {SAME.article_id: "the flood"}
    again = Told(ONE.article_id, ONE.site, ONE.at, OTHER.terms, OTHER.mass)
    assert place([again], held, of, {}) == {ONE.article_id: "the flood"}


def test_a_statement_that_two_articles_share_counts_as_much_as_a_title():
    few = article("id", "Evening round-up", "In brief: boats, choirs and trains.", hours=2)
    assert place([few], {ONE.article_id: ONE}, {ONE.article_id: "s"}, {}) == {few.article_id: story_id(few.article_id)}
    shared = {few.article_id: frozenset({"a"}), ONE.article_id: frozenset({"a"})}
    assert place([few], {ONE.article_id: ONE}, {ONE.article_id: "s"}, shared) == {few.article_id: "s"}


def test_a_story_begins_with_its_first_original_and_holds_its_copies():
    at = DAY.timestamp()
    members = [Article("a2", "id.test", "Later", at + 60), Article("a1", "grid.test", "First, a copy", at)]
    rows = [
        Lineage(
            lineage_id=copy, article_id=copy, url=f"https://{copy}.test/", original_article_id=of,
            original_url="https://w.test/", kind="syndicated", containment=1.0,
        )
        for copy, of in (("a1", "gone"), ("a3", "a2"))
    ]  # fmt: skip
    made = story("s", members, rows)
    assert (made.lead_article_id, made.title) == ("a2", "Later")
    assert made.article_ids == ("a1", "a2", "a3")
    assert made.originals == {"a1": "gone", "a3": "a2"}
    assert made.sites == ("grid.test", "id.test", "a1.test", "a3.test")
    assert (made.first_seen, made.last_seen) == ("2026-03-02T08:00:00+00:00", "2026-03-02T08:01:00+00:00")
