"""A feed's HTML -> plain text, or HTML without danger. Pure, linear, and never trusting: every value is a stranger's.

feedparser's own sanitiser is off (it is quadratic on hostile input); nh3 does the work. Only the text of the parts that
are kept is looked at, up to a bound.
"""

from __future__ import annotations

import html
import re

import nh3

from transforms.links import absolute

MAX_TEXT = 200_000  # code points of one title or summary that are looked at
MAX_CONTENT = 1_000_000  # of one item's content
MAX_TAGS = 5_000
"""HTML with more tags loses them all before it is parsed: a parser is quadratic in how deep they are nested."""

_SURROGATES = re.compile("[\ud800-\udfff]")  # JSON escapes make them, Rust refuses them
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BREAKS = re.compile(
    r"<(?:/?(?:p|div|li|ul|ol|dl|dt|dd|tr|td|th|table|blockquote|pre|h[1-6]|section|article|header|footer|figure"
    r"|figcaption)|br|hr)\b[^<>]*>",
    re.IGNORECASE,
)
_ANY_TAG = re.compile(r"<[^<>]*>")
_TAG = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|cite|code|div|em|figure|font|h[1-6]|hr|i|iframe|img|li|ol|p|pre|q|s|script"
    r"|small|span|strike|strong|style|sub|sup|table|tbody|td|th|tr|tt|u|ul|video)(?:\s[^<>]*|/)?>",
    re.IGNORECASE,
)
_TAGS = {
    "a", "abbr", "b", "blockquote", "br", "cite", "code", "dd", "div", "dl", "dt", "em", "figcaption", "figure",
    "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "li", "ol", "p", "pre", "q", "s", "small", "span", "strong",
    "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul",
}  # fmt: skip
_ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt"},
    "time": {"datetime"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
_LINKS = {("a", "href"), ("img", "src")}
_SILENT = {"script", "style", "noscript", "iframe", "object", "embed", "svg", "math", "template", "form"}


def clean(text: str) -> str:
    """Without lone surrogates and control characters."""
    if text.isascii() and text.isprintable():  # most links and ids
        return text
    return _CONTROLS.sub("", _SURROGATES.sub("\ufffd", text))


def one_line(text: str) -> str:
    """Runs of blanks and line ends to single spaces, ends trimmed."""
    return " ".join(text.split())


def has_tags(text: str) -> bool:
    """Whether a text that calls itself plain holds tags of HTML."""
    return _TAG.search(text) is not None


def plain(markup: str) -> str:
    """The text of some HTML on one line. Markup that was escaped once too often is taken out as well."""
    text = _parsable(clean(markup[:MAX_TEXT]))
    if "<" not in text and "&" not in text:
        return one_line(text)
    for _ in range(2):
        text = _BREAKS.sub(lambda found: " " + found[0], text)
        text = html.unescape(nh3.clean(text, tags=set(), clean_content_tags=_SILENT))
        if not has_tags(text):
            break
    return one_line(clean(text))


def paragraphs(text: str) -> str:
    """Plain text as HTML: blank lines part paragraphs."""
    blocks = re.split(r"\n[ \t]*\n", clean(text[:MAX_CONTENT]).replace("\r\n", "\n"))
    return "\n".join(f"<p>{html.escape(block.strip(), quote=False)}</p>" for block in blocks if block.strip())


def sanitised(markup: str, base: str) -> str:
    """HTML with the tags of running text only; links and images absolute, http(s) or gone."""

    def keep(tag: str, name: str, value: str) -> str | None:
        return (absolute(value, base) or None) if (tag, name) in _LINKS else value

    return nh3.clean(
        _parsable(clean(markup[:MAX_CONTENT])),
        tags=_TAGS,
        clean_content_tags=_SILENT,
        attributes=_ATTRIBUTES,
        attribute_filter=keep,
        url_schemes={"http", "https"},
        link_rel=None,
    ).strip()


def _parsable(markup: str) -> str:
    return _ANY_TAG.sub(" ", markup) if markup.count("<") > MAX_TAGS else markup
