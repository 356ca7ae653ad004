"""Other faces of an annotated article: other people, other quotation marks, other habits of type.

Every change is a list of edits of the text, and `rewritten` carries all marks along. What is drawn depends on the
given `Random` alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from random import Random
from typing import NamedTuple

from models.training.corpus import Article
from models.training.targets import Paragraph


class Edit(NamedTuple):
    start: int
    end: int
    text: str


def rewritten(article: Article, edits: Iterable[Edit]) -> Article:
    """The article with `edits` made: they do not overlap, and none crosses the edge of a mark. A mark around an edit
    grows or shrinks with it."""
    rows = sorted(edits)
    text, shifts, at = [], [(0, 0)], 0
    for edit in rows:
        text += [article.text[at : edit.start], edit.text]
        at = edit.end
        shifts.append((edit.end, shifts[-1][1] + len(edit.text) - (edit.end - edit.start)))
    text.append(article.text[at:])
    edges = [edge for edge, _ in shifts]

    def moved(place: int) -> int:
        return place + shifts[bisect_right(edges, place) - 1][1]

    return article._replace(
        text="".join(text),
        blocks=tuple(b._replace(start=moved(b.start), end=moved(b.end)) for b in article.blocks),
        names=tuple(n._replace(start=moved(n.start), end=moved(n.end)) for n in article.names),
        parts=tuple(p._replace(start=moved(p.start), end=moved(p.end)) for p in article.parts),
        judged=tuple((moved(a), moved(b)) for a, b in article.judged),
    )


class Pool(NamedTuple):
    """Names of people and bodies to swap in: (forename, surname), and names of several words."""

    people: tuple[tuple[str, str], ...]
    bodies: tuple[str, ...]


def pool(articles: Iterable[Article]) -> Pool:
    people, bodies = set(), set()
    for article in articles:
        for name in article.names:
            form = article.text[name.start : name.end]
            words = form.split()
            if name.label == "PERSON" and len(words) == 2:
                people.add((words[0], words[1]))
            elif name.label == "ORG" and 1 <= len(words) <= 4 and not form.isupper():
                bodies.add(form)
    return Pool(tuple(sorted(people)), tuple(sorted(bodies)))


def other_people(article: Article, names: Pool, random: Random, share: float) -> Article:
    """A `share` of the people and of the bodies get other names, the same one wherever they are named."""
    forms: Mapping[tuple[str, str], list[tuple[int, int]]] = _forms(article)
    edits: list[Edit] = []
    for (label, _), spans in sorted(forms.items()):
        if random.random() >= share:
            continue
        own = {article.text[a:b] for a, b in spans}
        change = (
            _person(own, random.choice(names.people)) if label == "PERSON" else _body(own, random.choice(names.bodies))
        )
        edits += [Edit(a, b, change[form]) for a, b in spans if (form := article.text[a:b]) in change]
    return rewritten(article, edits)


def _forms(article: Article) -> dict[tuple[str, str], list[tuple[int, int]]]:
    out = defaultdict(list)
    for name in article.names:
        if name.label in {"PERSON", "ORG"} and name.key:
            out[name.label, name.key].append((name.start, name.end))
    return out


def _person(own: set[str], new: tuple[str, str]) -> dict[str, str]:
    """Old form -> new form; nothing for one whose forms are not forename, surname or both."""
    full = max(own, key=len).split()
    if len(full) != 2 or not own <= {" ".join(full), *full}:
        return {}
    return {" ".join(full): " ".join(new), full[0]: new[0], full[1]: new[1]}


def _body(own: set[str], new: str) -> dict[str, str]:
    """Only a body that has one form: acronyms and short forms would have to follow."""
    return dict.fromkeys(own, new) if len(own) == 1 else {}


STRAIGHT = str.maketrans("“”‘’", "\"\"''")
_OPENING = re.compile(r"(?:^|(?<=[\s(\[—–-]))\"", re.MULTILINE)


def curly(text: str) -> str:
    return _OPENING.sub("“", text).replace('"', "”").replace("'", "’")


def single(text: str) -> str:
    """Double marks as British single ones."""
    return text.translate(str.maketrans('“”"', "‘’'"))


def type_habits(article: Article, random: Random) -> Article:
    """Straight, curly or single quotation marks instead of the article's own, now and then a broken dash or a lost
    space. Marks keep their places: quotation marks are exchanged one for one."""
    habit = random.random()
    text = article.text
    if habit < 0.2:
        text = text.translate(STRAIGHT)
    elif habit < 0.4:
        text = curly(text.translate(STRAIGHT))
    elif habit < 0.5:
        text = single(curly(text.translate(STRAIGHT)))
    article = article._replace(text=text)
    edits: list[Edit] = []
    if random.random() < 0.05:
        edits = [Edit(m.start(), m.end(), "â€”") for m in re.finditer("—", text)]
    elif random.random() < 0.05:
        stops = [m.start() + 1 for m in re.finditer(r"[a-z]\. [A-Z]", text)]
        edits = [Edit(at + 1, at + 2, "") for at in stops if random.random() < 0.3 and not _marked(article, at + 1)]
    return rewritten(article, edits) if edits else article


def _marked(article: Article, at: int) -> bool:
    """Whether a mark begins or ends at this blank, which must not be lost then."""
    edges = {*((n.start, n.end) for n in article.names), *((p.start, p.end) for p in article.parts)}
    return any(start == at + 1 or end == at for start, end in edges)


def sentences(paragraph: Paragraph, random: Random, share: float) -> list[Paragraph]:
    """A `share` of the paragraphs of names apart at their sentence ends: one sentence alone is read in its own way,
    and some corpora put sentences of many articles into one paragraph."""
    words, names = paragraph.words, paragraph.names
    if names is None or random.random() >= share:
        return [paragraph]
    ends = [i + 1 for i, word in enumerate(words[:-1]) if word in _ENDS and words[i + 1][:1].isupper()]
    edges = [0, *ends, len(words)]
    return [Paragraph(words[a:b], names=names[a:b]) for a, b in pairwise(edges)]


_ENDS = frozenset(".?!")


def letter_case(paragraph: Paragraph, random: Random, share: float) -> Paragraph:
    """Now and then a paragraph in capitals, without them, or with all words capitalised."""
    draw = random.random() / max(share, 1e-9)
    if draw >= 1:
        return paragraph
    words: Sequence[str] = paragraph.words
    if draw < 0.45:
        words = [word.upper() for word in words]
    elif draw < 0.7:
        words = [word.lower() for word in words]
    else:
        words = [word[:1].upper() + word[1:] for word in words]
    return paragraph._replace(words=tuple(words))
