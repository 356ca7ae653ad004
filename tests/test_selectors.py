"""The part of CSS that site rules may use: what it means is what CSS means, and no rule or page makes it dear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from lxml.cssselect import CSSSelector

from schemas.selectors import BadSelector, compile_css
from transforms.site_rules.select import MAX_FOUND, TooDear, first_of, outermost, select

PARTS = (
    "p", "div", "*", ".a", "#x", "p.a.b", "div#x", "[title]", "[title=t]", "[class~=b]", "[lang|=en]", "[class^=a]",
    "[class$=b]", "[class*='b']", "p:not(.a)", "div:not(#x)", "*:not(p)", "p:first-child", "p:nth-child(2)",
    "div:not([title])",
)  # fmt: skip
ATTRIBUTES = ('class="a"', 'class="b a"', 'class="ab"', 'id="x"', 'title="t"', 'lang="en-GB"', "")


@st.composite
def pages(draw, depth=4):
    tag = draw(st.sampled_from(["div", "span", "p" if depth < 2 else "div"]))
    inner = "".join(draw(st.lists(pages(depth - 1), max_size=3))) if depth else "w"
    return f"<{tag} {draw(st.sampled_from(ATTRIBUTES))}>{inner}</{tag}>"


@given(pages(), st.lists(st.tuples(st.sampled_from(PARTS), st.sampled_from([" ", " > "])), min_size=1, max_size=4))
def test_a_selector_means_what_an_independent_reader_of_css_says(page, parts):
    text = "".join(part + mark for part, mark in parts).rstrip("> ")
    tree = html.document_fromstring(f"<html><body>{page}</body></html>")
    assert select(tree, compile_css(text)) == [CSSSelector(text)(tree)]


def test_many_selectors_are_decided_in_one_walk_each_for_itself():
    tree = html.document_fromstring("<body><div class=a><p>1<p class=b>2</div><p>3</body>")
    found = select(tree, [*compile_css("p"), *compile_css(".a > p"), *compile_css(".b"), *compile_css("i")])
    assert [[node.text for node in nodes] for nodes in found] == [["1", "2", "3"], ["1", "2"], ["2"], []]
    assert [node.text for node in first_of(tree, [*compile_css("i"), *compile_css(".b, p")])] == ["2"]
    assert [node.tag for node in outermost(tree.iter("div", "p"))] == ["div", "p"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a ~ b", "siblings"),
        ("a + b", "siblings"),
        ("div:has(p)", "may not be used"),
        ("p:nth-last-child(2)", "may not be used"),
        ("p:nth-child(2n+1)", "may not be used"),
        ("p:contains('x')", "may not be used"),
        ("p:hover", "may not be used"),
        ("p::text", "only ::attr"),
        ("p::attr('a b')", "one attribute"),
        ("x|p", "namespace"),
        ("[a*='']", "matches nothing"),
        ("[a!=b]", "is not known"),
        ("p:not(:not(.a))", ":not()"),
        ("p[", "no CSS selector"),
        ("", "no CSS selector"),
        ("a b c d e f g", "7 parts are too many"),
        ("p" * 201, "too many"),
        ("p" + ":not(.a)" * 13, "conditions"),
    ],
)
def test_what_may_not_be_used_is_refused_with_a_remedy(text, words):
    with pytest.raises(BadSelector) as caught:
        compile_css(text)
    assert words in caught.value.what
    assert caught.value.remedy


def test_a_hostile_page_and_dear_selectors_end_within_bounds():
    deep = html.document_fromstring("<body>" + ("<div class=a>" * 200 + "</div>" * 200) * 100 + "</body>")
    [found] = select(deep, compile_css("div div div div div div"))
    assert len(found) == MAX_FOUND
    with pytest.raises(TooDear):
        select(deep, [css for _ in range(20) for css in compile_css("div div div div div div")])
