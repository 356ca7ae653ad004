"""The bytes of a page -> its text as `str`. Never raises; U+FFFD stands for what is broken.

Order: byte-order mark, HTTP header, meta or XML declaration, UTF-8 if the bytes are UTF-8, else a detector that
sees a bounded part. A declared charset that the bytes contradict loses to UTF-8 that fits: servers that call
every page ISO-8859-1 are common, bytes that are UTF-8 by accident are not.
"""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

from charset_normalizer import from_bytes

DECLARED_WITHIN = 4_096  # bytes; WHATWG prescans 1,024, but real heads put scripts before the declaration
DETECT_BYTES = 16_384
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with UTF-16's
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s{0,8}=\s{0,8}["']?\s{0,8}([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE)
_CHARSET = re.compile(r"""charset\s{0,8}=\s{0,8}["']?\s{0,8}([A-Za-z0-9_.:-]{1,40})""", re.IGNORECASE)
# WHATWG Encoding Standard, "names and labels": what pages call Latin-1 is windows-1252, and so on.
_WEB = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030",
        "euc_kr": "cp949", "shift_jis": "cp932", "tis-620": "cp874", "iso8859-11": "cp874"}  # fmt: skip
# fmt: off
_LABELS = {"x-sjis": "cp932", "windows-31j": "cp932", "x-euc-jp": "euc_jp", "ks_c_5601-1987": "cp949",
           "x-gbk": "gb18030", "iso-8859-8-i": "iso8859-8", "unicode-1-1-utf-8": "utf-8", "utf8mb4": "utf-8"}
# fmt: on
_UTF8_ERRORS_ALLOWED = 1_000  # bytes for each broken one: a page of UTF-8 with a cut character stays UTF-8


class Decoded(NamedTuple):
    text: str
    charset: str  # Python's name of the codec
    origin: str  # `bom`, `header`, `declared`, `utf-8`, `detected`, `forced`


def decode(body: bytes, content_type: str = "") -> Decoded:
    """Decode a page; `content_type` is the HTTP header's value."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return Decoded(body[len(mark) :].decode(name, "replace"), name, "bom")
    candidates = (
        (codec(header[1]) if (header := _CHARSET.search(content_type)) else "", "header"),
        (codec(found[1].decode("ascii")) if (found := _DECLARED.search(body[:DECLARED_WITHIN])) else "", "declared"),
    )
    utf8 = _strict(body, "utf-8")
    for name, origin in candidates:
        if not name:
            continue
        if utf8 is not None and not _wide(name):
            return Decoded(utf8, "utf-8", origin if name == "utf-8" else "utf-8")
        text = body.decode(name, "replace")
        if text.count("\ufffd") * _UTF8_ERRORS_ALLOWED <= max(len(text), 2 * _UTF8_ERRORS_ALLOWED):
            return Decoded(text, name, origin)
    if utf8 is not None:
        return Decoded(utf8, "utf-8", "utf-8")
    best = from_bytes(_middle(body)).best()
    if best is not None and (name := codec(best.encoding)):
        return Decoded(body.decode(name, "replace"), name, "detected")
    return Decoded(body.decode("utf-8", "replace"), "utf-8", "forced")


def codec(label: str) -> str:
    """Python's name for a charset's label as the web means it, "" for an unknown one or one that is no text codec."""
    label = label.strip().lower()
    try:
        info = codecs.lookup(_LABELS.get(label, label))
    except (LookupError, ValueError):
        return ""
    if not getattr(info, "_is_text_encoding", True) or info.name in ("idna", "punycode", "utf-7", "undefined"):
        return ""
    return _WEB.get(info.name, info.name)


def _wide(name: str) -> bool:
    """Codecs under which bytes may be valid UTF-8 by accident: ISO-2022 is plain ASCII bytes with escapes."""
    return name.startswith(("iso2022", "hz"))


def _strict(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except UnicodeDecodeError:
        return None


def _middle(body: bytes) -> bytes:
    """A bounded part from where the text is likely to be: after the head, which is mostly ASCII."""
    first = next((m.start() for m in re.finditer(rb"[\x80-\xff]", body)), 0)
    start = max(0, first - 512)
    return body[start : start + DETECT_BYTES]
