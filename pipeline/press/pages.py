"""A story as shown -> its page, in the outlet's template. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from string import Template

from pipeline.press.content import Outlet
from pipeline.press.edition import Edition, Shown

_RELATED = 5
_FILLING = "<p>Gauge 7, 06:15, level 1.42 m, falling.</p>\n"
_FEED_TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
    "rdf": "application/rdf+xml",
}


def page(edition: Edition, shown: Shown) -> str:
    """The story's page, filled up to `pad_to_bytes` if it asks for that."""
    outlet, story = edition.content.outlets[shown.host], shown.story
    others = [other for other in edition.shown[shown.host] if other is not shown and not other.story.link]
    source = outlet.templates.get("source.html", "") if shown.source_url else ""
    values = {
        **_common(outlet),
        "title": escape(shown.title),
        "summary": escape(standfirst(shown)),
        "byline": escape(story.byline),
        "section": escape(story.section),
        "slug": escape(story.slug),
        "canonical": escape(shown.url),
        "published_iso": shown.published.isoformat(),
        "modified_iso": shown.modified.isoformat(),
        "published_human": shown.published.strftime(outlet.date_format),
        "robots": escape(story.robots_meta or "index, follow, max-image-preview:large"),
        "json_ld": json_ld(outlet, shown),
        "body": markup(shown.paragraphs),
        "caption": _caption(story.slug, story.image_caption),
        "contributors": "".join(
            f"<p><em>— {escape(n)} contributed to this report</em></p>" for n in story.contributors
        ),
        "related": _links(others[:_RELATED]),
        "source": Template(source).substitute(source_url=escape(shown.source_url)),
    }
    missing = story.answer.pad_to_bytes - len(values["body"])
    if missing > 0:
        values["body"] += "\n" + _FILLING * (missing // len(_FILLING) + 1)
    return Template(outlet.templates[story.template]).substitute(values)


def front(edition: Edition, outlet: Outlet) -> str:
    feed = {"feed_type": _FEED_TYPES[outlet.feed.format], "feed_path": outlet.feed.path}
    values = {**_common(outlet), **feed, "related": _links(edition.shown[outlet.host])}
    return Template(edition.content.templates["front.html"]).substitute(values)


def error(edition: Edition, status: int, phrase: str) -> str:
    return Template(edition.content.templates["error.html"]).substitute(status=status, phrase=escape(phrase))


def markup(paragraphs: Iterable[str]) -> str:
    return "\n".join(
        f"<h2>{escape(text[3:], quote=False)}</h2>" if text.startswith("## ") else f"<p>{escape(text, quote=False)}</p>"
        for text in paragraphs
    )


def standfirst(shown: Shown) -> str:
    """The page's own summary. Where a revision changes nothing but the feed's, the page stays as it is."""
    revised = shown.story.revised
    return shown.summary if revised and (revised.title or revised.replace) else shown.story.summary


def json_ld(outlet: Outlet, shown: Shown) -> str:
    """schema.org NewsArticle, or VideoObject for a video, safe inside a script element."""
    video = shown.story.template == "video.html"
    about = {
        "@context": "https://schema.org",
        "@type": "VideoObject" if video else "NewsArticle",
        "name" if video else "headline": shown.title,
        "description": standfirst(shown),
        "uploadDate" if video else "datePublished": shown.published.isoformat(),
        "dateModified": shown.modified.isoformat(),
        "author": [{"@type": "Person", "name": shown.story.byline}],
        "publisher": {"@type": "NewsMediaOrganization", "name": outlet.name, "url": f"http://{outlet.host}/"},
        "mainEntityOfPage": shown.url,
        "inLanguage": outlet.language,
    }
    return json.dumps(about, ensure_ascii=False).replace("</", "<\\/")


def _common(outlet: Outlet) -> dict[str, str]:
    return {
        "lang": outlet.language,
        "host": outlet.host,
        "site": escape(outlet.name),
        "about": escape(outlet.about),
    }


def _links(shown: Iterable[Shown]) -> str:
    return "\n".join(f'    <li><a href="{escape(s.url)}">{escape(s.title)}</a></li>' for s in shown)


def _caption(slug: str, caption: str) -> str:
    if not caption:
        return ""
    picture = f'<img src="/wp-content/uploads/{escape(slug)}.jpg" alt="">'
    return f'<p class="featured">{picture}</p>\n<p>{escape(caption)}</p>'
