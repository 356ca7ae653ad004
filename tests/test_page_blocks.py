"""Blocks of a page, which of them are its text, and how several readings of a page come to one."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.seeds import load_rules
from schemas.records import Paragraph
from transforms.page import agree, hints
from transforms.page import text as pagetext
from transforms.page.blocks import blocks
from transforms.page.weigh import context, features, weigh
from transforms.removal import lines_of, placed, take_lines, what_stays

PROSE = (
    "The council closed the old bridge on Monday after divers found that two of its piers had moved since the spring.",
    "Buses cross the river at the mill, and the ferry runs every ten minutes until a new deck is laid, the mayor said.",
    "Shops on both banks say that they have lost a third of their customers, and some of them ask for a lower rent.",
    "Engineers will lower a frame of steel into the river bed next week, if the water stays as low as it is today.",
)


def of(body):
    return blocks(pagetext.parse(f"<html><body>{body}</body></html>"))


def texts(body):
    return [b.text for b in of(body)]


def test_paragraphs_headings_items_and_quotations_are_lines_of_their_own():
    found = of(
        "<h1>A <b>title</b></h1><div>Loose<p>One<ul><li>two<li><p>three</p></ul><blockquote><p>four</blockquote>"
    )
    assert [(b.kind, b.text) for b in found] == [
        ("head", "A title"), ("p", "Loose"), ("p", "One"), ("item", "two"), ("item", "three"), ("quote", "four"),
    ]  # fmt: skip


def test_white_space_becomes_one_blank_and_inline_tags_none():
    assert texts("<p>un<i>break</i>able\n\t text\u00a0here</p>") == ["unbreakable text here"]


def test_one_line_break_keeps_lines_close_and_two_part_paragraphs():
    assert [(b.text, b.tight) for b in of("<div>a1<br>b1<br><br>c1</div><p>d1</p>")] == [
        ("a1", False), ("b1", True), ("c1", False), ("d1", False),
    ]  # fmt: skip


def test_a_row_of_data_is_one_line_and_a_row_that_lays_out_the_page_is_none():
    assert texts("<table><tr><th>Year<th>Ships<tr><td>1990<td>12</table>") == ["Year | Ships", "1990 | 12"]
    assert texts("<table><tr><td><p>left</p><td><div>right</div></table>") == ["left", "right"]


def test_scripts_forms_choices_and_drawings_are_no_text():
    assert texts("<p>x1</p><script>var y</script><select><option>z</select><svg><text>w</text></svg> tail") == [
        "x1",
        "tail",
    ]


def test_captions_are_told_apart():
    assert [(b.kind, b.text) for b in of("<figure><img><figcaption>The bridge</figcaption></figure>")] == [
        ("caption", "The bridge")
    ]


def test_links_and_emphasis_are_counted_in_characters():
    [found] = of('<p>See <a href="/x">the map</a> <b>now</b></p>')
    assert (found.linked, found.links, found.stressed) == (7, 1, 3)


TAGS = "p div li table tr td br a b figure script blockquote h2 span"


@given(
    st.recursive(
        st.text("ab <", max_size=5),
        lambda inner: st.builds(
            lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
            st.sampled_from(TAGS.split()),
            st.lists(inner, max_size=3),
        ),
        max_leaves=20,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_nesting_gives_each_letter_of_the_visible_text_once(html):
    tree = pagetext.parse(f"<html><body>{html}</body></html>")
    found = blocks(tree)
    for script in list(tree.iter("script")):
        script.drop_tree()
    shown = Counter(c for c in tree.find("body").text_content() if c.isalpha())
    assert Counter(c for b in found for c in b.text if c.isalpha()) == shown
    assert not found or len(weigh(found, "a b")) == len(found)


def test_names_of_elements_hint_at_what_stands_in_them():
    assert {hints.NAMES[i] for i in hints.of_name("comment-list related-posts")} >= {"comment", "related"}
    assert hints.of_name("x1") == ()
    assert hints.AREAS[hints.area("div", "navigation")] == "nav"
    assert hints.area("span", "") == -1


def test_the_article_is_weighed_above_the_page_around_it():
    menu = "".join(f"<li><a href='/{n}'>Section {n}</a></li>" for n in range(9))
    story = "".join(f"<p>{line}</p>" for line in PROSE)
    more = "".join(f"<p><a href='/m{n}'>What you should know about flood number {n}</a></p>" for n in range(6))
    found = of(f"<nav><ul>{menu}</ul></nav><article>{story}</article><div class='related'>{more}</div>")
    chosen = [b.text for b, chance in zip(found, weigh(found, "Old bridge closes"), strict=True) if chance > agree.MAIN]
    assert chosen == list(PROSE)


def test_features_have_one_row_a_block_and_never_fail_to_be_numbers():
    for body in ("<p>.a</p>", "<p>one</p>", "".join(f"<p>{line}</p>" for line in PROSE)):
        found = of(body)
        rows = features(found, "")
        more = context(found, np.full(len(found), 0.5))
        assert len(rows) == len(more) == len(found)
        assert np.isfinite(rows).all()
        assert np.isfinite(more).all()


# Agreement


def shingled(text):
    return Counter(text.split())


def test_the_reading_nearest_to_the_others_wins_and_ours_wins_ties():
    readings = {"blocks": shingled("a b"), "one": shingled("c d e"), "two": shingled("c d e f")}
    assert agree.medoid(readings, {}) == "one"
    assert agree.medoid({"blocks": shingled("a"), "one": shingled("b")}, {"blocks": 1.5}) == "blocks"


def test_a_reading_that_found_nothing_does_not_win():
    assert (
        agree.medoid({"blocks": shingled(""), "one": shingled("a b"), "two": shingled("c d")}, {"blocks": 9}) == "one"
    )
    assert agree.medoid({"blocks": shingled(""), "one": shingled("")}, {}) == "blocks"


def test_text_without_blanks_between_words_is_weighed_by_its_characters():
    lines = [
        "気象庁は十三日、日向灘で震度五弱の地震があったと発表した。",
        "震源の深さは約三十キロで、高知県と宮崎県に津波注意報を出した。",
        "各地の自治体は海岸に近づかないよう呼びかけている。",
    ] * 3
    menu = "".join(f"<li><a href='/{n}'>記事{n}</a></li>" for n in range(9))
    found = of(f"<nav><ul>{menu}</ul></nav><article>{''.join(f'<p>{line}</p>' for line in lines)}</article>")
    chances = weigh(found, "日向灘で地震")
    chosen = [b.text for b, chance in zip(found, chances, strict=True) if chance > agree.MAIN]
    assert chosen == lines


@pytest.mark.parametrize(("one", "other", "f1"), [("a b", "a b", 1), ("a b", "c", 0), ("", "", 0), ("a b c", "a", 0.5)])
def test_f1_of_multisets(one, other, f1):
    assert agree.f1(shingled(one), shingled(other)) == pytest.approx(f1)


def test_where_the_cheap_readings_agree_no_other_is_asked(monkeypatch):
    def never(html, url):
        raise AssertionError("a dear reading was asked")

    monkeypatch.setattr(agree, "_DEAR", {"trafilatura": never})
    html = f"<html><body><article>{''.join(f'<p>{line}</p>' for line in PROSE)}</article></body></html>"
    found = blocks(pagetext.parse(html))
    chosen = agree.choose(found, np.ones(len(found)), html, "https://x.example/a")
    assert (chosen.by, [b.text for b in chosen.blocks]) == ("blocks", list(PROSE))
    assert chosen.agreement > agree.AGREED


def test_where_they_do_not_the_others_outvote_ours():
    menu = "".join(f"<p>Entry {n} of a long list of pages that nobody reads at all</p>" for n in range(12))
    story = "".join(f"<p>{line}</p>" for line in PROSE * 2)
    html = f"<html><body><div class='menu'>{menu}</div><article>{story}</article></body></html>"
    found = blocks(pagetext.parse(html))
    wrong = np.array([float(b.text.startswith("Entry")) for b in found])
    chosen = agree.choose(found, wrong, html, "https://x.example/a")
    assert chosen.by != "blocks"
    assert PROSE[0] in [b.text for b in chosen.blocks]


def test_a_block_is_held_whole_or_by_its_four_words():
    found = of("<p>one two three four five six seven eight</p><p>short</p><p>a line that nothing else holds at all</p>")
    shares = agree.shares(found, "x one two three four five six seven eight y\nshort")
    assert list(shares) == [1.0, 1.0, 0.0]
    assert 0 < agree.shares(found, "one two three four five no six seven eight")[0] < 1


# Layout and places


def test_text_headings_places_and_captions_of_chosen_blocks():
    tree = pagetext.parse(
        "<html><body><h2>Head</h2><p>One</p><ul><li>a1<li>b1</ul>"
        "<figure><figcaption>The sea</figcaption></figure></body></html>"
    )
    main = pagetext.laid_out(blocks(tree))
    assert main.text == "Head\n\nOne\n\na1\nb1"
    assert [h.exact for h in main.headings] == ["Head"]
    assert main.captions == ("The sea",)
    for paragraph in main.paragraphs:
        [element] = tree.xpath(paragraph.path)
        assert element.text_content().strip() == main.text[paragraph.start : paragraph.end]


def test_places_follow_their_lines_through_cleaning():
    text = "First line stays.\n\n© 2024 The Daily Post. All rights reserved.\n\nLast line."
    at = text.index("Last")
    mark = [
        Paragraph(start=0, end=17, kind="p", path="/a"),
        Paragraph(start=19, end=61, kind="p", path="/b"),
        Paragraph(start=at, end=at + 10, kind="p", path="/c"),
    ]
    lines = list(lines_of(text))
    kept, pieces = what_stays(text, lines, take_lines(lines, load_rules("", "")))
    assert [(p.path, kept[p.start : p.end]) for p in placed(mark, pieces)] == [
        ("/a", "First line stays."), ("/c", "Last line."),
    ]  # fmt: skip
