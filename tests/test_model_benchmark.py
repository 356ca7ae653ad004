"""The figures of the reading model: what counts as found, as right, and as sure."""

from __future__ import annotations

import pytest
import spacy
from spacy.tokens import Doc, DocBin, Span

from benchmarks.attributions import Scored, marked, misses, score_attributions
from benchmarks.model import DEVELOPMENT, TESTS, Counts, calibration, prf
from benchmarks.parses import conllu, documents, parse_figures
from models.training.corpus import read
from pipeline.model import load
from schemas.annotation import Attribution
from transforms.annotation import attributions_of

# Precision, recall, calibration


def test_precision_recall_and_f_are_percent():
    assert prf({"found": 4, "gold": 8, "both": 2}) == pytest.approx((50, 25, 100 / 3))
    assert prf({"found": 5, "gold": 5, "both": 5}) == (100, 100, 100)


def test_nothing_found_and_nothing_there_are_no_division_by_zero():
    assert prf({"found": 0, "gold": 3, "both": 0}) == (0, 0, 0)
    assert prf({"found": 3, "gold": 0, "both": 0}) == (0, 0, 0)
    assert prf({"found": 0, "gold": 0, "both": 0}) == (0, 0, 0)


def test_a_name_is_right_when_edges_and_label_are():
    counts = Counts()
    counts.add({(0, 4, "PER"), (9, 12, "ORG")}, {(0, 4, "PER"): 0.9, (9, 12, "LOC"): 0.4, (20, 22, "ORG"): 0.7})
    assert counts.total() == pytest.approx((100 / 3, 50, 40))
    assert counts.rows["ORG"] == {"gold": 1, "found": 1, "both": 0}
    assert sorted(counts.sure) == [(0.4, False), (0.7, False), (0.9, True)]


def test_scores_that_are_right_as_often_as_they_say_have_no_error():
    assert calibration([(0.75, True), (0.75, True), (0.75, True), (0.75, False)]) == pytest.approx(0)
    assert calibration([(1.0, True), (0.0, False)]) == 0
    assert calibration([]) == 0


def test_scores_that_promise_too_much_are_as_wrong_as_they_are_far_off():
    assert calibration([(0.9, False), (0.9, True)]) == pytest.approx(0.4)
    assert calibration([(0.95, False), (0.15, False)]) == pytest.approx(0.55)
    # 0.9 and 0.1 cancel out in one bin only
    assert calibration([(0.9, False), (0.1, True)]) == pytest.approx(0.9)
    assert calibration([(0.9, False), (0.1, True)], bins=1) == pytest.approx(0)
    assert calibration([(0.58, False), (0.62, True)]) == pytest.approx(0.48)  # neighbours, in a bin each


def test_choices_are_made_on_other_data_than_the_tests():
    assert not {n.file for n in TESTS.values()} & {n.file for n in DEVELOPMENT.values()}


# Attributions

TEXT = "“The road is closed,” said Okello. “Nobody can pass.” Drivers think it will rain before the end of May."
ROAD, PASS, RAIN = "“The road is closed,”", "“Nobody can pass.”", "it will rain before the end of May"


def one(source, cue, content, type="speech", score=1.0):
    """Parts by their words; content in pieces by a bar."""

    def spans(words):
        return tuple((TEXT.index(w), TEXT.index(w) + len(w)) for w in words.split("|") if w)

    return Attribution(type, spans(source), spans(cue), spans(content), score)


OKELLO = one("Okello", "said", f"{ROAD}|{PASS}")
DRIVERS = one("Drivers", "think", RAIN, "belief")


def scores(*found, gold=(OKELLO, DRIVERS)):
    return score_attributions([Scored("x", TEXT, tuple(gold), found)])


def test_what_is_marked_as_people_did_is_right_in_every_figure():
    found = scores(OKELLO, DRIVERS)
    wrong = {name: value for name, value in found.items() if value != 100 and "calibration" not in name}
    assert wrong == {}
    assert found["calibration error of attributions"] == 0
    assert {"direct recall .3", "indirect recall .8", "links right", "type right"} <= set(found)


def test_of_a_content_that_is_split_in_two_attributions_one_half_counts():
    found = scores(one("Okello", "said", ROAD), one("Okello", "said", PASS), DRIVERS)
    assert found["attribution P .3"] == pytest.approx(200 / 3)
    assert found["attribution R .3"] == 100
    assert found["attribution R .8"] == 50  # half of the words is not most of them
    assert found["direct recall .3"] == 100
    assert found["direct recall .8"] == 0
    assert found["links right"] == 100


def test_quotation_marks_and_stops_do_not_count():
    found = scores(one("Okello", "said", "The road is closed|Nobody can pass"), DRIVERS)
    assert found["attribution F .8"] == 100


def test_a_wrong_link_costs_the_link_and_not_the_content():
    found = scores(OKELLO, one("Okello", "said", RAIN, "belief"))
    assert found["attribution F .8"] == 100
    assert found["links right"] == 50
    assert (found["source overlaps"], found["cue overlaps"]) == (50, 50)
    assert scores(OKELLO, one("Okello", "think", RAIN, "belief"))["links right"] == 50
    assert scores(OKELLO, one("Drivers", "said", RAIN, "belief"))["links right"] == 50


def test_a_source_that_is_missing_or_invented_is_a_wrong_link():
    assert scores(OKELLO, one("", "think", RAIN, "belief"))["links right"] == 50
    assert scores(OKELLO, one("", "think", RAIN, "belief"))["source overlaps"] == 50
    bare = one("", "", RAIN)
    assert scores(OKELLO, DRIVERS, gold=(OKELLO, bare))["links right"] == 50
    assert scores(OKELLO, bare, gold=(OKELLO, bare))["links right"] == 100
    assert scores(OKELLO, bare, gold=(OKELLO, bare))["source exact"] == 100  # of those that are there


def test_edges_that_are_a_little_off_overlap_and_are_not_exact():
    found = scores(OKELLO, one("Drivers think", "think", RAIN, "belief"))
    assert (found["source overlaps"], found["source exact"]) == (100, 50)
    assert found["links right"] == 100


def test_a_type_counts_among_those_found():
    assert scores(OKELLO, one("Drivers", "think", RAIN, "speech"))["type right"] == 50
    assert scores(OKELLO)["type right"] == 100


def test_an_invented_attribution_costs_precision_and_sure_ones_cost_calibration():
    invented = one("Okello", "said", "the end of May", score=0.9)
    found = scores(OKELLO, invented, gold=(OKELLO,))
    assert (found["attribution P .3"], found["attribution R .3"]) == (50, 100)
    assert found["calibration error of attributions"] == pytest.approx(45)


def test_words_inside_a_longer_quotation_are_nested():
    inner = one("", "", "road is closed")
    assert scores(inner, gold=(inner,))["nested recall .8"] == 100


def test_misses_are_told_in_words():
    rows = misses([Scored("x", TEXT, (OKELLO, DRIVERS), (one("Drivers", "said", ROAD),))])
    assert rows == [
        f"x\tmissed\tDrivers | think | {RAIN}",
        f"x\tlink\tOkello | said | {ROAD} + {PASS}\tDrivers | said | {ROAD}",
    ]
    assert misses([Scored("x", TEXT, (), (one("", "", RAIN),))]) == [f"x\tinvented\t- | - | {RAIN}"]
    assert misses([Scored("x", TEXT, (OKELLO,), (OKELLO,))]) == []


def test_an_article_is_compared_with_what_stands_in_the_document(tmp_path):
    path = tmp_path / "x-001.xml"
    path.write_text(
        '<article id="x-001"><p><s a="1" e="okello">Okello</s> <v a="1" t="belief">thinks</v> <c a="1">it will rain'
        '</c>.</p><p><c a="2" e="okello">“It rained.”</c></p></article>',
        encoding="utf-8",
    )
    article = read(path)
    assert marked(article) == [
        Attribution("belief", ((0, 6),), ((7, 13),), ((14, 26),), 1.0),
        Attribution("speech", (), (), ((28, 40),), 1.0),
    ]
    doc = spacy.blank("en").make_doc(article.text)
    doc.spans["source"] = [Span(doc, 0, 1, "source", span_id="1")]
    doc.spans["cue"] = [Span(doc, 1, 2, "belief", span_id="1")]
    doc.spans["content"] = [
        Span(doc, 2, 5, "content", span_id="1"),
        doc.char_span(28, 40, "content", span_id="2"),
    ]
    doc.user_data["attributions"] = {"1": 0.8, "2": 0.6}
    assert attributions_of(doc) == [
        gold._replace(score=score) for gold, score in zip(marked(article), (0.8, 0.6), strict=True)
    ]
    assert score_attributions([Scored.of(article, doc)])["attribution F .8"] == 100


# Parses

TREE = """\
# sent_id = 1
# text = She didn't go.
1\tShe\tshe\tPRON\tPRP\tCase=Nom\t4\tnsubj:pass\t_\t_
2-3\tdidn't\t_\t_\t_\t_\t_\t_\t_\t_
2\tdid\tdo\tAUX\tVBD\t_\t4\taux\t_\t_
3\tn't\tnot\tPART\tRB\t_\t4\tadvmod\t_\t_
4\tgo\tgo\tVERB\tVB\t_\t0\troot\t_\tSpaceAfter=No
4.1\tthere\tthere\tADV\tRB\t_\t_\t_\t_\t_
5\t.\t.\tPUNCT\t.\t_\t4\tpunct\t_\t_

# sent_id = 2
# text = no no
1\tno\tno\tINTJ\tUH\t_\t0\troot\t_\t_
2\tno\tno\tINTJ\tUH\t_\t1\treparandum\t_\t_
"""


@pytest.fixture
def treebank(tmp_path):
    folder = tmp_path / "ud_english_pud"
    folder.mkdir()
    path = folder / "en_pud-ud-test.conllu"
    path.write_text(TREE, encoding="utf-8")
    return path


def test_words_of_a_treebank_stand_where_its_text_has_them(treebank):
    first, second = conllu(treebank)
    assert first.text == "She didn't go."
    assert [first.text[w.start : w.end] for w in first.words] == ["She", "did", "n't", "go", "."]
    assert [(w.tag, w.lemma, w.relation) for w in first.words][:2] == [("PRP", "she", "nsubj"), ("VBD", "do", "aux")]
    go = first.words[3]
    assert [w.head for w in first.words] == [go.start] * 5
    assert [(w.start, w.head) for w in second.words] == [(0, 0), (3, 0)]


def test_a_treebank_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(OSError, match="none"):
        list(conllu(tmp_path / "none.conllu"))


SENTENCE = "She did not go to the market today."


@pytest.fixture(scope="module")
def nlp():
    return load("en_newsbeam_sm")


@pytest.fixture
def figures(nlp, treebank):
    """Figures against a treebank that agrees with the model, but for what a test changes in its rows."""

    def measure(*changes):
        rows = [
            [str(t.i + 1), t.text, t.lemma_, t.pos_, t.tag_, "_", str(t.head.i + 1) if t.head != t else "0",
             "root" if t.head == t else t.dep_, "_", "_"]
            for t in nlp(SENTENCE)
        ]  # fmt: skip
        for word, column, value in changes:
            next(row for row in rows if row[1] == word)[column] = value
        text = "\n".join([f"# text = {SENTENCE}", *("\t".join(row) for row in rows)])
        treebank.write_text(text + "\n\n", encoding="utf-8")
        found = parse_figures(nlp, treebank.parents[1], dev=False)
        return [found[f"PUD: {kind}"] for kind in ("tag", "lemma", "UAS", "LAS")]

    return measure


ONE_WRONG = pytest.approx(800 / 9)


def test_a_parse_is_right_by_head_and_relation(figures):
    assert figures() == [100, 100, 100, 100]
    assert figures(("the", 6, "1")) == [100, 100, ONE_WRONG, ONE_WRONG]
    assert figures(("the", 7, "amod")) == [100, 100, 100, ONE_WRONG]
    assert figures(("the", 2, "a")) == [100, ONE_WRONG, 100, 100]
    assert figures(("the", 4, "NN")) == [ONE_WRONG, 100, 100, 100]


def test_a_subtype_of_a_relation_does_not_count(figures):
    assert figures(("market", 7, "obl:lmod")) == [100, 100, 100, 100]


def test_a_token_that_is_cut_otherwise_is_wrong_in_all(figures):
    assert figures(("the", 1, "th")) == [ONE_WRONG] * 4


def test_documents_of_spacy_are_read_as_sentences_are(treebank, tmp_path):
    vocab = spacy.blank("en").vocab
    doc = Doc(
        vocab, ["She", "did", "n't", "go", "."], [True, False, True, False, False],
        heads=[3, 3, 3, 3, 3], deps=["nsubj:pass", "aux", "advmod", "ROOT", "punct"],
        tags=["PRP", "VBD", "RB", "VB", "."], lemmas=["she", "do", "not", "go", "."],
    )  # fmt: skip
    DocBin(docs=[doc]).to_disk(tmp_path / "dev.spacy")
    (found,) = documents(tmp_path / "dev.spacy", vocab)
    first, _ = conllu(treebank)
    assert found == first
