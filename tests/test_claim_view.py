"""What a person sees of an article's claims: each below its sentence, with its reason, at any width."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from pipeline.claimview import amount, moment, print_article
from pipeline.model import load
from pipeline.tryout import line
from schemas.commits import Package
from schemas.flow import DraftBody, Work, pack
from schemas.records import DateValue, Quantity, Span, TimeWords, Versions
from tests.test_evidence import NOW
from transforms.annotation import annotate_text
from transforms.attribution.details import Dates
from transforms.claims import claims
from transforms.entities import entities
from transforms.reading import package

TEXT = """Graeme Smith, a senior consultant with the Harbour Trust, runs the port.

The town waited. “We will not close it before at least 1,200 ships have left,” Mr. Smith said on Tuesday. It rained.

“It is open if the rain stops,” he said. A port official told reporters the road is closed."""


def told(text: str = TEXT) -> dict[str, Any]:
    published = DateValue(value="2024-05-03T12:00:00+00:00", precision="second", source="feed", zone="+01:00")
    seen = annotate_text(load("en_newsbeam_sm"), text)
    found = entities(text, seen)
    body = DraftBody(canonical_url="https://a.example/1", site="a.example", title="T", text=text, published=published)
    row = Work("u", "v", "e", "https://a.example/1", b"")
    versions = Versions(code="0", model="m", rules="r")
    made: Package = package(row, body, found, claims(text, seen, found, Dates(published)), versions, NOW)
    from pipeline.tryout import Input

    return line(Input("https://a.example/1"), row._replace(body=pack(made)))


def shown(width: int, text: str = TEXT) -> str:
    out = StringIO()
    print_article(Console(file=out, width=width, color_system=None), text, told(text)["claims"])
    return out.getvalue()


def test_each_claim_stands_below_its_sentence_with_its_reason() -> None:
    lines = shown(200).splitlines()
    at = next(k for k, one in enumerate(lines) if one.endswith("Mr. Smith said on Tuesday."))
    block = "\n".join(lines[at + 1 : lines.index("", at)])
    assert block.split("\n")[0].startswith("   1 Graeme Smith  direct speech, “said” (neutral), ")
    assert "“Smith” is Graeme Smith, named so one paragraph above, a senior consultant with the Harbour Trust" in block
    assert "how      future; “will”; denied: “not close it before at least 1,200 ships" in block
    assert "when     “on Tuesday” is 2024-04-30" in block
    assert "numbers  at least 1,200 ships" in block
    assert lines[lines.index("", at) + 1] == "It rained."


def test_reasons_say_what_a_pronoun_stands_for_and_who_is_unnamed() -> None:
    whys = {claim["content"][0].exact: claim["why"] for claim in told()["claims"]}
    assert "“he” is Graeme Smith, last named one paragraph above as “Smith”" in whys["It is open if the rain stops,"]
    assert whys["the road is closed"].endswith(": “A port official”")


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_the_terminal_and_none_ends_in_blanks(width: int) -> None:
    lines = shown(width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert all(one == one.rstrip() for one in lines)


def test_every_word_of_the_text_is_shown_once_and_in_order() -> None:
    passages = [one for one in shown(2_000).splitlines() if one and not one.startswith("   ")]
    assert " ".join(" ".join(passages).split()) == " ".join(TEXT.split())


def test_json_has_the_reason_and_the_selectors() -> None:
    (first, *_) = told()["claims"]
    assert [part["part"] for part in first["evidence"]] == ["content", "cue", "source"]
    assert [one["type"] for one in first["evidence"][0]["selector"]] == ["TextPositionSelector", "TextQuoteSelector"]
    assert first["why"] and told()["unverified"] == ()


def test_numbers_and_times_are_told_as_they_were_read() -> None:
    span = Span(0, 1, "x")

    def quantity(value: float, unit: str = "", what: str = "", **more: Any) -> str:
        return amount(Quantity(value=value, unit=unit, what=what, span=span, **more))

    assert quantity(2_500_000, "USD") == "2.5 million USD"
    assert quantity(12, "percent", "voters", limit="about") == "about 12 percent of voters"
    assert quantity(15_000, "", "people", upper=20_000) == "15,000 to 20,000 people"
    assert quantity(1 / 3, "share", "voters") == "33% of voters"
    assert quantity(26, "year", "age") == "26 years of age"
    assert quantity(120_000, "barrel", per="day") == "120,000 barrels per day"
    since = TimeWords(value="2024-03", precision="month", span=span, relation="since", sure=False)
    assert moment(since) == "“x” is since 2024-03 (not sure)"
    assert moment(TimeWords(value="", precision="day", span=span)) == "“x” is not known"


def test_a_text_without_claims_is_shown_whole() -> None:
    assert shown(80, "The road is open.\n\nIt rained.").splitlines() == ["The road is open.", "", "It rained."]
