"""Names over a whole article: joined, carried to every mention, noted where the text contradicts itself."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import load
from pipeline.seeds import load_aliases
from schemas.annotation import Annotation, Name
from transforms.annotation import annotate_text
from transforms.entities import NOTE_ACRONYM, NOTE_SPELLING, entities
from transforms.naming.alike import near_names
from transforms.naming.names import initials, near_miss, short_forms, strip_titles

ALIASES = (
    ("United Nations", "United Nations", "ORG"),
    ("U.N.", "United Nations", "ORG"),
    ("Kenya", "Kenya", "GPE"),
    ("Kenyan", "Kenyan", "NORP"),
    ("Nelson Mandela", "Nelson Mandela", "PERSON"),
)


def read(text: str, *names: tuple[str, str]):
    """Entities by name, where a model saw `names` at their first place."""
    seen = tuple(Name(text.index(n), text.index(n) + len(n), n, label) for n, label in names)
    found = entities(text, Annotation((), seen, "test-0"), ALIASES)
    assert all(text[m.start : m.end] == m.exact for e in found for m in e.mentions)
    return {e.name: e for e in found}


def test_a_surname_joins_its_full_name_over_the_whole_article():
    text = "Gen. Tomas Reyes spoke.\nNobody answered Reyes.\nReyes’s aides left."
    found = read(text, ("Tomas Reyes", "PERSON"))
    assert set(found) == {"Tomas Reyes"}
    assert [m.exact for m in found["Tomas Reyes"].mentions] == ["Tomas Reyes", "Reyes", "Reyes"]


def test_two_people_who_share_a_surname_keep_it_apart():
    text = "Ada Moss and Ben Moss spoke. Then Moss left."
    found = read(text, ("Ada Moss", "PERSON"), ("Ben Moss", "PERSON"))
    assert set(found) == {"Ada Moss", "Ben Moss", "Moss"}


def test_titles_articles_and_possessives_stay_outside():
    text = "The Harbour Ministry’s chief met Brig. Gen. Pat Ryder at the Harbour Ministry."
    found = read(text, ("The Harbour Ministry’s", "ORG"), ("Brig. Gen. Pat Ryder", "PERSON"))
    assert [m.exact for m in found["Harbour Ministry"].mentions] == ["Harbour Ministry"] * 2
    assert found["Pat Ryder"].label == "PERSON"


def test_an_acronym_joins_the_name_that_it_is_given_for():
    text = "The Valley Farmers Union (VFU) met. The VFU will vote."
    found = read(text, ("Valley Farmers Union", "ORG"))
    assert found["Valley Farmers Union"].aliases == ("VFU",)
    assert not found["Valley Farmers Union"].notes


def test_an_acronym_that_does_not_spell_its_name_is_noted_not_mended():
    text = "The Valley Farmers Union, or VXQ, met on Monday. VXQ will vote."
    found = read(text, ("Valley Farmers Union", "ORG"))
    assert found["Valley Farmers Union"].notes == (NOTE_ACRONYM,)
    assert "VXQ" in found["Valley Farmers Union"].aliases


def test_a_name_almost_like_a_known_one_is_noted_not_mended():
    found = read("Nelson Mandelo was quoted.", ("Nelson Mandelo", "PERSON"))
    assert found["Nelson Mandelo"].notes == (NOTE_SPELLING.format(known="Nelson Mandela"),)


def test_the_alias_table_names_what_no_model_saw_and_keeps_demonyms_apart():
    found = read("The U.N. and Kenya signed; Kenyan farmers and the United Nations rejoiced.")
    assert found["United Nations"].aliases == ("U.N.",)
    assert (found["Kenya"].label, found["Kenyan"].label) == ("GPE", "NORP")
    assert [m.exact for m in found["Kenya"].mentions] == ["Kenya"]


def test_a_known_word_inside_a_longer_unknown_name_is_not_taken_for_it():
    assert "Kenya" not in read("She works for Kenya Sweetwater these days.")


def test_the_words_around_a_name_outvote_a_label():
    text = "Spokesman Odd Berg, 52, left."
    assert read(text, ("Odd Berg", "GPE"))["Odd Berg"].label == "PERSON"
    assert read("Spokesman Odd Berg left.", ("Odd Berg", "GPE"))["Odd Berg"].label == "GPE", "one word is too little"


def test_the_most_named_and_earliest_named_thing_is_the_most_salient():
    text = "Kenya grew. Kenya paid. Kenya won.\n" + "Nothing happened. " * 20 + "The U.N. watched."
    found = entities(text, Annotation((), (), "test-0"), ALIASES)
    assert [e.name for e in found] == ["Kenya", "United Nations"]
    assert 0 <= found[1].salience < found[0].salience <= 1


def test_what_the_letters_of_a_name_say():
    assert strip_titles("Brig. Gen. Pat Ryder") == len("Brig. Gen. ")
    assert "Reyes" in short_forms("Tomas Reyes Jr.")
    assert "wfp" in initials("World Food Programme")
    assert {"boe", "be"} == initials("Bank of England")
    assert initials("of the " * 40) == frozenset()
    assert near_miss("Nelson Mandelo", "Nelson Mandela")
    assert not near_miss("Nelson Mandela", "Nelson Mandela")
    assert not near_miss("Winnie Mandela", "Nelson Mandela")


@given(st.text(alphabet="Kenya U.N.éß (),-’'\n\x00", max_size=80), st.data())
def test_mentions_of_any_text_hold_and_lie_apart(text, data):
    spans = st.tuples(st.integers(0, len(text)), st.integers(0, len(text)), st.sampled_from(["PERSON", "ORG", "MISC"]))
    names = [Name(a, b, text[a:b], label) for a, b, label in data.draw(st.lists(spans, max_size=4)) if a < b]
    found = entities(text, Annotation((), tuple(names), "test-0"), ALIASES)
    mentions = sorted((m.start, m.end, m.exact) for e in found for m in e.mentions)
    assert all(text[a:b] == exact for a, b, exact in mentions)
    assert all(x[1] <= y[0] for x, y in pairwise(mentions))


def test_a_house_of_power_and_a_capital_that_acts_are_noted() -> None:
    def notes(text: str) -> dict[str, tuple[str, ...]]:
        seen = annotate_text(load("en_newsbeam_sm"), text)
        return {e.name: e.notes for e in entities(text, seen, load_aliases(""))}

    assert notes("The Kremlin said the talks will go on.")["Kremlin"] == ("also stands for the leadership of Russia",)
    assert notes("Moscow said the talks will go on.")["Moscow"] == ("also stands for the government of Russia",)
    assert notes("He was born in Moscow.")["Moscow"] == ()


def test_two_spellings_of_one_article_are_told_of_each_other() -> None:
    names = ["Amara Okafor", "Amara Okafer", "Tomas Reyes", "Amara", "Ana Okafor"]
    assert near_names(names) == [["Amara Okafer"], ["Amara Okafor"], [], [], []]


def test_names_that_are_all_alike_cost_no_more_than_their_letters() -> None:
    assert near_names(["Amara Okafor"] * 3_000)[0] == []
    assert len(near_names([f"Amara Okafo{chr(97 + k % 26)}" for k in range(3_000)])) == 3_000
