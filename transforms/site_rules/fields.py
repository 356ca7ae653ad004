"""Several pages of one site -> where title, authors and date stand. Pure.

What the pages' own marks say (JSON-LD, meta tags, the feed's words) is what an element must show; where they say
nothing, elements whose names speak of authors or dates are tried. A selector is proposed only if it is right, or at
least not wrong, on every page.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date as day
from itertools import islice
from typing import Any, NamedTuple

from schemas.layouts import Layout
from schemas.records import DateValue
from schemas.selectors import Css, compile_css
from transforms.page.bylines import key, line, persons
from transforms.site_rules.compare import Sample
from transforms.site_rules.dates import read_date
from transforms.site_rules.select import select
from transforms.site_rules.stable import within

MAX_CHARS = 200  # an element of more text is no title, byline or date
INSIDE = 12  # an element with so many inside is no title, byline or date
_NO_TEXT = frozenset({"script", "style", "body"})
_AUTHOR = re.compile(r"author|byline|autor|writer|redact|credit|firma|verfasser|created-?by", re.IGNORECASE)
_DATE = re.compile(r"date|time|publish|posted|created|fecha|datum|dated|when|meta", re.IGNORECASE)
_VALUES = ("data-timestamp", "data-date", "data-time", "title")  # attributes that may hold a date for machines
_A_YEAR = re.compile(r"\b(?:19|20)\d\d\b|^\d{10,13}$")
_FORMS = (
    "%B %d, %Y", "%d %B %Y", "%d. %B %Y", "%d de %B de %Y", "%d/%m/%Y", "%d.%m.%Y", "%m/%d/%Y", "%Y/%m/%d",
    "%b %d, %Y", "%d %b %Y",
)  # fmt: skip
_HOURS = (", %H:%M", " - %H:%M", " %H:%M", " at %I:%M %p", ", %H.%M", "")
_MONTHS = {
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}

Tree = Any  # an lxml element


class Place(NamedTuple):
    """Where a field stands; "" where no selector was found."""

    selector: str = ""
    form: str = ""  # of a date that is written for people
    months: tuple[str, ...] = ()


def title_of(samples: Sequence[Sample]) -> Place:
    wanted = [key(sample.meta.title) for sample in samples]

    def marks(sample: Sample, at: int) -> Iterator[str]:
        for node in _short(sample.tree):
            if wanted[at] and key(line(node.text_content())) == wanted[at]:
                yield from within(node)

    def right(nodes: list[Tree], css: Css, at: int) -> bool:
        return bool(nodes) and key(_value(nodes[0], css)) == wanted[at]

    return Place(_best(samples, marks, right))


def author_of(samples: Sequence[Sample]) -> Place:
    wanted = [sample.meta.authors for sample in samples]

    def marks(sample: Sample, at: int) -> Iterator[str]:
        for node in _short(sample.tree):
            names = persons([line(node.text_content())], [sample.meta.site_name])
            named = _AUTHOR.search(" ".join(filter(None, (node.get("class"), node.get("itemprop"), node.get("rel")))))
            if names and (names == wanted[at] if wanted[at] else bool(named) and _whole(names)):
                yield from within(node)
        yield from _metas(sample.tree, "author")

    def right(nodes: list[Tree], css: Css, at: int) -> bool:
        names = persons([_value(node, css) for node in nodes], [samples[at].meta.site_name])
        return _whole(names) and (names == wanted[at] if wanted[at] else True)

    return Place(_best(samples, marks, right))


def date_of(samples: Sequence[Sample]) -> Place:
    """The first of: a date for machines, a date for people in a form that reads on every page."""
    if found := _dated(samples, _layout("", ())):
        return Place(found)
    languages = [sample.meta.language[:2] for sample in samples]
    tables: list[tuple[str, ...]] = [(), *(tuple(_MONTHS[one].split()) for one in sorted({*languages} & {*_MONTHS}))]
    for months in reversed(tables):
        for form in (f"{form_of_day}{hour}" for hour in _HOURS for form_of_day in _FORMS):
            if months and "%B" not in form:
                continue
            if found := _dated(samples, _layout(form, months)):
                return Place(found, form, months)
    return Place()


def _layout(form: str, months: tuple[str, ...]) -> Layout:
    return Layout("", "", (), date_format=(form,) if form else (), months=months, time_zone="UTC" if form else "")


def _dated(samples: Sequence[Sample], layout: Layout) -> str:
    wanted = [sample.meta.published for sample in samples]

    def read(value: str) -> DateValue | None:
        return read_date(value, layout, "") if value and _A_YEAR.search(value) else None

    def marks(sample: Sample, at: int) -> Iterator[str]:
        for node in sample.tree.iter(
            "time", "abbr", "span", "p", "div", "dd", "li", "td", "font", "small", "meta", "a"
        ):
            yield from _date_marks(node, read)

    def right(nodes: list[Tree], css: Css, at: int) -> bool:
        if not nodes:
            return False
        values = [_value(nodes[0], css)]
        if not css.attribute:
            values = [nodes[0].get("datetime") or "", nodes[0].get("content") or "", *values]
        found = next((date for value in values if (date := read(value))), None)
        return found is not None and _agrees(found, wanted[at])

    return _best(samples, marks, right)


def _date_marks(node: Tree, read: Callable[[str], DateValue | None]) -> Iterator[str]:
    named = " ".join(filter(None, (node.tag, node.get("class"), node.get("itemprop"), node.get("property"))))
    stated = [node.get("datetime") or "", node.get("content") or ""]
    if not any(stated):
        text = line(node.text_content()) if node.tag != "meta" and len(node) < 8 else ""
        stated = [text if len(text) <= MAX_CHARS else ""]
    if any(map(read, stated)) and (node.tag in ("time", "meta") or _DATE.search(named) or len(stated[0]) < 40):
        suffix = "::attr(content)" if node.tag == "meta" else ""
        yield from (f"{mark}{suffix}" for mark in within(node))
    for name in _VALUES:
        if read(node.get(name) or ""):
            yield from (f"{mark}::attr({name})" for mark in within(node))


def _agrees(found: DateValue, wanted: DateValue | None) -> bool:
    """The same day, or one beside it where one of the two has no hour: zones differ."""
    if wanted is None or wanted.source.startswith("guess"):
        return True
    if found.value[:10] == wanted.value[:10]:
        return True
    return "day" in (found.precision, wanted.precision) and abs(_days(found) - _days(wanted)) <= 1


def _days(date: DateValue) -> int:
    return day.fromisoformat(date.value[:10]).toordinal() if len(date.value) >= 10 else 0


def _best(
    samples: Sequence[Sample],
    marks: Callable[[Sample, int], Iterable[str]],
    right: Callable[[list[Tree], Css, int], bool],
) -> str:
    """The selector that is right on every page and means the fewest elements; of equals the shortest."""
    seen: Counter[str] = Counter()
    for at, sample in enumerate(samples):
        seen.update(set(marks(sample, at)))
    names = sorted(name for name, pages in seen.items() if pages == len(samples))
    rules = {name: compile_css(name)[0] for name in names}
    means: Counter[str] = Counter()
    for at, sample in enumerate(samples):
        found = dict(zip(rules, select(sample.tree, list(rules.values())), strict=True))
        for name in [name for name in rules if not right(found[name], rules[name], at)]:
            del rules[name]
        means.update({name: len(found[name]) for name in rules})
    return min(rules, key=lambda name: (means[name], len(name), name), default="")


def _short(tree: Tree) -> Iterator[Tree]:
    """Elements of the body that hold one short text."""
    body = tree.find(".//body")
    for node in (tree if body is None else body).iter():
        if not isinstance(node.tag, str) or node.tag in _NO_TEXT or len(list(islice(node.iter(), INSIDE))) == INSIDE:
            continue
        text = node.text_content()
        if len(text) <= 4 * MAX_CHARS and 0 < len(line(text)) <= MAX_CHARS:
            yield node


def _metas(tree: Tree, name: str) -> Iterator[str]:
    for node in tree.iter("meta"):
        for attribute in ("name", "property", "itemprop"):
            if (node.get(attribute) or "").lower().rpartition(":")[2] == name:
                value = node.get(attribute)
                yield f"meta[{attribute}='{value}']::attr(content)"


def _whole(names: Sequence[str]) -> bool:
    return bool(names) and all(1 < len(name.split()) < 5 and name[:1].isupper() for name in names)


def _value(node: Tree, css: Css) -> str:
    return line((node.get(css.attribute) or "") if css.attribute else node.text_content())
