"""Content, opening time and cycle -> what every outlet shows in that cycle. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from pipeline.press.content import Content, Outlet, Story

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Shown(NamedTuple):
    """A story as it stands in one cycle. Times are in the outlet's own zone."""

    story: Story
    host: str
    title: str
    summary: str
    paragraphs: tuple[str, ...]
    published: datetime
    modified: datetime
    source_url: str = ""  # of a cut copy: where the whole text stands
    link_query: str = ""

    @property
    def url(self) -> str:
        """The address of the page; of a story that leads elsewhere, that address."""
        return self.story.link or f"http://{self.host}{self.story.path}"

    @property
    def link(self) -> str:
        """What the feed says."""
        return self.url if self.story.link or not self.link_query else f"{self.url}?{self.link_query}"


class Edition(NamedTuple):
    content: Content
    cycle: int
    opened: datetime
    shown: Mapping[str, tuple[Shown, ...]]  # by host, the newest first


def edition(content: Content, opened: datetime, cycle: int) -> Edition:
    """Everything that is to be seen in `cycle` (from 1) of a press that opened at `opened` (aware)."""
    shown = {}
    for host, outlet in content.outlets.items():
        visible = [_shown(content, outlet, s, opened, cycle) for s in outlet.stories if s.from_cycle <= cycle]
        shown[host] = tuple(sorted(visible, key=lambda s: (s.published, s.story.slug), reverse=True))
    return Edition(content, cycle, opened, shown)


def _shown(content: Content, outlet: Outlet, story: Story, opened: datetime, cycle: int) -> Shown:
    published = modified = _time(outlet, opened, story.minutes)
    title, summary, text, source = story.title, story.summary, story.body, ""
    if story.copy_of:
        original_outlet, original = content.find(story.copy_of)
        text = _dated(original.body, _time(original_outlet, opened, original.minutes))
        if story.share < 1.0:
            text = cut(text, story.share)
            source = f"http://{original_outlet.host}{original.path}"
    if story.revised and cycle > 1:
        title, summary = story.revised.title or title, story.revised.summary or summary
        for old, new in story.revised.replace:
            if old not in text:
                raise ValueError(f"{story.slug}: its revision replaces what is not there: {old!r}")
            text = text.replace(old, new)
        if story.revised.minutes is not None:
            modified = _time(outlet, opened, story.revised.minutes)
    paragraphs = tuple(p.strip() for p in _dated(text, published).split("\n\n") if p.strip())
    query = outlet.feed.link_query
    return Shown(story, outlet.host, title, summary, paragraphs, published, modified, source, query)


def cut(text: str, share: float) -> str:
    """The beginning of a text, `share` of its words, as a careless machine would cut it."""
    words = list(re.finditer(r"\S+", text))
    return text[: words[max(int(len(words) * share), 1) - 1].end()]


def _time(outlet: Outlet, opened: datetime, minutes: float) -> datetime:
    zone = timezone(timedelta(minutes=outlet.utc_offset_minutes))
    return (opened - timedelta(minutes=minutes)).astimezone(zone)


def _dated(text: str, published: datetime) -> str:
    return text.replace("{day}", _DAYS[published.weekday()])
