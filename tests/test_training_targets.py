"""What a corpus teaches: sets of tags, frames and roles; and the other faces that an article is given."""

from __future__ import annotations

from random import Random

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from en_newsbeam_sm.labels import ANCHORS, NAME_TAGS, NAMES, ROLE_TAGS
from models.training import augment, datasets, opinions
from models.training.augment import Edit, Pool
from models.training.corpus import read
from models.training.targets import Allowed, Marking, Paragraph

HEAD = '<article id="x-001" date="2024-03-12" region="africa" field="health" outlet="wire" place="Gulu" topic="t">'
BLOCKS = (
    '<h><s a="1" e="wfp">Aid agency</s> <v a="1">warns of</v> <c a="1">hunger in northern <GPE e="kenya">Kenya</GPE>'
    "</c></h>",
    '<p><c a="2">The <ORG e="wfp">World Food Programme</ORG> has grain for <DATE>six weeks</DATE></c>, '
    '<s a="2" e="okello">its director, <PERSON e="okello">Rose Okello</PERSON></s>, <v a="2" t="denial">denied</v> in '
    '<GPE e="gulu">Gulu</GPE>.</p>',
    '<p><c a="3">“We wait,”</c> <s a="3" e="okello"><PERSON e="okello">Okello</PERSON></s> <v a="3">said</v>. <c a="3">'
    '“<s a="4" e="anonymous">Drivers</s> <v a="4" t="belief">think</v> <c a="4">the road to <GPE e="gulu">Gulu</GPE> '
    'will close by <DATE>April</DATE></c>.”</c></p>',
    '<p><c a="5" e="okello">“And nobody pays them for that,”</c></p>',
    '<p>It rained — on <DATE>Monday</DATE>. <ORG e="gfa">Gulu Farmers’ Union</ORG> and <PERSON e="tom">Tom</PERSON> '
    "left. Nobody stayed.</p>",
)  # fmt: skip


@pytest.fixture(scope="module")
def article(tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "x-001.xml"
    path.write_text("\n".join([HEAD, *BLOCKS, "</article>"]), encoding="utf-8")
    return read(path)


@pytest.fixture(scope="module")
def make_doc():
    return spacy.blank("en").make_doc


@pytest.fixture
def learnt(article, make_doc):
    """The article's paragraphs, and the sets of tags that they point into."""
    allowed = Allowed()
    return datasets.annotated(article, make_doc, allowed), allowed


def names(paragraph, allowed):
    """[(words, label)] of the tags that a paragraph's targets allow."""
    out = []
    for word, number in zip(paragraph.words, paragraph.names, strict=True):
        (tag,) = (NAME_TAGS[t] for t in allowed.sets[number])
        if tag[0] == "B":
            out.append(([word], tag[2:]))
        elif tag[0] == "I":
            assert out[-1][1] == tag[2:]
            out[-1][0].append(word)
    return [(" ".join(words), label) for words, label in out]


def parts(paragraph, frame):
    """{part: [words]} of a frame's roles."""
    out = {}
    for word, role in zip(paragraph.words, frame.roles, strict=True):
        edge, _, part = ROLE_TAGS[role].partition("-")
        if edge == "B":
            out.setdefault(part, []).append(word)
        elif edge == "I":
            out[part][-1] += f" {word}"
    return out


# Sets of tags


def test_a_corpus_that_marks_everything_allows_one_tag():
    marking = Marking()
    assert marking.allows("B", "PERSON") == ("B-PERSON",)
    assert marking.allows("I", "DATE") == ("I-DATE",)
    assert marking.allows("", "") == ("O",)


def test_a_word_without_a_mark_may_be_what_its_corpus_does_not_mark():
    free = set(Marking(("PERSON", "ORG")).allows("", ""))
    assert {"O", "B-DATE", "I-DATE", "B-GPE", "I-LAW"} <= free
    assert not free & {"B-PERSON", "I-PERSON", "B-ORG", "I-ORG"}
    assert len(free) == 1 + 2 * (len(NAMES) - 2)


def test_a_rest_may_be_any_rare_kind_and_none_of_those_is_left_unmarked():
    marking = Marking(("PERSON",), rest=True)
    assert set(marking.allows("B", "MISC")) == {
        "B-PRODUCT", "B-WORK_OF_ART", "B-LAW", "B-LANGUAGE", "B-EVENT", "O",
    }  # fmt: skip
    assert not set(marking.allows("", "")) & {"B-LAW", "I-PRODUCT"}
    assert "B-DATE" in marking.allows("", "")
    assert "O" not in Marking(("PERSON",), rest=True, rest_only_ours=True).allows("I", "MISC")


@pytest.mark.parametrize("corpus", datasets.MARKINGS)
def test_what_a_corpus_marks_is_never_allowed_where_it_does_not(corpus):
    marking = datasets.MARKINGS[corpus]
    for kind in marking.kinds:
        assert marking.allows("B", kind) == (f"B-{kind}",)
        assert not {f"B-{kind}", f"I-{kind}"} & set(marking.allows("", ""))
    assert "O" in marking.allows("", "")


def test_equal_sets_share_a_number_and_rows_tell_what_each_holds():
    allowed = Allowed()
    one, other = allowed.number(["O", "B-DATE"]), allowed.number(["B-LAW"])
    assert allowed.number(["B-DATE", "O"]) == one != other
    assert [[NAME_TAGS[i] for i, held in enumerate(row) if held] for row in allowed.rows()] == [
        ["O", "B-DATE"],
        ["B-LAW"],
    ]


def test_names_of_an_open_corpus_become_sets_and_blanks_no_words():
    nlp = spacy.blank("en")
    doc = nlp("Rose Okello  saw the Globe")
    doc.ents = [doc.char_span(0, 11, label="PERSON"), doc.char_span(21, 26, label="MISC")]
    allowed = Allowed()
    paragraph = datasets.names_of(doc, datasets.MARKINGS["wikigold"], allowed)
    assert paragraph.words == ("Rose", "Okello", "saw", "the", "Globe")
    sets = [{NAME_TAGS[tag] for tag in allowed.sets[number]} for number in paragraph.names]
    assert sets[:2] == [{"B-PERSON"}, {"I-PERSON"}]
    assert "B-DATE" in sets[2]
    assert sets[2] == sets[3]
    assert {tag[0] for tag in sets[4]} == {"B"}
    assert paragraph.anchors is None
    assert paragraph.syntax is None


def test_a_second_opinion_stands_in_place_of_a_mark_or_beside_it():
    doc = spacy.blank("en")("Rose Okello saw  Gulu")
    doc.ents = [doc.char_span(0, 11, label="ORG")]
    allowed = Allowed()
    opinion = {0: ("B-PERSON",), 1: ("I-PERSON", "I-ORG"), 3: ("B-GPE",)}
    paragraph = datasets.names_of(doc, datasets.MARKINGS["gmb"], allowed, opinion)
    sets = [{NAME_TAGS[tag] for tag in allowed.sets[number]} for number in paragraph.names]
    assert sets[0] == {"B-PERSON"}
    assert sets[1] == {"I-PERSON", "I-ORG"}
    assert "O" in sets[2]
    assert sets[3] == {"B-GPE"}


def test_only_what_a_reader_is_sure_of_contradicts_a_corpus():
    doc = spacy.blank("en")("Rose Okello saw Gulu on Monday")
    doc.ents = [doc.char_span(0, 11, label="ORG"), doc.char_span(24, 30, label="DATE")]
    found = [
        opinions.Best(tag, chance)
        for tag, chance in (("B-PERSON", 0.95), ("I-PERSON", 0.6), ("O", 1), ("B-GPE", 0.4), ("O", 1), ("O", 1))
    ]
    rows = dict(opinions.contradictions(doc, found, datasets.MARKINGS["gmb"]))
    assert rows == {0: ("B-PERSON",), 1: ("I-PERSON", "I-ORG")}


def test_kept_opinions_are_read_again_and_a_corpus_without_any_has_none(tmp_path):
    (tmp_path / "gmb.txt").write_text("gmb_ner/train 7 0:B-GPE 12:O|I-ORG\n")
    assert opinions.read("gmb", tmp_path) == {("gmb_ner/train", 7): {0: ("B-GPE",), 12: ("O", "I-ORG")}}
    assert opinions.read("uner", tmp_path) == {}
    assert opinions.read("gmb"), "the recipe's own are there"


def test_a_paragraph_of_names_falls_apart_at_its_sentence_ends():
    words = ("Rose", "left", ".", "It", "rained", "at", "No", ".", "ten", "!")
    whole = Paragraph(words, names=tuple(range(10)))
    apart = augment.sentences(whole, Random(1), 1.0)
    assert [p.words for p in apart] == [words[:3], words[3:]]
    assert [p.names for p in apart] == [whole.names[:3], whole.names[3:]]
    assert augment.sentences(whole, Random(1), 0.0) == [whole]
    plain = whole._replace(names=None)
    assert augment.sentences(plain, Random(1), 1.0) == [plain]


def test_lemmas_are_kept_of_inflected_and_of_doubtful_forms():
    nlp = spacy.blank("en")
    words = ["Roads", "closed", "closed", "news", "rise", "Kenya"]
    pos = ["NOUN", "VERB", "ADJ", "NOUN", "VERB", "PROPN"]
    doc = Doc(nlp.vocab, words=words, pos=pos, lemmas=["road", "close", "closed", "news", "rise", "Kenya"])
    assert datasets.lemma_table([doc]) == {
        "roads|NOUN": "road", "closed|VERB": "close", "closed|ADJ": "closed", "news|NOUN": "news"
    }  # fmt: skip


# Our own articles


def test_each_block_is_a_paragraph_of_its_words(learnt):
    paragraphs, _ = learnt
    assert len(paragraphs) == len(BLOCKS)
    assert " ".join(paragraphs[0].words) == "Aid agency warns of hunger in northern Kenya"


def test_names_are_told_by_one_tag_each(learnt):
    paragraphs, allowed = learnt
    assert [names(p, allowed) for p in paragraphs] == [
        [("Kenya", "GPE")],
        [("World Food Programme", "ORG"), ("six weeks", "DATE"), ("Rose Okello", "PERSON"), ("Gulu", "GPE")],
        [("Okello", "PERSON"), ("Gulu", "GPE"), ("April", "DATE")],
        [],
        [("Monday", "DATE"), ("Gulu Farmers ’ Union", "ORG"), ("Tom", "PERSON")],
    ]


def test_a_cue_is_the_anchor_of_its_attribution_and_says_its_type(learnt):
    paragraphs, _ = learnt
    found = [
        [(w, ANCHORS[a]) for w, a in zip(p.words, p.anchors, strict=True) if a] for p in paragraphs
    ]  # fmt: skip
    assert found == [
        [("warns", "speech")],
        [("denied", "denial")],
        [("said", "speech"), ("think", "belief")],
        [("“", "bare")],
        [],
    ]
    for p in paragraphs:
        assert sorted(f.anchor for f in p.frames) == [i for i, a in enumerate(p.anchors) if a]


def test_roles_tell_source_cue_and_content(learnt):
    paragraphs, _ = learnt
    (warns,), (denied,) = paragraphs[0].frames, paragraphs[1].frames
    assert parts(paragraphs[0], warns) == {
        "source": ["Aid agency"],
        "cue": ["warns of"],
        "content": ["hunger in northern Kenya"],
    }
    assert parts(paragraphs[1], denied) == {
        "content": ["The World Food Programme has grain for six weeks"],
        "source": ["its director , Rose Okello"],
        "cue": ["denied"],
    }


def test_a_nested_attribution_has_roles_of_its_own_and_the_outer_one_keeps_its_words(learnt):
    paragraph = learnt[0][2]
    outer, inner = paragraph.frames
    assert parts(paragraph, outer) == {
        "content": ["“ We wait , ”", "“ Drivers think the road to Gulu will close by April . ”"],
        "source": ["Okello"],
        "cue": ["said"],
    }
    assert parts(paragraph, inner) == {
        "source": ["Drivers"],
        "cue": ["think"],
        "content": ["the road to Gulu will close by April"],
    }


def test_a_quotation_without_a_cue_is_its_own_anchor(learnt):
    paragraph = learnt[0][3]
    (frame,) = paragraph.frames
    assert frame.anchor == 0
    assert parts(paragraph, frame) == {"content": ["“ And nobody pays them for that , ”"]}


def test_only_a_content_of_some_length_has_a_text_to_compare(learnt):
    assert [f.text for p in learnt[0] for f in p.frames] == [
        "",
        "The World Food Programme has grain for six weeks",
        "“We wait,” “Drivers think the road to Gulu will close by April.”",
        "the road to Gulu will close by April",
        "“And nobody pays them for that,”",
    ]


def test_a_mark_that_cuts_a_word_takes_all_of_it(article, make_doc):
    name = article.names[0]
    cut = article._replace(names=(name._replace(start=name.start + 2),))
    allowed = Allowed()
    assert names(datasets.annotated(cut, make_doc, allowed)[0], allowed) == [("Kenya", "GPE")]


def test_of_two_marks_that_share_a_word_the_first_one_counts(article, make_doc):
    programme = next(n for n in article.names if n.label == "ORG")
    inner = programme._replace(start=programme.end - len("Programme"), label="PRODUCT")
    allowed = Allowed()
    found = datasets.annotated(article._replace(names=(programme, inner)), make_doc, allowed)
    assert names(found[1], allowed) == [("World Food Programme", "ORG")]


# What is learnt from


def test_no_test_data_is_learnt_from():
    files = [name for group in datasets.FILES.values() for name in group] + list(datasets.TREES)
    tests = [name for name in files if "test" in name.lower()]
    assert tests == ["redocred/redocred_test"]  # a split of its paper, not one of our tests
    assert not [name for name in files if "pud" in name.lower()]
    assert set(datasets.FILES) == set(datasets.MARKINGS)


def test_what_is_measured_is_not_learnt_from():
    from benchmarks.model import DEVELOPMENT, TESTS

    files = {name for group in datasets.FILES.values() for name in group} | set(datasets.TREES)
    assert not files & {names.file for names in (*TESTS.values(), *DEVELOPMENT.values())}
    assert "ud_english_ewt/dev" not in files


def test_a_corpus_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"ud_english_ewt.train\.spacy"):
        datasets.documents(tmp_path, "ud_english_ewt/train")


def test_sentences_are_put_together_into_paragraphs_with_their_heads():
    from spacy.tokens import Doc

    words = ["She", "said", "so", ".", "He", "left", "early", "today", "."]
    doc = Doc(
        spacy.blank("en").vocab, words, heads=[1, 1, 1, 1, 5, 5, 5, 5, 5],
        deps=["nsubj", "ROOT", "obj", "punct", "nsubj", "ROOT", "advmod", "advmod", "punct"],
        tags=["PRP", "VBD", "RB", ".", "PRP", "VBD", "RB", "NN", "."],
        pos=["PRON", "VERB", "ADV", "PUNCT", "PRON", "VERB", "ADV", "NOUN", "PUNCT"],
        lemmas=["she", "say", "so", ".", "he", "leave", "early", "today", "."],
    )  # fmt: skip
    docs = [doc] * 3
    known = datasets.inventory(docs)
    ((paragraph,), *_) = datasets.trees(docs, known)
    assert paragraph.words == tuple(words)
    syntax = paragraph.syntax
    assert syntax.starts == (1, 0, 0, 0, 1, 0, 0, 0, 0)
    assert syntax.heads == (1, 1, 1, 1, 5, 5, 5, 5, 5)
    assert [known.relations[r] for r in syntax.relations][:4] == ["nsubj", "root", "obj", "punct"]
    assert [known.tags[t] for t in syntax.tags][:2] == ["PRP", "VBD"]
    assert known.morphs[syntax.morphs[1]].startswith("VERB|")


def test_no_paragraph_of_sentences_is_longer_than_a_window_can_hold():
    from spacy.tokens import Doc

    n, size = 50, 9  # sentences, and words of each
    words = ["It", "rained", *["again"] * (size - 3), "."] * n
    heads = [size * (i // size) + 1 for i in range(n * size)]
    deps = ["nsubj", "ROOT", *["advmod"] * (size - 3), "punct"] * n
    doc = Doc(spacy.blank("en").vocab, words, heads=heads, deps=deps)
    (paragraphs,) = datasets.trees([doc], datasets.inventory([doc]))
    assert [len(p.words) for p in paragraphs] == [180, 180, 90]
    assert [word for p in paragraphs for word in p.words] == words
    for p in paragraphs:
        assert p.syntax.heads == tuple(size * (i // size) + 1 for i in range(len(p.words)))
        assert [i for i, start in enumerate(p.syntax.starts) if start] == list(range(0, len(p.words), size))


def test_what_is_too_rare_is_not_learnt():
    from spacy.tokens import Doc

    vocab = spacy.blank("en").vocab
    common = Doc(vocab, ["Go"], tags=["VB"], pos=["VERB"], lemmas=["go"], heads=[0], deps=["ROOT"])
    rare = Doc(vocab, ["Gone"], tags=["VBN"], pos=["VERB"], lemmas=["go"], heads=[0], deps=["ROOT"])
    known = datasets.inventory([common] * 3 + [rare])
    assert known.tags == ("VB",)
    ((paragraph,),) = datasets.trees([rare], known)
    assert paragraph.syntax.tags == (datasets.UNSAID,)
    assert paragraph.syntax.relations == (0,)


# Other faces


def marked(article):
    return [article.text[m.start : m.end] for m in (*article.names, *article.parts)]


def free_places(article):
    """Places of letters that no mark or block begins or ends at, one by one."""
    edges = {e for m in (*article.names, *article.parts, *article.blocks) for e in (m.start, m.end)}
    return [i for i in range(len(article.text)) if not {i, i + 1} & edges and article.text[i] != "\n"]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_marks_move_along_with_any_edits_outside_them(article, data):
    inside = {i for m in (*article.names, *article.parts) for i in range(m.start, m.end)}
    places = [i for i in free_places(article) if i not in inside]
    chosen = data.draw(st.lists(st.sampled_from(places), unique=True, max_size=6))
    edits = [Edit(i, i + 1, data.draw(st.text("xyz ", max_size=4))) for i in chosen]
    other = augment.rewritten(article, edits)
    assert marked(other) == marked(article)
    assert len(other.blocks) == len(article.blocks)
    assert len(other.text) - len(article.text) == sum(len(e.text) - 1 for e in edits)
    for block in other.blocks:
        assert "\n" not in other.text[block.start : block.end]
        assert other.text[block.end : block.end + 1] in {"", "\n"}


def test_a_mark_around_an_edit_grows_with_it_and_a_name_takes_the_new_words(article):
    kenya = article.names[0]
    other = augment.rewritten(article, [Edit(kenya.start, kenya.end, "South Sudan")])
    assert marked(other)[0] == "South Sudan"
    content = next(p for p in other.parts if p.number == "1" and p.kind == "content")
    assert other.text[content.start : content.end] == "hunger in northern South Sudan"
    assert marked(other)[1 : len(article.names)] == marked(article)[1 : len(article.names)]


def test_what_was_judged_to_be_no_name_moves_along(article):
    at = article.text.index("Nobody stayed")
    other = augment.rewritten(article._replace(judged=((at, at + 6),)), [Edit(0, 3, "Relief")])
    assert [other.text[a:b] for a, b in other.judged] == ["Nobody"]


def test_no_edits_leave_an_article_as_it_is(article):
    assert augment.rewritten(article, []) == article


def test_a_pool_holds_people_of_two_words_and_bodies_without_acronyms(article):
    assert augment.pool([article]) == Pool((("Rose", "Okello"),), ("Gulu Farmers’ Union", "World Food Programme"))


def test_an_acronym_is_no_name_to_swap_in(article):
    union = next(n for n in article.names if n.key == "gfa")
    short = augment.rewritten(article, [Edit(union.start, union.end, "GFU")])
    assert augment.pool([short]).bodies == ("World Food Programme",)


NEW = Pool((("Nneka", "Adeyemi-Smith"),), ("Lake Bank",))


def test_a_person_has_one_new_name_wherever_they_are_named_and_places_stay(article):
    other = augment.other_people(article, NEW, Random(1), 1.0)
    now = {(n.label, n.key, other.text[n.start : n.end]) for n in other.names}
    assert {text for label, key, text in now if key == "okello"} == {"Nneka Adeyemi-Smith", "Adeyemi-Smith"}
    assert {text for label, _, text in now if label == "ORG"} == {"Lake Bank"}
    before = {(n.label, article.text[n.start : n.end]) for n in article.names if n.label in {"GPE", "DATE"}}
    assert {(label, text) for label, _, text in now if label in {"GPE", "DATE"}} == before
    assert "Okello" not in other.text
    assert "its director, Nneka Adeyemi-Smith, denied in Gulu" in other.text
    assert [(p.kind, p.number, p.key) for p in other.parts] == [(p.kind, p.number, p.key) for p in article.parts]


def test_someone_whose_forms_are_not_forename_and_surname_keeps_them(article):
    other = augment.other_people(article, NEW, Random(1), 1.0)
    assert "Tom left" in other.text  # named by one word only


def test_someone_with_a_nickname_keeps_all_names(article):
    okello = [n for n in article.names if n.key == "okello"]
    other = augment.rewritten(article, [Edit(okello[1].start, okello[1].end, "Rosie")])
    assert augment.other_people(other, NEW, Random(1), 1.0).text.count("Rose Okello") == 1


def test_a_body_with_a_short_form_keeps_its_name(article):
    union = next(n for n in article.names if n.key == "gfa")
    short = union._replace(end=union.start + 4)
    other = augment.other_people(article._replace(names=(*article.names[:-2], short, union)), NEW, Random(1), 1.0)
    assert "Gulu Farmers’ Union" in other.text


def test_no_share_changes_nobody(article):
    assert augment.other_people(article, NEW, Random(1), 0.0) == article


QUOTES = str.maketrans("“”‘’\"'", "qqqqqq")


@pytest.mark.parametrize("seed", range(60))
def test_habits_of_type_change_marks_and_dashes_only(article, seed):
    other = augment.type_habits(article, Random(seed))
    plain = [text.translate(QUOTES) for text in marked(article)]
    joined = [text.translate(QUOTES).replace(" ", "") for text in marked(other)]
    assert joined == [text.replace(" ", "") for text in plain]
    assert [b.kind for b in other.blocks] == [b.kind for b in article.blocks]
    assert {other.text[b.end : b.end + 1] for b in other.blocks} == {"\n", ""}


def test_habits_of_type_are_several_and_the_same_for_the_same_draw(article):
    texts = [augment.type_habits(article, Random(seed)).text for seed in range(200)]
    assert texts == [augment.type_habits(article, Random(seed)).text for seed in range(200)]
    assert any("“We wait,”" in text for text in texts)
    assert any('"We wait,"' in text for text in texts)
    assert any("‘We wait,’" in text for text in texts)
    assert any("â€”" in text for text in texts)


def test_a_blank_is_lost_behind_a_full_stop_but_not_where_a_mark_begins(article):
    texts = [augment.type_habits(article, Random(seed)).text for seed in range(600)]
    assert any("left.Nobody" in text for text in texts)
    assert all("Monday. Gulu" in text for text in texts)


@given(st.text("ab “”‘’\"'.\n", max_size=40))
def test_quotation_marks_are_exchanged_one_for_one(text):
    for other in (text.translate(augment.STRAIGHT), augment.curly(text), augment.single(text)):
        assert len(other) == len(text)
        assert other.translate(QUOTES) == text.translate(QUOTES)


def test_straight_marks_become_curly_ones_the_right_way_round():
    assert augment.curly('"So," he said, "it\'s (as "we") over."') == "“So,” he said, “it’s (as “we”) over.”"


PLAIN = Paragraph(("Rose", "Okello", "said", "WFP", "left", "."), names=(0,) * 6)


def test_letters_change_now_and_then_and_targets_stay():
    seen = {augment.letter_case(PLAIN, Random(seed), 1.0).words for seed in range(60)}
    assert seen == {
        ("ROSE", "OKELLO", "SAID", "WFP", "LEFT", "."),
        ("rose", "okello", "said", "wfp", "left", "."),
        ("Rose", "Okello", "Said", "WFP", "Left", "."),
    }
    assert {augment.letter_case(PLAIN, Random(seed), 1.0).names for seed in range(9)} == {PLAIN.names}
    changed = sum(augment.letter_case(PLAIN, Random(seed), 0.1) != PLAIN for seed in range(1000))
    assert 60 <= changed <= 150
    assert all(augment.letter_case(PLAIN, Random(seed), 0.0) == PLAIN for seed in range(100))
