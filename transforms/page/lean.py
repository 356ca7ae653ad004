"""A page's source without what no reader sees and no parser holds: huge scripts, inlined files, tags nested too deep.

libxml2 reads no text of more than 10 MB and no deeper than 256 levels; what stands behind is lost to it. Browsers close
for the reader what an author left open, so a page of unclosed tags is whole on a screen and has to be here.
"""

from __future__ import annotations

import re

from transforms.page.jsonld import MAX_CHARS

MAX_DATA = 100_000  # characters of a file inside an attribute
_HIDDEN = re.compile(r"<(script|style)\b[^>]{0,4000}>|<!--", re.IGNORECASE)
_ENDS = {
    "script": re.compile(r"</script", re.IGNORECASE),
    "style": re.compile(r"</style", re.IGNORECASE),
    "": re.compile("-->"),
}
_DATA = re.compile(rf"""data:[\w/+.;=-]{{0,100}},[^"'\s<>]{{{MAX_DATA},}}""")
# What stays of a page that nests too deep: what closes itself or its like, and what tells an area from another.
_KEPT = (
    "html|head|body|title|meta|link|base|script|style|p|li|br|hr|h[1-6]|a|img|time|article|main|nav|header|footer|aside"
)
_OTHER = re.compile(rf"</?(?!(?:{_KEPT})\b)[a-z][^<>]{{0,4000}}>", re.IGNORECASE)
_BROKEN = re.compile(
    r"</?(?:div|section|td|th|tr|table|ul|ol|dl|dt|dd|blockquote|pre|figure|figcaption|form|center)\b", re.IGNORECASE
)


def lean(text: str) -> str:
    """The source with empty scripts, styles and comments where they are longer than any that is read."""
    if len(text) <= MAX_CHARS:
        return text
    out, at = [], 0
    while found := _HIDDEN.search(text, at):
        end = _ENDS[(found[1] or "").lower()].search(text, found.end())
        stop = end.start() if end else len(text)
        short = stop - found.end() <= MAX_CHARS
        out.append(text[at : stop if short else found.end()])
        at = stop
    out.append(text[at:])
    return _DATA.sub("data:,", "".join(out))


def flattened(text: str) -> str:
    """The source with few kinds of tags: a container becomes a line's end, a mark inside a line nothing."""
    return _OTHER.sub(lambda found: "<br>" if _BROKEN.match(found[0]) else "", text)
