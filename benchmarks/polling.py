"""Polling policies on simulated feeds: how late entries are seen, and how many polls that takes.

    python -m benchmarks.polling [--feeds 240] [--days 30] [--json]

Feeds publish for 14 days before anybody looks, then are watched. Their rhythms differ: from 300 items a day to one a
week, by day only, in bursts, once a day at a fixed hour, several at once, and falling silent. Beside ours stand a fixed
interval of 15 minutes, miniflux's entry-frequency scheduler (a week over the week's entries, from 5 minutes to a day)
and reader's (a fixed grid of an hour with jitter), each as its documentation describes it. For each of them our effort
(`poll.interval_s`) is set so that our mean delay is the same; the row compares the polls that both then need.
"""

from __future__ import annotations

import argparse
import bisect
import json
import math
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from benchmarks.figures import table
from benchmarks.rows import Row
from schemas.config import Poll
from transforms.policy import DAY, HOUR, Answer, Health, decide

START = 1_767_225_600.0  # 2026-01-01, a Thursday
BEFORE = 14 * DAY
SHOWN = 40  # items that a feed's document holds
Policy = Callable[[Sequence[float], float, random.Random], float]


class Outcome(NamedTuple):
    delay_min: float  # mean over all entries
    polls: int
    entries: int

    @property
    def polls_per_entry(self) -> float:
        return self.polls / max(1, self.entries)


def feeds(count: int, days: float, seed: int = 7) -> list[list[float]]:
    """The instants at which each feed publishes, from BEFORE before START on."""
    chance = random.Random(seed)
    return [_feed(number, days, chance) for number in range(count)]


def _feed(number: int, days: float, chance: random.Random) -> list[float]:
    begin, end = START - BEFORE, START + days * DAY
    kind = ("even", "daytime", "bursts", "daily", "batches", "ending")[number % 6]
    per_day = math.exp(chance.uniform(math.log(1 / 7), math.log(300)))
    zone = chance.randrange(24)
    if kind == "daily":
        return sorted(_daily(begin, end, chance))
    if kind == "ending":
        end = START + days * DAY / 2
    times: list[float] = []
    at = begin
    while (at := at + chance.expovariate(per_day * (1.0 if kind == "even" else 2.2) / DAY)) < end:
        if kind == "even" or chance.random() < _awake(at, zone):
            times += [at, *_more(kind, at, chance)]
    return sorted(times)


def _daily(begin: float, end: float, chance: random.Random) -> Iterator[float]:
    """Some items at nearly the same minute of each day."""
    hour, spread, size = chance.randrange(24), chance.uniform(60, 1_800), chance.choice((1, 1, 2, 5))
    for day in range(int((end - begin) / DAY)):
        for _ in range(size):
            yield begin + day * DAY + hour * HOUR + chance.gauss(0, spread)


def _awake(at: float, zone: int) -> float:
    weekend = int(at // DAY + 3) % 7 >= 5
    return (1.0 if 7 <= (at / HOUR + zone) % 24 < 20 else 0.12) * (0.4 if weekend else 1.0)


def _more(kind: str, at: float, chance: random.Random) -> list[float]:
    """What comes with an item: more within the hour, or several at once."""
    if kind == "bursts":
        return [at + chance.expovariate(1 / 900) for _ in range(chance.choice((0, 0, 0, 4)))]
    return [at] * chance.choice((0, 3, 7)) if kind == "batches" else []


def watch(times: Sequence[float], days: float, policy: Policy, chance: random.Random) -> Outcome:
    """One feed, polled whenever the policy says so; an entry is late by the time until the poll that shows it."""
    now, end = START + chance.random() * HOUR, START + days * DAY
    seen = bisect.bisect_right(times, now)
    late, count, polls = 0.0, 0, 1
    wait = policy(times[max(0, seen - SHOWN) : seen], now, chance)
    while (now := now + wait) < end:
        until = bisect.bisect_right(times, now)
        late += sum(now - t for t in times[seen:until])
        count += until - seen
        wait = policy(times[seen:until], now, chance)
        polls, seen = polls + 1, until
    return Outcome(late / 60, polls, count)


def run(many: Sequence[Sequence[float]], days: float, fresh: Callable[[], Policy]) -> Outcome:
    """All feeds, each with a policy of its own."""
    chance = random.Random(11)
    each = [watch(times, days, fresh(), chance) for times in many]
    entries = sum(one.entries for one in each)
    return Outcome(sum(one.delay_min for one in each) / max(1, entries), sum(one.polls for one in each), entries)


def ours(interval_s: float) -> Callable[[], Policy]:
    settings = Poll(interval_s=interval_s)

    def fresh() -> Policy:
        health = Health()

        def policy(news: Sequence[float], now: float, chance: random.Random) -> float:
            nonlocal health
            health = decide(health, Answer(news=tuple(news)), now, settings, chance.random())
            return health.next_check - now

        return policy

    return fresh


def fixed(wait_s: float) -> Callable[[], Policy]:
    return lambda: lambda news, now, chance: wait_s


def miniflux() -> Policy:
    week: list[float] = []

    def policy(news: Sequence[float], now: float, chance: random.Random) -> float:
        week.extend(news)
        del week[: bisect.bisect_left(week, now - 7 * DAY)]
        return min(max(7 * DAY / len(week) if week else DAY, 300.0), DAY)

    return policy


def reader() -> Policy:
    return lambda news, now, chance: (math.floor(now / HOUR) + 1 + 0.25 * chance.random()) * HOUR - now


PEERS: dict[str, Callable[[], Policy]] = {"every 15 minutes": fixed(900), "miniflux": miniflux, "reader": reader}


def matched(many: Sequence[Sequence[float]], days: float, delay_min: float) -> tuple[float, Outcome]:
    """Our effort whose mean delay is the given one, found by halving; (interval_s, what it came to)."""
    low, high = 30.0, 14_400.0
    for _ in range(9):
        middle = math.sqrt(low * high)
        outcome = run(many, days, ours(middle))
        low, high = (middle, high) if outcome.delay_min < delay_min else (low, middle)
    return low, run(many, days, ours(low))


def measure(count: int, days: float) -> list[dict[str, float | str]]:
    many = feeds(count, days)
    rows: list[dict[str, float | str]] = []
    for name, fresh in {"newsbeam": ours(Poll().interval_s), **PEERS}.items():
        theirs = run(many, days, fresh)
        row: dict[str, float | str] = {
            "policy": name,
            "delay_min": theirs.delay_min,
            "polls_per_entry": theirs.polls_per_entry,
        }
        if name in PEERS:
            effort, same = matched(many, days, theirs.delay_min)
            row |= {"our interval_s": effort, "our delay": same.delay_min, "ours at equal delay": same.polls_per_entry}
            row["polls, ours over theirs"] = same.polls / theirs.polls
        rows.append(row)
    return rows


def rows() -> list[Row]:
    out = []
    for row in measure(240, 30):
        if row["policy"] in PEERS:
            title = f"polls per new entry at the delay of {row['policy']} ({row['delay_min']:.1f} min)"
            ours_, theirs = float(row["ours at equal delay"]), float(row["polls_per_entry"])
            out.append(Row(title, ours_, str(row["policy"]), theirs, "python -m benchmarks.polling"))
    return out


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.polling", description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--feeds", type=int, default=240)
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measure(options.feeds, options.days)
    if options.json:
        print(json.dumps(found))
    else:
        head = list(found[-1])
        print(table([[row.get(key, "") for key in head] for row in found], head))
    return 0


if __name__ == "__main__":
    sys.exit(main())
