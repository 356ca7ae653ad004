"""The table of odd texts: what an article may look like, what is to be read of it all the same, and what it costs.

Work is counted, not timed: lines of code that run, and characters that are copied out of the text or searched.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import pairwise, product
from typing import Any, NamedTuple

from schemas.annotation import Annotation
from transforms.annotation import annotate_text
from transforms.attribution.speech import REASONS
from transforms.claims import claims
from transforms.entities import entities
from transforms.wordlist import wordset

PORT = "Amara Okafor, the minister, told reporters on Tuesday that the port would open in May."
TIME = "“We are out of time,” Okafor said. “We need the road, and we need it now.”"
LEFT = "Tomas Reyes, a union leader, said that 40 percent of drivers had left."
ASKED = "“Nobody asked us,” Reyes told the council."
NEWS = "\n".join([PORT, TIME, LEFT, ASKED])
FIRST = wordset(
    "Amara Pavel Nneka Lucia Yusuf Farah Leila Marta Sanna Diego Zofia Clara Boris Aisha Jamal Greta Tariq Oscar"
)
LAST = wordset(
    "Okafor Keller Haddad Petrov Brandt Kimura Jansen Tanaka Farouk Yilmaz Weberg Rossin Osinga Lovrek Almada"
)
NAMES = tuple(product(sorted(FIRST), sorted(LAST)))  # of one length each: what is marked in a text stays in its place
OPEN, SHUT, WAIT = "the road is open", "the port is shut", "We wait,"


class Row(NamedTuple):
    text: str
    holds: tuple[tuple[str, str], ...] = ()  # (words of a content, its speaker or the status of one)
    lacks: tuple[str, ...] = ()  # stands in no content
    claims: int = -1  # how many; -1: any number


ROWS = {
    "nothing": Row("", claims=0),
    "blanks only": Row(" \n\t\u00a0\n ", claims=0),
    "one letter": Row("a", claims=0),
    "one capital": Row("A", claims=0),
    "one mark": Row("“", claims=0),
    "one single mark": Row("'", claims=0),
    "one picture": Row("😀", claims=0),
    "one right-to-left letter": Row("א", claims=0),
    "one digit": Row("7", claims=0),
    "in capitals": Row(
        NEWS.upper(),
        (
            ("THE PORT WOULD OPEN IN MAY", "AMARA OKAFOR"),
            ("WE ARE OUT OF TIME,", "AMARA OKAFOR"),
            ("40 PERCENT OF DRIVERS HAD LEFT", "TOMAS REYES"),
            ("NOBODY ASKED US,", "TOMAS REYES"),
        ),
    ),
    "without capitals": Row(NEWS.lower(), (("we are out of time,", "anonymous"), ("nobody asked us,", "anonymous"))),
    "without punctuation": Row(
        "".join(c for c in NEWS if c.isalnum() or c in " \n"),
        (("the port would open in May", "Amara Okafor"), ("40 percent of drivers had left", "Tomas Reyes")),
    ),
    "a mark that never closes": Row(
        f"“We are out of time, Amara Okafor said.\nThe road is closed.\nTomas Reyes said {SHUT}.",
        ((SHUT, "Tomas Reyes"),),
        lacks=("The road is closed",),
    ),
    "marks of all styles, and mixed in one quotation": Row(
        "“We wait,” said Amara Okafor.\n\"We walk,\" said Tomas Reyes.\n‘We sleep,’ said Nneka Adeyemi.\n"
        "«We eat», said Pavel Novak.\n„We sing“, said Ingrid Lindqvist.\n“We run\", said Hugo Keller.\n"
        '"We swim,” said Leila Demir.',
        (
            (WAIT, "Amara Okafor"), ("We walk,", "Tomas Reyes"), ("We sleep,", "Nneka Adeyemi"),
            ("We eat", "Pavel Novak"), ("We sing", "Ingrid Lindqvist"), ("We run", "Hugo Keller"),
            ("We swim,", "Leila Demir"),
        ),
        lacks=("Keller", "Demir"),
    ),
    "apostrophes": Row(
        "The ’90s were the players' years, weren’t they, and rock ’n’ roll was the dogs’ dinner.\n"
        "‘It’s not the players’ fault,’ Amara Okafor said.",
        (("It’s not the players’ fault,", "Amara Okafor"),),
        claims=1,
    ),
    "quotations in quotations": Row(
        "“He told me ‘I said “no” to all of it’ and left,” Amara Okafor said.\n"
        "‘She called it “a farce” in May,’ Tomas Reyes said.\n“They said “enough” and left,” Nneka Adeyemi said.",
        (
            ("He told me ‘I said “no” to all of it’ and left,", "Amara Okafor"),
            ("She called it “a farce” in May,", "Tomas Reyes"),
            ("They said “enough” and left,", "Nneka Adeyemi"),
        ),
    ),
    "a mark alone between quotations": Row(
        f"{PORT}\n“We are out of time,” Okafor said “. “We need the road, and we need it now.”",
        (("We are out of time,", "Amara Okafor"),),
    ),
    "a poem": Row(
        "The road is long, she said,\n  and longer at the end;\nI never told the sea\n  what it told my friend.\n\n"
        "“O wait,” said she, “for me,\n  “for I am late again,”\nand he who heard it wept\n  and walked into the rain.",
        (("O wait,", "anonymous"),),
        lacks=("wept", "rain"),
    ),
    "an interview with labels": Row(
        "The mayor, Amara Okafor, spoke with Tomas Reyes of the Harbour Post.\nQ: Will the port open in May?\n"
        "A: Yes, we will open it, and we’ll be on time.\nHarbour Post: Who pays for it?\nOkafor: The city pays for all "
        "of it.\nREYES: And the union?\nOKAFOR: “The union has agreed to it.”",
        (("The city pays for all of it", "Amara Okafor"), ("The union has agreed to it.", "Amara Okafor")),
    ),
    "a live blog": Row(
        "14:05 BST\nPort to open, says minister\nAmara Okafor says the port will open in May.\n14.21 “We are out of "
        "time,” she tells reporters.\nUpdate 3 at 2:40 p.m.: Tomas Reyes of the union has said no.\n• KEY EVENT | "
        "Okafor: “We need the road.”",
        (
            ("the port will open in May", "Amara Okafor"), ("We are out of time,", "Amara Okafor"),
            ("We need the road.", "Amara Okafor"),
        ),
    ),
    "a table": Row(
        "Country | Tonnes | Share | Said\nKenya | 1,250 | 12.5% | “late”\nUganda\t950\t9.5%\t“early”\n"
        f"--- | --- | ---\nTotal | 2,200 | 22% | n/a\nAmara Okafor said {OPEN}.",
        ((OPEN, "Amara Okafor"),),
        claims=1,
    ),
    "pictures among words": Row(
        "“We are out of time 😀,” said 🎉 Amara Okafor 🎉.\n👩‍👩‍👧 Tomas Reyes 👍🏽 said that the road is open 🔥.\n"
        "🦊Nneka🦊 Adeyemi: “no 🚫 way”\n“😀😀😀,” said Amara Okafor.",
        (("We are out of time 😀,", "Amara Okafor"), ("the road is open 🔥", "unresolved")),
    ),
    "names from right to left": Row(
        "“We are out of time,” said محمد الأحمد.\nDavid Levi (דוד לוי) said that the road is open.\n"
        "\u202bقال الوزير: «نحن ننتظر»\u202c\nAhmad al-Jubouri said: “نحن ننتظر المطر”.",
        (
            ("We are out of time,", "unresolved"), (OPEN, "David Levi"), ("نحن ننتظر المطر", "Ahmad al-Jubouri"),
        ),
    ),
    "control characters": Row(
        f"Amara\x00 Okafor said\x07 {OPEN}.\x1b[31m\n\u2028Tomas Reyes said {SHUT}.\x85\x0b",
        ((SHUT, "Tomas Reyes"),),
    ),
    "one word without an end": Row(f"{'a' * 100_000}\nTomas Reyes said {SHUT}.", ((SHUT, "Tomas Reyes"),)),
    "500 people in one sentence": Row(
        "At the gate were " + ", ".join(" ".join(name) for name in NAMES) + ", "
        + ", ".join(f"{first} Mc{last}" for first, last in NAMES) + f".\nTomas Reyes said {SHUT}.",
        ((SHUT, "Tomas Reyes"),),
    ),
}  # fmt: skip

PEOPLE = "\n".join(f"“We wait for rain,” said {first} {of}{last}." for of in ("Mc", "O’") for first, last in NAMES)


class Read:
    """A text as the model reads it, or as it has been read."""

    def __init__(self, nlp: Any, text: str, aliases: Any = (), seen: Annotation | None = None) -> None:
        self.text = text
        self.seen = seen or annotate_text(nlp, text)
        self.entities = entities(text, self.seen, aliases)
        self.claims = claims(text, self.seen, self.entities)

    def said(self) -> list[tuple[str, str]]:
        """(words, speaker or status) of each part of each content."""
        return [
            (span.exact, self.entities[c.speaker].name if c.speaker >= 0 else c.speaker_status)
            for c in self.claims
            for span in c.content
        ]

    def faults(self) -> list[str]:
        """What does not hold, whatever the text."""
        spans = [s for e in self.entities for s in e.mentions]
        for c in self.claims:
            spans += [*c.content, *c.cue, *c.source, *(q.span for q in c.quantities)]
        out = [f"{s} is elsewhere" for s in spans if self.text[s.start : s.end] != s.exact or s.start >= s.end]
        named = sorted((s.start, s.end) for e in self.entities for s in e.mentions)
        out += [f"{b} overlaps {a}" for a, b in pairwise(named) if b[0] < a[1]]
        edges = [(c.content[0].start, c.content[-1].end) for c in self.claims]
        out += [] if edges == sorted(set(edges)) else [f"claims out of order, or twice: {edges}"]
        for c in self.claims:
            if c.reason not in REASONS or not 0 < c.confidence <= 1:
                out.append(f"{c.reason} {c.confidence}")
            if not all(-1 <= i < len(self.entities) for i in (c.speaker, c.best_guess, *c.about)):
                out.append(f"{c} is of nobody in the article")
            if (c.speaker >= 0) != (c.speaker_status == "named"):
                out.append(f"{c.speaker} is {c.speaker_status}")
        return out


# What grows in an article, with "Amara Okafor" where people differ from line to line.
UNITS = {
    "news": "The minister, Amara Okafor, said on Tuesday that Kenya had grain for six weeks. “We are out of time,” she "
    "told reporters. A report by the World Bank found that 40 percent of wells had failed, and officials denied it.",
    "capitals": "THE MINISTER, AMARA OKAFOR, SAID THAT KENYA HAD GRAIN. “WE ARE OUT OF TIME,” SHE TOLD REPORTERS.",
    "no punctuation": "the minister Amara Okafor said that Kenya had grain and we are out of time she told reporters",
    "a stray mark": "The minister said “we are late and “so are you.",
    "a straight stray mark": 'He said " that it " is " late, she said: "We wait',
    "apostrophes": "The workers’ union said ‘the players’ owners didn’t pay’ and the dogs' owners said 'no, we can't'.",
    "opening marks": "“ ‘ « „ \" ' “‘«",
    "a mark that opens words": "said: “we",
    "a single mark that opens words": "‘we wait ",
    "nested quotations": "“He said ‘she told me “we said ‘no’ to it” today’ and left,” Amara Okafor said.",
    "a transcript": "“We are not going to wait for the rain any more,” she said.",
    "an interview": "Q: What did the minister say?\nA: He said that the road is open.\nAMARA OKAFOR: We wait for rain.",
    "a table": "Kenya | 12 | 13.5% | $4 million | said\t7",
    "a live blog": "14:05 Amara Okafor has said the port is open.\n14:07 “We wait,” she said.",
    "a poem": "The road, she said, is long\nand he who said it, said it to the sea",
    "pronouns": "Amara Okafor met Tomas Reyes. He said he was late, and he said he knew that he said so.",
    "words in words": "Amara Okafor was late. “He said he thought it was late and that he believed he said so.”",
    "one role of many": "Minister Amara Okafor said the road is open. The minister said it rained, a minister said.",
    "bodies of one kind": "The Amara Okafor Institute for Health said the road is open. The institute said it rained.",
    "a list of names": "Amara Okafor, Pavel Keller and ",
    "pictures": "😀 Amara 😀 Okafor said 🎉 “we 👍🏽 wait” 👩‍👩‍👧.",
    "right to left": "قال الوزير أحمد إن المدينة في خطر. \u202eשלום עולם\u202c said Amara Okafor, “نعم”.",
    "numbers": "12 million people, 3.5 percent of $4bn, ",
    "one letter": "a",
}


def grown(nlp: Any, unit: str, between: str, n: int) -> tuple[str, Annotation]:
    """`n` units, of another person each, and what the model sees in one of them, so many times."""
    seen, size = annotate_text(nlp, unit), len(unit) + len(between)
    sentences = 1 + max((t.sentence for t in seen.tokens), default=0)
    paragraphs = (1 + max((t.paragraph for t in seen.tokens), default=0)) * ("\n" in between)
    parts, tokens, names, said = [], [], [], []
    for i in range(n):
        first, last = NAMES[i % len(NAMES)]
        part = unit.replace("Amara", first).replace("Okafor", last)
        part = part.replace("AMARA", first.upper()).replace("OKAFOR", last.upper())
        parts.append(part)
        by = i * size

        def moved(spans: tuple[tuple[int, int], ...], by: int = by) -> tuple[tuple[int, int], ...]:
            return tuple((a + by, b + by) for a, b in spans)

        tokens += [
            t._replace(
                start=t.start + by,
                end=t.end + by,
                text=part[t.start : t.end],
                head=t.head + i * len(seen.tokens),
                sentence=t.sentence + i * sentences,
                paragraph=t.paragraph + i * paragraphs,
            )
            for t in seen.tokens
        ]
        names += [m._replace(start=m.start + by, end=m.end + by, text=part[m.start : m.end]) for m in seen.names]
        said += [
            a._replace(source=moved(a.source), cue=moved(a.cue), content=moved(a.content)) for a in seen.attributions
        ]
    return between.join(parts), Annotation(tuple(tokens), tuple(names), seen.model, tuple(said))


class Watched(str):
    """A text that counts the characters that are copied out of it or searched."""

    __slots__ = ()
    touched = 0

    def _touch(self, size: int) -> None:
        Watched.touched += max(0, size)

    def __getitem__(self, key: Any) -> str:
        out = super().__getitem__(key)
        self._touch(len(out))
        return out

    def _search(self, how: Callable[..., int], args: tuple[Any, ...]) -> int:
        start, stop, _ = slice(*args[1:3], *([None] * (3 - len(args)))).indices(len(self))
        self._touch(stop - start)
        return how(*args)

    def find(self, *args: Any) -> int:
        return self._search(super().find, args)

    def rfind(self, *args: Any) -> int:
        return self._search(super().rfind, args)

    def count(self, *args: Any) -> int:
        return self._search(super().count, args)


def work(does: Callable[[], object]) -> tuple[int, int]:
    """Lines of our own code that run while something is done, and characters of watched texts that it touches."""
    lines, Watched.touched = 0, 0

    def line(frame: Any, event: str, arg: object) -> Any:
        nonlocal lines
        lines += event == "line"
        return line

    def call(frame: Any, event: str, arg: object) -> Any:
        return line if "/transforms/" in frame.f_code.co_filename else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        does()
    finally:
        sys.settrace(before)
    return lines, Watched.touched
