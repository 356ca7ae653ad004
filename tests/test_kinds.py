"""Kinds of boilerplate add up points that a person can check, and take no line of an author with them."""

import re

import pytest

from pipeline.seeds import load_rules
from schemas.errors import ConfigError
from schemas.kindfile import parse_kinds
from schemas.kinds import KindBook
from schemas.rulefile import parse_rules
from schemas.rules import bare, check_examples
from schemas.shapes import Place, shapes
from tests.test_clean import BODY, STORY
from transforms.clean import Cleaned, clean

BOOK = load_rules("", "")
GOOD = """\
[lexicon]
boat = ['boats?', 'ferry']
[[kind]]
id = "boat_call"
need = 4
core = ["boat"]
points = { boat = 3, exclaims = 1, outermost = 1, speech = -5 }
why = "an example"
removes = ["Our boat", "A ferry!", "Boats", "The boats!", "ferry"]
keeps = ["A raft", "The boat is gone, he said", "Boatswain"]
"""


def test_a_verdict_shows_the_sum_that_it_is() -> None:
    book = parse_kinds({"a.toml": GOOD})
    kind, words = book.verdict("Our boat!", "Our boat!", Place()) or pytest.fail("no verdict")
    assert (kind.id, words) == ("boat_call", "boat +3, exclaims +1, outermost +1: 5 of 4")
    assert book.verdict("Our boat", "Our boat", Place(outermost=False)) is None
    assert KindBook().verdict("Our boat!", "Our boat!", Place()) is None


def test_without_a_core_signal_support_alone_makes_no_kind() -> None:
    book = parse_kinds({"a.toml": GOOD.replace("outermost = 1", "outermost = 9")})
    assert book.verdict("A raft!", "A raft!", Place()) is None


def test_kinds_are_proven_by_their_examples_and_weigh_in_the_hash() -> None:
    book = parse_rules({"a.toml": GOOD})
    assert check_examples(book) == []
    assert parse_rules({"a.toml": GOOD.replace("boat = 3", "boat = 4")}).hash != book.hash
    assert parse_rules({"a.toml": GOOD.replace("an example", "a reason")}).hash == book.hash
    assert book.for_site("daily.test", "2024-05-01").kinds == book.kinds
    wrong = parse_rules({"a.toml": GOOD.replace('"A raft"', '"A boat"')})
    assert [str(problem) for problem in check_examples(wrong)] == [
        "a.toml:3: kind 'boat_call' removes its example 'A boat' (boat +3, outermost +1: 4 of 4)"
        " (give a signal of prose minus points)"
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("exclaims = 1", "exclaimed = 1", "there is no signal 'exclaimed'"),
        ('core = ["boat"]', "core = []", "too few"),
        ("need = 4", 'need = "4"', "a whole number"),
        ("need = 4\n", "", "has no need"),
        ("boat = 3", "boat = 2.5", "no table of whole numbers"),
        ("boat = ['boats?', 'ferry']", "boat = 'boats?'", "no list of words"),
        ("'boats?'", "'(boats?'", "not RE2"),
        ("boat = ['boats?', 'ferry']", "boat = ['boats?', 'ferry']\nshort = ['x']", "is a signal of form"),
        ("why =", "wyh =", "did you mean 'why'?"),
    ],
)
def test_a_mistake_in_a_kind_is_named_with_its_file(old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(ConfigError, match=re.escape(says)) as caught:
        parse_kinds({"kinds.toml": GOOD.replace(old, new, 1)})
    assert str(caught.value).startswith("kinds.toml:")


def test_two_kinds_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigError, match="two kinds are 'boat_call'"):
        parse_kinds({"a.toml": GOOD, "b.toml": GOOD.partition("[[kind]]")[1] + GOOD.partition("[[kind]]")[2]})


def test_form_and_place_are_seen() -> None:
    line = "SHARE | TWEET | @HARBOUR 2024!"
    seen = shapes(line, bare(line), Place(top=True))
    assert seen >= {"capitals", "pipes", "handle", "year", "exclaims", "short", "outermost", "top"}
    assert not seen & {"long", "speech", "edge", "end", "mail"}
    said = '"We will wait for the tide," the pilot said.'
    assert shapes(said, bare(said), Place(outermost=False)) >= {"quote", "speech", "stop", "edge", "end"}


def test_layer_after_layer_goes_from_the_end_inwards_and_says_why() -> None:
    footers = [
        "Nora Quist is our correspondent in Tarrow.",
        "Readers pay for our reporting: please give what you can.",
        "All content here is intellectual property of Harbour Media.",
    ]
    found = clean("\n\n".join([BODY, *footers]), BOOK)
    assert found.text == BODY
    assert [removal.rule for removal in found.removals] == ["author_note", "donation_call", "rights_notice"]
    assert all(re.search(r" \(.+ \+\d.*: \d+ of \d+\)$", removal.reason) for removal in found.removals)


@pytest.mark.parametrize("place", [1, 2, 3, 4])
def test_no_kind_reaches_between_the_lines_of_a_long_article(place: int) -> None:
    notice = "All content here is intellectual property of Harbour Media."
    story = [*STORY] * 4
    text = "\n\n".join([*story[: 6 + place], notice, *story[6 + place :]])
    assert clean(text, BOOK) == Cleaned(text)


def test_a_teaser_inside_an_article_goes_only_where_it_is_a_link() -> None:
    teaser = "Read more: The tide came twice to Tarrow"
    text = "\n\n".join([*STORY, teaser, *STORY, *STORY])
    assert clean(text, BOOK) == Cleaned(text)
    links = [("The tide came twice to Tarrow", "https://daily.test/tide")]
    assert clean(text, BOOK, links=links).text == "\n\n".join([*STORY, *STORY, *STORY])
    assert clean(f"{BODY}\n\n{teaser}", BOOK).text == BODY


def test_a_list_of_titles_goes_with_its_label_and_a_sentence_stops_it() -> None:
    titles = "Trending on Harbour Courier\nHow the ferry was saved\nWhy rivers bend"
    assert clean(f"{BODY}\n\n{titles}", BOOK).text == BODY
    kept = clean(f"{BODY}\n\nRelated stories\n\nThe bridge was closed.", BOOK)
    assert kept.text.endswith("The bridge was closed.")
