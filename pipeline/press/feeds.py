"""An outlet's stories as shown -> its feed: RSS 2.0, Atom (RFC 4287), JSON Feed 1.1, RSS 1.0 (RDF). Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from pipeline.press.content import Outlet
from pipeline.press.edition import Edition, Shown
from pipeline.press.pages import markup

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


class FeedBody(NamedTuple):
    body: bytes
    content_type: str
    modified: datetime


def feed(edition: Edition, outlet: Outlet) -> FeedBody:
    """The outlet's feed in this cycle, broken off where its plan says so."""
    shown = edition.shown[outlet.host]
    write, kind = _FORMATS[outlet.feed.format]
    text = write(outlet, shown)
    broken = outlet.feed.broken
    if broken and broken["in_cycle"] == edition.cycle:
        text = broken_off(text, broken["after_items"])
    return FeedBody(text.encode(), f"{kind}; charset=utf-8", max(s.modified for s in shown))


def broken_off(text: str, after_items: int) -> str:
    """An RSS text that ends in the middle of the item behind `after_items` whole ones."""
    end = -1
    for _ in range(after_items):
        end = text.index("</item>", end + 1)
    start = text.index("<item>", end)
    return text[: (start + text.index("</item>", start)) // 2]


def _rss(outlet: Outlet, shown: Sequence[Shown]) -> str:
    newest = max(s.modified for s in shown)
    items = "\n".join(_rss_item(s, outlet.feed.full_text) for s in shown)
    return f"""{_DECLARATION}<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
     xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>{escape(outlet.feed.title)}</title>
<link>http://{outlet.host}/</link>
<atom:link rel="self" type="application/rss+xml" href="http://{outlet.host}{outlet.feed.path}"/>
<description>{escape(outlet.about)}</description>
<language>{outlet.language}</language>
<lastBuildDate>{format_datetime(newest)}</lastBuildDate>
{items}
</channel>
</rss>
"""


def _rss_item(s: Shown, full_text: bool) -> str:
    full = markup(s.paragraphs).replace("]]>", "]]&gt;")
    guid = escape(s.story.guid or f"{s.host.split('.')[0]}-{s.story.slug}")
    lines = [
        "<item>",
        f"<title>{escape(s.title)}</title>",
        f"<link>{escape(s.link)}</link>",
        f'<guid isPermaLink="false">{guid}</guid>',
        f"<pubDate>{format_datetime(s.published)}</pubDate>",
        f"<dc:creator>{escape(s.story.byline)}</dc:creator>",
        f"<category>{escape(s.story.section)}</category>" if s.story.section else "",
        f"<description>{escape(s.summary)}</description>",
        f"<content:encoded><![CDATA[{full}]]></content:encoded>" if full_text else "",
        "</item>",
    ]
    return "\n".join(filter(None, lines))


def _atom(outlet: Outlet, shown: Sequence[Shown]) -> str:
    newest = max(s.modified for s in shown)
    return f"""{_DECLARATION}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">
<title>{escape(outlet.feed.title)}</title>
<subtitle>{escape(outlet.about)}</subtitle>
<id>tag:{outlet.host},2025:all</id>
<link rel="self" href="http://{outlet.host}{outlet.feed.path}"/>
<link rel="alternate" type="text/html" href="http://{outlet.host}/"/>
<updated>{newest.isoformat()}</updated>
{"".join(_atom_entry(s) for s in shown)}</feed>
"""


def _atom_entry(s: Shown) -> str:
    category = f"<category term={quoteattr(s.story.section)}/>\n" if s.story.section else ""
    return f"""<entry>
<title type="text">{escape(s.title)}</title>
<id>tag:{s.host},2025:{escape(s.story.slug)}</id>
<link rel="alternate" type="text/html" href={quoteattr(s.link)}/>
<published>{s.published.isoformat()}</published>
<updated>{s.modified.isoformat()}</updated>
<author><name>{escape(s.story.byline)}</name></author>
{category}<summary type="text">{escape(s.summary)}</summary>
</entry>
"""


def _json(outlet: Outlet, shown: Sequence[Shown]) -> str:
    items = [
        {
            "id": s.link,
            "url": s.link,
            "title": s.title,
            "content_html": markup([s.summary]),
            "authors": [{"name": s.story.byline}],
            "date_published": s.published.isoformat(),
        }
        for s in shown
    ]
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": outlet.feed.title,
        "home_page_url": f"http://{outlet.host}/",
        "feed_url": f"http://{outlet.host}{outlet.feed.path}",
        "description": outlet.about,
        "language": outlet.language,
        "items": items,
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _rdf(outlet: Outlet, shown: Sequence[Shown]) -> str:
    home = f"http://{outlet.host}/"
    listed = "".join(f"<rdf:li rdf:resource={quoteattr(s.link)}/>" for s in shown)
    return f"""{_DECLARATION}<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
         xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<channel rdf:about="{home}">
<title>{escape(outlet.feed.title)}</title>
<link>{home}</link>
<description>{escape(outlet.about)}</description>
<dc:language>{outlet.language}</dc:language>
<items><rdf:Seq>{listed}</rdf:Seq></items>
</channel>
{"".join(_rdf_item(s) for s in shown)}</rdf:RDF>
"""


def _rdf_item(s: Shown) -> str:
    return f"""<item rdf:about={quoteattr(s.link)}>
<title>{escape(s.title)}</title>
<link>{escape(s.link)}</link>
<description>{escape(s.summary)}</description>
<dc:creator>{escape(s.story.byline)}</dc:creator>
<dc:date>{s.published.isoformat()}</dc:date>
</item>
"""


_FORMATS: dict[str, tuple[Callable[[Outlet, Sequence[Shown]], str], str]] = {
    "rss": (_rss, "application/rss+xml"),
    "atom": (_atom, "application/atom+xml"),
    "json": (_json, "application/feed+json"),
    "rdf": (_rdf, "application/rdf+xml"),
}
