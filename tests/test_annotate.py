"""What the model sees: offsets that hold, one scheme for all models."""

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.model import FIRST
from pipeline.model import SpacyModel, load, require
from schemas.annotation import Annotation
from schemas.errors import ModelMissing
from schemas.flow import DraftBody, unpack
from transforms.annotate import PARTLY, Annotated, annotated, head_part
from transforms.annotation import Node, annotate_text, to_ud

CLAIM = "The mayor said the bridge will open in June."
PLAIN = "The bridge spans the river. It is long."


@pytest.fixture(scope="module")
def nlp():
    return load("en_newsbeam_sm")


class HereGuard:
    """A guard whose pool is this process."""

    def map(self, call, items, *, timeout_s):
        return [call(item) for item in items]


def test_tokens_and_names_stand_where_they_say(nlp):
    text = f"{PLAIN}\n\n  Nairobi’s mayor, Amara Okafor, said: “We are ready.”\n"
    seen = annotate_text(nlp, text)
    assert all(text[t.start : t.end] == t.text for t in seen.tokens)
    assert all(text[n.start : n.end] == n.text for n in seen.names)
    assert any(n.label == "PERSON" and "Okafor" in n.text for n in seen.names)
    assert seen.model.startswith("en_newsbeam_sm-")


@pytest.mark.skipif(not FIRST.is_dir(), reason="the first model, one of several components, is not here")
def test_the_parser_of_another_model_runs_only_where_a_claim_can_stand():
    seen = annotate_text(spacy.load(FIRST), f"{PLAIN}\n{CLAIM}")
    assert {t.dep for t in seen.tokens if t.paragraph == 0} == {""}
    assert seen.attributions == ()
    said = next(t for t in seen.tokens if t.text == "said")
    assert said.dep == "root"


def test_our_own_model_reads_an_article_whole(nlp):
    seen = annotate_text(nlp, f"{PLAIN}\n{CLAIM}")
    assert [t.paragraph for t in seen.tokens if t.text in {"river", "mayor"}] == [0, 1]
    assert next(t.sentence for t in seen.tokens if t.text == "mayor") > 0
    (one,) = seen.attributions
    text = f"{PLAIN}\n{CLAIM}"
    assert [[text[a:b] for a, b in part] for part in (one.source, one.cue, one.content)] == [
        ["The mayor"],
        ["said"],
        ["the bridge will open in June"],
    ]
    said = next(t for t in seen.tokens if t.text == "said")
    mayor = next(t for t in seen.tokens if t.text == "mayor")
    assert said.dep == "root"
    assert mayor.dep == "nsubj"
    assert seen.tokens[mayor.head] == said


def test_an_article_is_annotated_alike_whatever_came_before(nlp):
    texts = [CLAIM, f"{PLAIN}\n{CLAIM}", "Nothing.", CLAIM * 30]
    first = [annotate_text(nlp, text) for text in texts]
    assert [annotate_text(nlp, text) for text in reversed(texts)] == first[::-1]


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_annotated(text):
    seen = annotate_text(load("en_newsbeam_sm"), text)
    assert all(text[t.start : t.end] == t.text for t in seen.tokens)
    assert all(0 <= t.head < len(seen.tokens) for t in seen.tokens)


def test_the_labels_of_the_official_models_become_universal_ones():
    # "He was praised by critics in Paris", as CLEAR writes it
    clear = [
        Node("nsubjpass", 2, "PRON"),
        Node("auxpass", 2, "AUX"),
        Node("ROOT", 2, "VERB"),
        Node("agent", 2, "ADP"),
        Node("pobj", 3, "NOUN"),
        Node("prep", 4, "ADP"),
        Node("pobj", 5, "PROPN"),
    ]
    assert [(n.dep, n.head) for n in to_ud(clear)] == [
        ("nsubj:pass", 2),
        ("aux:pass", 2),
        ("root", 2),
        ("case", 4),
        ("obl:agent", 2),
        ("case", 6),
        ("nmod", 4),
    ]


def test_a_universal_tree_is_left_as_it_is():
    tree = [Node("nsubj", 1, "PRON"), Node("ROOT", 1, "VERB"), Node("obl", 1, "NOUN")]
    assert [n.dep for n in to_ud(tree)] == ["nsubj", "root", "obl"]


def test_a_text_too_long_is_read_up_to_its_last_paragraph_that_fits():
    text = "one\ntwo\nthree"
    assert head_part(text, 100) == text
    assert head_part(text, 8) == "one\ntwo"
    assert head_part(text, 7) == "one\ntwo"
    assert head_part("a" * 50, 10) == ""


def test_an_article_read_in_part_says_so():
    draft = DraftBody(canonical_url="https://a.example/1", site="a.example", title="T", text="x")
    row = Annotated("unit", "visit", "entry", "https://a.example/1", b"", b"")
    whole = annotated(row, draft, Annotation((), (), "m"), False)
    part = annotated(row, draft, Annotation((), (), "m"), True)
    assert unpack(whole.body, DraftBody).flags == ()
    assert unpack(part.body, DraftBody).flags == (PARTLY,)
    assert unpack(part.annotation, Annotation).model == "m"


def test_a_model_that_is_not_installed_is_named_with_its_remedy():
    with pytest.raises(ModelMissing, match=r"xx_none_sm.*spacy download xx_none_sm"):
        require("xx_none_sm")
    with pytest.raises(ModelMissing):
        SpacyModel(HereGuard(), {"xx": "xx_none_sm"}).annotate(["text"], "xx")


def test_the_model_answers_in_order_and_knows_its_version():
    model = SpacyModel(HereGuard(), {"en": "en_newsbeam_sm"})
    first, second = model.annotate([CLAIM, PLAIN], "en")
    assert first.tokens[0].text == "The"
    assert second.tokens[1].text == "bridge"
    assert model.version("en").startswith("en_newsbeam_sm-")
    assert model.version("fr") == ""
