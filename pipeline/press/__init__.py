"""A small press: several invented outlets behind real HTTP on loopback, for the demo and the tests.

It is an independent witness: it knows nothing of newsbeam, keeps its own log of what it was asked, and runs alone as
`python -m pipeline.press`. Its content is data in `seeds/demo`; what that should come to stands in
`seeds/demo/expected.json`, written by hand.
"""

from pipeline.press.server import Feed, Press

__all__ = ["Feed", "Press"]
