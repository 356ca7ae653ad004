"""Comparison keys: disguises undone, nothing of the text rewritten, a changed number never missed."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.fold import disguised, fold, is_counter, plain, text_key

ASCII = st.text(st.characters(max_codepoint=0x7F))


@pytest.mark.parametrize(
    "line",
    [
        "𝗦𝗼𝘂𝗿𝗰𝗲 𝗹𝗶𝗻𝗸",
        "𝒮ℴ𝓊𝓇𝒸ℯ 𝓁𝒾𝓃𝓀",
        "Ｓｏｕｒｃｅ　ｌｉｎｋ",
        "Ⓢⓞⓤⓡⓒⓔ ⓛⓘⓝⓚ",
        "🅢🅞🅤🅡🅒🅔 🅻🅸🅽🅺",
        "🆂🅾🆄🆁🅲🅴 🄻🄸🄽🄺",
        "ꜱᴏᴜʀᴄᴇ ʟɪɴᴋ",
        "⒮⒪⒰⒭⒞⒠ ⒧⒤⒩⒦",
        "S\u00ado\u200bu\u2060rce link\ufeff",
        "S̶o̶u̶r̶c̶e̶ link",
        "S̲o̲u̲r̲c̲e̲ l̅ink",
        "Sоurсе lіnk",  # Cyrillic о, с, е, і
        "Sουrce lιnk",  # Greek ο, υ, ι
        "\u202bSource\u200f link\u202c",
    ],
)
def test_every_disguise_folds_to_plain_letters(line: str) -> None:
    assert fold(line) == "source link"


@pytest.mark.parametrize("line", ["Москва и NATO", "Το NATO και η Αθήνα", "сор", "5 µm", "αβγ and abc"])
def test_honest_cyrillic_and_greek_stay(line: str) -> None:
    assert plain(line) == unicodedata.normalize("NFKC", line)


def test_words_that_are_all_look_alikes_follow_a_mixed_one() -> None:
    assert fold("сору оf а раgе") == "copy of a page"


def test_ligatures_digits_quotes_and_dashes_become_plain() -> None:
    assert plain("“ﬁne” — Nº ❷, ④ and ½…") == '"fine" - No 2, 4 and 1⁄2...'


@pytest.mark.parametrize(
    "line", ["𝗖𝗼𝗽𝘆𝗿𝗶𝗴𝗵𝘁", "see ⓣⓗⓘⓢ", "ᴊᴏɪɴ us", "ＪＯＩＮ us", "🅹🅾🅸🅽", "Jоin оur сhаnnеl", "J\u200bo\u200bi\u200bn us"]
)
def test_words_in_ornamental_letters_are_disguised(line: str) -> None:
    assert disguised(line)


@pytest.mark.parametrize(
    "line",
    [
        "Plain words",
        "Let 𝑥 be 𝑛 + 1",
        "🇺🇸🇬🇧 A joint team",
        "ＮＨＫは報じた",
        "Ⓐ and Ⓑ shares",
        "½ of ℝ",
        "Où étais-tu?",
        "",
    ],
)
def test_formulas_flags_and_east_asian_type_are_not(line: str) -> None:
    assert not disguised(line)


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert plain(plain(text)) == plain(text)


@given(ASCII)
def test_ascii_loses_its_case_and_its_white_space_and_nothing_else(text: str) -> None:
    assert fold(text) == " ".join(text.lower().split())
    assert plain(text).split() == text.split()


@pytest.mark.parametrize(
    "line",
    [
        "12 comments",
        "3,412 views",
        "5 min read",
        "Updated 3 minutes ago",
        "Share 14",
        "Comments (12)",
        "1.2k shares",
        "• 4 min read | 17 comments",
        "An hour ago",
        "No comments",
    ],
)
def test_counters_are_not_part_of_the_key(line: str) -> None:
    assert is_counter(line)
    assert text_key(f"One.\n\n{line}\n\nTwo.") == text_key("One.\n\nTwo.")


@pytest.mark.parametrize(
    "line",
    ["12 people died", "Shares fell 14", "7 views on the war", "Updated rules", "5 minutes later it was gone", ""],
)
def test_lines_that_say_something_are_no_counters(line: str) -> None:
    assert not is_counter(line)


def test_typography_and_white_space_leave_the_key_alone() -> None:
    before = "“It’s over…” she said — at last.\n\nThe  end."
    after = '"It\'s over..." she said - at last.\nThe end. '
    assert text_key(before) == text_key(after)
    assert text_key("a word—another") == text_key("a word — another")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("The flood killed 12 people.", "The flood killed 13 people."),
        ("It cost $1.2 million.", "It cost $1.3 million."),
        ("It fell to -5 degrees.", "It fell to 5 degrees."),
        ("He was not there.", "He was there."),
        ("12 people fled.\n\n3 comments", "11 people fled.\n\n3 comments"),
    ],
)
def test_a_change_of_meaning_changes_the_key(before: str, after: str) -> None:
    assert text_key(before) != text_key(after)


@given(st.lists(st.integers(0, 10_000), min_size=1), st.integers(0, 10_000), st.data())
def test_a_changed_number_in_a_sentence_always_changes_the_key(
    numbers: list[int], new: int, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(numbers) - 1))
    changed = [*numbers[:at], new, *numbers[at + 1 :]]

    def text(values: list[int]) -> str:
        return "\n\n".join(f"The council counted {value} boats in the harbour." for value in values)

    assert (text_key(text(numbers)) == text_key(text(changed))) == (numbers == changed)
