"""Whoever asks strangers' servers says who they are: no real request without a contact in `network.user_agent`."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from pipeline.web.address import literal
from schemas.config import Network
from schemas.errors import ConfigError
from transforms.links import absolute

NOBODY = "newsbeam.invalid"  # in the default user agent


def require_contact(network: Network, urls: Iterable[str]) -> None:
    """Raises ConfigError where one of these addresses is on the real network and the user agent names nobody."""
    if NOBODY not in network.user_agent:
        return
    for url in urls:
        host = urlsplit(absolute(url)).hostname or ""  # what is no address is asked of nobody
        if host and host not in network.test.resolve and not literal(host) and host != "localhost":
            raise ConfigError(
                f"network.user_agent names nobody whom {host} could ask",
                remedy='set yours: [network] user_agent = "your-desk/1.0 (+https://your.site/about-our-bot)"',
            )
