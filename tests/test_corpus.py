"""The written corpus keeps its guide, and what is read from it comes back whole."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from models.training import agreement, check, coverage, patterns, suspects
from models.training.corpus import (
    FOLDER,
    SPLITS,
    Article,
    CorpusError,
    from_doc,
    from_json,
    load,
    read,
    to_doc,
    to_json,
    uneven,
)  # fmt: skip
from models.training.lemmas import cue_lemma

ALL = list(load())
HEAD = '<article id="x-001" date="2024-03-12" region="africa" field="health" outlet="wire" place="Gulu" topic="t">'


def write(folder: Path, *blocks: str, head: str = HEAD, notice: str = f"<!-- {check.NOTICE} -->") -> Path:
    path = folder / "x-001.xml"
    path.write_text("\n".join([notice, head, *blocks, "</article>"]), encoding="utf-8")
    return path


GOOD = (
    '<h><s a="1" e="okello">Mayor</s> <v a="1">warns of</v> <c a="1">cholera</c></h>',
    '<p><PERSON e="okello">Rose Okello</PERSON> spoke in <GPE e="gulu">Gulu</GPE> on <DATE>Monday</DATE>. '
    '<c a="2">“<CARDINAL>Three</CARDINAL> wells are shut,”</c> <s a="2" e="okello">she</s> <v a="2">said</v>, '
    'and <v a="3" t="denial">denied</v> <c a="3" e="okello">delays</c> over <x>COVID-19</x>.</p>',
)


def test_every_article_keeps_the_guide():
    wrong = [f"{a.path.name}:{line}: {reason}" for a in ALL for line, reason in check.problems(a)]
    assert wrong == []


def test_no_two_articles_are_made_from_one_mould():
    assert check.alike(ALL) == []


def test_it_is_large_and_its_cues_are_many():
    assert len(ALL) >= 176 + 600
    assert sum(len(a.text.split()) for a in ALL if not a.id.startswith(tuple("abcdfh"))) >= 200_000
    assert len(check.cue_lemmas(ALL)) >= check.LEMMAS


def test_every_cell_of_every_axis_is_filled_and_the_page_of_counts_is_the_present_one():
    assert coverage.empty(ALL) == []
    assert coverage.FILE.read_text(encoding="utf-8") == coverage.page(ALL)


def test_every_tenth_article_was_annotated_twice_and_both_agree():
    twice = agreement.pairs()
    assert len(twice) >= len(ALL) // 10
    names, parts = agreement.names(twice)["all"], agreement.parts(twice)
    assert names.f1(names.exact) >= 0.95
    assert parts["content"].f1(parts["content"].overlap) >= 0.90
    total, same = agreement.speakers(twice)
    assert same / total >= 0.95


def test_the_splits_hold_every_article_once_and_nothing_old_is_held():
    splits = json.loads(SPLITS.read_text(encoding="utf-8"))
    assert {name: len(ids) for name, ids in splits.items() if name != "train"} == {"dev": 60, "held": 80}
    ids = [one for some in splits.values() for one in some]
    assert sorted(ids) == sorted(a.id for a in ALL)
    assert not [one for name in ("dev", "held") for one in splits[name] if one.startswith(tuple("abcdfh"))]
    assert [a.id for a in load(split="held")] == splits["held"]


def test_json_holds_all_of_an_article():
    for article in ALL:
        record = json.loads(json.dumps(to_json(article)))
        assert from_json(record) == article


def test_a_spacy_document_holds_all_marks_whose_edges_are_token_edges():
    nlp = spacy.blank("en")
    cut = marks = 0
    for article in ALL[::7]:
        doc = to_doc(article, nlp)
        assert doc.text == article.text
        names, parts = from_doc(doc)
        odd = set(uneven(article, doc))
        assert [n for n in article.names if (n.start, n.end) not in odd] == [n for n in names if n in article.names]
        assert {p for p in article.parts if (p.start, p.end) not in odd} <= set(parts)
        cut, marks = cut + len(odd), marks + len(article.names) + len(article.parts)
    assert cut / marks < 0.01


def test_what_is_read_stands_where_it_says(tmp_path):
    article = read(write(tmp_path, *GOOD))
    assert list(check.problems(article)) == []
    assert [article.text[n.start : n.end] for n in article.names] == ["Rose Okello", "Gulu", "Monday", "Three"]
    assert [(p.kind, article.text[p.start : p.end], p.key, p.type) for p in article.attributions()["3"]] == [
        ("cue", "denied", "", "denial"),
        ("content", "delays", "okello", ""),
    ]
    assert [article.text[a:b] for a, b in article.judged] == ["COVID-19"]
    assert article.speaker("2") == article.speaker("1") == "okello"


@pytest.mark.parametrize(
    ("old", "new", "line", "reason"),
    [
        ("<DATE>Monday</DATE>", "<DATE>Monday", 4, "Opening and ending tag mismatch"),
        ("<DATE>Monday</DATE>", "<DAY>Monday</DAY>", 4, "no element is called <DAY>"),
        ("<DATE>Monday</DATE>", "<DATE>on <GPE e='gulu'>Gulu</GPE> day</DATE>", 4, "<GPE> inside a name"),
        ('<v a="2">', "<v>", 4, "<v> without a="),
        ("<h>", "<h>\n", 3, "a line break inside a block"),
        ("<p>", "<p k='verse'>", 4, "no block is called"),
        ("<p>", "<p></p>\n<p>", 4, "an empty block"),
        ("<article id", "<paper id", 2, ""),
    ],
)
def test_a_malformed_file_gives_file_line_and_reason(tmp_path, old, new, line, reason):
    path = write(tmp_path, *GOOD)
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CorpusError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}:")
    assert reason in caught.value.reason
    if reason and "mismatch" not in reason:
        assert caught.value.line == line


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('region="africa"', 'region="mars"', "region='mars' is none of"),
        ('date="2024-03-12"', 'date="soon"', "date 'soon' is no date"),
        ('date="2024-03-12"', 'date="1999-01-01"', "date is outside 2016 to 2026"),
        ("Invented", "Real", "the file does not say"),
        ('<GPE e="gulu">', "<GPE>", "'Gulu' has no e="),
        ("<DATE>Monday", "<DATE> Monday", "a blank at the edge"),
        ('<s a="2" e="okello">', '<s a="2">', "source of 2 without e="),
        ('<s a="2" e="okello">', '<s a="2" e="nobody">', "e=nobody of 2 names nothing"),
        ('t="denial"', 't="doubt"', "t='doubt' of 3"),
        (' e="okello">delays', ">delays", "attribution 3 has neither a source nor e="),
        ('<c a="1">cholera</c>', "cholera", "attribution 1 has no content"),
        ('<v a="3"', '<v a="1"', "attribution 1 runs over two blocks"),
        ('<c a="2">“<CARDINAL>', '<c a="2"><c a="2">“</c><CARDINAL>', "two parts of attribution 2 overlap"),
        ("<h>", "<p>", "the first block is no headline"),
    ],
)
def test_what_the_guide_forbids_is_named(tmp_path, old, new, reason):
    path = write(tmp_path, *GOOD)
    text = path.read_text(encoding="utf-8").replace(old, new, 1)
    path.write_text(text.replace("</h>", "</p>") if new == "<p>" else text, encoding="utf-8")
    assert any(reason in found for _, found in check.problems(read(path)))


def test_an_inner_attribution_stands_whole_inside_or_outside(tmp_path):
    half = '<p><c a="1">so <s a="2" e="okello">she</s></c> <v a="1">says</v> <s a="1" e="okello">he</s> '
    half += '<v a="2">wrote</v> <c a="2">that</c> of <PERSON e="okello">Okello</PERSON></p>'
    article = read(write(tmp_path, "<h>News</h>", half))
    assert any("half inside" in reason for _, reason in check.problems(article))


def test_suspicious_spots_are_listed_and_judged_ones_are_not(tmp_path):
    line = "<p>The Council met Amina Diallo on Friday with 40 guests and said “we are not going anywhere at all”.</p>"
    found = {(s.kind, s.words) for s in suspects.suspects(read(write(tmp_path, "<h>News</h>", line)))}
    assert {
        ("capital", "Council"),
        ("capital", "Amina"),
        ("number", "40"),
        ("date", "Friday"),
        ("verb", "said"),
    } <= found
    assert any(kind == "quotation" for kind, _ in found)
    clean = {(s.kind, s.words) for s in suspects.suspects(read(write(tmp_path, *GOOD)))}
    assert clean == set()


def test_a_pattern_is_told_by_its_shape(tmp_path):
    article = read(write(tmp_path, *GOOD))
    seen: dict[str, set[str]] = {}
    for number, pattern in patterns.patterns(article):
        seen.setdefault(number, set()).add(pattern)
    assert {"role only", "in a headline", "source before", "indirect"} <= seen["1"]
    assert {"direct", "source after", "pronoun, sentence before"} <= seen["2"]
    assert {"shared subject", "denial"} <= seen["3"]


def test_two_annotations_are_compared_mark_by_mark(tmp_path):
    one = read(write(tmp_path, *GOOD))
    assert agreement.names([(one, one)])["all"].f1(4) == 1.0
    other = read(write(tmp_path, GOOD[0], GOOD[1].replace("<CARDINAL>Three</CARDINAL> wells", "Three wells")))
    counted = agreement.names([(one, other)])
    assert (counted["all"].exact, counted["CARDINAL"].first, counted["CARDINAL"].second) == (3, 1, 0)
    assert list(agreement.differences([(one, other)])) == ["x-001:4: only the first: CARDINAL 'Three'"]
    assert agreement.speakers([(one, one)]) == (3, 3)


@pytest.mark.parametrize(
    ("cue", "lemma"),
    [("has repeatedly warned", "warn"), ("did not rule out", "rule"), ("according to", "accord"), ("said", "say"),
     ("were told", "tell"), ("blasted", "blast"), ("blasting", "blast"), ("by her own reckoning", "reckon")],
)  # fmt: skip
def test_a_cue_counts_by_the_word_that_carries_it(cue, lemma):
    assert cue_lemma(cue) == lemma


@given(st.text(max_size=40))
def test_any_cue_has_some_lemma(cue):
    assert isinstance(cue_lemma(cue), str)


def test_a_blind_copy_has_the_same_text_and_no_mark(tmp_path):
    article = next(a for a in ALL if len(a.blocks) > 4)
    bare = agreement.bare(article)
    assert not re.search(r"<(?!/?(?:article|h|sub|p)\b|!--)", bare)
    path = tmp_path / article.path.name
    path.write_text(bare, encoding="utf-8")
    again: Article = read(path)
    assert (again.text, again.names, again.parts) == (article.text, (), ())
    assert FOLDER.is_dir()
