"""What page and feed say of when an article appeared and was changed -> one choice each, and what contradicts it. Pure.

Order of trust: the site's own feed; JSON-LD; meta tags; marks (`itemprop`, `<time>`); a date shown beside the title,
first where its wording says what it is; the address. Whatever is less than a statement says so in its origin.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

import msgspec

from schemas.records import Contradiction, DateValue
from transforms.page import jsonld
from transforms.page.dates import parse_date
from transforms.page.graph import Graph
from transforms.page.metatags import MODIFIED, PUBLISHED, Meta
from transforms.page.shown import Run, Shown
from transforms.page.spoken import spoken
from transforms.url_parts import split

MAX_KEPT = 3
SHORT = 120  # characters of a line that is about a date
NEAR = 2  # runs between a wording and its date
FEED_FIRST, IN_ORDER = "the site's own feed comes first", "what was taken comes first in the order of trust"
ONLY_CHANGED = "shown:updated, no other date is stated"
_PUBLISHED = re.compile(
    r"publi(?:shed|cation)|posted|first published|originally|released|created|date:|veröffentlicht|erschienen|erstellt"
    r"|stand:|publié|paru|mis en ligne|publicad[oa]|pubblicat[oa]|geplaatst|gepubliceerd|publisert|publicerad"
    r"|offentliggjort|udgivet|opublikowano|publikováno|zveřejněno|közzétéve|megjelent|julkaistu|yayın|опубликован|публик|公開|掲載|配信|発行"
    r"|입력|등록|发布|發佈",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"updated?|modified|revised|last (?:edited|reviewed|changed)|reviewed|aktualisiert|geändert|zuletzt|mis à jour"
    r"|mise à jour|modifié|actualizad[oa]|atualizad[oa]|modificad[oa]|aggiornat[oa]|bijgewerkt|gewijzigd|oppdatert"
    r"|uppdaterad|opdateret|aktualizacja|aktualizováno|frissítve|päivitetty|güncelle|обновлен|оновлен|更新|수정",
    re.IGNORECASE,
)
_NOT_OF_THE_PAGE = re.compile(r"copyright|©|event|deadline|due|expires|valid|born|since|as of|valid", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_PATH_DAY = re.compile(r"/(20\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/_.-]|$)")
_DATE_NAME = re.compile(r"date|time|publish|posted|pub-", re.IGNORECASE)


class Moment(NamedTuple):
    value: DateValue | None = None
    contradictions: tuple[Contradiction, ...] = ()


class Seen(NamedTuple):
    """The dates that a page shows around its title."""

    published: DateValue | None = None
    changed: DateValue | None = None
    bare: DateValue | None = None  # no wording says what it is


def published(
    tree: Any, meta: Meta, graph: Graph, feed: DateValue | None, seen: Seen, language: str, url: str
) -> Moment:
    said = [date for date in _published(tree, meta, graph, feed, language) if date]
    shown = [date for date in (seen.published, _of_address(url), seen.bare) if date]
    last = [msgspec.structs.replace(seen.changed, source=ONLY_CHANGED)] if seen.changed else []
    ranked = [*said, *shown, *last]
    if not ranked:
        return Moment()
    against = [*said, *(one for one in (seen.published, _of_address(url)) if one)]
    return Moment(ranked[0], tuple(_others("published", ranked[0], against)))


def modified(tree: Any, meta: Meta, graph: Graph, seen: Seen, language: str, since: DateValue | None) -> Moment:
    said = [date for date in _modified(tree, meta, graph, language) if date]
    if seen.changed:
        said.append(seen.changed)
    fitting = [one for one in said if not since or one.value[:10] >= since.value[:10]]
    return Moment(fitting[0], tuple(_others("modified", fitting[0], fitting))) if fitting else Moment()


def _published(
    tree: Any, meta: Meta, graph: Graph, feed: DateValue | None, language: str
) -> Iterator[DateValue | None]:
    yield feed
    yield _of_node(graph.article, "datePublished", "jsonld")
    yield _of_node(graph.page, "datePublished", "jsonld:page")
    yield _of_node(graph.other, "datePublished", "jsonld:other")
    for value, origin in meta.first(PUBLISHED):
        yield read(value, origin, language)
    for node in tree.xpath(".//*[contains(@itemprop, 'datePublished')][not(self::meta)]")[:1]:
        yield read(_value_of(node), "itemprop:datePublished", language)
    for node in tree.xpath(".//time[@pubdate]")[:1]:
        yield read(node.get("datetime") or "", "time:pubdate", language)
    for node in tree.xpath(".//time[contains(@class, 'published') or contains(@class, 'entry-date')][@datetime]")[:1]:
        yield read(node.get("datetime"), "time:published", language)
    for node in tree.xpath(".//abbr[contains(@class, 'published')]")[:1]:
        yield read(node.get("title") or _value_of(node), "class:published", language)
    yield _of_node(graph.article, "dateCreated", "jsonld:dateCreated")
    times = {node.get("datetime") for node in tree.xpath(".//article//time[@datetime]")}
    if len(times) == 1:  # several may be of comments and other stories
        yield read(next(iter(times)), "time", language)


def _modified(tree: Any, meta: Meta, graph: Graph, language: str) -> Iterator[DateValue | None]:
    yield _of_node(graph.article, "dateModified", "jsonld")
    yield _of_node(graph.page, "dateModified", "jsonld:page")
    yield _of_node(graph.other, "dateModified", "jsonld:other")
    for value, origin in meta.first(MODIFIED):
        yield read(value, origin, language)
    for node in tree.xpath(".//*[contains(@itemprop, 'dateModified')][not(self::meta)]")[:1]:
        yield read(_value_of(node), "itemprop:dateModified", language)


def _of_node(node: jsonld.Node, field: str, origin: str) -> DateValue | None:
    return read(jsonld.text(node.get(field)), origin)


def _value_of(node: Any) -> str:
    return str(node.get("datetime") or node.get("content") or node.text_content())[:200]


def read(raw: str, origin: str, language: str = "") -> DateValue | None:
    """A date in the notation of machines, else in words."""
    if found := parse_date(raw, origin):
        return found
    said = spoken(raw[:200], language)
    return DateValue(value=said.day, precision="day", source=origin) if said else None


def _of_address(url: str) -> DateValue | None:
    parts = split(url)
    found = _PATH_DAY.search(parts.path) if parts else None
    if not found:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
    return DateValue(value=day.isoformat(), precision="day", source="address")


def look(shown: Shown, language: str) -> Seen:
    """The dates beside the title: after it up to the text, then before it."""
    after = _look(shown.head(), language)
    before = _look(tuple(reversed(shown.above())), language, back=True)
    return Seen(*(one or other for one, other in zip(after, before, strict=True)))


def _look(runs: tuple[Run, ...], language: str, *, back: bool = False) -> Seen:
    found: dict[str, DateValue] = {}
    for at, run in enumerate(runs):
        if len(run.text) > SHORT:
            continue
        said = spoken(run.text, language)
        if said is None:
            continue
        around = runs[at + 1 : at + 1 + NEAR] if back else runs[max(0, at - NEAR) : at][::-1]  # the nearest first
        before = [one.text for one in around if len(one.text) <= 40 and _LETTER.search(one.text)]  # not a stroke
        own = run.text[: said.start]
        second = spoken(run.text[said.end :], language)  # "3 May 2031, updated 5 May 2031"
        behind = run.text[said.end :][: second.start] if second else run.text[said.end :]
        kind = _kind(own) or (_kind(before[0]) if before else "") or ("" if second else _kind(behind))
        if kind == "other" or (not kind and not _alone(run, said.end - said.start)):
            continue
        source = {"published": "shown:published", "changed": "shown:updated"}.get(kind, "shown, without a wording")
        found.setdefault(kind or "bare", DateValue(value=said.day, precision="day", source=source))
        if second and _kind(behind) == "changed":
            found.setdefault("changed", DateValue(value=second.day, precision="day", source="shown:updated"))
    return Seen(found.get("published"), found.get("changed"), found.get("bare"))


def _kind(text: str) -> str:
    """What a wording says of the date behind it: the last one counts."""
    tail = text[-40:]
    forms = ("published", _PUBLISHED), ("changed", _CHANGED)
    hits = [(hit.start(), name) for name, form in forms for hit in form.finditer(tail)]
    if hits:
        return max(hits)[1]
    return "other" if _NOT_OF_THE_PAGE.search(tail) else ""


def _alone(run: Run, length: int) -> bool:
    """A date without wording counts where its line is little else, or its element is named for it."""
    name = f"{run.node.get('class') or ''} {run.node.get('id') or ''}"
    return len(run.text) <= 2 * length + 40 or run.node.tag == "time" or bool(_DATE_NAME.search(name))


def _others(field: str, mine: DateValue, said: list[DateValue]) -> Iterator[Contradiction]:
    """Origins that mean another day. A day without a zone may be the neighbour of an instant's."""
    told = {mine.value[:10]}
    reason = FEED_FIRST if mine.source.startswith("feed") else IN_ORDER
    for one in said:
        if one.value[:10] in told or _near(one, mine):
            continue
        told.add(one.value[:10])
        yield Contradiction(field=field, value=one.value, origin=one.source, reason=reason)
        if len(told) > MAX_KEPT:
            return


def _near(one: DateValue, other: DateValue) -> bool:
    if len(one.value) < 10 or len(other.value) < 10:
        return one.value[:7] == other.value[:7]
    days = abs(date.fromisoformat(one.value[:10]) - date.fromisoformat(other.value[:10])).days
    return days == 0 or (days == 1 and (len(one.value) == 10 or len(other.value) == 10))
