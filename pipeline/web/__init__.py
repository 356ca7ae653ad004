"""The one place that talks to other people's servers: polite, guarded, and never surprised by what they answer.

aio.py       AioWeb: what transforms see; one event loop in one thread per process
client.py    one request from its address to its Response: redirects, robots.txt, tries
exchange.py  one question and one answer over HTTP/1.1, within limits of time and size
decode.py    gzip, deflate, br, zstd, piece by piece, so that a bomb stops at the limit
address.py   which addresses may be connected to
robots.py    robots.txt (RFC 9309)
pace.py      one request at a time and a gap for each host
retry.py     when a further try can help, and after how long
"""

from pipeline.web.aio import AioWeb

__all__ = ["AioWeb"]
