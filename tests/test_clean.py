"""Cleaning takes out what is no text of the author, keeps each line that went, and rewrites nothing."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.seeds import load_rules
from pipeline.world import RealWorld
from schemas.config import Extract, Settings
from schemas.flow import Draft, DraftBody, Outcome, pack, unpack
from schemas.plain import plain
from schemas.records import DateValue, Removal, Span
from schemas.rulefile import parse_rules
from schemas.rules import RuleBook
from tests.unseen_lines import FIRST, SECOND
from transforms.clean import Clean, CleanDoFn, Cleaned, clean
from transforms.contributors import names_of

SHARED = Path(__file__).parents[1].parent / "shared"
BOOK = load_rules("", "")
STORY = tuple(
    f"The council met for the {nth} time on Tuesday, and its members argued until the lights of the hall went out."
    for nth in ("first", "second", "third", "fourth", "fifth", "sixth")
)
BODY = "\n\n".join(STORY)
EXAMPLES = sorted({line for rule in BOOK.rules for line in (*rule.removes, *rule.keeps)})


def _shifted(capital: int, small: int) -> dict[int, int]:
    """A to Z and a to z, moved to these code points."""
    return {65 + n: capital + n for n in range(26)} | {97 + n: small + n for n in range(26)}


def gone(cleaned: Cleaned) -> list[tuple[str, str]]:
    return [(removal.rule, removal.exact) for removal in cleaned.removals]


def test_the_aggregators_page_loses_caption_source_link_and_footer_and_keeps_the_story() -> None:
    text = "\n\n".join(
        [
            "Harbour Crane Strike 20931 b7e04 c2 6000 4000 s1024x683",
            BODY,
            "— Ana Ruiz and Tom O’Hale contributed to this report",
            "Source link",
            "𝐂𝐨𝐩𝐲𝐫𝐢𝐠𝐡𝐭 & 𝐂𝐫𝐞𝐝𝐢𝐭:\n𝐅𝐨𝐫 𝐫𝐞𝐦𝐨𝐯𝐚𝐥\n𝐰𝐫𝐢𝐭𝐞 𝐭𝐨 𝐮𝐬 𝐚𝐭",
        ]
    )
    links = [("Trade", "https://grid.test/trade"), ("Source link", "https://courier.test/strike")]
    found = clean(text, BOOK, links=links)
    assert found.text == BODY
    assert found.contributors == ("Ana Ruiz", "Tom O'Hale")
    assert found.source_url == "https://courier.test/strike"
    assert found.origins == {"contributors": "rule:contributor_line", "source_url": "rule:source_link"}
    assert [rule for rule, _ in gone(found)] == [
        "image_caption",
        "contributor_line",
        "source_link",
        "dmca_notice",
        "dmca_notice",
        "dmca_notice",
    ]


def test_a_text_of_which_nothing_goes_comes_back_as_it_is() -> None:
    text = "  One.\n\n\n\tTwo. \n\n"
    assert clean(text, BOOK) == Cleaned(text)
    assert clean("", BOOK) == Cleaned("")


def test_the_gap_around_what_went_is_not_doubled_and_other_gaps_stay() -> None:
    text = "One.\n\n\n\nTwo.\n\nAdvertisement\n\nThree.\nRead more: The tide came twice\nFour.\n"
    assert clean(text, BOOK).text == "One.\n\n\n\nTwo.\n\nThree.\nFour.\n"


def test_a_footer_in_the_middle_of_an_article_does_not_cut_it() -> None:
    text = "\n\n".join([STORY[0], "Copyright & Courtesy", *STORY[1:]])
    assert clean(text, BOOK) == Cleaned(text)


def test_a_footer_that_prose_follows_does_not_cut_it_even_near_the_end() -> None:
    text = "\n\n".join([*STORY[:5], "Credits and Courtesy", STORY[5]])
    assert clean(text, BOOK) == Cleaned(text)


def test_other_rules_lines_inside_a_footer_keep_their_own_rule() -> None:
    text = f"{BODY}\n\nDisclaimer & Credits:\n\nAdditional reporting by Mei Lin\n\ndesk@press.test"
    found = clean(text, BOOK)
    assert found.text == BODY
    assert found.contributors == ("Mei Lin",)
    assert [rule for rule, _ in gone(found)] == ["dmca_notice", "contributor_line", "dmca_notice"]


def test_credits_behind_the_last_sentence_go_and_the_sentence_stays() -> None:
    text = f"{BODY}\n\nIt opens on Monday. (Reporting by Sara Novak in Tarrow; Editing by Paul Grey)"
    found = clean(text, BOOK)
    assert found.text == f"{BODY}\n\nIt opens on Monday."
    assert found.contributors == ("Sara Novak", "Paul Grey")
    assert gone(found) == [("contributor_bracket", " (Reporting by Sara Novak in Tarrow; Editing by Paul Grey)")]


def test_a_bare_update_note_becomes_a_flag_and_a_correction_stays_in_the_text() -> None:
    bare = clean(f"{BODY}\n\nThis story has been updated.", BOOK)
    assert (bare.text, bare.flags) == (BODY, ("updated_note",))
    correction = f"{BODY}\n\nThis story has been updated to correct the number of boats."
    assert clean(correction, BOOK) == Cleaned(correction)


def test_headings_are_where_they_say_after_cleaning() -> None:
    text = f"Advertisement\n\n{STORY[0]}\n\nA quiet vote\n\n{STORY[1]}\n\nRelated stories"
    headings = [Span(text.index(h), text.index(h) + len(h), h) for h in ("A quiet vote", "Related stories")]
    found = clean(text, BOOK, headings=headings)
    assert [h.exact for h in found.headings] == ["A quiet vote"]
    assert all(found.text[h.start : h.end] == h.exact for h in found.headings)


@pytest.mark.parametrize(
    ("line", "links", "source"),
    [
        ("Source: https://courier.test/a?b=1.", [], "https://courier.test/a?b=1"),
        ("→ SOURCE LINK", [("Source link", "https://courier.test/a")], "https://courier.test/a"),
        (
            "The post Ferry runs aground appeared first on Moorland Post.",
            [("Moorland Post", "https://moor.test/"), ("Ferry runs aground", "https://moor.test/ferry")],
            "https://moor.test/ferry",
        ),
        (
            "Via: Moorland Post",
            [("Post", "https://x.test/"), ("Moorland Post", "https://moor.test/f")],
            "https://moor.test/f",
        ),
        ("Source link", [("Weather", "https://grid.test/weather")], ""),
    ],
)
def test_a_source_link_leads_where_its_anchor_leads(line: str, links: list[tuple[str, str]], source: str) -> None:
    found = clean(f"{BODY}\n\n{line}", BOOK, links=links)
    assert found.text == BODY
    assert found.source_url == source


def test_a_source_link_that_extraction_has_dropped_is_followed_all_the_same() -> None:
    links = [("Open source", "https://grid.test/tag/open-source"), ("Read the original", "https://courier.test/a")]
    found = clean(BODY, BOOK, links=links)
    assert (found.text, found.source_url) == (BODY, "https://courier.test/a")
    assert clean(BODY, BOOK, links=links[:1]).source_url == ""


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (
            "Reporting by Sara Novak in Kyiv and Paul Grey; Editing by J. K. Holm",
            ("Sara Novak", "Paul Grey", "J. K. Holm"),
        ),
        ("Coastal Wire writers Ana Ruiz and Bo Berg", ("Ana Ruiz", "Bo Berg")),
        ("K. L. Osei, Maria de la Cruz & Jürgen Müller", ("K. L. Osei", "Maria de la Cruz", "Jürgen Müller")),
        ("the Associated Press", ("Associated Press",)),
        ("Bo Berg, Bo Berg", ("Bo Berg",)),
        ("Reporting by the ministry", ()),
    ],
)
def test_names_are_read_out_of_a_contributor_line(line: str, names: tuple[str, ...]) -> None:
    assert names_of(line) == names


def test_every_contributor_line_in_our_examples_gives_a_name() -> None:
    examples = [line for rule in BOOK.rules if rule.field == "contributors" for line in rule.removes]
    assert all(clean(f"{BODY}\n\n{line}", BOOK).contributors for line in examples)


CUT_BEFORE = """\
[[rule]]
id = "opening_box"
action = "cut_before"
scope = "first 4"
pattern = 'now reading'
rest = '.{1,20}'
block = 1
why = "an example"
removes = ["Now reading", "NOW READING", "• Now reading", "Menu\\nNow reading", "A\\nB\\nNow reading"]
keeps = ["Reading now", "Now reading a book", "The whole council was there\\nNow reading"]
"""
DROP_BLOCK = (
    CUT_BEFORE.replace("cut_before", "drop").replace('scope = "first 4"\n', "").replace("rest = '.{1,20}'\n", "")
)


def test_a_cut_before_takes_the_box_over_the_text_and_no_sentence() -> None:
    book = parse_rules({"a.toml": CUT_BEFORE})
    assert clean(f"Home\n\nNow reading\n\n{BODY}", book).text == BODY
    text = f"{STORY[0]}\n\nNow reading\n\n{BODY}"
    assert clean(text, book) == Cleaned(text)


def test_a_block_goes_with_its_line_up_to_the_next_gap() -> None:
    book = parse_rules({"a.toml": DROP_BLOCK.replace("block = 1", "block = 3")})
    assert clean("One.\n\nNow reading\nA tide\nA storm\n\nTwo.", book).text == "One.\n\nTwo."
    assert clean("One.\n\nNow reading\n\nTwo.", book).text == "One.\n\nTwo."


LINES = st.one_of(st.sampled_from(EXAMPLES), st.sampled_from(["", " ", *STORY]), st.text(max_size=30))


def put_back(cleaned: str, removals: tuple[Removal, ...], text: str) -> list[str]:
    """The lines of the original that are not empty: those that stayed, with the removed ones set in at their places."""
    kept = [line for line in cleaned.split("\n") if line.strip()]
    out, start = [], 0
    for line in text.split("\n"):
        end = start + len(line)
        mine = [r for r in removals if start <= r.start and r.end <= end]
        if line.strip():
            rest = line
            for r in mine:
                rest = rest[: r.start - start] + rest[r.end - start :]
            if rest.strip():
                assert kept.pop(0) == rest
            out.append(line)
        start = end + 1
    assert not kept
    return out


@given(st.lists(LINES, max_size=25))
def test_every_line_stays_as_it_was_or_is_a_removal(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = clean(text, BOOK)
    assert all(text[r.start : r.end] == r.exact for r in found.removals)
    assert [r.start for r in found.removals] == sorted({r.start for r in found.removals})
    assert put_back(found.text, found.removals, text) == [line for line in text.split("\n") if line.strip()]


@given(st.lists(st.sampled_from(["", *STORY]), max_size=25))
def test_prose_is_never_touched(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert clean(text, BOOK) == Cleaned(text)


@pytest.mark.parametrize(("batch", "floor"), [(FIRST, 60), (SECOND, 14)])
def test_lines_of_unseen_wording_are_removed_and_no_line_of_the_story_with_them(batch: tuple, floor: int) -> None:
    removed = 0
    for where, line, names in batch:
        text = f"{line}\n\n{BODY}" if where == "top" else f"{BODY}\n\n{line}"
        found = clean(text, BOOK)
        assert [kept for kept in found.text.split("\n") if kept in STORY] == list(STORY)
        removed += found.text == BODY and found.contributors == names
    assert removed >= floor, f"{removed} of {len(batch)}"


def test_the_seed_loses_exactly_what_its_gold_says() -> None:
    if not (SHARED / "seed").is_dir():
        pytest.skip("the optional data folder with the seed article is not there")
    text = (SHARED / "seed" / "article.txt").read_text(encoding="utf-8")
    gold = json.loads((SHARED / "seed" / "gold.json").read_text(encoding="utf-8"))
    found = clean(text, BOOK)
    assert sorted(r.exact.strip() for r in found.removals) == sorted(
        line for r in gold["removed"] for line in r["lines"]
    )
    assert list(found.contributors) == gold["contributors"]
    assert found.text.endswith(gold["must_keep_last"])
    assert put_back(found.text, found.removals, text) == [line for line in text.split("\n") if line.strip()]


IN_DISGUISE = {
    "mathematical script": _shifted(0x1D4D0, 0x1D4EA),
    "full width": _shifted(0xFF21, 0xFF41),
    "circled": _shifted(0x24B6, 0x24D0),
    "look-alikes": str.maketrans("aceopxyAСEOPHKM", "асеорхуАСЕОРНКМ"),
    "zero width": {ord(letter): f"{letter}\u200b" for letter in "abcdefghijklmnopqrstuvwxyz"},
    "struck": {ord(letter): f"{letter}\u0336" for letter in "abcdefghijklmnopqrstuvwxyzACDFP"},
}


@pytest.mark.parametrize("disguise", IN_DISGUISE)
def test_the_seeds_footer_is_found_in_every_other_disguise(disguise: str) -> None:
    if not (SHARED / "seed").is_dir():
        pytest.skip("the optional data folder with the seed article is not there")
    text = (SHARED / "seed" / "article.txt").read_text(encoding="utf-8")
    gold = json.loads((SHARED / "seed" / "gold.json").read_text(encoding="utf-8"))
    [footer] = [row["lines"] for row in gold["removed"] if row["rule"] == "dmca_notice"]
    others = [line for row in gold["removed"] for line in row["lines"] if row["rule"] != "dmca_notice"]
    written = [plain(line).translate(IN_DISGUISE[disguise]) for line in footer]
    assert all(new != plain(old) != old for new, old in zip(written, footer, strict=True))
    for old, new in zip(footer, written, strict=True):
        text = text.replace(old, new)
    found = clean(text, BOOK)
    assert sorted(r.exact.strip() for r in found.removals) == sorted([*others, *written])
    assert found.text.endswith(gold["must_keep_last"])


def test_clean_articles_lose_no_line_but_their_credits() -> None:
    folder = SHARED / "corpora" / "authored_news" / "train"
    if not folder.is_dir():
        pytest.skip("the optional data folder with annotated articles is not there")
    from lxml import etree

    rules = set()
    for file in sorted(folder.glob("*.xml")):
        parts = etree.parse(file).getroot().iterchildren("h", "p")
        rules |= {r.rule for r in clean("\n\n".join("".join(part.itertext()) for part in parts), BOOK).removals}
    assert rules <= {"contributor_line"}


def row(text: str, **more: object) -> Draft:
    body = DraftBody(canonical_url="https://daily.test/a", site="daily.test", title="A vote", text=text, **more)
    return Draft("u", "v", "e", "https://daily.test/a", pack(body))


def step(book: RuleBook = BOOK, min_words: int = 50) -> CleanDoFn:
    done = CleanDoFn(RealWorld(Settings(extract=Extract(min_words=min_words)), book, ()))
    done.setup()
    return done


def test_the_step_writes_back_what_it_found() -> None:
    text = f"{BODY}\n\nAdditional reporting by Mei Lin\n\nThis story has been updated.\n\nSource link"
    links = (("Source link", "https://courier.test/a"),)
    [result] = step().many([row(text, links=links, flags=("paywalled",), origins={"title": "page"})])
    body = unpack(result.body, DraftBody)
    assert body.text == BODY
    assert body.contributors == ("Mei Lin",)
    assert body.source_url == "https://courier.test/a"
    assert body.flags == ("paywalled", "updated_note")
    assert body.origins == {"title": "page", "contributors": "rule:contributor_line", "source_url": "rule:source_link"}
    assert {removal.stage for removal in body.removals} == {"clean"}


def test_a_page_is_not_its_own_source() -> None:
    links = (("Read the original", "https://daily.test/a#top"),)
    [result] = step().many([row(f"{BODY}\n\nRead the original", links=links)])
    body = unpack(result.body, DraftBody)
    assert (body.text, body.source_url, body.origins) == (BODY, "", {})


def test_what_is_too_short_after_cleaning_ends_there() -> None:
    text = f"{STORY[0]}\n\n" + "\n\n".join(["Read more: The tide came twice and nobody knew why"] * 10)
    [result] = step().many([row(text)])
    assert isinstance(result, Outcome)
    assert (result.disposition, result.step, result.reason) == (
        "too_short",
        "clean",
        "21 words are left, 50 are wanted",
    )
    [result] = step(min_words=0).many([row(text)])
    assert unpack(result.body, DraftBody).text == STORY[0]


def test_an_article_is_cleaned_by_the_rules_of_its_site_and_day() -> None:
    rule = DROP_BLOCK.replace("[[rule]]", 'site = "daily.test"\n[[rule]]').replace(
        "why =", "valid_until = 2024-05-31\nwhy ="
    )
    dofn = step(parse_rules({"daily.toml": rule}))
    for day, stays in (("2024-05-31", False), ("2024-06-01", True)):
        published = DateValue(value=f"{day}T10:00:00+00:00", precision="second", source="page")
        [result] = dofn.many([row(f"{BODY}\n\nNow reading", published=published)])
        assert ("Now reading" in unpack(result.body, DraftBody).text) == stays


def test_in_the_pipeline_short_articles_join_the_earlier_outcomes() -> None:
    import apache_beam as beam
    from apache_beam.runners.portability.fn_api_runner import FnApiRunner
    from apache_beam.testing.util import assert_that, equal_to

    world = RealWorld(Settings(), BOOK, ())
    earlier = Outcome("u", "w", "e", "https://daily.test/b", "gone", "fetch", "404")
    with beam.Pipeline(runner=FnApiRunner()) as pipeline:
        drafts = pipeline | "Drafts" >> beam.Create([row(f"{BODY}\n\nAdvertisement"), row("Advertisement")])
        before = pipeline | "Earlier" >> beam.Create([earlier])
        cleaned, outcomes = (drafts, before) | Clean(world)
        texts = cleaned | beam.Map(lambda draft: unpack(draft.body, DraftBody).text)
        ends = outcomes | beam.Map(lambda outcome: outcome.disposition)
        assert_that(texts, equal_to([BODY]), "one article")
        assert_that(ends, equal_to(["gone", "too_short"]), "two ends")
