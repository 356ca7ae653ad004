"""The folder `seeds/demo` -> outlets and their stories, as written. An unknown key is a TypeError that names it.

An outlet is a folder: `outlet.toml`, its page templates, and one Markdown file per story with TOML between `+++` lines
on top: paragraphs, `## ` headings, and `{day}` for the weekday on which the story appeared.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Answer:
    """How a story's address answers, where that is not simply its page."""

    status: int = 200
    redirect: str = ""  # answered with 302
    headers: Mapping[str, str] = field(default_factory=dict)
    pad_to_bytes: int = 0  # the page is filled up to this size


@dataclass(frozen=True)
class Revised:
    """What changes from cycle 2 on. `minutes` before the opening is when it was changed."""

    title: str = ""
    summary: str = ""
    minutes: float | None = None
    replace: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Story:
    """One item of an outlet's feed, with its page unless its link leads elsewhere."""

    slug: str
    title: str
    summary: str
    byline: str
    minutes: float  # published so long before the press opened
    path: str = ""
    link: str = ""  # where the feed's item leads, if not to a page of this outlet
    section: str = ""
    guid: str = ""
    from_cycle: int = 1
    template: str = "page.html"
    robots_meta: str = ""
    contributors: tuple[str, ...] = ()
    image_caption: str = ""
    copy_of: str = ""  # `outlet/slug` of the story whose text this is
    share: float = 1.0  # of that text, counted in words from its beginning
    answer: Answer = Answer()
    revised: Revised | None = None
    body: str = ""


@dataclass(frozen=True)
class FeedPlan:
    """An outlet's feed."""

    format: str  # `rss`, `atom`, `json`, `rdf`
    path: str
    title: str
    etag: bool = False
    last_modified: bool = False
    link_query: str = ""  # what the feed adds to its links
    full_text: bool = False
    fetch: str = ""  # what a feed list should say of it
    moved_from: str = ""  # the address that people know; it redirects for good
    broken: Mapping[str, int] | None = None  # `in_cycle`, `after_items`: it breaks off inside the item after these


@dataclass(frozen=True)
class Outlet:
    key: str  # the folder's name
    host: str
    name: str
    language: str
    about: str
    feed: FeedPlan
    templates: Mapping[str, str]
    stories: tuple[Story, ...]
    utc_offset_minutes: int = 0
    date_format: str = "%d %B %Y, %H:%M"
    robots: str = ""  # "": no robots.txt

    @property
    def feed_url(self) -> str:
        return f"http://{self.host}{self.feed.moved_from or self.feed.path}"


@dataclass(frozen=True)
class Content:
    outlets: Mapping[str, Outlet]  # by host
    refusing_hosts: tuple[str, ...]
    templates: Mapping[str, str]  # shared by all

    def find(self, key: str) -> tuple[Outlet, Story]:
        """The story `outlet/slug`. Raises KeyError."""
        for outlet in self.outlets.values():
            for story in outlet.stories:
                if f"{outlet.key}/{story.slug}" == key:
                    return outlet, story
        raise KeyError(key)


def default_folder() -> Path:
    """`seeds/demo` in a checkout, or where a wheel carries it."""
    packed = Path(__file__).parents[1] / "_seeds"
    return (packed if packed.is_dir() else Path(__file__).parents[2] / "seeds") / "demo"


def load(folder: Path) -> Content:
    outlets = [_outlet(path.parent) for path in sorted(folder.glob("*/outlet.toml"))]
    press = tomllib.loads((folder / "press.toml").read_text(encoding="utf-8"))
    return Content({outlet.host: outlet for outlet in outlets}, tuple(press["refusing_hosts"]), _templates(folder))


def _outlet(folder: Path) -> Outlet:
    given: dict[str, Any] = tomllib.loads((folder / "outlet.toml").read_text(encoding="utf-8"))
    feed = FeedPlan(**given.pop("feed"))
    stories = tuple(_story(path) for path in sorted(folder.glob("*.md")))
    return Outlet(key=folder.name, feed=feed, templates=_templates(folder), stories=stories, **given)


def _templates(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.html"))}


def _story(path: Path) -> Story:
    _, front, body = path.read_text(encoding="utf-8").split("+++\n", 2)
    given: dict[str, Any] = tomllib.loads(front)
    given["answer"] = Answer(**given.get("answer", {}))
    if "revised" in given:
        revised: dict[str, Any] = given["revised"]
        pairs = tuple((old, new) for old, new in revised.pop("replace", ()))
        given["revised"] = Revised(replace=pairs, **revised)
    given["contributors"] = tuple(given.get("contributors", ()))
    return Story(slug=path.stem, body=body.strip(), **given)
