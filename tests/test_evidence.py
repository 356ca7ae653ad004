"""Every part of a claim is found again, by position, by words and by element; a claim that cannot be is not written."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import to_builtins
from msgspec.structs import replace

from pipeline.model import load
from pipeline.telling import render
from schemas.commits import Package
from schemas.flow import DraftBody
from schemas.records import Claim, Evidence, Paragraph, Span, Versions
from transforms.annotation import annotate_text
from transforms.attribution.speech import REASONS
from transforms.claims import claims
from transforms.drafts import ClaimDraft
from transforms.entities import entities
from transforms.evidence import AROUND, evidence, resolve, selectors, unverified
from transforms.page.metadata import Hint
from transforms.page.read import Extracted, extract
from transforms.reading import package

TEXT = "Amara Okafor runs the port.\n“The port is open,” Ms. Okafor said. Officials say it was closed on Monday."
NOW = datetime(2024, 5, 3, tzinfo=UTC)
PAGE = f"""<html><body><article><h1>The port is open again after weeks of rain</h1>
<p>{TEXT.split(chr(10), maxsplit=1)[0]} {"It has been raining for many weeks in the harbour town. " * 6}</p>
<p>{TEXT.split(chr(10))[1]} {"The town waited for the ships to come back. " * 6}</p></article></body></html>"""


def drafts(text: str) -> list[ClaimDraft]:
    seen = annotate_text(load("en_newsbeam_sm"), text)
    return claims(text, seen, entities(text, seen))


def packed(text: str, found: list[ClaimDraft], paragraphs: tuple[Paragraph, ...] = ()) -> Package:
    seen = annotate_text(load("en_newsbeam_sm"), text)
    body = DraftBody(canonical_url="https://a.example/1", site="a.example", title="T", text=text, paragraphs=paragraphs)
    row = SimpleNamespace(visit_id="v", unit_id="u", entry_id="e")
    versions = Versions(code="0", model="m", rules="r")
    return package(row, body, entities(text, seen), found, versions, NOW)


def test_every_part_of_a_claim_has_a_selector() -> None:
    found = packed(TEXT, drafts(TEXT))
    (first, *_) = found.claims
    assert [(e.part, e.exact) for e in first.evidence] == [
        ("content", "The port is open,"), ("cue", "said"), ("source", "Ms. Okafor"),
    ]  # fmt: skip
    assert first.evidence[0].prefix == TEXT[: first.content[0].start][-AROUND:]
    assert found.reading.unverified == ()


def test_a_selector_is_written_as_the_w3c_has_it() -> None:
    one = Evidence(part="content", start=3, end=5, exact="ab", prefix="x ", suffix=" y", path="/html/body/p[2]")
    assert selectors(one) == [
        {"type": "TextPositionSelector", "start": 3, "end": 5},
        {"type": "TextQuoteSelector", "exact": "ab", "prefix": "x ", "suffix": " y"},
        {
            "type": "XPathSelector",
            "value": "/html/body/p[2]",
            "refinedBy": {"type": "TextQuoteSelector", "exact": "ab"},
        },
    ]
    assert len(selectors(replace(one, path=""))) == 2


def test_the_words_are_found_again_in_the_element_of_the_page() -> None:
    found = extract(PAGE.encode(), url="https://a.example/1", content_type="text/html", hint=Hint())
    assert isinstance(found, Extracted)
    tree = lxml.html.document_fromstring(PAGE)
    (claim, *_) = packed(found.text, drafts(found.text), found.paragraphs).claims
    for one in claim.evidence:
        (element,) = tree.xpath(one.path)
        assert one.exact in " ".join(element.text_content().split())


def broken(draft: ClaimDraft, span: Span) -> ClaimDraft:
    return replace(draft, cue=(span,))


@pytest.mark.parametrize(
    ("span", "why"),
    [
        (Span(0, 5, "Okafo"), "its cue at 0-5 reads 'Amara', not 'Okafo'"),
        (Span(0, 5_000, "Amara"), "its cue at 0-5000 lies outside the text of 103 characters"),
        (Span(5, 5, ""), "its cue at 5-5 lies outside"),
    ],
)
def test_a_claim_whose_evidence_does_not_hold_is_not_written_and_named(span: Span, why: str) -> None:
    good = drafts(TEXT)
    found = packed(TEXT, [broken(good[0], span), *good[1:]])
    assert len(found.claims) == len(good) - 1
    ((claim, reason),) = [(u.claim_id, u.reason) for u in found.reading.unverified]
    assert reason.startswith(why) and claim not in {c.claim_id for c in found.claims}


def test_a_claim_inside_one_that_was_not_written_stands_alone() -> None:
    good = drafts(TEXT)
    inner = replace(good[1], inside=0)
    found = packed(TEXT, [broken(good[0], Span(0, 5, "Okafo")), inner])
    assert [c.inside for c in found.claims] == [""]


def test_words_around_that_are_others_and_contents_that_overlap_are_faults() -> None:
    claim = packed(TEXT, drafts(TEXT)).claims[0]
    other = replace(claim.evidence[0], prefix="quite other words")
    assert "words around its content" in unverified(TEXT, replace(claim, evidence=(other, *claim.evidence[1:])))
    assert "selectors" in unverified(TEXT, replace(claim, evidence=()))
    twice = replace(claim, content=claim.content * 2, evidence=claim.evidence[:1] + claim.evidence)
    assert "overlap" in unverified(TEXT, twice)
    assert unverified(TEXT, replace(claim, content=(), evidence=claim.evidence[1:])) == "it has no content"
    assert isinstance(claim, Claim) and unverified(TEXT, claim) == ""


def test_words_are_found_in_a_text_that_changed_or_not_at_all() -> None:
    claim = packed(TEXT, drafts(TEXT)).claims[0]
    one = claim.evidence[0]
    longer = f"An editor’s note.\n{TEXT}"
    assert resolve(TEXT, one) == (one.start, one.end)
    assert resolve(longer, one) == (one.start + 18, one.end + 18)
    assert resolve(f"Only: {one.exact} Nothing else.", one) == (6, 6 + len(one.exact))
    assert resolve(f"{one.exact} and {one.exact}", replace(one, start=99, end=116)) is None
    assert resolve("Nothing of it.", one) is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.data())
def test_selectors_of_any_span_of_any_text_lead_back_to_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    (one,) = evidence(text, [("content", [Span(start, end, text[start:end])])], ())
    assert text[one.start : one.end] == one.exact
    assert text[: one.start].endswith(one.prefix) and text.startswith(one.suffix, one.end)
    assert resolve(text, one) == (start, end)


def test_explain_leads_from_a_claim_to_the_element_of_the_archived_page() -> None:
    claim = packed(TEXT, drafts(TEXT), (Paragraph(start=28, end=len(TEXT), kind="p", path="/html/body/p[2]"),)).claims[
        0
    ]
    told = render({"claim": to_builtins(claim), "current": True})
    assert "at 29-46 of the revision's text, in the archived page's element /html/body/p[2]" in told
    assert f"{claim.reason}, {claim.confidence:.2f}: {REASONS[claim.reason][0]}" in told
