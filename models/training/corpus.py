"""Annotated articles, as `corpus/GUIDE.md` describes them: read from XML, written as JSON, turned into spaCy documents.

    python -m models.training.corpus FOLDER > articles.jsonl

Offsets are code points of `Article.text`, which is the article's blocks joined by line breaks.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from lxml import etree

from transforms.wordlist import wordset

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

FOLDER = Path(__file__).parent / "corpus" / "articles"
SPLITS = Path(__file__).parent / "corpus" / "splits.json"

LABELS = wordset(
    """PERSON ORG GPE LOC FAC NORP EVENT PRODUCT WORK_OF_ART LAW LANGUAGE DATE TIME MONEY PERCENT QUANTITY ORDINAL
    CARDINAL"""
)
KINDS = {"s": "source", "v": "cue", "c": "content"}
TYPES = frozenset({"speech", "belief", "intent", "finding", "denial"})
BLOCKS = frozenset({"headline", "sub", "paragraph", "caption", "byline", "bullet", "boilerplate", "table"})
ANONYMOUS = "anonymous"
JUDGED = "x"  # looks like a name or a number, and is none


class CorpusError(ValueError):
    """A file that is no article: names the file, the line and the reason."""

    def __init__(self, path: Path, line: int, reason: str):
        super().__init__(f"{path}:{line}: {reason}")
        self.path, self.line, self.reason = path, line, reason


class Block(NamedTuple):
    start: int
    end: int
    kind: str  # one of BLOCKS
    line: int  # in the file


class Name(NamedTuple):
    start: int
    end: int
    label: str  # one of LABELS
    key: str  # the thing that it means; "" for dates and numbers


class Part(NamedTuple):
    start: int
    end: int
    kind: str  # source, cue or content
    number: str  # of its attribution
    key: str  # the speaker, on a source, or on a content that has no source; else ""
    type: str  # one of TYPES, on a cue; else ""


class Article(NamedTuple):
    id: str
    about: tuple[tuple[str, str], ...]  # the attributes of its root, in order
    text: str
    blocks: tuple[Block, ...]
    names: tuple[Name, ...]
    parts: tuple[Part, ...]
    judged: tuple[tuple[int, int], ...]  # spans said to be no name
    path: Path

    def get(self, attribute: str) -> str:
        return dict(self.about).get(attribute, "")

    def block_of(self, start: int) -> int:
        return next(i for i, block in enumerate(self.blocks) if block.start <= start <= block.end)

    def attributions(self) -> dict[str, list[Part]]:
        """Number -> its parts in the order of the text."""
        found: dict[str, list[Part]] = {}
        for part in sorted(self.parts):
            found.setdefault(part.number, []).append(part)
        return found

    def speaker(self, number: str) -> str:
        return next((part.key for part in self.parts if part.number == number and part.key), "")


def read(path: Path) -> Article:
    """One article. Raises CorpusError with file, line and reason."""
    try:
        root = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
    except etree.XMLSyntaxError as error:
        raise CorpusError(path, error.lineno or 0, error.msg or "no XML") from error
    if root.tag != "article" or not root.get("id"):
        raise CorpusError(path, root.sourceline or 0, "the root is no <article id=...>")
    text = ""
    blocks: list[Block] = []
    marks = _Marks(path)
    for element in root:
        if not isinstance(element.tag, str):
            continue
        line = element.sourceline or 0
        kind = {"h": "headline", "sub": "sub", "p": element.get("k", "paragraph")}.get(element.tag, "")
        if kind not in BLOCKS:
            raise CorpusError(path, line, f"no block is called <{element.tag} k={element.get('k')!r}>")
        own = "".join(element.itertext())
        if "\n" in own:
            raise CorpusError(path, line, "a line break inside a block")
        if not own.strip():
            raise CorpusError(path, line, "an empty block")
        if blocks:
            text += "\n"
        marks.walk(element, len(text), inside_name=False)
        blocks.append(Block(len(text), len(text) + len(own), kind, line))
        text += own
    about = tuple((str(k), str(v)) for k, v in root.items())
    return Article(
        str(root.get("id")), about, text, tuple(blocks), tuple(sorted(marks.names)), tuple(sorted(marks.parts)),
        tuple(sorted(marks.judged)), path,
    )  # fmt: skip


class _Marks:
    """What the elements inside blocks mark."""

    def __init__(self, path: Path):
        self.path = path
        self.names: list[Name] = []
        self.parts: list[Part] = []
        self.judged: list[tuple[int, int]] = []

    def walk(self, element: Any, at: int, *, inside_name: bool) -> int:
        """Reads below `element`, whose text starts at `at`; returns where it ends."""
        at += len(element.text or "")
        for child in element:
            if not isinstance(child.tag, str):
                at += len(child.tail or "")
                continue
            tag, line = child.tag, child.sourceline or 0
            if inside_name:
                raise CorpusError(self.path, line, f"<{tag}> inside a name")
            end = self.walk(child, at, inside_name=tag in LABELS or tag == JUDGED)
            if tag in LABELS:
                self.names.append(Name(at, end, tag, child.get("e", "")))
            elif tag in KINDS:
                number = child.get("a")
                if not number:
                    raise CorpusError(self.path, line, f"<{tag}> without a=")
                kind = child.get("t", "speech") if tag == "v" else ""
                self.parts.append(Part(at, end, KINDS[tag], number, child.get("e", ""), kind))
            elif tag == JUDGED:
                self.judged.append((at, end))
            else:
                raise CorpusError(self.path, line, f"no element is called <{tag}>")
            at = end + len(child.tail or "")
        return at


def load(folder: Path = FOLDER, split: str = "") -> Iterator[Article]:
    """Articles in the order of their names; `split` (train, dev or held) keeps those of one split only."""
    wanted = set(json.loads(SPLITS.read_text())[split]) if split else None
    for path in sorted(folder.glob("*.xml")):
        if wanted is None or path.stem in wanted:
            yield read(path)


def to_json(article: Article) -> dict[str, Any]:
    """{"id", "about", "text", "blocks", "names", "parts", "judged"}: spans are [start, end, ...] in code points."""
    record = article._asdict() | {"about": dict(article.about), "path": str(article.path)}
    return {key: [list(row) for row in value] if isinstance(value, tuple) else value for key, value in record.items()}


def from_json(record: dict[str, Any]) -> Article:
    return Article(
        record["id"],
        tuple(record["about"].items()),
        record["text"],
        tuple(Block(*row) for row in record["blocks"]),
        tuple(Name(*row) for row in record["names"]),
        tuple(Part(*row) for row in record["parts"]),
        tuple((start, end) for start, end in record["judged"]),
        Path(record["path"]),
    )


def to_doc(article: Article, nlp: Language) -> Doc:
    """A spaCy document: names in `ents`, parts in `spans["source"|"cue"|"content"]`.

    A span of a part has its type as label and `number|key` as id. Where a mark cuts a token in two the span takes the
    whole token: `uneven` lists such marks.
    """
    from spacy.util import filter_spans

    doc = nlp.make_doc(article.text)
    doc.user_data["article"] = article.id
    names = [_span(doc, n.start, n.end, n.label, n.key) for n in article.names]
    doc.ents = filter_spans(names)
    for kind in KINDS.values():
        doc.spans[kind] = [
            _span(doc, p.start, p.end, p.type or kind, f"{p.number}|{p.key}") for p in article.parts if p.kind == kind
        ]
    return doc


def _span(doc: Doc, start: int, end: int, label: str, key: str) -> Span:
    span = doc.char_span(start, end, label=label, alignment_mode="expand")
    assert span is not None
    span.id_ = key
    return span


def uneven(article: Article, doc: Doc) -> list[tuple[int, int]]:
    """Marks whose edges are no token's edges."""
    starts = {token.idx for token in doc}
    ends = {token.idx + len(token) for token in doc}
    marks: list[Name | Part] = [*article.names, *article.parts]
    return [(m.start, m.end) for m in marks if m.start not in starts or m.end not in ends]


def from_doc(doc: Doc) -> tuple[list[Name], list[Part]]:
    """Names and parts of a document that `to_doc` made, or a model filled in the same way."""
    names = [Name(e.start_char, e.end_char, e.label_, e.id_) for e in doc.ents]
    parts = []
    for kind in KINDS.values():
        for span in doc.spans.get(kind, ()):
            number, _, key = span.id_.partition("|")
            parts.append(Part(span.start_char, span.end_char, kind, number, key, span.label_ if kind == "cue" else ""))
    return sorted(names), sorted(parts)


def main(arguments: Sequence[str]) -> int:
    for article in load(Path(arguments[0]) if arguments else FOLDER):
        print(json.dumps(to_json(article), ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
