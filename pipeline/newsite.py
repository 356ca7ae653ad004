"""`newsbeam sites new`: pages of one site, fetched as every page is or read from files, are compared in the pool."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.tryout import inputs
from pipeline.world import RealWorld
from schemas.errors import UsageError
from transforms.links import registrable_domain
from transforms.site_rules.propose import Given, NoProposal, Proposal
from transforms.site_rules.propose import propose as compare

TIMEOUT_S = 120.0  # for comparing all pages
MOST = 20  # pages: more say nothing new


def propose(world: RealWorld, names: Sequence[str], site: str) -> Proposal:
    """Raises UsageError for a page that cannot be had, or pages that lead to no file."""
    if len(names) > MOST:
        raise UsageError(f"{len(names)} pages are too many: at most {MOST}")
    pages = []
    for item in inputs(names, "html", world, []):
        if item.error:
            raise UsageError(f"{item.url} cannot be read: {item.error}")
        pages.append(Given(item.url, item.url if "://" in item.url else "", item.body, item.content_type))
    sites = {registrable_domain(page.url) for page in pages if page.url} | ({site} if site else set())
    if len(sites) != 1:
        raise UsageError(
            f"pages of one site are wanted, not of {', '.join(sorted(sites))}" if sites else "name the --site"
        )
    home = sites.pop()
    given = (home, tuple(page._replace(url=page.url or f"https://{home}/") for page in pages))
    [found] = world.guard().map(compare, [given], timeout_s=TIMEOUT_S)
    if isinstance(found, NoProposal):
        raise UsageError(str(found))
    if isinstance(found, Exception):
        raise UsageError(f"these pages cannot be compared: {found}")
    return found
