"""Whom "the minister" means in a claim's words, where the article leaves no doubt: the one whom it calls so.

Only a bare noun behind "the" counts ("the minister", not "the former minister" or "the minister of trade"), and only
where one entity alone of the whole article has that role or is such a body, and was named before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from transforms.attribution.cast import BODIES, PERSON, THING, Cast, Member
from transforms.attribution.trees import Trees
from transforms.naming.labels import ROLES

_DETAIL = frozenset({"amod", "compound", "nmod", "nmod:poss", "acl", "acl:relcl", "nummod", "appos", "flat", "conj"})
_LOOSE = frozenset({"company", "group", "government", "firm", "club", "team", "party", "force", "country", "body"})
"""Nouns for which an article often has another one in mind, that it does not call so beside its name."""


def meant(trees: Trees, cast: Cast, spans: Sequence[tuple[int, int]]) -> Iterator[Member]:
    """The entities that bare nouns in these stretches stand for, in their order."""
    for start, end in spans:
        for i in trees.between(start, end):
            noun = trees.tokens[i].text
            if noun not in ROLES | BODIES - _LOOSE or trees.tokens[i].pos != "NOUN" or not _bare(trees, i):
                continue
            holders = cast.holders(noun, PERSON if noun in ROLES else THING)
            count, who = holders.before(trees.tokens[i].start)
            if who is not None and count == len(holders.named) == 1 and _is_such(who, noun):
                yield who


def _is_such(who: Member, noun: str) -> bool:
    """Whether a body is what the noun says, and not only named after one: "Canyon State Survey" is no state."""
    words = who.entity.name.lower().split()
    return noun in ROLES or words[-1] == noun or noun not in words


def _bare(trees: Trees, i: int) -> bool:
    """Whether a noun stands alone behind "the"."""
    the = i > 0 and trees.tokens[i - 1].text.lower() == "the"
    return the and not trees.children(i, *_DETAIL) and trees.tokens[i].dep not in {"compound", "appos", "flat"}
