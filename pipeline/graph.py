"""The two graphs, on one page.

From `Fetch` on each transform gives its rows and the outcomes of the visits that ended there; `Settle` takes all.
"""

from __future__ import annotations

from typing import Any

from pipeline.readmodel import Walk
from pipeline.relate import Relate
from schemas.ports import World
from transforms.annotate import Annotate
from transforms.claims import Claims
from transforms.clean import Clean
from transforms.dedupe import Dedupe
from transforms.entities import Entities
from transforms.extract import Extract
from transforms.fetch import Fetch
from transforms.lease import Lease
from transforms.poll import Poll
from transforms.settle import Settle


def read(begin: Any, world: World) -> Any:
    """One article at a time: from a unit of work to its settlement. Gives the ids of settled units."""
    polled = begin | Poll(world)  # feed state and pending entries into the ledger; emits "done" only
    return reread(polled, world)


def reread(begin: Any, world: World) -> Any:
    """`read` without its polls: what is pending is leased, and nothing else is looked for."""
    entries = begin | Lease(world)  # the sole source of entries
    pages, out_f = entries | Fetch(world)  # archives before it emits
    articles, out_a = pages | Extract(world) | Clean(world) | Dedupe(world)
    readings, out_r = articles | Annotate(world) | Entities(world) | Claims(world)
    return (readings, (out_f, out_a, out_r)) | Settle(world)  # files, commit, ledger


def relate(begin: Any, world: World) -> Any:
    """What joins articles, over newly committed readings in commit order. Gives how many units were related."""
    return begin | Walk(world) | Relate(world)  # the read model, then statements, stories, life-cycle
