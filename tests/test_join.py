"""An article in several parts is one text; each line knows the archived page that it stands on."""

from __future__ import annotations

import pickle

import msgspec

from schemas.records import Paragraph, Removal, Span
from transforms.page.join import Whole, joined, read_whole
from transforms.page.metadata import Hint
from transforms.page.read import Extracted, Job
from transforms.page.refuse import Refusal

HERE = "https://daily.example/news/ferry-7"
TITLE = "Ferry to the north bank runs late again"
LINES = [
    "The harbour council voted on Tuesday night to close the old bridge for two years, its chair said.",
    "“We have put this off for as long as we could,” said Ann Bee, who leads the council’s works committee.",
    "Shopkeepers on the north bank, who fear for their trade, asked the court to stop the works until autumn.",
    "The court will hear them in June, and the engineers say that they can wait for that long but no longer.",
    "A second ferry would cost the town nearly as much as the bridge, a report of the port office found in May.",
    "Nobody knows yet where the cars would wait, and the old quay is too narrow for a queue of lorries, it says.",
]


def page(*lines: str, head: str = "", heading: str = "") -> bytes:
    body = "".join(f"<p>{line}</p>" for line in lines)
    heading = f"<h2>{heading}</h2>" if heading else ""
    return (
        f"<html lang=en><head><title>{TITLE}</title>{head}</head><body><nav><a href='/'>Home</a></nav>"
        f"<header><h1>{TITLE}</h1></header><article>{heading}{body}</article></body></html>"
    ).encode()


def job(html: bytes, url: str = HERE) -> Job:
    return Job(html, url, "text/html; charset=utf-8", Hint())


def whole(first: bytes, *further: bytes) -> Extracted:
    rows = tuple((f"page-{n}", job(html, f"{HERE}/{n}")) for n, html in enumerate(further, 2))
    found = read_whole(Whole(job(first), rows))
    assert isinstance(found, Extracted), found
    return found


def test_the_parts_are_one_text_and_each_line_knows_its_page():
    found = whole(page(*LINES[:2]), page(*LINES[2:4], heading="What the shops say"), page(*LINES[4:]))
    assert found.text.split("\n\n") == [*LINES[:2], "What the shops say", *LINES[2:]]
    where = {found.text[p.start : p.end]: p.page_id for p in found.paragraphs}
    assert where == {**dict.fromkeys(LINES[:2], ""), "What the shops say": "page-2"} | dict.fromkeys(
        LINES[2:4], "page-2"
    ) | dict.fromkeys(LINES[4:], "page-3")
    assert [heading.exact for heading in found.headings] == ["What the shops say"]
    assert all(found.text[h.start : h.end] == h.exact for h in found.headings)
    assert found.meta.title == TITLE
    assert pickle.loads(pickle.dumps(found)) == found


def test_what_the_parts_repeat_stands_once():
    found = whole(page(*LINES[:3]), page(LINES[0], *LINES[3:5]))
    assert found.text.split("\n\n") == LINES[:5]


def test_a_site_that_gives_the_same_page_for_every_number_adds_nothing():
    found = whole(page(*LINES), page(*LINES), page(*LINES))
    assert found.text.split("\n\n") == LINES
    assert {p.page_id for p in found.paragraphs} == {""}


def test_a_part_that_holds_no_text_is_passed_over():
    found = whole(page(*LINES[:2]), b"%PDF-1.7", b"<html><body></body></html>", page(*LINES[2:]))
    assert found.text.split("\n\n") == LINES


def test_lines_that_stand_close_stay_close_and_what_was_between_leaves_no_hole():
    def line(start: int, end: int) -> Paragraph:
        return Paragraph(start=start, end=end, kind="item", path=f"/p[{start}]")

    first = whole(page(*LINES[:2]))
    part = first._replace(text="one\ntwo\nhere\n\nlast", headings=(Span(4, 7, "two"),))
    part = part._replace(paragraphs=(line(0, 3), line(4, 7), line(8, 12), line(14, 18)))
    found = joined(first._replace(text="here", headings=(), paragraphs=(line(0, 4),)), part, "page-2")
    assert found.text == "here\n\none\ntwo\n\nlast"
    assert [found.text[p.start : p.end] for p in found.paragraphs] == ["here", "one", "two", "last"]
    assert found.headings == (Span(10, 13, "two"),)


def test_an_article_whose_last_part_names_another_is_incomplete():
    def on(n: int) -> str:
        return f'<meta property="og:type" content="article"><link rel="next" href="{HERE}/{n}">'

    assert whole(page(*LINES[:2], head=on(2))).meta.flags == ("incomplete",)
    assert whole(page(*LINES[:2], head=on(2)), page(*LINES[2:], head=on(3))).meta.flags == ("incomplete",)
    assert whole(page(*LINES[:2], head=on(2)), page(*LINES[2:])).meta.flags == ()
    assert whole(page(*LINES, head=f'<link rel="next" href="{HERE[:-1]}8">')).meta.flags == ()


def test_a_first_page_that_is_refused_is_refused():
    assert isinstance(read_whole(Whole(job(b"%PDF-1.7"), (("page-2", job(page(*LINES))),))), Refusal)


def test_what_a_part_left_out_stands_behind_the_line_that_it_stood_behind():
    first = whole(page(*LINES[:3]))
    own = whole(page(*LINES[3:]))
    gone = Removal(rule="layout/1:drop", stage="extract", exact="Buy now", start=0, end=0, reason=".ad")
    after = own.paragraphs[0].end
    part = own._replace(removals=(gone, msgspec.structs.replace(gone, start=after, end=after)))
    found = joined(first, part, "page-2")
    assert [found.text[: one.start].split("\n")[-1] for one in found.removals] == [LINES[2], LINES[3]]
    assert all(one.start == one.end for one in found.removals)
