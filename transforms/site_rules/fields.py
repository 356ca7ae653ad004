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

from lxml import etree

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
_AUTHOR = re.compile(
    r"author|byline|autor|writer|redact|credit|firma|verfasser|created-?by|username|submitted", re.IGNORECASE
)
_SEPARATED = re.compile(r"^.*[:|·»–—-]\s+", re.DOTALL)
_SEPARATES = re.compile(r"\s+[:|·«–—-].*$|\s*\|.*$", re.DOTALL)
_PARTICLE = re.compile(r"[^\W\d_a-zß-ÿ]|(?:de|der|den|van|von|la|le|el|al|bin|da|di|du|dos)$")
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


def titles_of(samples: Sequence[Sample]) -> list[str]:
    """The title of each page, without what the titles of all pages begin or end with: the name of the site."""
    titles = [sample.meta.title for sample in samples]
    if len(titles) > 1 and len(set(titles)) == 1:
        titles = [line(sample.tree.findtext(".//title") or "") for sample in samples]
    if len(titles) > 1 and len(set(titles)) > 1:
        before, after = _common(titles), _common([title[::-1] for title in titles])[::-1]
        head, tail = _SEPARATED.match(before), _SEPARATES.search(after)
        titles = [title[head.end() if head else 0 :] for title in titles]
        titles = [title[: len(title) - len(tail[0])] if tail else title for title in titles]
    return titles


def _common(texts: Sequence[str]) -> str:
    """What all of them begin with."""
    first, last = min(texts), max(texts)
    return first[
        : next((at for at, pair in enumerate(zip(first, last, strict=False)) if len(set(pair)) > 1), len(first))
    ]


def title_of(samples: Sequence[Sample]) -> Place:
    wanted = [key(title) for title in titles_of(samples)]

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
            named = _AUTHOR.search(_names(node))
            if names and (names == wanted[at] if _whole(wanted[at]) else bool(named) and _whole(names)):
                yield from within(node)
        yield from _metas(sample.tree, "author")

    def right(nodes: list[Tree], css: Css, at: int) -> bool:
        names = persons([_value(node, css) for node in nodes], [samples[at].meta.site_name])
        return _whole(names) and (names == wanted[at] if _whole(wanted[at]) else True)

    return Place(_best(samples, marks, right, _AUTHOR))


def date_of(samples: Sequence[Sample]) -> Place:
    """The first of: a date for machines, a date for people in a form that reads on every page."""
    if found := _dated(samples, _layout("", ()))[0]:
        return Place(found)
    languages = [sample.meta.language[:2] for sample in samples]
    tables: list[tuple[str, ...]] = [(), *(tuple(_MONTHS[one].split()) for one in sorted({*languages} & {*_MONTHS}))]
    for months in reversed(tables):
        for hour in _HOURS:
            forms = [form + hour for form in _FORMS if not months or "%B" in form]
            tried = [(form, *_dated(samples, _layout(form, months))) for form in forms]
            if some := [one for one in tried if one[1]]:
                # 03/06 and 03/07 are days of one week rather than of two months: the pages are of one time.
                form, found, _ = min(some, key=lambda one: one[2])
                return Place(found, form, months)
    return Place()


def _names(node: Tree) -> str:
    """Class, itemprop and rel of an element and of two around it."""
    some = [node, *(above for above, _ in zip(node.iterancestors(), range(2), strict=False))]
    return " ".join(one.get(name) or "" for one in some for name in ("class", "itemprop", "rel"))


def _layout(form: str, months: tuple[str, ...]) -> Layout:
    return Layout("", "", (), date_format=(form,) if form else (), months=months, time_zone="UTC" if form else "")


def _dated(samples: Sequence[Sample], layout: Layout) -> tuple[str, int]:
    """The selector that gives each page a date, and how many days lie between the first and the last."""
    wanted = [sample.meta.published for sample in samples]

    def read(value: str) -> DateValue | None:
        return read_date(value, layout, "") if value and _A_YEAR.search(value) else None

    def marks(sample: Sample, at: int) -> Iterator[str]:
        for node in sample.tree.iter(etree.Element):
            yield from _date_marks(node, read)

    def right(nodes: list[Tree], css: Css, at: int) -> bool:
        found = date_at(nodes, css)
        return found is not None and _agrees(found, wanted[at])

    def date_at(nodes: list[Tree], css: Css) -> DateValue | None:
        if not nodes:
            return None
        values = [_value(nodes[0], css)]
        if not css.attribute:
            values = [nodes[0].get("datetime") or "", nodes[0].get("content") or "", *values]
        return next((date for value in values if (date := read(value))), None)

    best = _best(samples, marks, right)
    if not best:
        return "", 0
    [css] = compile_css(best)
    days = [_days(date) for s in samples if (date := date_at(select(s.tree, [css])[0], css))]
    return best, max(days) - min(days)


def _date_marks(node: Tree, read: Callable[[str], DateValue | None]) -> Iterator[str]:
    named = " ".join(filter(None, (node.tag, node.get("class"), node.get("itemprop"), node.get("property"))))
    stated = [node.get("datetime") or "", node.get("content") or ""]
    if not any(stated):
        text = line(node.text_content()) if node.tag not in ("meta", *_NO_TEXT) and len(node) < 8 else ""
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
    speaking: re.Pattern[str] | None = None,
) -> str:
    """The selector that is right on every page and means the fewest elements; of equals one whose name speaks of what
    is looked for, then the shortest."""
    seen: Counter[str] = Counter()
    for at, sample in enumerate(samples):
        seen.update(set(marks(sample, at)))

    def mute(name: str) -> bool:
        return speaking is not None and not speaking.search(name)

    names = sorted(name for name, pages in seen.items() if pages == len(samples))
    rules = {name: compile_css(name)[0] for name in names}
    means: Counter[str] = Counter()
    for at, sample in enumerate(samples):
        found = dict(zip(rules, select(sample.tree, list(rules.values())), strict=True))
        for name in [name for name in rules if not right(found[name], rules[name], at)]:
            del rules[name]
        means.update({name: len(found[name]) for name in rules})
    return min(rules, key=lambda name: (means[name], mute(name), " " in name, len(name), name), default="")


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
    return bool(names) and all(1 < len(n.split()) < 5 and all(map(_PARTICLE.match, n.split())) for n in names)


def _value(node: Tree, css: Css) -> str:
    return line((node.get(css.attribute) or "") if css.attribute else node.text_content())
