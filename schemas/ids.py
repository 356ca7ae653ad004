"""Identities: 128-bit BLAKE2b, as 32 hex digits, of what a thing is, so that a rerun makes the same ids."""

from __future__ import annotations

from hashlib import blake2b

_SEPARATOR = b"\x1f"  # the ASCII unit separator: ("ab", "c") and ("a", "bc") stay apart


def make_id(kind: str, *parts: str | int) -> str:
    """Hash `kind` and `parts` to 32 hex digits. `kind` keeps two kinds of thing with equal parts apart.

    Lone surrogates, which broken feeds contain, are hashed as they are.
    """
    digest = blake2b(digest_size=16)
    digest.update(kind.encode())
    for part in parts:
        digest.update(_SEPARATOR)
        digest.update(str(part).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def feed_id(url: str) -> str:
    """Of the address that `feeds.toml` names: a feed that moves stays the same feed."""
    return make_id("feed", url)


def entry_id(*, link: str, feed: str, guid: str, title: str, summary: str) -> str:
    """Canonical link, else feed and guid, else feed and the hash of title and summary."""
    if link:
        return make_id("entry", "link", link)
    if guid:
        return make_id("entry", "guid", feed, guid)
    return make_id("entry", "text", feed, title, summary)


def visit_id(entry: str, unit: str) -> str:
    return make_id("visit", entry, unit)


def page_id(url: str, body_sha256: str) -> str:
    return make_id("page", url, body_sha256)


def article_id(canonical_url: str) -> str:
    return make_id("article", canonical_url)


def revision_id(article: str, text: str) -> str:
    return make_id("revision", article, text)


def reading_id(revision: str, versions: str) -> str:
    """`versions` is the hash of code, model and the rule files that apply to the site."""
    return make_id("reading", revision, versions)


def entity_id(reading: str, name: str, label: str) -> str:
    return make_id("entity", reading, name, label)


def claim_id(reading: str, start: int, end: int) -> str:
    """`start` and `end` bound the whole content (its first start, its last end)."""
    return make_id("claim", reading, start, end)


def lineage_id(article: str, original: str) -> str:
    return make_id("lineage", article, original)


def statement_id(first_claim: str) -> str:
    return make_id("statement", first_claim)


def story_id(first_article: str) -> str:
    return make_id("story", first_article)


def change_id(revision: str, claim: str, before: str) -> str:
    return make_id("change", revision, claim, before)


def notice_id(revision: str, place: str, start: int) -> str:
    """`place`: `title` or `text`."""
    return make_id("notice", revision, place, start)
