"""Layouts of a site's file: what is read, and every mistake with its file, its line and the way out."""

from __future__ import annotations

import re

import pytest

from pipeline.seeds import load_layouts, load_rules
from schemas.errors import ConfigError
from schemas.layoutfile import parse_layouts
from schemas.layouts import layout_at
from schemas.rulefile import parse_rules

GOOD = """site = "daily.example"

[[layout]]
name = "old"
valid_until = 2026-01-31
select = "article .text"
drop = [".share", "aside, form"]
promises = { min_words = 80, author = true }

[[layout]]
name = "new"
valid_from = "2026-02-01"
select = [".body", "main"]
date = "time::attr(datetime)"
date_format = "%d %B %Y"
time_zone = "Europe/Madrid"

[layout.promises]
language = "en"
"""


def test_a_file_holds_several_layouts_each_with_its_days():
    layouts = parse_layouts({"daily.toml": GOOD})
    old, new = layouts["daily.example"]
    assert [css.text for css in old.drop] == [".share", "aside", "form"]
    assert (old.promises.min_words, old.promises.author, new.promises.language) == (80, True, "en")
    for host in ("daily.example", "www.daily.example", "WWW.DAILY.EXAMPLE."):
        assert layout_at(layouts, host, "2026-01-31") is old
        assert layout_at(layouts, host, "2026-02-01") is new
    assert layout_at(layouts, "otherdaily.example", "2026-02-01") is None
    assert layout_at({}, "daily.example", "2026-02-01") is None


def test_the_longest_name_decides_whose_host_it_is():
    blog = '\nsite = "blog.daily.example"\n[[layout]]\nselect = "p"\n'
    layouts = parse_layouts({"daily.toml": GOOD, "blog.toml": blog})
    assert layout_at(layouts, "a.blog.daily.example", "2026-03-01").site == "blog.daily.example"
    assert layout_at(layouts, "shop.daily.example", "2026-03-01").site == "daily.example"


def test_the_version_follows_what_a_reading_depends_on_and_nothing_else():
    def new(text: str) -> str:
        return parse_layouts({"f": text})["daily.example"][1].version

    assert new(GOOD) == new("# a comment\n\n" + GOOD) == new(GOOD.replace("min_words = 80", "min_words = 90"))
    for old, other in (
        (".body", ".text"),
        ('language = "en"', "min_words = 9"),
        ("Madrid", "Lisbon"),
        ("02-01", "02-02"),
    ):
        assert new(GOOD.replace(old, other)) != new(GOOD)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("drop =", "dorp =", 7, "unknown key 'dorp' in [layout] (did you mean 'drop'?)"),
        ('select = "article .text"', "", 3, "this layout has no select"),
        ('"article .text"', '"article ~ p"', 6, "looks at siblings (use a blank"),
        ('"article .text"', '"p::attr(id)"', 6, "is the value of an attribute"),
        ('"article .text"', "3", 6, "a text in quotes, or a list of them"),
        ("2026-01-31", '"soon"', 5, "is no day"),
        ("2026-01-31", "2026-02-01", 10, "layout 'new' of daily.example holds on days on which 'old' holds"),
        ('valid_from = "2026-02-01"', "", 10, "'new' of daily.example holds on days on which 'old' holds"),
        ("2026-01-31", '"2026-01-31"\nvalid_from = "2026-02-09"', 5, "it ends before it begins"),
        ("min_words = 80", "min_wrods = 80", 8, "unknown promise 'min_wrods' (what can be promised: min_words, "),
        ('language = "en"', "min_wrods = 3", 19, "unknown promise 'min_wrods'"),
        ("min_words = 80", "min_words = -1", 8, "a whole number, at least 1"),
        ("min_words = 80", "min_words = 80, max_words = 9", 8, "max_words is less than min_words"),
        ('language = "en"', 'language = "english"', 19, 'a code such as "en"'),
        ("%d %B %Y", "%d %B", 15, "has no year"),
        ("%d %B %Y", "%Q %Y", 15, "%Q is not known"),
        ("Europe/Madrid", "Europe/Nowhere", 16, "there is no time zone"),
        ('date_format = "%d %B %Y"', 'months = ["a", "b"]', 15, "not twelve different months"),
        ('name = "new"', "", 10, "of several layouts each needs a name"),
        ('name = "new"', 'name = "old"', 10, "two layouts of daily.example are 'old'"),
        ('name = "new"', 'name = "New one"', 11, "small letters, digits, dots and dashes"),
        ('site = "daily.example"\n', "", 2, 'add site = "daily.example" on top'),
        ("[[layout]]", "[layout]", 0, ""),
    ],
)
def test_a_mistake_names_file_line_and_remedy(old, new, line, words):
    with pytest.raises(ConfigError) as caught:
        parse_layouts({"daily.toml": GOOD.replace(old, new, 1)})
    if line:
        assert str(caught.value).startswith(f"daily.toml:{line}: ")
    assert words in str(caught.value)


def test_layouts_of_two_files_may_not_overlap_either():
    second = 'site = "daily.example"\n[[layout]]\nname = "more"\nvalid_from = "2027-01-01"\nselect = "p"\n'
    with pytest.raises(ConfigError, match=re.escape("second.toml:2: layout 'more'")):
        parse_layouts({"daily.toml": GOOD, "second.toml": second})


def test_too_many_selectors_are_refused():
    many = ", ".join(f'".a{n}"' for n in range(21))
    with pytest.raises(ConfigError, match="21 entries in drop are too many"):
        parse_layouts({"f": GOOD.replace('".share", "aside, form"', many)})


def test_layouts_and_cleaning_rules_share_a_file_and_the_seeds_are_right():
    assert parse_rules({"daily.toml": GOOD}).rules == ()
    assert len(load_layouts("")) == 6
    assert load_rules("", "").rules
