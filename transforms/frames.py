"""One cue in its sentence: who is its source, and which stretch is its content.

Punctuation and word order first, the tree where they do not say: a small parser errs most where quotations break a
sentence. Method in the line of Krestel et al. (2008) and Pareti (2015): source, cue, content.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from transforms import cues
from transforms.sentences import Sentence
from transforms.trees import NOUNS, SUBJECTS, Trees

_TRIM = " \t\u00a0,;:—–-\n"
_STOP_AFTER = frozenset("adding noting saying calling citing referring describing warning arguing insisting telling".split())
_WH = frozenset("that how why whether if what where when who".split())
_TIME = re.compile(
    r"(?:\s*,?\s*(?:(?:late|early|earlier|later|last|this|next|on|in|at|by|during|over|after|before|also|again|then|yesterday|"
    r"today|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|morning|afternoon|evening|night|week|month|year)\b))+"
)
_ADDRESSED = frozenset({"tell", "assure", "remind", "inform", "notify", "warn", "advise", "convince", "persuade", "reassure", "promise", "ask"})
_CONNECTIVES = frozenset("and but or so yet while as though although because when where if since which who that then".split())


class Frame(NamedTuple):
    """A cue with its parts; spans are (start, end) in the text. `shared`: the source is that of this earlier cue."""

    cue: tuple[int, int]
    verb: int  # token index of the cue
    lemma: str
    source: tuple[int, int] | None
    content: tuple[tuple[int, int], ...]
    shared: int = -1  # token index of the cue whose source this one takes


class Reader:
    """Reads the frames of one sentence."""

    def __init__(self, text: str, trees: Trees, sentence: Sentence) -> None:
        self.text = text
        self.trees = trees
        self.s = sentence
        self.t = trees.tokens
        self.outside = [i for i in trees.between(sentence.start, sentence.end) if not self.quoted(self.t[i].start)]

    def quoted(self, at: int) -> bool:
        return any(q.open <= at < q.close for q in self.s.quotes)

    def frames(self) -> list[Frame]:
        out: list[Frame] = []
        for k, i in enumerate(self.outside):
            word = self.t[i].text.lower()
            frame = self._according(i) if word == "according" else self._cue(k, i, word)
            if frame and frame.content:
                out.append(frame)
        return out

    # --- cue

    def _cue(self, k: int, i: int, word: str) -> Frame | None:
        token = self.t[i]
        lemma = cues.FORMS.get(word, "")
        if not lemma or not (token.tag.startswith("VB") or word in {"said", "says", "told"} or self._beside_quote(i, lemma)):
            return None
        if token.tag == "VBN" and self.trees.children(i, "aux:pass"):
            return self._passive(i, lemma)
        if self._infinitive(i) and not self._beside_quote(i, lemma):
            return None
        inverted = self._inverted(i)
        source, shared = (inverted, -1) if inverted else self._source(i)
        if source is None and shared < 0:
            source = self._before(k, i)
        block = self._block(i, source)
        content = self._content(i, lemma, block, source)
        return Frame(self._cue_span(i), i, lemma, source, tuple(content), shared)

    def _cue_span(self, i: int) -> tuple[int, int]:
        return self.t[i].start, self.t[i].end

    def _infinitive(self, i: int) -> bool:
        return i > 0 and self.t[i - 1].text.lower() == "to" and self.t[i].tag == "VB"

    def _beside_quote(self, i: int, lemma: str) -> bool:
        """Whether the cue stands next to a quotation, with at most its source between."""
        if lemma not in cues.BESIDE_QUOTE:
            return False
        token = self.t[i]
        for q in self.s.quotes:
            gap = self.text[q.close : token.start] if q.close <= token.start else self.text[token.end : q.open]
            if len(gap) < 120 and not re.search(r"[.!?;]\s", gap) and q.end - q.start > 8:
                return True
        return False

    # --- source

    def _inverted(self, i: int) -> tuple[int, int] | None:
        """`"...," said NAME, a ROLE`: the source stands behind the cue."""
        before = self.text[self.s.start : self.t[i].start].rstrip()
        ahead = i + 1
        if not before or not (before[-1] in ",”\"’'»“—–" or before.endswith((", then", ", later"))) or ahead >= len(self.t):
            return None
        first = self.t[ahead]
        if first.start >= self.s.end or self.quoted(first.start) or first.text.lower() in {"that", "it", "in", "on", "at", "to", "by"}:
            return None
        if first.pos not in {"PROPN", "NOUN", "DET", "PRON", "ADJ", "NUM"} and first.tag not in {"NNP", "NN", "NNS", "PRP", "PRP$", "CD"}:
            return None
        if self.s.start == self.t[i].start:
            return None
        return self._phrase_after(ahead)

    def _phrase_after(self, ahead: int) -> tuple[int, int]:
        """The noun phrase that begins at token `ahead`, with its appositions."""
        end, comma = ahead, False
        pronoun = self.t[ahead].tag == "PRP"
        for j in range(ahead + 1, min(ahead + 30, len(self.t))):
            token = self.t[j]
            low = token.text.lower()
            if pronoun or token.start >= self.s.end or self.quoted(token.start) or token.text in {".", "!", "?", ";", ":", "—", "–"}:
                break
            if token.text == ",":
                following = self.t[j + 1] if j + 1 < len(self.t) else token
                if following.start >= self.s.end or self.quoted(following.start) or following.tag in {"VBG", "IN", "CC", "RB", "WRB"} and following.text.lower() not in {"of"}:
                    break
                comma = True
                continue
            if token.tag in {"VBD", "VBZ", "VBP", "MD", "WP", "WDT", "TO"} and not (comma and token.tag in {"WP", "WDT"}):
                break
            if low in {"during", "after", "before", "when", "while", "as", "about", "on", "in", "at", "to", "by", "through", "told"} and not comma and token.tag in {"IN", "TO", "WRB", "RP"}:
                if low in {"at", "in"} and self.t[j - 1].pos == "NOUN":
                    end = j
                    continue
                break
            if token.tag in {"WP", "WDT"}:
                break
            end = j
        while end > ahead and (self.t[end].pos in {"PUNCT", "ADP", "CCONJ", "ADV", "DET"} or self.t[end].text in {",", "“", '"'}):
            end -= 1
        return self.t[ahead].start, self.t[end].end

    def _source(self, i: int) -> tuple[tuple[int, int] | None, int]:
        """By the tree: (span, -1), or (None, earlier cue) for a verb that shares its subject."""
        verb, seen = i, 0
        while seen < 4:
            subjects = [c for c in self.trees.children(verb, *SUBJECTS) if not self.quoted(self.t[c].start)]
            subjects = [c for c in subjects if self.s.start <= self.t[c].start < self.s.end]
            if subjects:
                span = self._subject(verb, subjects[0], i)
                if verb != i and cues.FORMS.get(self.t[verb].text.lower()):
                    return span, verb
                return span, -1
            token = self.t[verb]
            head = token.head
            if head == verb or self.quoted(self.t[head].start) or not self.s.start <= self.t[head].start < self.s.end:
                return None, -1
            if token.dep in {"acl", "acl:relcl"} and self.t[head].pos in NOUNS:
                return self._span(head, i), -1
            if token.dep not in {"conj", "xcomp", "advcl", "parataxis", "root", "dep"} or self.t[head].pos not in {"VERB", "AUX", "ADJ", "NOUN"}:
                return None, -1
            verb, seen = head, seen + 1
        return None, -1

    def _subject(self, verb: int, subject: int, cue: int) -> tuple[int, int] | None:
        low = self.t[subject].text.lower()
        if low in {"who", "which", "that"} and self.t[verb].dep in {"acl:relcl", "acl"}:
            return self._span(self.t[verb].head, subject)
        if self.t[subject].pos not in NOUNS and self.t[subject].pos not in {"DET", "ADJ", "SYM", "X"}:
            return None
        return self._span(subject, cue)

    def _span(self, noun: int, cue: int) -> tuple[int, int] | None:
        low = max(0, self.outside[0])
        high = min(self.outside[-1], len(self.t) - 1)
        if noun < cue:
            high = min(high, cue - 1)
        else:
            low = max(low, cue + 1)
        if not low <= noun <= high:
            return None
        first, last = self.trees.noun_phrase(noun, low, high)
        return self.t[first].start, self.t[last].end

    def _before(self, k: int, i: int) -> tuple[int, int] | None:
        """The noun phrase right before the cue, read off the parts of speech."""
        j = k - 1
        while j >= 0 and self.t[self.outside[j]].pos in {"ADV", "AUX", "PART"}:
            j -= 1
        last = j
        while j >= 0 and self.outside[j] == self.outside[last] - (last - j):
            token = self.t[self.outside[j]]
            if token.pos not in {"DET", "ADJ", "NOUN", "PROPN", "NUM", "PRON"} and not (token.tag == "POS" or token.text in {"of", "-", "."}):
                break
            j -= 1
        if j == last:
            return None
        return self.t[self.outside[j + 1]].start, self.t[self.outside[last]].end

    # --- content

    def _block(self, i: int, source: tuple[int, int] | None) -> tuple[int, int]:
        """The stretch of cue and source together: content stands before or behind it."""
        a, b = self.t[i].start, self.t[i].end
        while i > 0 and self.t[i - 1].pos in {"AUX", "PART", "ADV"} and self.t[i - 1].start >= self.s.start and not self.quoted(self.t[i - 1].start):
            i -= 1
            a = self.t[i].start
        if source and abs(source[0] - b) < 300 and abs(source[1] - a) < 300:
            a, b = min(a, source[0]), max(b, source[1])
        return a, b

    def _content(self, i: int, lemma: str, block: tuple[int, int], source: tuple[int, int] | None) -> list[tuple[int, int]]:
        before, after = self._pre(block, lemma), self._post(i, lemma, block)
        if before and after:
            quoted_before = self.text[: block[0]].rstrip()[-1:] in "”\"’'»“" or any(q.open < block[0] for q in self.s.quotes)
            behind = self.text[block[1] :].lstrip(" ")
            if not quoted_before and not behind.startswith(","):
                return [after]
            return [before, after]
        return [span for span in (before, after) if span]

    def _pre(self, block: tuple[int, int], lemma: str) -> tuple[int, int] | None:
        """What stands before: `CONTENT, X said`."""
        start, end = self.s.start, block[0]
        lead = self.text[start:end].rstrip()
        if not lead or lemma not in cues.STRONG | cues.BESIDE_QUOTE and cues.TYPES.get(lemma) not in {cues.BELIEF, cues.FINDING}:
            return None
        words = lead.rstrip(" ,").rsplit(None, 1)
        if lead[-1] not in ",”\"’'»“—–?!":
            return None
        if lead[-1] in "’'" and not any(abs(q.close - (start + len(lead))) <= 1 for q in self.s.quotes):
            return None
        quotes = [q for q in self.s.quotes if q.close <= end]
        if not quotes and (not self._finite(start, end) or words[0].split(" ")[0] in {"When", "While", "After", "As", "In", "On", "At", "Although", "Though", "But", "Asked", "If", "Since", "Before", "By", "For", "With"} and not self._finite_main(start, end)):
            return None
        return self._tidy(start, start + len(lead))

    def _finite(self, start: int, end: int) -> bool:
        return any(self.t[j].tag in {"VBD", "VBZ", "VBP", "MD"} for j in self.trees.between(start, end))

    def _finite_main(self, start: int, end: int) -> bool:
        """Whether a stretch that opens with a conjunction or preposition has a clause of its own behind its first comma."""
        comma = self.text.find(",", start, end)
        return 0 <= comma < end - 12 and self._finite(comma, end)

    def _post(self, i: int, lemma: str, block: tuple[int, int]) -> tuple[int, int] | None:
        start = self._post_start(i, lemma, block)
        if start < 0:
            return None
        end = self._cut(i, start)
        return self._tidy(start, end)

    def _post_start(self, i: int, lemma: str, block: tuple[int, int]) -> int:
        """Where content behind the block begins; -1 if there is none."""
        b = block[1]
        rest = self.text[b : self.s.end]
        following = [j for j in self.outside if self.t[j].start >= b]
        quotes = [q for q in self.s.quotes if q.open >= b]
        for q in quotes[:1]:
            gap = self.text[b : q.open]
            if re.search(r"[:,]\s*$", gap) and len(gap) < 140 and lemma in cues.BESIDE_QUOTE | cues.CLAUSE and not self._clause_word(b, q.open):
                return q.open
            if not gap.strip(" :,—–-"):
                return q.open
        if not following or not rest.strip(" .,;:!?”\"’'"):
            return -1
        colon = rest.find(":")
        if 0 <= colon < 60 and lemma in cues.STRONG and not quotes:
            return b + colon + 1
        for n, j in enumerate(following[:14]):
            low = self.t[j].text.lower()
            if low == "that" and (self.t[j].pos == "SCONJ" or self.t[j].tag == "IN" or n == 0) and lemma in cues.CLAUSE | cues.INFINITIVE:
                return self.t[j].end
            if low in _WH - {"that"} and n <= 3 and lemma in cues.CLAUSE and low in {"how", "why", "whether", "if", "what"}:
                return self.t[j].start
            if n and self.t[j].tag in {"VBD", "VBZ", "VBP", "MD"}:
                break
        behind = rest.lstrip(" ")
        if behind.startswith(",") and not (lemma in cues.STRONG and self.s.start < block[0]):
            return -1
        clauses = [c for c in self.trees.children(i, "ccomp", "parataxis") if self.t[c].start >= b and not self.quoted(self.t[c].start)]
        if clauses and lemma in cues.CLAUSE:
            return max(b, self.t[self.trees.left_edge(clauses[0])].start)
        if lemma in cues.INFINITIVE:
            to = next((j for j in following[:10] if self.t[j].text.lower() == "to" and j + 1 < len(self.t) and self.t[j + 1].tag == "VB"), -1)
            if to >= 0 and not any(self.t[j].tag in {"VBD", "VBZ", "VBP", "MD"} for j in following if j < to):
                return self.t[to].end if to == following[0] and cues.TYPES.get(lemma) == cues.INTENT else self.t[following[0]].start
        if lemma in cues.CLAUSE and self._zero_that(following, lemma):
            return self._skip_addressee(i, lemma, following)
        if lemma in cues.OBJECT and self.t[following[0]].pos in {"DET", "NOUN", "PROPN", "ADJ", "NUM", "PRON", "VERB", "ADV"} and self.t[following[0]].tag not in {"VBD", "RP"}:
            return self.t[following[0]].start
        return -1

    def _clause_word(self, start: int, end: int) -> bool:
        """Whether a stretch between cue and quotation holds a clause of its own: the quotation is a part of it."""
        return any(self.t[j].text.lower() == "that" and self.t[j].tag == "IN" for j in self.trees.between(start, end)) or self._finite(start, end)

    def _zero_that(self, following: list[int], lemma: str) -> bool:
        """`said the plan would fail`: a noun phrase and a finite verb behind the cue."""
        if self.t[following[0]].pos not in {"DET", "NOUN", "PROPN", "ADJ", "NUM", "PRON", "ADV", "SYM", "SCONJ", "ADP", "VERB", "X"}:
            return False
        if following[0] and self.t[following[0]].text == ",":
            return False
        return self._finite(self.t[following[0]].start, self.s.end)

    def _skip_addressee(self, i: int, lemma: str, following: list[int]) -> int:
        """Behind "told reporters on Monday"."""
        start = self.t[following[0]].start
        if lemma in _ADDRESSED:
            objects = [c for c in self.trees.children(i, "obj", "iobj") if c > i and c in following[:8]]
            if objects:
                edge = max(c for c in self.trees.subtree(objects[0], frozenset({"acl", "acl:relcl", "ccomp", "parataxis"})))
                start = self.t[edge].end
        match = _TIME.match(self.text, start, self.s.end)
        return match.end() if match and lemma in cues.STRONG and match.end() - start > 3 and self.text[match.end() : match.end() + 1] in " ," else start

    def _cut(self, i: int, start: int) -> int:
        """Where the content ends: the sentence's end, or where another statement of the source begins."""
        end = self.s.end
        for j in self.trees.between(start, end):
            token = self.t[j]
            if self.quoted(token.start) or token.start <= start:
                continue
            low = token.text.lower()
            if low in _STOP_AFTER and self.text[: token.start].rstrip().endswith(","):
                return token.start
            if low == "according" and self.t[min(j + 1, len(self.t) - 1)].text.lower() == "to":
                return token.start
            if low in {"and", "but"} and self._conjoined_cue(i, j):
                return token.start
            if low in {"while", "though", "although", "but", "whereas", "as"} and self.text[: token.start].rstrip().endswith(",") and self._clause_with_cue(j):
                return token.start
        return end

    def _conjoined_cue(self, i: int, j: int) -> bool:
        """Whether the conjunction `j` joins another verb to the cue itself."""
        following = self.t[j + 1 : j + 4]
        for n, token in enumerate(following):
            if self.quoted(token.start):
                return False
            k = j + 1 + n
            if token.tag in {"VBD", "VBZ", "VBP"} and token.dep == "conj" and token.head == i:
                return True
            if token.tag == self.t[i].tag and token.text.lower() in cues.FORMS and n <= 1 and not self.trees.children(k, *SUBJECTS):
                return True
            if token.pos not in {"ADV", "AUX", "PART"}:
                return False
        return False

    def _clause_with_cue(self, j: int) -> bool:
        """Whether the clause behind the conjunction `j` has a source and a cue of its own."""
        for k in range(j + 1, min(j + 14, len(self.t))):
            token = self.t[k]
            if token.start >= self.s.end or self.quoted(token.start):
                return False
            if token.tag in {"VBD", "VBZ", "VBP"}:
                return token.text.lower() in cues.FORMS and cues.FORMS[token.text.lower()] in cues.CLAUSE
        return False

    def _tidy(self, start: int, end: int) -> tuple[int, int] | None:
        """Without blanks, commas and the full stop at the edges; a span that is one quotation loses its marks."""
        while start < end and self.text[start] in _TRIM:
            start += 1
        while end > start and (self.text[end - 1] in _TRIM or (self.text[end - 1] in ".!?" and not self._inside(end - 1))):
            end -= 1
        for word in ("and", "but", "or", "that"):
            if self.text[start : start + len(word) + 1] == word + " ":
                start += len(word) + 1
        return (start, end) if end - start > 2 else None

    def _inside(self, at: int) -> bool:
        """A full stop that belongs to a quotation or an abbreviation stays."""
        return self.quoted(at) or bool(re.search(r"(?:[A-Z]\.)+[A-Z]$", self.text[max(0, at - 6) : at]))

    # --- other cues

    def _according(self, i: int) -> Frame | None:
        """`according to X`: the rest of the sentence is the content."""
        if i + 2 >= len(self.t) or self.t[i + 1].text.lower() != "to" or self.quoted(self.t[i + 2].start):
            return None
        a, b = self._phrase_after(i + 2)
        cue = (self.t[i].start, self.t[i + 1].end)
        before = self.text[self.s.start : cue[0]].rstrip(" ")
        if len(before) < 12:
            end = self.s.end
            comma = self.text.find(",", b, end)
            content = self._tidy(comma + 1 if comma >= 0 and comma - b < 160 else b, end)
        else:
            content = self._tidy(self.s.start, cue[0])
        return Frame(cue, i, "according", (a, b), (content,) if content else ())

    def _passive(self, i: int, lemma: str) -> Frame | None:
        """`was described as ... by X`: only with its agent."""
        agents = self.trees.children(i, "obl:agent") or [
            c for c in self.trees.children(i, "obl") if any(self.t[m].text.lower() == "by" for m in self.trees.children(c, "case"))
        ]
        if not agents or lemma not in cues.OBJECT | cues.STRONG:
            return None
        source = self._span(agents[0], i)
        if source is None:
            return None
        start = self.s.start
        content = self._tidy(start, self.t[i].start)
        return Frame(self._cue_span(i), i, lemma, source, (content,) if content else ())
