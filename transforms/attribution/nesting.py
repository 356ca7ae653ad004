"""Claims in the words of other claims: "He said the minister told him to go" holds two, one inside the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from transforms.drafts import ClaimDraft

_DEEP = 20  # contents around one place that are looked at, the innermost first


def nested(claims: Sequence[ClaimDraft]) -> list[int]:
    """For each claim the place of the nearest one whose words hold its cue (or else its content); -1 for none.

    One sweep from left to right over all contents, the open ones on a stack.
    """
    opened = sorted((s.start, -s.end, k) for k, claim in enumerate(claims) for s in claim.content)
    asked = sorted(((claim.cue or claim.content)[0].start, k) for k, claim in enumerate(claims))
    out = [-1] * len(claims)
    stack: list[tuple[int, int]] = []  # (end, claim), the innermost last
    n = 0
    for at, k in asked:
        while n < len(opened) and opened[n][0] <= at:
            start, end, other = opened[n][0], -opened[n][1], opened[n][2]
            while stack and stack[-1][0] <= start:
                stack.pop()
            stack.append((end, other))
            n += 1
        while stack and stack[-1][0] <= at:
            stack.pop()
        around = islice(reversed(stack), _DEEP)
        out[k] = next((other for end, other in around if end > at and _holds(claims, other, k)), -1)
    return out


def _holds(claims: Sequence[ClaimDraft], outer: int, inner: int) -> bool:
    """Whether one claim's words hold another's cue and content, and not the other way round."""
    if outer == inner:
        return False
    low, high = claims[outer].content[0].start, claims[outer].content[-1].end
    first, last = claims[inner].content[0].start, claims[inner].content[-1].end
    return low <= first and last <= high and (low, high) != (first, last)
