"""Who credits whom, and how many outlets speak for themselves."""

from __future__ import annotations

import pytest

from schemas.records import Lineage
from transforms.agencies import credited
from transforms.lineage import independent

SITES = {"wire": "wire.test", "post": "post.test", "grid": "grid.test", "post2": "post.test"}


def copied(copy: str, original: str) -> Lineage:
    return Lineage(
        lineage_id=f"{copy}-{original}", article_id=copy, url=f"https://{copy}.test/1",
        original_article_id=original, original_url=f"https://www.{original}.test/1", kind="syndicated", containment=1.0,
    )  # fmt: skip


def outlets(*articles: str) -> dict[str, str]:
    return {article: SITES[article] for article in articles}


def test_outlets_without_lineage_each_speak_for_themselves():
    assert independent(outlets("wire", "post", "grid"), []) == {"wire.test", "post.test", "grid.test"}


def test_two_articles_of_one_outlet_are_one_voice():
    assert independent(outlets("post", "post2"), []) == {"post.test"}


def test_a_copy_speaks_with_the_voice_of_its_original():
    rows = [copied("post", "wire"), copied("grid", "wire")]
    assert independent(outlets("wire", "post", "grid"), rows) == {"wire.test"}
    assert independent(outlets("post", "grid"), rows) == {"wire.test"}  # though its own article is not among them


def test_an_outlet_with_a_copy_and_a_text_of_its_own_is_a_voice():
    assert independent(outlets("wire", "post", "post2"), [copied("post", "wire")]) == {"wire.test", "post.test"}


def test_a_copy_of_a_copy_goes_back_to_the_first_one_and_a_ring_ends():
    assert independent(outlets("wire", "grid"), [copied("grid", "post"), copied("post", "wire")]) == {"wire.test"}
    ring = [copied("wire", "post"), copied("post", "grid"), copied("grid", "wire")]
    assert independent(outlets("wire", "post", "grid"), ring) == {"grid.test"}


@pytest.mark.parametrize(
    ("authors", "text", "site"),
    [
        (("Reuters",), "Text.", "reuters.com"),
        (("Ann Lee", "The Associated Press"), "Text.", "apnews.com"),
        ((), "LONDON, March 3 (AFP) – Ministers met.", "afp.com"),
        ((), "Ministers met.\n\nSource: dpa", "dpa.com"),
        ((), "Ministers met.\n\n(PTI)", "ptinews.com"),
        ((), "Ministers met.\n\n— Agence France‑Presse", "afp.com"),
        (("Ann Lee",), "The AP reported it first. Reuters agreed.", ""),
        ((), "Ministers met (Reuters) in London.", ""),
        ((), "Ministers met.\n\nSource: the ministry", ""),
    ],
)
def test_an_agency_is_credited_by_a_byline_a_dateline_or_a_last_line(authors, text, site):
    assert credited(authors, text) == site
