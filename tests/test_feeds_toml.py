"""`feeds.toml`: a person writes it, so every mistake is named with its line and the way out."""

from pathlib import Path

import pytest

from schemas.errors import ConfigError
from schemas.feeds import FeedIntent, parse_feeds
from schemas.ids import feed_id
from transforms.links import absolute, registrable_domain

SEEDS = Path(__file__).parents[1] / "seeds" / "feeds.toml"

GOOD = """\
# comments stay with people
[[feed]]
url = "https://daily.example/rss"
title = "The Daily"
language = "en"
country = "NZ"
labels = ["national", "morning"]
interval_s = 1800

[[feed]]
url = "http://wire.example/feed.json"
fetch = "never"
enabled = false
"""


def test_a_file_gives_its_feeds_by_id_in_order() -> None:
    feeds = parse_feeds(GOOD, "feeds.toml")
    assert list(feeds.values()) == [
        FeedIntent(
            feed_id("https://daily.example/rss"),
            "https://daily.example/rss",
            title="The Daily",
            language="en",
            country="NZ",
            labels=("national", "morning"),
            interval_s=1800.0,
        ),
        FeedIntent(
            feed_id("http://wire.example/feed.json"), "http://wire.example/feed.json", fetch="never", enabled=False
        ),
    ]
    assert all(key == feed.feed_id for key, feed in feeds.items())


def test_an_empty_file_watches_nothing() -> None:
    assert parse_feeds("", "feeds.toml") == {}
    assert parse_feeds("# nothing yet\n", "feeds.toml") == {}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('[[feed]]\nurl = "https://a.example/rss"\nlangauge = "en"\n', 3, "did you mean 'language'?"),
        ('[[feeds]]\nurl = "https://a.example/rss"\n', 1, "did you mean 'feed'?"),
        ('feed = "https://a.example/rss"\n', 1, "[[feed]]"),
        ('[feed]\nurl = "https://a.example/rss"\n', 1, "[[feed]]"),
        ('[[feed]]\ntitle = "A"\n', 1, "no url"),
        ('[[feed]]\ntitle = "A"\nurl = "a.example/rss"\n', 3, "http://"),
        ('[[feed]]\nurl = "ftp://a.example/rss"\n', 2, "https://"),
        ('[[feed]]\nurl = "https:///rss"\n', 2, "url"),
        ('[[feed]]\nurl = "https://a.example:port/rss"\n', 2, "url"),
        ('[[feed]]\nurl = "https://a.example/r ss"\n', 2, "blanks"),
        ("[[feed]]\nurl = 7\n", 2, "url = 7"),
        ('[[feed]]\nurl = "https://a.example/rss"\nfetch = "always"\n', 3, '"never"'),
        ('[[feed]]\nurl = "https://a.example/rss"\nlanguage = "English"\n', 3, '"en"'),
        ('[[feed]]\nurl = "https://a.example/rss"\ncountry = "nz"\n', 3, '"NZ"'),
        ('[[feed]]\nurl = "https://a.example/rss"\nlabels = "national"\n', 3, "list"),
        ('[[feed]]\nurl = "https://a.example/rss"\ninterval_s = 5\n', 3, "at least 60"),
        ('[[feed]]\nurl = "https://a.example/rss"\ninterval_s = true\n', 3, "seconds"),
        ('[[feed]]\nurl = "https://a.example/rss"\ninterval_s = nan\n', 3, "seconds"),
        ('[[feed]]\nurl = "https://a.example/rss"\nenabled = "yes"\n', 3, "true or false"),
        ('[[feed]]\nurl = "https://a.example/rss"\n\n[[feed]]\nurl = "http://A.example/rss/"\n', 5, "line 2"),
        ('[[feed]]\nurl = "https://a.example/rss"\n[[feed]]\nurl = "https://b.example/"\nfech = 1\n', 5, "'fetch'"),
        ('[[feed]]\nurl = "https://a.example/rss\n', 2, "TOML"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_the_way_out(text: str, line: int, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_feeds(text, "my/feeds.toml")
    assert str(caught.value).startswith(f"my/feeds.toml:{line}: ")
    assert says in str(caught.value)
    assert caught.value.remedy


def test_the_list_that_newsbeam_brings_covers_the_world() -> None:
    feeds = parse_feeds(SEEDS.read_text(encoding="utf-8"), str(SEEDS)).values()
    assert len(feeds) >= 60
    assert all(feed.title and feed.language and feed.enabled for feed in feeds)
    assert all(absolute(feed.url) == feed.url for feed in feeds)
    assert len({feed.country for feed in feeds}) >= 30
    assert len({feed.language.partition("-")[0] for feed in feeds}) >= 8
    assert sum(feed.language.startswith("en") for feed in feeds) > len(feeds) / 2
    assert len({registrable_domain(feed.url) for feed in feeds}) >= 50
