"""When the rules of a site fit no more: one odd page is no alarm, a new layout is, and no page is lost over it."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from hostile import spanish
from sqlalchemy import create_engine, select
from test_forget import newsbeam
from test_replay import current, rows

from benchmarks.house import settings
from pipeline.ledger import drift
from pipeline.ledger import tables as t
from pipeline.press import Press
from pipeline.press.content import default_folder
from schemas.layouts import LayoutUse
from transforms.site_rules.drift import WINDOW, LayoutHealth, after, tail, told

SITE = "faro-del-estrecho.test"


def use(*failed: str, version: str = "v", applied: bool = True) -> LayoutUse:
    return LayoutUse(site="daily.test", layout="1", version=version, applied=applied, failed=failed)


def alarms(row: str, check: str = "select") -> str:
    """`row`: a page each, 1 where it fails; gives where an alarm stands after each."""
    health, out = LayoutHealth(), ""
    for at, page in enumerate(row):
        health = after(health, [(f"entry{at}", use(*[check][: int(page)]))], float(at))
        out += "!" if health.alarms else "."
    return out


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ("1", "."),
        ("0010000000", ".........."),  # one odd page
        ("0000100001", ".........."),
        ("111", "..!"),  # rules that never fitted
        ("00000111", ".......!"),
        ("0" * 30 + "1111" + "00000", "." * 32 + "!!!!!!."),  # and they fit again
        ("0" * 8 + "1" * 40, "." * 10 + "!" * 38),  # what a broken layout shows is no measure of a sound one
    ],
)
def test_a_layout_that_finds_nothing_any_more_is_told_from_an_odd_page(row, wanted):
    assert alarms(row) == wanted


@pytest.mark.parametrize("check", ["drop:.share", "rule:author", "not_article"])
def test_what_need_not_hold_on_every_page_is_missed_only_after_it_held(check):
    assert "!" not in alarms("1" * 30, check)
    assert "!" not in alarms("001" * 20, check)  # a video page among three
    assert alarms("0" * 10 + "1" * 6, check).endswith("!")


def test_an_article_that_is_read_again_counts_once():
    health = LayoutHealth()
    for at in range(12):
        health = after(health, [("the same", use("select"))], float(at))
    assert (health.pages, len(health.recent), health.alarms) == (1, 1, ())


def test_the_window_is_bounded_and_its_past_is_kept_as_numbers():
    health = after(LayoutHealth(), [(f"e{n}", use(*["drop:.x"][: n % 7 == 0])) for n in range(500)], 1.0)
    assert len(health.recent) == WINDOW
    assert health.before == 500 - WINDOW
    assert health.failed_before == {"drop:.x": 69}


def test_the_tail_is_that_of_the_binomial_distribution():
    assert tail(3, 3, 0.1) == pytest.approx(0.001)
    assert tail(0, 5, 0.3) == pytest.approx(1.0)
    assert tail(1, 2, 0.5) == pytest.approx(0.75)


def test_the_ledger_keeps_health_and_events_and_begins_anew_with_other_rules():
    engine = create_engine("sqlite://")
    t.metadata.create_all(engine)
    with engine.begin() as connection:
        bad = {f"e{n}": use("select", applied=False) for n in range(4)}
        drift.learn(connection, bad, 1_000.0)
        [one] = drift.layouts(connection)
        assert (one.site, one.health.pages, one.health.fallbacks) == ("daily.test", 4, 4)
        assert [alarm.check for alarm in one.health.alarms] == ["select"]
        drift.learn(connection, {"e9": use(version="w")}, 2_000.0)
        [one] = drift.layouts(connection)
        assert (one.health.version, one.health.pages, one.health.alarms) == ("w", 1, ())
        events = connection.execute(select(t.events.c.kind, t.events.c.subject_id, t.events.c.words)).all()
    assert [tuple(event) for event in events] == [
        ("drifted", "daily.test 1", "`select` matches nothing: 3 of the last 3 pages, 0 of 0 before"),
        ("drift_ended", "daily.test 1", "`select` matches nothing"),
    ]


def test_every_check_has_words():
    checks = ("select", "too_dear", "not_article", "promise:author", "rule:date", "drop:.x", "cut:#y")
    assert len({told(check) for check in checks}) == len(checks)


def changing_press(folder: Path) -> Path:
    """A paper of the demo press that changes its layout: one odd page in cycle 2, all new ones in cycle 3."""
    shutil.copytree(default_folder(), folder, ignore=shutil.ignore_patterns("*.md", "sites"))
    paper = folder / "faro-del-estrecho"
    for other in folder.glob("*/outlet.toml"):
        if other.parent != paper:
            shutil.rmtree(other.parent)
    outlet = (paper / "outlet.toml").read_text(encoding="utf-8")
    (paper / "outlet.toml").write_text(outlet.replace('moved_from = "/portada.xml"\n', ""), encoding="utf-8")
    page = (paper / "page.html").read_text(encoding="utf-8")
    (paper / "new.html").write_text(page.replace('<section class="cuerpo">', '<section class="nota__texto">'))
    for number in range(12):
        cycle = 1 if number < 6 else 2 if number == 6 else 3
        template = "page.html" if cycle == 1 else "new.html"
        title = f'title = "Nota {number} del puerto de hoy"'
        front = f'path = "/nota/{number}"\n{title}\nsummary = "s"\nbyline = "Inés Roldán"\n'
        text = "\n\n".join(spanish(f"parte {part} de {number}", 2) for part in range(3))
        more = f'minutes = {100 - number}\nfrom_cycle = {cycle}\ntemplate = "{template}"\n'
        (paper / f"nota-{number}.md").write_text(f"+++\n{front}{more}+++\n{text}\n", encoding="utf-8")
    return folder


def state(config: Path) -> dict[str, object]:
    [found] = [json.loads(line) for line in newsbeam("sites", "list", "--json", config=config).stdout.splitlines()]
    return found


def test_a_paper_changes_its_layout_and_the_operator_sees_it(tmp_path):
    sites = tmp_path / "sites"
    sites.mkdir()
    file = sites / "faro.toml"
    shutil.copy(Path("seeds/sites/faro-del-estrecho.toml"), file)
    with Press(folder=changing_press(tmp_path / "press")) as press:
        config = settings(press, tmp_path, more=f"[paths]\nsites = {json.dumps(str(sites))}\n")
        assert state(config)["state"] == "unused"

        def run() -> dict:
            newsbeam("feeds", "check", config=config)
            return json.loads(newsbeam("run", "--json", config=config).stdout)

        first = run()
        assert (first["visits"], first["drifted"]) == ({"written": 6}, [])
        assert (state(config)["state"], state(config)["pages"], state(config)["without"]) == ("holds", 6, 0)
        origins = [origin for (origin,) in rows(config, "SELECT DISTINCT origins FROM revisions")]
        assert {dict(found)["text"] for found in origins} == {"site:1"}

        press.next_cycle()
        assert run()["visits"] == {"written": 1}
        assert (state(config)["state"], state(config)["without"]) == ("holds", 1)  # one odd page

        press.next_cycle()
        third = run()
        assert third["visits"] == {"written": 5}  # nothing is lost
        assert state(config)["state"] == "drifted"
        assert third["drifted"][0].startswith(f"{SITE}: layout 1: `select` matches nothing since 20")
        story = newsbeam("explain", f"http://{SITE}/nota/9", config=config).stdout
        assert "layout 1 of faro-del-estrecho.test: select matches nothing; read without it" in story

        before = current(config)
        file.write_text(file.read_text(encoding="utf-8").replace('".cuerpo"', '[".cuerpo", ".nota__texto"]'))
        assert state(config)["state"] == "unused"  # by these rules nothing was read
        done = newsbeam("replay", "--archive", "--site", SITE, "--json", config=config)
        assert json.loads(done.stdout)["visits"] == {"written": 12}
        assert (state(config)["state"], state(config)["pages"], state(config)["without"]) == ("holds", 12, 0)
        now = current(config)
        assert {name: supersedes for name, (_, supersedes) in now.items()} == {n: r for n, (r, _) in before.items()}
        assert json.loads(newsbeam("replay", "--archive", "--json", config=config).stdout)["total"] == 0
        with closing(create_engine(f"sqlite:///{tmp_path / 'out' / 'newsbeam.db'}").connect()) as ledger:
            kinds = ledger.execute(select(t.events.c.kind).order_by(t.events.c.event_id)).scalars().all()
        assert [kind for kind in kinds if kind.startswith("drift")] == ["drifted", "drift_ended"]
