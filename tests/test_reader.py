"""The reading model as it is installed: what it sees, what it survives, and what it costs."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

import en_newsbeam_sm
from en_newsbeam_sm import reader
from en_newsbeam_sm.labels import NAMES, TYPES
from en_newsbeam_sm.parts import Anchor, anchors
from en_newsbeam_sm.released import FILE, REMEDY, SUM, DamagedWeights, checked

PARTS = ("source", "cue", "content")
SENTENCE = "The minister, Amara Okafor, said on Tuesday that Kenya had grain for six weeks."
PARAGRAPH = (
    f"{SENTENCE} “We are out of time,” she told reporters in Lodwar. A report by the World Bank found that 40 percent "
    "of wells had failed, and officials denied that aid was late."
)
NEWS = f"Aid agency warns of hunger\n{PARAGRAPH}\nRain is expected by April.\n{SENTENCE}"


@pytest.fixture(scope="module")
def nlp():
    return spacy.load("en_newsbeam_sm")


@pytest.fixture(scope="module")
def copied(nlp, tmp_path_factory):
    """The model as a user keeps it in a folder."""
    folder = tmp_path_factory.mktemp("model") / "copy"
    nlp.to_disk(folder)
    return folder


def spans(doc):
    return [*doc.ents, *(span for part in PARTS for span in doc.spans[part])]


def faults(doc) -> list[str]:
    """What does not hold in a document, whatever its text."""
    text = doc.text
    out = [f"{s!r} is elsewhere" for s in spans(doc) if text[s.start_char : s.end_char] != s.text]
    out += [f"{s!r} is empty" for s in spans(doc) if s.start >= s.end]
    out += [f"{b!r} overlaps" for a, b in zip(doc.ents, doc.ents[1:], strict=False) if b.start < a.end]
    out += [f"{e!r} is {e.label_}" for e in doc.ents if e.label_ not in NAMES]
    for ids in ([s.id_ for s in doc.spans["content"]], list(doc.user_data["attributions"])):
        if set(ids) != {span.id_ for part in PARTS for span in doc.spans[part]}:
            out.append(f"attributions without a content or a score: {ids}")
    scores = [*doc.user_data["name_scores"], *doc.user_data["attributions"].values()]
    if len(doc.user_data["name_scores"]) != len(doc.ents) or not all(0 <= score <= 1 for score in scores):
        out.append(f"scores {scores}")
    if doc.user_data["content_vectors"].shape != (len(doc.spans["content"]), 384):
        out.append("content without its vector")
    return out + tree_faults(doc)


def tree_faults(doc) -> list[str]:
    out = []
    paragraph = np.cumsum([0, *("\n" in token.text for token in doc)])
    for token in doc:
        if token.is_space:
            if abs(token.head.i - token.i) > 1:
                out.append(f"the blank {token.i} hangs on {token.head.i}")
        elif paragraph[token.i] != paragraph[token.head.i]:
            out.append(f"{token!r} has a head in another paragraph")
    for sentence in doc.sents:
        roots = [token for token in sentence if token.head == token]
        if len(roots) != 1:
            out.append(f"{len(roots)} roots in {sentence.text[:60]!r}")
        inside = range(sentence.start, sentence.end)
        out += [f"{t!r} has a head in another sentence" for t in sentence if t.head.i not in inside]
        out += [f"{t!r} hangs on itself at last" for t in sentence if t.head != t and t in t.ancestors]
    return out


def test_a_plain_sentence_tells_who_says_what_and_who_is_named(nlp):
    doc = nlp(SENTENCE)
    assert [(e.text, e.label_) for e in doc.ents] == [
        ("Amara Okafor", "PERSON"),
        ("Tuesday", "DATE"),
        ("Kenya", "GPE"),
        ("six weeks", "DATE"),
    ]
    assert {part: [s.text for s in doc.spans[part]] for part in PARTS} == {
        "source": ["The minister, Amara Okafor"],
        "cue": ["said"],
        "content": ["Kenya had grain for six weeks"],
    }
    assert faults(doc) == []


def test_parts_of_one_attribution_share_an_id_and_a_cue_is_labelled_by_its_type(nlp):
    doc = nlp(PARAGRAPH)
    said = {cue.id_: (cue.text, cue.label_) for cue in doc.spans["cue"]}
    assert list(said.values()) == [("said", "speech"), ("told", "speech"), ("found", "finding"), ("denied", "denial")]
    assert [said[s.id_][0] for s in doc.spans["source"] if s.text in {"she", "officials"}] == ["told", "denied"]
    assert [said[s.id_][0] for s in doc.spans["content"]] == ["said", "told", "found", "denied"]
    assert set(doc.user_data["attributions"]) == set(said)
    assert {kind for _, kind in said.values()} <= set(TYPES)


def test_the_parse_names_subject_root_and_lemma(nlp):
    doc = nlp("The ministers said the teachers were ready.")
    (sentence,) = doc.sents
    assert (sentence.root.text, sentence.root.lemma_, sentence.root.pos_) == ("said", "say", "VERB")
    ministers, were = doc[1], doc[5]
    assert (ministers.dep_, ministers.head.text, ministers.lemma_, ministers.tag_) == (
        "nsubj",
        "said",
        "minister",
        "NNS",
    )
    assert (were.lemma_, doc[0].dep_) == ("be", "det")
    assert ministers.morph.get("Number") == ["Plur"]


def test_each_content_has_a_vector_of_length_one_and_like_contents_lie_close(nlp):
    doc = nlp(
        "The mayor said the bridge was closed to traffic.\nOfficials said the bridge was shut to cars.\n"
        "Doctors said the new vaccine protects small children."
    )
    vectors = doc.user_data["content_vectors"].astype(float)
    assert vectors.shape == (3, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=0.01)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.1


HOSTILE = {
    "nothing": "",
    "only blanks": " \t  ",
    "only line breaks": "\n\n\r\n \n",
    "blanks before, between and behind": "\n\n \tHe said it was late.\n \n\n  She left. \t \n",
    "one token without an end": "a" * 100_000,
    "one token of digits and marks": "1,2." * 25_000,
    "only emoji": "😀😃 🎉🔥👍🏽 👩‍👩‍👧\n" * 40,
    "only digits": "123 456 7.8\n90 12\n" * 40,
    "only marks": "“”‘’\"'.,;:!?()—…\n" * 40,
    "right to left": "قال الوزير أحمد إن المدينة في خطر.\n\u202eשלום עולם אמר השר\u202c said he.",
    "control characters": "He\x00 said\x01 that\x07 it \x1b[31mworks\x1f.\x0c\x0b Now\x85\u2028it ends.\x00\x00",
    "all caps": NEWS.upper(),
    "all lower case": NEWS.lower(),
    "unbalanced quotes": '“He said "it is ‘over, she told “us. »«\n"” said he said “\n”””” he said: ‘‘',
    "mathematical bold": SENTENCE.translate(
        {ord(c): 0x1D400 + i for i, c in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")}
    ),
    "full width": SENTENCE.translate({c: c + 0xFEE0 for c in range(33, 127)}),
    "combining marks": "He said " + "e" + "\u0301" * 5_000 + " was late.",
    "nothing but cues": "said told denied claims " * 200,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_breaks_it_and_every_span_and_head_holds(nlp, text):
    doc = nlp(text)
    assert doc.text == text
    assert faults(doc) == []


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from(" \n\t\r\x0b\x1c\x1f\x85\u00a0\u2028\u3000\u200bab.,”“'1É😀"), max_size=60))
def test_blanks_of_any_kind_between_words_leave_trees_whole(text):
    assert faults(_model()(text)) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["he", "said", "that", "Amara Okafor", "denied", ".", ",", "“", "”", "\n", "it"])))
def test_any_run_of_words_and_marks_leaves_trees_whole(words):
    assert faults(_model()(" ".join(words))) == []


def _model():
    from pipeline.model import load

    return load("en_newsbeam_sm")


def test_mathematical_letters_are_read_as_the_letters_that_they_show(nlp):
    doc = nlp(HOSTILE["mathematical bold"])
    assert [s.text for s in doc.spans["cue"]] == ["𝐬𝐚𝐢𝐝"]
    assert [e.text for e in doc.ents if e.label_ == "GPE"] == ["𝐊𝐞𝐧𝐲𝐚"]


def test_words_in_other_case_are_still_read(nlp):
    loud, quiet = nlp(SENTENCE.upper()), nlp(SENTENCE.lower())
    assert "AMARA OKAFOR" in [e.text for e in loud.ents if e.label_ == "PERSON"]
    assert [s.text for s in quiet.spans["cue"]] == ["said"]


def test_a_text_of_many_paragraphs_is_read_to_its_end(nlp):
    text = "\n".join([PARAGRAPH] * 830)
    doc = nlp(text)
    assert len(text) > 200_000
    assert faults(doc) == []
    assert doc.spans["content"][-1].end_char > len(text) - 30
    assert len(doc.spans["content"]) > 3 * 830


def test_a_text_of_a_million_characters_is_read_to_its_end(nlp):
    unit = f"{SENTENCE}\n{'x' * 9_900}\n"
    text = (unit * 101)[:-1]
    text = text[-nlp.max_length :]
    doc = nlp(text)
    assert len(text) == 1_000_000
    assert faults(doc) == []
    assert doc.spans["content"][-1].end_char > len(text) - 9_910
    assert len(doc.spans["content"]) >= 99


def test_a_long_paragraph_without_a_line_break_is_read_to_its_end(nlp):
    text = " ".join([PARAGRAPH] * 125)
    doc = nlp(text)
    assert len(text) > 30_000
    assert faults(doc) == []
    assert doc.ents[-1].end_char > len(text) - 80
    who = {source.id_: source.text for source in doc.spans["source"]}
    assert [who.get(cue.id_) for cue in doc.spans["cue"] if cue.text == "told"] == ["she"] * 125
    assert doc.spans["content"][-1].end_char > len(text) - 30


class Counting:
    """Passes everything on to a graph and counts what it is given."""

    def __init__(self, graph):
        self.graph, self.calls, self.pieces, self.longest, self.anchors, self.words = graph, 0, 0, 0, 0, 0

    def run(self, names, feed):
        self.calls += 1
        if "ids" in feed:
            self.pieces += feed["ids"].size
            self.longest = max(self.longest, feed["ids"].size)
        else:
            self.anchors += len(feed["anchors"])
            self.words += len(feed["anchors"]) * len(feed["states"])
        return self.graph.run(names, feed)


@pytest.fixture
def counted(nlp):
    """Text -> what the encoder was given for it, and what the graph of roles was."""
    component = nlp.get_pipe("reader")
    whole = component.weights

    def count(text):
        encoder, roles = Counting(whole.encoder), Counting(whole.roles)
        component.weights = whole._replace(encoder=encoder, roles=roles)
        nlp(text)
        return encoder, roles

    yield count
    component.weights = whole


@pytest.mark.parametrize("between", ["\n", " "], ids=["in paragraphs", "in one paragraph"])
@pytest.mark.parametrize(
    ("words", "n"), [(PARAGRAPH, 8), ("said", 400), ("Antidisestablishmentarianism’s", 80), ("😀😃🎉", 120)]
)
def test_four_times_the_words_are_four_times_the_work_of_the_encoder(counted, words, n, between):
    (few, _), (many, _) = counted(between.join([words] * n)), counted(between.join([words] * 4 * n))
    assert 3 <= many.pieces / few.pieces <= 4.3
    assert 3 <= many.calls / few.calls <= 4.3
    assert many.longest <= 193  # a window and its first piece


@pytest.mark.parametrize("between", ["\n", " "], ids=["in paragraphs", "in one paragraph"])
def test_four_times_the_attributions_are_about_four_times_the_work_of_the_roles(counted, between):
    (_, few), (_, many) = counted(between.join([PARAGRAPH] * 8)), counted(between.join([PARAGRAPH] * 32))
    assert few.anchors >= 24
    assert 3.5 <= many.anchors / few.anchors <= 4.5
    assert many.words / few.words <= 5
    assert many.words <= 240 * many.anchors


def test_of_a_paragraph_full_of_cues_no_more_than_every_sixth_word_is_looked_at(counted):
    _, roles = counted("he said, " * 200)
    assert 60 <= roles.anchors <= 1 + 600 / 6


def test_a_word_is_read_no_more_than_twice(counted, nlp):
    text = " ".join([PARAGRAPH] * 20)
    vocabulary = nlp.get_pipe("reader").weights.vocabulary
    pieces = sum(len(vocabulary.pieces(token.text).ids) for token in nlp.make_doc(text))
    assert counted(text)[0].pieces <= 2 * pieces


def test_a_token_of_any_length_costs_no_more_than_a_long_word(counted):
    assert counted("a" * 100_000)[0].pieces == counted("a" * 100)[0].pieces


class Looked(Anchor):
    """A word that stands for an attribution, and counts how often its place is asked for."""

    looks = 0

    @property
    def word(self):
        Looked.looks += 1
        return self[0]


def looks(nlp, monkeypatch, text):
    """How often the places of the anchors of a text are asked for, and how many anchors there are."""
    Looked.looks, found = 0, []

    def counted(scores):
        found.extend(Looked(*anchor) for anchor in anchors(scores))
        return found

    with monkeypatch.context() as patch:
        patch.setattr(reader, "anchors", counted)
        nlp(text)
    return Looked.looks, len(found)


def test_four_times_the_paragraphs_are_about_four_times_the_work(nlp, monkeypatch):
    few, some = looks(nlp, monkeypatch, "He said it was late.\n" * 60)
    many, more = looks(nlp, monkeypatch, "He said it was late.\n" * 240)
    assert some >= 60
    assert 3 <= more / some <= 5
    assert many <= 8 * few


def record(doc):
    """All that the model says, to the last bit."""
    return (
        [(s.start_char, s.end_char, s.label_, s.id_) for s in spans(doc)],
        doc.user_data["name_scores"],
        doc.user_data["attributions"],
        doc.user_data["content_vectors"].tobytes(),
        [(t.tag_, t.lemma_, t.dep_, t.head.i, str(t.morph), t.is_sent_start) for t in doc],
    )


def test_an_article_is_read_alike_whatever_its_neighbours(nlp):
    loud = "BREAKING!!! “" + "THEY SAID NO! 😀 " * 120 + "\n\n”" + "x" * 3_000
    alone = record(nlp(NEWS))
    texts = [loud, NEWS, f"{SENTENCE} {NEWS}"]
    assert record(list(nlp.pipe(texts))[1]) == alone
    assert record(list(nlp.pipe(texts[::-1], batch_size=3))[1]) == alone
    assert record(nlp(NEWS)) == alone


def test_a_model_that_was_saved_reads_the_same(nlp, copied):
    again = spacy.load(copied)
    assert record(again(NEWS)) == record(nlp(NEWS))
    component = nlp.get_pipe("reader")
    assert (copied / "reader" / FILE).read_bytes() == (component.folder / FILE).read_bytes()
    again.to_disk(copied)  # onto itself: nothing is lost
    assert record(spacy.load(copied)(SENTENCE)) == record(nlp(SENTENCE))


def test_the_installed_weights_are_those_that_were_released():
    en_newsbeam_sm.verify()
    data = checked()
    assert hashlib.sha256(data).hexdigest() in (en_newsbeam_sm.released.FOLDER / SUM).read_text()


@pytest.fixture
def breakable(copied):
    """The folder of weights, mended afterwards."""
    folder = copied / "reader"
    whole = {name: (folder / name).read_bytes() for name in (FILE, SUM)}
    yield folder
    for name, data in whole.items():
        (folder / name).write_bytes(data)


def test_damaged_weights_are_refused_with_file_sums_and_remedy(copied, breakable):
    data = bytearray((breakable / FILE).read_bytes())
    expected = hashlib.sha256(data).hexdigest()
    data[len(data) // 2] ^= 1
    (breakable / FILE).write_bytes(data)
    with pytest.raises(DamagedWeights) as caught:
        spacy.load(copied)
    for part in (str(breakable / FILE), expected, hashlib.sha256(data).hexdigest(), REMEDY):
        assert part in str(caught.value)


def test_missing_weights_are_named_with_the_expected_sum_and_the_remedy(copied, breakable):
    expected = (breakable / SUM).read_text().split()[0]
    (breakable / FILE).unlink()
    with pytest.raises(DamagedWeights) as caught:
        spacy.load(copied)
    for part in (str(breakable / FILE), f"expected sha256 {expected}", "found no file", REMEDY):
        assert part in str(caught.value)


@pytest.mark.parametrize("kept", [None, b"", b"\xff\xfe"], ids=["missing", "empty", "no text"])
def test_a_sum_that_cannot_be_read_is_named_with_the_remedy(copied, breakable, kept):
    (breakable / SUM).unlink()
    if kept is not None:
        (breakable / SUM).write_bytes(kept)
    with pytest.raises(DamagedWeights) as caught:
        spacy.load(copied)
    assert str(breakable / SUM) in str(caught.value)
    assert REMEDY in str(caught.value)
