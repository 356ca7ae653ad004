"""Names of one article that differ by a single slip: in each the same words but one, and that one by one letter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from transforms.naming.names import near_miss

_MOST = 12  # names of one shelf that are compared: more of them are no slips, but a list
_LEAST = 4  # letters of a word in which one may be a slip


def near_names(names: Sequence[str]) -> list[list[str]]:
    """For each name the others that are spelt almost like it.

    Names meet by what is left of them without one letter (Garbe's symmetric deletion), so that the work grows with
    the letters of the names and not with the square of their number.
    """
    shelves: dict[str, list[int]] = defaultdict(list)
    for k, name in enumerate(names):
        if " " in name and len(name) <= 80:
            for key in {name, *(name[:i] + name[i + 1 :] for i in range(len(name)))}:
                shelves[key].append(k)
    out: list[list[str]] = [[] for _ in names]
    for shelf in shelves.values():
        for k in shelf[:_MOST] if len(shelf) > 1 else ():
            found = (names[j] for j in shelf[:_MOST] if names[j] not in out[k])
            out[k] += [name for name in found if _alike(names[k], name)]
    return [sorted(set(found)) for found in out]


def _alike(one: str, other: str) -> bool:
    differ = [(a, b) for a, b in zip(one.split(), other.split(), strict=False) if a != b]
    return len(differ) == 1 and min(map(len, differ[0])) >= _LEAST and near_miss(one, other)
