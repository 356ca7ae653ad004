"""The story of an entry or claim in lines for a terminal, in the order in which things happened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.terminal import safe
from transforms.attribution.speech import REASONS

Event = tuple[str, list[str]]
"""When (ISO 8601, "" where it is not known), and the lines that tell it."""


def render(found: dict[str, Any]) -> str:
    """Text from the web is made safe; no line breaks but ours."""
    lines = [*_claim(found["claim"], found["current"])] if "claim" in found else []
    lines += [
        f"{fate['kind']} {fate['url'] or fate['key']}: {fate['words']}; {fate['readings']} readings and "
        f"{fate['pages']} archived pages were removed with it, and it is not taken in again"
        for fate in found.get("forgotten", [])
    ]
    if "entry_id" in found:
        lines += [f"{found['asked'] or found['entry_id']}: {found['state']}"]
        lines += [line for _, told in sorted(_events(found), key=lambda event: event[0]) for line in told]
        lines += list(_outcome(found))
    return "\n".join(safe(line) for line in lines)


def _claim(claim: dict[str, Any], current: bool) -> Iterator[str]:
    words = " … ".join(span["exact"] for span in claim["content"])
    yield f"claim {claim['claim_id']}{'' if current else ' (of an earlier reading)'}"
    yield f"  {claim['speaker'] or claim['speaker_status']}: {words}"
    words, _ = REASONS.get(claim["reason"], (claim["reason"], 0.0))
    yield f"  {claim['kind']} {claim['type']}, {claim['reason']}, {claim['confidence']:.2f}: {words}"
    paths = {(e["start"], e["end"]): e["path"] for e in claim.get("evidence", []) if e["part"] == "content"}
    for span in claim["content"]:
        path = paths.get((span["start"], span["end"]), "")
        of_page = f", in the archived page's element {path}" if path else ""
        yield f"  at {span['start']}-{span['end']} of the revision's text{of_page}"


def _events(found: dict[str, Any]) -> Iterator[Event]:
    for seen in found["sightings"]:
        left = (
            "" if seen["taken"] else "; the feed's first poll left it out (poll.first_poll_entries, ..._max_age_days)"
        )
        guid = f", guid {seen['guid']}" if seen["guid"] else ""
        yield seen["seen_at"], [f"  {seen['seen_at']} seen in {seen['feed']}: {seen['title']!r}{guid}{left}"]
    for page in found["pages"]:
        yield page["fetched_at"][:19] + "+00:00", list(_page(page))
    for visit in found["visits"]:
        lines = [f"  {visit['at']} visit ({visit['why']}) ended {visit['disposition']} at {visit['step']}"]
        lines += [f"    {visit['reason']}"] if visit["reason"] else []
        lines += [f"    decided by: {visit['decided_by']}"]
        lines += [f"    reading {visit['reading_id']}"] if visit["reading_id"] else []
        if later := visit["superseded"]:
            lines += [f"      superseded on {later['at']} ({later['why']}) by reading {later['reading_id']}"]
        yield visit["at"], [*lines, f"    in unit {visit['unit_id']} of {visit['holder'] or 'an unknown holder'}"]
    for event in found.get("events", []):
        yield event["at"], [f"  {event['at']} {event['words']}"]
    for letter in found["dead_letters"]:
        state = f"closed {letter['closed_at']}" if letter["closed_at"] else "open"
        times = f"{letter['tries']} failures" if letter["tries"] > 1 else "1 failure"
        yield (
            letter["failed_at"],
            [f"  {letter['failed_at']} dead letter {letter['dead_id']} ({state}, {times}): {letter['error']}"],
        )


def _page(page: dict[str, Any]) -> Iterator[str]:
    asked = f"asked for part {page['part'] + 1}, {page['url']}" if page["part"] else f"asked {page['url']}"
    yield f"  {page['fetched_at'][:19]}+00:00 {asked}: status {page['status']}, robots.txt {page['robots']}"
    if page["redirects"]:
        by = f" by its {page['via']}" if page.get("via") else ""
        yield f"    led{by} to {page['final_url']} over {', '.join(page['redirects'])}"
    yield from (f"    {name}: {words}" for name, words in page["rights"].items())
    yield f"    archived in {page['file']} at byte {page['offset']}"


def _outcome(found: dict[str, Any]) -> Iterator[str]:
    for revision in found.get("revisions", []):
        mark = "current" if revision["current"] else "earlier"
        yield (
            f"  {mark} revision {revision['revision_id']}: {revision['title']!r}, {revision['word_count']} words, "
            + (f"{revision['language'] or 'language unknown'}, reading {revision['reading_id']}")
        )
        yield from (
            f"    removed by {r['rule']} ({r.get('reason') or 'no reason kept'}): {r['exact']}"
            for r in revision["removals"]
        )
    for row in found.get("lineage", []):
        yield f"  {row['url']} is a copy ({row['kind']}, {row['containment']:.0%}) of {row['original_url']}"
    for one in found.get("claims", []):
        words = " … ".join(span["exact"] for span in one["content"])
        yield f"  claim {one['claim_id']} {one['speaker'] or one['speaker_status']}: {words}"
    for feed in found["feeds"]:
        error = f": {feed['last_error']}" if feed["last_error"] else ""
        yield f"  its feed {feed['url']} answered {feed['last_result']} at {feed['checked_at']}{error}"
    tried = found["again"]
    before = f" ({tried['before']})" if tried["before"] else ""
    yield f"  to try again{before}: {' && '.join(tried['commands'])}"
