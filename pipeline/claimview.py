"""Claims for a person: each under its sentence, with its speaker, the reason in words, and all that it tells.

`rows` says what is told, `print_article` how it looks on a terminal of any width.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from unicodedata import category

from schemas.records import Quantity, TimeWords
from transforms.attribution.quotes import quotations
from transforms.attribution.sentences import sentences
from transforms.wordlist import wordset

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_LIMITS = {"about": "about ", "least": "at least ", "more": "more than ", "most": "at most ", "less": "less than "}
_STYLES = (("content", "green"), ("cue", "yellow"), ("source", "magenta"))
_COUNTED = wordset(
    """second minute hour day week fortnight month year decade tonne ton pound ounce mile acre degree barrel gallon yard
    shilling dinar peso rupee"""
) | {"percentage point", "basis point"}
_SHOWN = 240  # characters of a content that are shown beside the sentence
_TITLE = 2  # words: "Mr. Smith", "the Pentagon" tell no role
_LABEL = 14  # columns before what is told
_LEAST = 20  # columns of words, however narrow the terminal is
Row = tuple[str, str]


def rows(claim: dict[str, Any], numbers: dict[str, int]) -> Iterator[Row]:
    """What is told of a claim: (label, words). `numbers` are those of the article's claims by id."""
    yield "words", _short(" … ".join(span.exact for span in claim["content"]))
    yield "why", claim["why"]
    if claim["speaker"] and len(claim["speaker_role"].split()) > _TITLE and claim["speaker_role"] not in claim["why"]:
        yield "role", claim["speaker_role"]
    if how := "; ".join(_how(claim)):
        yield "how", how
    if claim["stated_words"] and claim["stated_at"]:
        yield "when", f"“{claim['stated_words'][0].exact}” is {claim['stated_at'].value}"
    yield from (("where", place.name) for place in claim["stated_in"] if place.basis == "words")
    if claim["quantities"]:
        yield "numbers", " · ".join(amount(one) for one in claim["quantities"])
    if told := [one for one in claim["times"] if one.value != one.span.exact]:  # "2020" is 2020
        yield "times", " · ".join(moment(one) for one in told)
    if outer := numbers.get(claim["inside"]):
        yield "inside", f"claim {outer}, which reports it"
    yield from (("note", note) for note in claim["notes"])


def _how(claim: dict[str, Any]) -> Iterator[str]:
    if claim["tense"]:
        yield claim["tense"]
    if claim["modality"]:
        yield f"“{claim['modality']}”"
    for negation in claim["negations"]:
        yield f"{'denied' if claim['negated'] else 'denies in part'}: “{negation.scope.exact}”"
    yield from (f"condition: “{span.exact}”" for span in claim["conditions"])
    yield from (f"hedged: “{span.exact}”" for span in claim["hedges"])


def amount(one: Quantity) -> str:
    """A quantity as read, not as written: "at least 1,250 tonne of grain"."""
    value = _figure(one.value) + (f" to {_figure(one.upper)}" if one.upper is not None else "")
    if one.unit == "share":
        value = f"{one.value:.0%}"
    many = "s" if one.unit in _COUNTED and (one.value != 1 or one.upper) else ""
    unit = f" {one.unit}{many}" if one.unit not in {"", "share"} else ""
    what = f"{' of' if one.unit else ''} {one.what}" if one.what else ""
    return f"{_LIMITS.get(one.limit, '')}{value}{unit}{what}{f' per {one.per}' if one.per else ''}"


def _figure(value: float) -> str:
    for size, name in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if size <= abs(value) < 1e15 and f"{value / size:.4g}" == f"{value / size:.12g}":
            return f"{value / size:g} {name}"
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:,.10g}"


def moment(one: TimeWords) -> str:
    told = one.value or "not known"
    return (
        f"“{one.span.exact}” is {one.relation + ' ' if one.relation else ''}{told}{'' if one.sure else ' (not sure)'}"
    )


def _short(words: str) -> str:
    words = " ".join(words.split())
    if len(words) <= _SHOWN:
        return words
    first, last = words[: _SHOWN // 2], words[-_SHOWN // 2 :]
    return f"{first.rpartition(' ')[0] or first} […] {last.partition(' ')[2] or last}"


def print_article(console: Console, text: str, claims: Sequence[dict[str, Any]]) -> None:
    """The text, paragraph by paragraph, and each claim below the sentence that holds its cue, else its content."""
    found = sentences(text, quotations(text))
    starts = [s.start for s in found]
    under: dict[int, list[int]] = {}
    for k, claim in enumerate(claims):
        at = (claim["cue"] or claim["content"])[0].start
        under.setdefault(max(0, bisect_right(starts, at) - 1), []).append(k)
    numbers = {claim["id"]: k + 1 for k, claim in enumerate(claims)}
    shown = marked(text, claims)
    begin = 0
    for k in sorted(under):
        end = found[k].end if found else len(text)
        _passage(console, shown, begin, end)
        for n in under[k]:
            _claim(console, n + 1, claims[n], numbers)
        console.print()
        begin = max(begin, end)
    _passage(console, shown, begin, len(shown))


def marked(text: str, claims: Sequence[dict[str, Any]]) -> Text:
    """The text with contents green, cues yellow, sources magenta. Controls become one visible character each."""
    from rich.text import Text

    shown = Text("".join(c if c == "\n" or c.isprintable() else _other(c) for c in text))
    for claim in claims:
        for part, style in _STYLES:
            for span in claim[part]:
                shown.stylize(style, span.start, span.end)
    return shown


def _other(character: str) -> str:
    return " " if category(character) == "Zs" else "\N{REPLACEMENT CHARACTER}"


def hanging(console: Console, label: Text, words: Text) -> None:
    """Words behind a label, wrapped so that no line of them stands below the label."""
    from rich.text import Text

    indent = " " * label.cell_len
    for k, line in enumerate(words.wrap(console, max(_LEAST, console.width - label.cell_len)) or [Text()]):
        line.rstrip()
        console.print((label if not k else Text(indent)) + line, soft_wrap=True)


def _passage(console: Console, shown: Text, begin: int, end: int) -> None:
    """A stretch of the text, one empty line between paragraphs."""
    from rich.text import Text

    lines = [line for line in shown[begin:end].split("\n") if line.plain.strip()]
    for k, line in enumerate(lines):
        if k:
            console.print()
        line.rstrip()
        blanks = len(line.plain) - len(line.plain.lstrip())
        hanging(console, Text(), line[blanks:])


def _claim(console: Console, number: int, claim: dict[str, Any], numbers: dict[str, int]) -> None:
    from rich.text import Text

    from pipeline.terminal import safe

    who = claim["speaker"] or claim["speaker_status"]
    head = Text(safe(who), style="bold" if claim["speaker"] else "bold yellow")
    cue = " ".join(span.exact for span in claim["cue"])
    said = f", “{safe(cue)}” ({claim['cue_class']})" if cue else ", no cue"
    head.append(f"  {claim['kind']} {claim['type']}{said}, {claim['confidence']:.0%} sure", style="default")
    hanging(console, Text(f"{number:>4} ", style="dim"), head)
    for label, words in rows(claim, numbers):
        style = "green" if label == "words" else "yellow" if label == "note" else "default"
        hanging(console, Text(f"     {label:{_LABEL - 5}}", style="dim"), Text(safe(words), style=style))
