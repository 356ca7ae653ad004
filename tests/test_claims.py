"""Who said what: kinds of speech, places of the source, speakers that are found, and those that are left open."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import load
from schemas.annotation import Annotation, Attribution, Token
from schemas.records import DateValue, Record, Span
from transforms.annotation import annotate_text
from transforms.attribution.details import Dates
from transforms.attribution.quantities import quantities
from transforms.attribution.speech import REASONS
from transforms.attribution.weighed import LEAST
from transforms.claims import claims
from transforms.entities import entities

DETAILS = ("said", "n't", "not", "no", "nobody", "if", "unless", "might", "alleged", "12", "tonnes", "a", "third", "of")
DETAILS += ("on", "Tuesday", "May", "2024", "probably", "seems", "to", "without", "ships", ",", "port", "“", "”", "é")
WORDS = ("she", "said", "that", *"“”\"'‘’.,:\n%é", "Okafor", "told", "the", "and", "it", "according", "to", "12")


def spans(value: object) -> Iterator[Span]:
    """Every span in a record, however deep."""
    if isinstance(value, Span):
        yield value
    elif isinstance(value, Record):
        yield from (span for field in value.__struct_fields__ for span in spans(getattr(value, field)))
    elif isinstance(value, tuple):
        yield from (span for one in value for span in spans(one))


class Read:
    """An article as the model reads it, with names in the place of indices."""

    def __init__(self, text: str) -> None:
        seen = annotate_text(load("en_newsbeam_sm"), text)
        self.entities = entities(text, seen)
        self.claims = claims(text, seen, self.entities)
        for claim in self.claims:
            for span in spans(claim):
                assert text[span.start : span.end] == span.exact

    def table(self) -> list[tuple[str, str, str]]:
        """(kind, content, speaker or status) of each claim."""
        return [(c.kind, " … ".join(s.exact for s in c.content), self.speaker(c)) for c in self.claims]

    def speaker(self, claim) -> str:
        return self.entities[claim.speaker].name if claim.speaker >= 0 else claim.speaker_status


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“The road is open,” said Amara Okafor.", ("direct", "The road is open,", "Amara Okafor")),
        ("“The road is open,” Amara Okafor said.", ("direct", "The road is open,", "Amara Okafor")),
        ('Amara Okafor said: "The road is open."', ("direct", "The road is open.", "Amara Okafor")),
        ("Amara Okafor told reporters, “The road is open.”", ("direct", "The road is open.", "Amara Okafor")),
        ("‘The road is open,’ Amara Okafor told the council.", ("direct", "The road is open,", "Amara Okafor")),
        ("“The road is open,” quipped Amara Okafor.", ("direct", "The road is open,", "Amara Okafor")),
        ("Amara Okafor said that the road is open.", ("indirect", "the road is open", "Amara Okafor")),
        ("Amara Okafor said on Monday the road is open.", ("indirect", "the road is open", "Amara Okafor")),
        ("The road is open, Amara Okafor said.", ("indirect", "The road is open", "Amara Okafor")),
        ("According to Amara Okafor, the road is open.", ("indirect", "the road is open", "Amara Okafor")),
        ("The road is open, according to Amara Okafor.", ("indirect", "The road is open", "Amara Okafor")),
        (
            "Amara Okafor called the plan “reckless” and dear.",
            ("mixed", "the plan “reckless” and dear", "Amara Okafor"),
        ),
        ("Analysts say the road is open.", ("indirect", "the road is open", "anonymous")),
        ("A resident said the road is open.", ("indirect", "the road is open", "anonymous")),
    ],
)
def test_where_a_source_stands_does_not_matter(text, expected):
    assert Read(text).table() == [expected]


def test_a_split_quotation_is_one_claim_and_so_are_two_sentences_around_one_cue():
    first = "“The road to the port,” said Amara Okafor, “is open again.”"
    read = Read(f"{first}\n“It is wet,” said Amara Okafor. “It is very wet.”")
    assert read.table() == [
        ("direct", "The road to the port, … is open again.", "Amara Okafor"),
        ("direct", "It is wet, … It is very wet.", "Amara Okafor"),
    ]


def test_a_quotation_over_paragraphs_keeps_its_speaker():
    read = Read("Amara Okafor said: “First we waited for the rain.\n“Then we walked to the port.”")
    assert [(c, s) for _, c, s in read.table()] == [
        ("First we waited for the rain.", "Amara Okafor"),
        ("Then we walked to the port.", "Amara Okafor"),
    ]


def test_a_surname_and_a_pronoun_lead_back_to_the_person():
    read = Read("“We wait,” said Amara Okafor.\n“We work,” Ms. Okafor said.\n“We sleep,” she said.")
    assert [s for _, _, s in read.table()] == ["Amara Okafor"] * 3
    assert [c.reason for c in read.claims] == ["name_in_source", "name_in_source", "pronoun_last_speaker"]


def test_a_pronoun_with_two_candidates_is_left_open_with_a_guess():
    read = Read("Amara Okafor and Nneka Adeyemi came to the port.\n“We wait,” she said.")
    (claim,) = read.claims
    assert (claim.speaker, claim.speaker_status, claim.reason) == (-1, "unresolved", "pronoun_ambiguous")
    assert 0 < claim.confidence < LEAST
    assert read.entities[claim.best_guess].name in {"Amara Okafor", "Nneka Adeyemi"}


def test_a_pronoun_never_means_someone_of_the_other_gender():
    read = Read("Mr. Tomas Reyes met the council.\n“We wait for rain,” she said.")
    assert read.claims[0].speaker == read.claims[0].best_guess == -1


def test_a_quotation_of_nobody_is_unresolved_not_given_to_whoever_is_near():
    read = Read("Amara Okafor said the port is open.\nThe market was full.\n“Nobody asked us about any of this.”")
    assert read.table()[-1] == ("direct", "Nobody asked us about any of this.", "unresolved")


def test_scare_quotes_and_titles_are_no_claims():
    assert Read("The so-called “zombie” law, from the book “The Long Walk”, ended on Monday.").claims == []


def test_what_kind_of_claim_it_is():
    kinds = {
        "Amara Okafor believes the road will close.": "belief",
        "Amara Okafor denied that the road was closed.": "denial",
        "A study found that the road is unsafe.": "finding",
        "Amara Okafor said the road is unsafe.": "speech",
        "Amara Okafor wants to close the road.": "intent",
    }
    assert {text: Read(text).claims[0].type for text in kinds} == kinds


def test_negation_modality_and_numbers_are_kept_with_the_claim():
    (claim,) = Read("Amara Okafor said the port could not take 1,250 tonnes, or 12 ships, before June 3.").claims
    assert claim.negated
    assert claim.modality == "could"
    assert [(q.value, q.unit, q.what) for q in claim.quantities] == [(1250.0, "tonne", ""), (12.0, "", "ships")]


def test_numbers_in_words_money_and_percentages():
    text = "At least three people paid $2.5 million, or 12 percent, in 2021 at 7:30 on May 4."
    assert [(q.value, q.unit, q.what) for q in quantities(text, 0, len(text))] == [
        (3.0, "", "people"),
        (2_500_000.0, "USD", ""),
        (12.0, "percent", ""),
    ]


def test_what_a_claim_is_about_are_the_entities_in_its_words():
    read = Read("Amara Okafor said Tomas Reyes will leave.")
    assert [read.entities[i].name for i in read.claims[0].about] == ["Tomas Reyes"]


def test_without_a_model_there_are_no_claims():
    assert claims("“Yes,” he said.", Annotation((), (), ""), []) == []


def test_every_claim_gives_a_reason_from_the_closed_list():
    read = Read("“We wait,” she said. Officials say it rains. The union said no to it. “It is what it is,” he added.")
    assert read.claims
    assert all(c.reason in REASONS and 0 < c.confidence <= 1 for c in read.claims)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=30))
def test_any_run_of_words_and_marks_gives_spans_that_hold(words):
    Read(" ".join(words))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.data())
def test_a_tree_of_nonsense_is_survived(text, data):
    """Whatever a model says of heads and tags, reading ends and spans hold."""
    n = data.draw(st.integers(0, 6))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2 * n, max_size=2 * n)))
    tags = st.sampled_from(["VBD", "NN", "PRP", "IN"])
    deps = st.sampled_from(["nsubj", "ccomp", "conj", "root", "obj", "acl", "advcl", "parataxis", ""])
    tokens = tuple(
        Token(a, b, data.draw(st.sampled_from(["said", "that", text[a:b]])), "say", "VERB",
              data.draw(tags), data.draw(deps), data.draw(st.integers(0, n - 1)), 0, 0)
        for a, b in zip(cuts[::2], cuts[1::2], strict=True)
        if a < b
    )  # fmt: skip
    tokens = tuple(t._replace(head=min(t.head, len(tokens) - 1)) for t in tokens)
    for claim in claims(text, Annotation(tokens, (), "test-0"), []):
        assert all(text[s.start : s.end] == s.exact for s in spans(claim))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(DETAILS), min_size=1, max_size=14), st.data())
def test_details_hold_whatever_a_tree_says(words, data):
    """Negations, conditions, numbers and times of a content whose every token hangs anywhere, as anything."""
    text = " ".join(words)
    starts = [sum(len(w) + 1 for w in words[:k]) for k in range(len(words))]
    pos = st.sampled_from(["VERB", "NOUN", "AUX", "DET", "PART", "SCONJ", "NUM", "PUNCT", "PROPN"])
    tags = st.sampled_from(["VBD", "VB", "VBN", "MD", "NN", "RB", "IN"])
    deps = st.sampled_from(
        ["nsubj", "advmod", "det", "mark", "aux", "cop", "nummod", "obl", "conj", "root", "xcomp", ""]
    )
    tokens = tuple(
        Token(a, a + len(w), w, w, data.draw(pos), data.draw(tags), data.draw(deps),
              data.draw(st.integers(0, len(words) - 1)), 0, 0)
        for a, w in zip(starts, words, strict=True)
    )  # fmt: skip
    cut = data.draw(st.integers(0, len(text) - 1))
    said = Attribution("speech", (), ((starts[0], len(words[0])),), ((cut, len(text)),), 1.0)
    seen = Annotation(tokens, (), "test-0", (said,))
    for claim in claims(text, seen, [], Dates(DateValue(value="2024-05-03", precision="day", source=""))):
        assert all(text[s.start : s.end] == s.exact and s.exact for s in spans(claim))


def test_a_number_too_long_for_a_machine_is_no_quantity() -> None:
    text = f"It cost {'9' * 400} dollars and 40 km of road."
    assert [(q.value, q.unit) for q in quantities(text, 0, len(text))] == [(40.0, "km")]
