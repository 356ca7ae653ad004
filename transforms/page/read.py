"""What a page's bytes say: the article's text, and what the page and its feed entry tell of it.

Runs in the guarded pool: it takes plain values, gives plain values, and what hangs or explodes in it ends its own
call only. It imports no Beam, so that a worker starts at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from schemas.layouts import Layout, LayoutUse
from schemas.records import Contradiction, Paragraph, Removal, Span
from schemas.words import Disposition
from transforms.page import bylines, jsonld, mojibake, refuse, stubs
from transforms.page import text as pagetext
from transforms.page.agree import NOTHING, Chosen, choose
from transforms.page.authors import NO_PERSON
from transforms.page.blocks import blocks
from transforms.page.charset import decode
from transforms.page.language import detect
from transforms.page.metadata import Hint, Metadata, from_hint, htmldate_guess, metadata
from transforms.page.refuse import Refusal
from transforms.page.text import MainText
from transforms.page.weigh import weigh
from transforms.site_rules.article import Ruled, read_by, refused

BODY_RATIO = 1.5  # how much longer a text said elsewhere must be to stand for a page that shows little
_LINE_ENDS = re.compile(r"\r\n?|[\u0085\u2028\u2029]")
_FINAL = (".", "!", "?", "…", ":", ";", ",", "。", "！", "？")
_CAPTION_CODE = re.compile(r"\d{3,}|\b[0-9a-f]{5,}\b|\b\w+_\w+\b|\.(?:jpe?g|png|webp|gif)\b", re.IGNORECASE)


class Extracted(NamedTuple):
    """An article as extracted. `meta` tells where each field came from; the text's own origin is there too."""

    text: str
    headings: tuple[Span, ...]
    paragraphs: tuple[Paragraph, ...]
    captions: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    language: str
    meta: Metadata
    layout: LayoutUse | None = None  # what came of the site's own rules, where it has some
    removals: tuple[Removal, ...] = ()  # that they made


class Job(NamedTuple):
    """The arguments of `extract` as one value, for the guarded pool."""

    html: bytes
    url: str
    content_type: str
    hint: Hint
    layout: Layout | None = None  # of its site on the day on which it was fetched


def extract_job(job: Job) -> Extracted | Refusal:
    return extract(job.html, url=job.url, content_type=job.content_type, hint=job.hint, layout=job.layout)


def extract(
    html: bytes, *, url: str, content_type: str, hint: Hint, layout: Layout | None = None
) -> Extracted | Refusal:
    """Read one page: by its site's own rules where they find the article, else by agreement of the extractors.

    `url` is where it was found in the end; `content_type` the HTTP header's value.
    """
    if refusal := refuse.by_bytes(html, content_type):
        return refusal
    text = decode(html, content_type).text
    if content_type.lower().startswith("text/plain") and not refuse.looks_like_html(text):
        return extract_text(text, hint)
    source = pagetext.source(text)
    if source is None:
        return refuse.not_article("the page is empty")
    tree, text = source.tree, source.text
    garbled = mojibake.looks_garbled(text) and mojibake.mend(tree)
    if garbled:
        text = pagetext.written(tree)
    if refusal := refuse.by_size(tree):
        return refusal
    nodes = pagetext.json_ld(tree)
    meta = metadata(tree, nodes, url, hint, lambda: htmldate_guess(tree, url))
    password = tree.find(".//input[@type='password']") is not None
    found = blocks(tree)
    ruled = read_by(layout, tree, meta) if layout is not None else Ruled(None, meta)
    meta = ruled.meta
    if ruled.blocks:
        chosen, main = Chosen(ruled.blocks, "site", 1.0), ruled.main
    else:
        chosen = choose(found, weigh(found, meta.title), text, url) if found else NOTHING
        meta.origins["text"] = f"page:{chosen.by}"
    kept, gate = stubs.without_gate(found, chosen.blocks)
    if ruled.blocks:
        kept = ruled.blocks  # what is text the rules have said
    else:
        main = pagetext.laid_out(kept)
    if source.flat:  # its elements are not those of the archived page
        main = main._replace(paragraphs=())
    words = refuse.size(main.text)
    if words < refuse.LITTLE:
        origin, stated = max(_stated(nodes, hint), key=lambda pair: refuse.size(pair[1]))
        if refuse.size(stated) > BODY_RATIO * max(words, refuse.SOME):
            main = MainText(stated)
            meta.origins["text"] = origin
    if source.cut and words < refuse.LITTLE:
        return Refusal(Disposition.TOO_LARGE.value, source.cut, refused(ruled.use))
    shown = stubs.Shown(tree, found, kept, meta, nodes, refuse.size(main.text))
    if refusal := stubs.refused(shown, gate):
        return refusal._replace(layout=refused(ruled.use))
    whole = pagetext.around(kept or found)
    if refusal := refuse.by_content(main.text, meta, nodes, url, password, pagetext.link_share(whole)):
        return refusal._replace(layout=refused(ruled.use))
    noted = (*meta.flags, *stubs.flags(shown, gate), *((mojibake.NOTE,) if garbled else ()))
    done = _extracted(main, pagetext.main_links(whole, url), meta._replace(flags=noted))
    return done._replace(layout=ruled.use, removals=ruled.removals)


def _stated(nodes: jsonld.PageNodes, hint: Hint) -> Iterator[tuple[str, str]]:
    """(origin, text) of what is said to be the article's text elsewhere than on the page itself; "" for nothing."""
    yield "jsonld:articleBody", "\n\n".join(jsonld.paragraphs(jsonld.text_raw(nodes.articles, "articleBody")))
    tree = pagetext.parse(hint.content)
    yield "feed:content", "" if tree is None else pagetext.laid_out(blocks(tree)).text


def extract_text(text: str, hint: Hint) -> Extracted | Refusal:
    """Plain text, kept as it is but for its line ends. Its title is the hint's, else that of `headline`."""
    text = _LINE_ENDS.sub("\n", text.removeprefix("\ufeff"))
    if not text.strip():
        return refuse.not_article("the text is empty")
    meta = from_hint(hint)
    if not meta.title and (title := headline(text)):
        meta = meta._replace(title=title, origins=meta.origins | {"title": "text"})
    meta.origins["text"] = "text"
    return _extracted(MainText(text), (), meta)


def headline(text: str) -> str:
    """A short line without a final full stop and with an empty line after it, before any paragraph, else "".

    Lines that look like the caption of a picture (codes, file names) are passed over.
    """
    found = text.split("\n")
    for number, line in enumerate(found[:20]):
        stripped = line.strip()
        if not stripped or len(_CAPTION_CODE.findall(stripped)) >= 2:
            continue
        alone = number + 1 < len(found) and not found[number + 1].strip()
        short = len(stripped) <= 160 and len(stripped.split()) <= 25
        return stripped if alone and short and not stripped.endswith(_FINAL) else ""
    return ""


def _extracted(main: MainText, links: tuple[tuple[str, str], ...], meta: Metadata) -> Extracted:
    if (not meta.authors or meta.origins["authors"].endswith(NO_PERSON)) and (found := bylines.in_text(main.text)):
        meta = meta._replace(authors=found, origins=meta.origins | {"authors": "text:byline"})
    language = detect(main.text, meta.language)
    if language:
        if meta.language and language != meta.language:
            meta = meta._replace(contradictions=(*meta.contradictions, _other_tongue(meta)))
        meta.origins["language"] = "text"
    return Extracted(main.text, main.headings, main.paragraphs, main.captions, links, language or meta.language, meta)


def _other_tongue(meta: Metadata) -> Contradiction:
    tagged, reason = meta.origins.get("language", ""), "the text itself comes before a tag"
    return Contradiction(field="language", value=meta.language, origin=tagged, reason=reason)
