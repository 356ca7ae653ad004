"""A page read by its site's own rules: text, fields, what was left out; and what happens where the rules do not fit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from lxml import html as lxml_html

from pipeline.seeds import load_rules
from pipeline.world import RealWorld
from schemas.config import Settings
from schemas.layoutfile import parse_layouts
from schemas.layouts import Layout
from schemas.records import DateValue, RawPage
from tests.hostile import prose
from transforms.page.metadata import Hint
from transforms.page.read import Extracted, extract
from transforms.page.refuse import Refusal
from transforms.site_rules.dates import read_date

URL = "https://daily.example/a"
ONE, TWO, THREE = (prose(name, 4) for name in ("one", "two", "three"))
PAGE = f"""<!doctype html><html lang="en"><head><title>Wrong | Daily</title><meta name="author" content="Wrong Name">
</head><body><header><h1>The Daily</h1></header><div class="story"><h2 class="head">A flood at the weir</h2>
<div class="who">By <a>Ann Bee</a> and <a>Cy Dee</a></div><div class="when">Published on 3 March 2026 at 14:05</div>
<div class="text"><p>{ONE}</p><aside class="box"><p>Read more of this</p></aside><p>{TWO}
<span class="ad"> Buy now!</span></p>
<figure><figcaption>The weir</figcaption></figure><h3>After</h3><p>{THREE}</p>
<div id="more"><p>Others like this</p></div>
<p>{prose("below", 3)}</p></div></div></body></html>"""
RULES = """site = "daily.example"
[[layout]]
select = ".text"
drop = [".box", ".ad"]
cut = "#more"
title = ".head"
author = ".who a"
date = ".when"
date_format = "%d %B %Y at %H:%M"
time_zone = "Europe/Madrid"
[layout.promises]
min_words = 60
author = true
"""


NO_HINT = Hint()


def layout(text: str = RULES) -> Layout:
    [only] = parse_layouts({"f": text})["daily.example"]
    return only


def read(page: str = PAGE, rules: str = RULES, hint: Hint = NO_HINT) -> Extracted:
    found = extract(page.encode(), url=URL, content_type="text/html", hint=hint, layout=layout(rules))
    assert isinstance(found, Extracted), found
    return found


def test_text_and_fields_are_those_of_the_rules():
    found = read()
    assert found.text == f"{ONE}\n\n{TWO}\n\nAfter\n\n{THREE}"
    assert (found.meta.title, found.meta.authors) == ("A flood at the weir", ("Ann Bee", "Cy Dee"))
    assert found.meta.published == DateValue(
        value="2026-03-03T13:05:00+00:00", precision="minute", source="site:1", zone="+01:00"
    )
    assert {key: found.meta.origins[key] for key in ("text", "title", "authors", "published")} == dict.fromkeys(
        ("text", "title", "authors", "published"), "site:1"
    )
    assert found.captions == ("The weir",)
    assert (found.layout.applied, found.layout.failed) == (True, ())


def test_what_the_page_says_otherwise_is_kept_beside_the_rules():
    page = PAGE.replace('class="head">', 'class="head">Live: ').replace("</title>", " and more</title>")
    page = page.replace("<a>Cy Dee</a>", '<a class="two">Cy Dee</a>')
    found = read(page, RULES.replace('author = ".who a"', 'author = ".two"')).meta
    said = {one.field: one for one in found.contradictions if one.reason == "the site's own rules come first"}
    assert found.authors == ("Cy Dee",)
    assert (said["authors"].value, said["authors"].origin) == ("Wrong Name", "meta:author")


def test_every_line_still_leads_back_to_the_page():
    found, tree = read(), lxml_html.document_fromstring(PAGE.encode())
    for paragraph in found.paragraphs:
        [node] = tree.xpath(paragraph.path)
        line = found.text[paragraph.start : paragraph.end]
        assert line in " ".join(node.text_content().split())
    assert [found.text[h.start : h.end] for h in found.headings] == ["After"]


def test_what_is_left_out_is_kept_with_its_rule_and_its_place():
    found = read()
    kept = [(r.rule, r.reason, r.exact.split("\n")[0]) for r in found.removals]
    assert kept == [
        ("layout/1:drop", ".box", "Read more of this"),
        ("layout/1:drop", ".ad", "Buy now!"),
        ("layout/1:cut", "#more", "Others like this"),
    ]
    assert prose("below", 3) in found.removals[2].exact
    ends = [len(ONE), len(f"{ONE}\n\n{TWO}"), len(found.text)]
    assert [(r.start, r.end) for r in found.removals] == [(end, end) for end in ends]


@pytest.mark.parametrize(
    ("old", "new", "failed", "why"),
    [
        ('select = ".text"', 'select = ".gone"', ("select",), "select matches nothing"),
        ('select = ".text"', 'select = "figure"', ("select",), "what is selected holds no text"),
        ("min_words = 60", "min_words = 900", ("promise:min_words",), "words are selected, at least 900 are promised"),
        ("min_words = 60", "max_words = 9", ("promise:max_words",), "at most 9 are promised"),
        ("min_words = 60", "min_paragraphs = 9", ("promise:min_paragraphs",), "3 paragraphs are selected, 9"),
        ("min_words = 60", 'language = "es"', ("promise:language",), "what is selected is in en, es is promised"),
    ],
)
def test_where_the_rules_do_not_find_the_article_it_is_read_without_them_and_says_so(old, new, failed, why):
    found = read(rules=RULES.replace(old, new))
    alone = extract(PAGE.encode(), url=URL, content_type="text/html", hint=Hint())
    assert found.text == alone.text
    assert found.removals == ()
    assert found.meta.origins["text"].startswith("page:")
    assert found.layout.applied is False
    assert set(failed) <= set(found.layout.failed)
    assert found.layout.why.startswith("layout 1 of daily.example: ")
    assert why in found.layout.why
    assert found.meta.title == "A flood at the weir"  # what a rule does find is the site's all the same


def test_a_broken_promise_of_a_field_costs_no_text():
    rules = RULES.replace('author = ".who a"', 'author = ".nobody"')
    page = PAGE.replace('<meta name="author" content="Wrong Name">', "").replace(
        "By <a>Ann Bee</a> and <a>Cy Dee</a>", ""
    )
    found = read(page, rules)
    assert found.layout.applied
    assert set(found.layout.failed) == {"rule:author", "promise:author"}
    assert found.text == read().text


def test_rules_that_match_nothing_are_named():
    found = read(rules=RULES.replace('[".box", ".ad"]', '[".box", ".gone"]').replace('"#more"', '"#gone"'))
    assert found.layout.failed == ("drop:.gone", "cut:#gone")
    assert found.layout.applied


def test_the_first_alternative_that_finds_anything_counts():
    assert read(rules=RULES.replace('".text"', '[".gone", ".text", ".story"]')).text == read().text
    rules = RULES.replace('title = ".head"', 'title = ["#no", "h1", ".head"]')
    assert read(rules=rules).meta.title == "The Daily"


def test_several_elements_make_one_text_and_the_outer_one_holds_the_inner():
    page = PAGE.replace(f"<p>{ONE}</p>", f'<p class="text">{ONE}</p>').replace("<h3>", '</div><div class="text"><h3>')
    assert read(page).text == read().text


def test_a_page_that_is_no_article_is_no_fault_of_the_rules():
    film = '<html><head><meta property="og:type" content="video.other"></head><body><p>Watch this</p></body></html>'
    found = extract(film.encode(), url=URL, content_type="text/html", hint=Hint(), layout=layout())
    assert isinstance(found, Refusal)
    assert (found.layout.applied, found.layout.failed) == (False, ("not_article",))


def test_a_page_on_which_the_selectors_are_dear_is_read_without_them():
    parts = " ".join(["div"] * 6)
    rules = RULES.replace("[layout.promises]", "").replace("min_words = 60\nauthor = true", "")
    dear = rules.replace('select = ".text"', "select = [" + ", ".join([f'"{parts}"'] * 20) + "]")
    page = PAGE.replace("</body>", ("<div>" * 200 + "</div>" * 200) * 120 + "</body>")
    found = read(page, dear)
    assert found.layout.failed == ("too_dear",)
    assert ONE in found.text


def test_the_feeds_own_instant_stands_where_the_page_tells_only_the_day():
    rules = RULES.replace(" at %H:%M", "").replace('time_zone = "Europe/Madrid"\n', "")
    exact = DateValue(value="2026-03-03T13:07:09+00:00", precision="second", source="feed")
    assert read(rules=rules, hint=Hint(published=exact, own_site=True)).meta.published == exact
    other = DateValue(value="2026-03-09T13:07:09+00:00", precision="second", source="feed")
    assert read(rules=rules, hint=Hint(published=other, own_site=True)).meta.published.value == "2026-03-03"


MONTHS = (
    "enero", "febrero", "marzo", "abril", "mayo", "junio",
    "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
)  # fmt: skip
SPAIN = "Europe/Madrid"


@pytest.mark.parametrize(
    ("form", "raw", "months", "zone", "wanted"),
    [
        ("%d de %B de %Y, %H:%M", "El 3 de Marzo de 2026, 14:05 h", MONTHS, SPAIN, "2026-03-03T13:05:00+00:00"),
        ("%d de %B de %Y, %H:%M", "3 de julio de 2026, 14:05", MONTHS, SPAIN, "2026-07-03T12:05:00+00:00"),
        ("%B %d, %Y at %I:%M %p", "Posted March 3, 2026 at 4:05 PM", (), "UTC", "2026-03-03T16:05:00+00:00"),
        ("%d/%m/%Y %H:%M", "03/12/2025 10:00", (), "", "2025-12-03"),  # no zone: its day
        ("%d/%m/%Y", "2026-03-01T10:00:00+01:00", (), "", "2026-03-01T09:00:00+00:00"),  # for machines all the same
        ("%d/%m/%Y", "2026-03-01T10:00", (), SPAIN, "2026-03-01T09:00:00+00:00"),
        ("%d de %B de %Y", "31 de abril de 2026", MONTHS, "", ""),
        ("%d/%m/%Y", "nothing", (), "", ""),
    ],
)  # fmt: skip
def test_dates_as_the_site_writes_them(form, raw, months, zone, wanted):
    mine = layout()._replace(date_format=(form,), months=months, time_zone=zone)
    found = read_date(raw, mine, "s")
    assert (found.value if found else "") == wanted


def test_a_page_is_read_by_the_layout_of_the_day_on_which_it_was_fetched():
    later = 'valid_from = "2026-02-01"\nselect = ".new"'
    text = 'site = "daily.example"\n[[layout]]\nname = "a"\nvalid_until = "2026-01-31"\nselect = ".old"\n[[layout]]\n'
    layouts = parse_layouts({"f": f'{text}name = "b"\n{later}\n'})
    world = RealWorld(Settings(), load_rules("", ""), (), layouts=layouts)
    page = RawPage(
        page_id="p", url=URL, final_url="https://www.daily.example/a", fetched_at="2026-01-31T23:59:59+00:00",
        sha256="", segment="", offset=0,
    )  # fmt: skip

    def on(day: str, url: str = page.final_url) -> str:
        found = world.layout(
            RawPage(**{**{f: getattr(page, f) for f in page.__struct_fields__}, "fetched_at": day, "final_url": url})
        )
        return found.name if found else ""

    assert on("2026-01-31T23:59:59+00:00") == "a"
    assert on("2026-02-01T00:00:00+00:00") == on("") == "b"  # a page of no date is one of today
    assert datetime.now(UTC).date().isoformat() > "2026-02-01"
    assert on("2026-02-01", "https://other.example/") == on("2026-02-01", "no address [") == ""
    plain = replace(world, layouts={})
    day = "2026-03-01"
    assert world.versions("xx", "daily.example", day, page) != plain.versions("xx", "daily.example", day, page)
    assert world.versions("xx", "daily.example", day) == plain.versions("xx", "daily.example", day, page)
