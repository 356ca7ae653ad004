"""A model's own attributions become claims, and the rules keep what it leaves out. Attributions are marked by hand."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import load
from schemas.annotation import Annotation, Attribution, Name, Token
from transforms.annotation import annotate_text
from transforms.attribution.marked import by_sentence, missed
from transforms.attribution.quotes import quotations
from transforms.attribution.sentences import sentences
from transforms.attribution.trees import Trees
from transforms.claims import claims
from transforms.entities import entities

VERBS = {
    "said": "say", "told": "tell", "denied": "deny", "confirmed": "confirm", "believes": "believe",
    "believed": "believe", "think": "think", "was": "be", "hopes": "hope", "added": "add", "jeered": "jeer",
}  # fmt: skip
PEOPLE = ("Amara Okafor", "Okafor", "Tomas Reyes")
_NAME = re.compile("|".join(PEOPLE))  # the longest one first
_WORD = re.compile(r"\w+(?:[’'-]\w+)*|[^\w\s]")


def tokens(text):
    """Words without a tree: what a model marks does not need one."""
    out, paragraph, end = [], 0, 0
    for i, m in enumerate(_WORD.finditer(text)):
        paragraph += bool(out) and "\n" in text[end : m.start()]
        word, end = m.group(), m.end()
        pos, tag = ("VERB", "VBD") if word in VERBS else ("X", "XX")
        lemma = VERBS.get(word, word.lower())
        out.append(Token(m.start(), end, word, lemma, pos, tag, "", i, paragraph, paragraph))
    return tuple(out)


def parsed(text):
    """Words with a real tree, which the rules ask for."""
    return annotate_text(load("en_newsbeam_sm"), text).tokens


def marks(text, *said):
    """Attributions by their words, pieces of a part by a bar: (source, cue, content) or with a type behind."""
    out = []
    for source, cue, content, *kind in said:
        parts = [
            tuple((text.index(w), text.index(w) + len(w)) for w in part.split("|") if w)
            for part in (source, cue, content)
        ]
        out.append(Attribution(kind[0] if kind else "speech", *parts, 0.9))
    return tuple(out)


def names(text):
    return tuple(Name(m.start(), m.end(), m.group(), "PERSON") for m in _NAME.finditer(text))


def read(text, *said, words=tokens):
    """The claims of a text in which a model has marked what `said` tells, and its entities."""
    seen = Annotation(words(text), names(text), "by-hand-1", marks(text, *said))
    cast = entities(text, seen)
    found = claims(text, seen, cast)
    for claim in found:
        for span in (*claim.content, *claim.cue, *claim.source):
            assert text[span.start : span.end] == span.exact
    return found, cast


def table(text, *said, words=tokens):
    """(type, content, speaker or status, reason) of each claim."""
    found, cast = read(text, *said, words=words)
    return [
        (c.type, " … ".join(s.exact for s in c.content), cast[c.speaker].name if c.speaker >= 0 else c.speaker_status,
         c.reason)
        for c in found
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["speech", "belief", "intent", "finding", "denial"])
def test_a_marked_attribution_is_a_claim_with_its_own_type(kind):
    text = "Amara Okafor jeered at the idea that roads dry by themselves."
    said = ("Amara Okafor", "jeered at", "the idea that roads dry by themselves", kind)
    assert table(text, said) == [(kind, said[2], "Amara Okafor", "name_in_source")]
    ((claim,), _) = read(text, said)
    assert [s.exact for s in claim.cue] == ["jeered at"]
    assert [s.exact for s in claim.source] == ["Amara Okafor"]
    assert claim.kind == "indirect"


def test_what_no_model_has_marked_is_no_claim_where_it_marks_at_all():
    text = "Amara Okafor said the road is open.\nTomas Reyes said the port is shut."
    marked = ("Tomas Reyes", "said", "the port is shut")
    assert [row[1] for row in table(text, words=parsed)] == ["the road is open", "the port is shut"]  # by the rules
    assert [row[1] for row in table(text, marked, words=parsed)] == ["the port is shut"]


def test_a_second_verb_shares_the_source_of_the_one_before():
    text = "Amara Okafor confirmed the delay but denied that it was her fault."
    assert table(text, ("Amara Okafor", "confirmed", "the delay"), ("", "denied", "it was her fault", "denial")) == [
        ("speech", "the delay", "Amara Okafor", "name_in_source"),
        ("denial", "it was her fault", "Amara Okafor", "shared_source"),
    ]


def test_a_source_is_not_shared_with_another_sentence():
    text = "Amara Okafor confirmed the delay. The driver was believed to be ill."
    assert (
        table(text, ("Amara Okafor", "confirmed", "the delay"), ("", "was believed", "The driver|to be ill", "belief"))[
            1
        ][2]
        != "Amara Okafor"
    )


def test_a_passive_without_a_source_and_without_anyone_named_is_anonymous():
    text = "The driver was believed to be ill."
    assert table(text, ("", "was believed", "The driver|to be ill", "belief")) == [
        ("belief", "The driver … to be ill", "anonymous", "passive")
    ]


def test_who_is_thought_to_be_something_does_not_say_so():
    text = "Amara Okafor is thought to be in Gulu."
    [row] = table(text, ("Amara Okafor", "is thought", "to be in Gulu", "belief"))
    assert row[2] != "Amara Okafor"
    quoted = "Amara Okafor was quoted as saying the road is open."
    [row] = table(quoted, ("Amara Okafor", "was quoted as saying", "the road is open"))
    assert row[2] == "Amara Okafor"


def test_a_passive_inside_what_another_says_is_not_what_that_one_believes():
    text = "Amara Okafor said the driver was believed to be ill and would stay at home."
    outer = ("Amara Okafor", "said", "the driver was believed to be ill and would stay at home")
    inner, whole = table(text, outer, ("", "was believed", "the driver|to be ill", "belief"))
    assert inner[:2] == ("belief", "the driver … to be ill")
    assert inner[2] != "Amara Okafor"
    assert whole == ("speech", outer[2], "Amara Okafor", "name_in_source")


def test_a_quotation_is_a_direct_claim_without_its_marks():
    text = "“The road is open,” Amara Okafor said. “It was dear.”"
    ((claim,), _) = read(text, ("Amara Okafor", "said", "“The road is open,”|“It was dear.”"))
    assert (claim.kind, [s.exact for s in claim.content]) == ("direct", ["The road is open,", "It was dear."])


def test_words_around_a_quotation_make_it_mixed_and_keep_the_marks():
    text = "Amara Okafor said the plan was “reckless and dear” for all."
    ((claim,), _) = read(text, ("Amara Okafor", "said", "the plan was “reckless and dear” for all"))
    assert (claim.kind, claim.content[0].exact) == ("mixed", "the plan was “reckless and dear” for all")


def test_a_content_that_ends_inside_a_quotation_takes_it_whole():
    text = "Amara Okafor said the plan was “reckless and dear” for all."
    ((claim,), _) = read(text, ("Amara Okafor", "said", "the plan was “reckless"))
    assert claim.content[0].exact == "the plan was “reckless and dear”"


def test_what_is_told_inside_a_quotation_keeps_its_extent():
    text = "“Drivers think the road will close by June, and nobody listens,” Amara Okafor said."
    inner = ("Drivers", "think", "the road will close by June", "belief")
    outer = ("Amara Okafor", "said", "“Drivers think the road will close by June, and nobody listens,”")
    assert table(text, outer, inner) == [
        ("speech", outer[2].strip("“”"), "Amara Okafor", "name_in_source"),
        ("belief", inner[2], "anonymous", "unnamed_group"),
    ]


def test_who_is_told_of_inside_a_claim_does_not_speak_on_behind_it():
    text = "Amara Okafor said Tomas Reyes believes the road will close. “Nobody has asked us at all.”"
    outer = ("Amara Okafor", "said", "Tomas Reyes believes the road will close")
    inner = ("Tomas Reyes", "believes", "the road will close", "belief")
    assert table(text, outer, inner, ("", "", "“Nobody has asked us at all.”")) == [
        ("speech", outer[2], "Amara Okafor", "name_in_source"),
        ("belief", inner[2], "Tomas Reyes", "name_in_source"),
        ("speech", "Nobody has asked us at all.", "Amara Okafor", "continuation"),
    ]


def test_a_quotation_that_the_model_left_out_is_found_by_the_rules():
    text = "Tomas Reyes hopes to return.\n“The road is open,” said Amara Okafor."
    assert table(text, ("Tomas Reyes", "hopes", "to return", "intent"), words=parsed) == [
        ("intent", "to return", "Tomas Reyes", "name_in_source"),
        ("speech", "The road is open,", "Amara Okafor", "name_in_source"),
    ]


def test_a_quotation_that_the_model_took_is_not_claimed_a_second_time():
    text = "“The road is open,” said Amara Okafor to Tomas Reyes."
    marked = ("Tomas Reyes", "said", "“The road is open,”")
    assert [row[1:3] for row in table(text, marked)] == [("The road is open,", "Tomas Reyes")]


@pytest.mark.parametrize("marked", [[], [("", "", "“Then we walked to the port.”")]], ids=["left out", "marked"])
def test_a_quotation_that_runs_on_without_a_cue_keeps_its_speaker(marked):
    text = "Amara Okafor said: “First we waited for rain.\n“Then we walked to the port.”"
    first = ("Amara Okafor", "said", "“First we waited for rain.")
    assert [row[1:] for row in table(text, first, *marked)] == [
        ("First we waited for rain.", "Amara Okafor", "name_in_source"),
        ("Then we walked to the port.", "Amara Okafor", "continuation"),
    ]


def test_words_behind_a_name_and_a_colon_have_a_source_and_no_cue():
    text = "Amara Okafor: nobody has asked for rain."
    ((claim,), _) = read(text, ("Amara Okafor", "", "nobody has asked for rain"))
    assert (claim.type, claim.cue, claim.reason) == ("speech", (), "name_in_source")
    assert [s.exact for s in claim.source] == ["Amara Okafor"]


def test_a_source_that_cuts_a_name_in_two_takes_it_whole():
    text = "Amara Okafor believes the road will close."
    ((claim,), _) = read(text, ("Amara", "believes", "the road will close", "belief"))
    assert [s.exact for s in claim.source] == ["Amara Okafor"]


def test_claims_stand_in_the_order_of_the_text_whatever_the_model_lists_first():
    text = "Amara Okafor said the road is open.\nTomas Reyes said the port is shut."
    one, two = ("Amara Okafor", "said", "the road is open"), ("Tomas Reyes", "said", "the port is shut")
    assert table(text, two, one) == table(text, one, two)


# The two functions


def framed(text, *said):
    lines = sentences(text, quotations(text))
    found = by_sentence(marks(text, *said), lines, Trees(Annotation(tokens(text), (), "by-hand-1")))
    return lines, {text[lines[k].start : lines[k].end]: frames for k, frames in found.items()}


def test_a_frame_belongs_to_the_sentence_in_which_its_cue_begins():
    text = "The road is open. Tomas Reyes said so. It rained. He said more."
    _, found = framed(text, ("Tomas Reyes", "said so", "The road is open"), ("He", "said more", "It rained"))
    assert list(found) == ["Tomas Reyes said so.", "He said more."]
    ((frame,), _) = found.values()
    assert (frame.lemma, text[slice(*frame.cue)], text[slice(*frame.source)]) == ("say", "said so", "Tomas Reyes")


def test_a_frame_without_a_cue_has_an_empty_one_where_its_content_begins():
    text = "It rained. “Nobody can pass now.”"
    _, found = framed(text, ("", "", "“Nobody can pass now.”"))
    (((frame,)),) = found.values()
    assert frame.cue == (11, 11)
    assert (frame.lemma, frame.source, frame.shared) == ("say", None, -1)


def test_frames_of_the_rules_stand_only_where_they_carry_a_lost_quotation():
    text = "“We wait for it,” said Okafor, who said the road is open."
    lines, found = framed(text, ("Okafor", "said", "“We wait for it,”"))
    ((quoting,),) = found.values()
    other = quoting._replace(content=((text.index("the road"), len(text) - 1),))
    assert missed([quoting, other], (), lines[0]) == [quoting]
    assert missed([quoting, other], quoting.content, lines[0]) == []
    assert missed([quoting], other.content, lines[0]) == [quoting]
    wide = quoting._replace(content=((0, len(text) - 1),))
    assert missed([wide], other.content, lines[0]) == []  # it would cross what the model has claimed


@settings(max_examples=50, deadline=None)
@given(st.text('ab “”".\n', max_size=40), st.data())
def test_marks_anywhere_give_claims_whose_spans_hold(text, data):
    words = tokens(text)
    if not words:
        return
    place = st.integers(0, len(words) - 1)

    def span():
        a, b = sorted((data.draw(place), data.draw(place)))
        return words[a].start, words[b].end

    def part(least):
        return tuple(sorted(span() for _ in range(data.draw(st.integers(least, 2)))))

    said = tuple(Attribution("belief", part(0), part(0), part(1), 0.5) for _ in range(data.draw(st.integers(1, 3))))
    for claim in claims(text, Annotation(words, (), "by-hand-1", said), []):
        for one in (*claim.content, *claim.cue, *claim.source):
            assert text[one.start : one.end] == one.exact
            assert one.start <= one.end
