"""Lines that a site repeats are learned from distinct articles, once each, and read by Clean at the page's own time."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from pipeline.ledger import lines
from pipeline.ledger import tables as t
from pipeline.seeds import load_rules
from schemas.commits import IndexRow
from schemas.config import Settings
from schemas.flow import Draft, DraftBody, pack, unpack
from schemas.records import RawPage, Span
from tests.test_clean import BODY, STORY
from transforms.clean import CleanDoFn, cleaned_body
from transforms.removal import lines_of
from transforms.repeats import edge_keys, line_key
from transforms.titles import end_keys, without_shared

BOOK = load_rules("", "")
SITE = "daily.test"
LINE = "Harbour Daily, since 1887 beside the lock"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
DAY = 86_400.0


@pytest.fixture
def connection():
    from sqlalchemy import create_engine

    engine = create_engine("sqlite://")
    t.metadata.create_all(engine)
    with engine.begin() as opened:
        yield opened


def row(n: int, *, site: str = SITE, text: int = 0, **more: object) -> IndexRow:
    given: dict[str, object] = {
        "article_id": f"{n:032}",
        "entry_id": "e",
        "revision_id": "r",
        "reading_id": "x",
        "text_key": f"k{n}",
    }
    given |= {"sample": np.array([text or n, 9_000], "<u8").tobytes(), "edges": ("key",)}
    return IndexRow(url=f"http://{site}/{n}", site=site, **{**given, **more})


def known(connection, at: float = 1_000.0, site: str = SITE) -> set[str]:
    return lines.repeated(connection, site, ["key", "another"], at)


def test_five_distinct_articles_of_one_site_make_a_line_boilerplate(connection) -> None:
    lines.learn(connection, [row(n) for n in range(1, 5)], 1_000.0)
    assert known(connection) == set()
    lines.learn(connection, [row(5, site="other.test")], 1_000.0)
    assert known(connection) == set()
    lines.learn(connection, [row(6)], 1_000.0)
    assert known(connection) == {"key"}
    assert known(connection, site="other.test") == set()


def test_an_article_that_is_read_again_counts_once(connection) -> None:
    for revision in range(20):
        lines.learn(connection, [row(1, text=50 + revision)], 1_000.0)
    assert known(connection) == set()


def test_a_wire_story_that_many_sections_carry_counts_once(connection) -> None:
    lines.learn(connection, [row(n, text=7) for n in range(1, 20)], 1_000.0)
    lines.learn(connection, [row(30 + n, copy_of="1" * 32) for n in range(20)], 1_000.0)
    assert known(connection) == set()


def test_an_article_that_was_seen_before_a_line_was_learned_keeps_it(connection) -> None:
    lines.learn(connection, [row(n) for n in range(1, 6)], 1_000.0)
    assert known(connection, at=999.0) == set()
    assert known(connection, at=1_000.0) == {"key"}


def test_what_is_not_seen_any_more_is_forgotten(connection) -> None:
    lines.learn(connection, [row(n) for n in range(1, 6)], 1_000.0)
    late = 1_000.0 + lines.DECAY_S
    assert known(connection, at=late) == {"key"}
    assert known(connection, at=late + 1) == set()
    lines.learn(connection, [row(9, edges=("another",))], late + DAY)  # any article of the site sweeps
    assert [r.line for r in connection.execute(t.site_lines.select())] == ["another"]
    lines.learn(connection, [row(10, edges=("another",))], late + 2 * DAY + lines.TRIAL_S)
    [begun] = connection.execute(t.site_lines.select())
    assert begun.articles == 1  # counting begins anew


def test_a_line_that_is_still_shown_stays_learned_and_holds_no_witnesses(connection) -> None:
    lines.learn(connection, [row(n) for n in range(1, 6)], 1_000.0)
    lines.learn(connection, [row(6)], 1_000.0 + lines.DECAY_S)
    assert known(connection, at=1_000.0 + lines.DECAY_S + DAY) == {"key"}
    [held] = connection.execute(t.site_lines.select())
    assert (held.witnesses, held.learned_at) == ("", 1_000.0)


def test_a_site_holds_so_many_lines_and_those_with_least_behind_them_go(connection, monkeypatch) -> None:
    monkeypatch.setattr(lines, "MAX_LINES", 10)
    lines.learn(connection, [row(n) for n in range(1, 6)], 1_000.0)
    for n in range(6, 40):
        lines.learn(connection, [row(n, edges=(f"line {n}",))], 1_000.0 + n)
    held = {r.line for r in connection.execute(t.site_lines.select())}
    assert held == {"key", *(f"line {n}" for n in range(31, 40))}


def keys(*text: str) -> list[str]:
    return [line.text for line, _ in edge_keys(list(lines_of("\n\n".join(text))), BOOK.kinds)]


def test_only_lines_near_an_end_that_no_author_would_say_twice_are_learned() -> None:
    assert keys(*STORY, LINE) == [LINE]
    assert keys(*STORY, "The investigation continues.", "No one was hurt in the fire.", "Nobody knows") == []
    assert keys(*STORY, "Follow our reporters on Telegram for more.") == ["Follow our reporters on Telegram for more."]
    assert keys(*STORY, *STORY[:2], LINE, *STORY, *STORY) == []


def body(text: str, fetched: datetime = NOW, **more: object) -> DraftBody:
    page = RawPage(
        page_id="p", url="u", final_url="u", fetched_at=fetched.isoformat(), sha256="", segment="s", offset=0
    )
    return DraftBody(canonical_url="https://daily.test/a", site=SITE, title="A", text=text, page=page, **more)


def test_a_learned_line_goes_keeps_its_reason_and_is_seen_again() -> None:
    done = cleaned_body(body(f"{BODY}\n\n{LINE}"), BOOK, lambda keys: {line_key(LINE)})
    assert done.text == BODY
    assert [(r.rule, r.exact, r.reason) for r in done.removals] == [
        ("learned_line", LINE, "articles of daily.test repeat this line")
    ]
    assert done.edges == (line_key(LINE),)


def test_a_line_that_a_rule_takes_bears_no_witness_and_a_heading_is_never_learned() -> None:
    assert cleaned_body(body(f"{BODY}\n\nShare this article"), BOOK).edges == ()
    text = f"{BODY}\n\n{LINE}"
    heading = Span(text.index(LINE), len(text), LINE)
    assert cleaned_body(body(text, headings=(heading,)), BOOK, lambda keys: {line_key(LINE)}).text == text


class Asked:
    """A ledger that is asked for lines."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, float]] = []

    def repeated(self, site: str, keys: set[str], at: float) -> set[str]:
        self.calls.append((site, at))
        return set(keys)


def test_clean_asks_for_the_site_and_the_time_when_the_entry_was_first_seen() -> None:
    ledger, seen = Asked(), NOW - timedelta(days=2)
    clock = SimpleNamespace(now=lambda: NOW + timedelta(days=9))
    world = SimpleNamespace(settings=Settings(), rules=BOOK, ledger=lambda: ledger, clock=lambda: clock)
    dofn = CleanDoFn(world)
    dofn.setup()
    draft = Draft("u", "v", "e", "https://daily.test/a", pack(body(f"{BODY}\n\n{LINE}", first_seen=seen.isoformat())))
    [result] = dofn.many([draft])
    assert unpack(result.body, DraftBody).text == BODY
    assert ledger.calls == [(SITE, seen.timestamp())]


def test_the_end_that_titles_of_a_site_share_goes_and_the_title_as_it_was_is_kept() -> None:
    told = "Old bridge closes for two years | Harbour Post"
    first = msgspec.structs.replace(body(BODY, origins={"title": "title"}), title=told)
    before = cleaned_body(first, BOOK)
    assert (before.title, before.contradictions) == (told, ())
    after = cleaned_body(first, BOOK, lambda keys: {key for key in keys if key in end_keys("What else | Harbour Post")})
    assert after.title == "Old bridge closes for two years"
    assert [(c.field, c.value, c.origin) for c in after.contradictions] == [("title", told, "title")]
    assert after.edges == before.edges  # it still bears witness


@pytest.mark.parametrize(
    ("title", "shared", "left"),
    [
        ("Opinion | Why we left | Harbour Post", "Opinion | What now | Harbour Post", "Why we left"),
        ("Rain ends the long drought in the north - Harbour Post", "So it goes on and on - Harbour Post",
         "Rain ends the long drought in the north"),
        ("Ajax - Feyenoord", "Cup final of the year today: PSV - Feyenoord", "Ajax - Feyenoord"),  # a match, not a site
        ("Analysis: why we left", "Analysis: what now", "Analysis: why we left"),
        ("Harbour Post", "Rain at last | Harbour Post", "Harbour Post"),
    ],
)  # fmt: skip
def test_only_ends_at_a_stroke_or_after_a_long_title_are_the_sites(title: str, shared: str, left: str) -> None:
    assert without_shared(title, end_keys(shared)) == left
