"""Copies are known by the shingles they share, and by where they share them, whatever their case or typography."""

from __future__ import annotations

import math
import random

from hypothesis import given
from hypothesis import strategies as st

from transforms.fold import fold
from transforms.nearness import nearness
from transforms.shingles import BLOCK, LOOKED_UP, asked, keys, numbers, sampled, samples

VOCABULARY = [f"word{n}" for n in range(3_000)]
ODD = "ab ßﬁ½…ü\u0308\u0301\u00ad\u200bがｶﾞ中国I\u0130ᄀ"
TEXTS = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from(ODD)))


def story(seed: int, words: int) -> str:
    return " ".join(random.Random(seed).choices(VOCABULARY, k=words))


def edited(text: str, share: float = 0.2, seed: int = 9) -> str:
    chance = random.Random(seed)
    return " ".join(chance.choice(VOCABULARY) if chance.random() < share else word for word in text.split())


def test_a_cut_copy_with_a_footer_is_covered_by_its_original_and_does_not_cover_it() -> None:
    original = story(1, 600)
    near = nearness(sampled(" ".join(original.split()[:240]) + " " + story(2, 40)), sampled(original))
    assert near.is_copy and not near.is_copied
    assert near.containment > 0.8 > near.resemblance


def test_a_copy_of_which_a_fifth_of_the_words_are_others_is_a_copy_though_half_of_its_shingles_are() -> None:
    original = story(1, 600)
    near = nearness(sampled(edited(original)), sampled(original))
    assert near.containment < 0.6
    assert near.covered > 0.85


def test_quotations_make_no_copy_however_they_are_scattered() -> None:
    release, own = story(1, 600).split(), story(2, 500).split()
    quoting = []
    for n in range(5):  # 250 words of the release between 500 of its own: as many as an edited copy shares
        quoting += own[n * 100 : n * 100 + 100] + release[n * 100 : n * 100 + 50]
    near = nearness(sampled(" ".join(quoting)), sampled(" ".join(release)))
    assert near.containment > 0.3
    assert not near.is_copy


def test_strangers_share_nothing() -> None:
    assert nearness(sampled(story(3, 600)), sampled(story(4, 600))) == (0, 0, 0, 0)


def test_case_punctuation_and_line_ends_do_not_count() -> None:
    original = "The minister said the plan was late. " * 3 + story(5, 200)
    assert sampled(original.upper().replace(" ", "\n")) == sampled(original)
    assert sampled(original.replace(". ", "… ").replace("e", "e\u200b")) == sampled(original)


def test_letters_that_fold_to_several_are_the_same_as_those() -> None:
    plain = "grosse strasse one half office " * 8
    assert sampled(plain.replace("ss", "ß").replace("ffi", "ﬃ")) == sampled(plain)
    assert sampled("über das müde brüllen " * 8) == sampled("u\u0308ber das mu\u0308de bru\u0308llen " * 8)


def test_a_japanese_text_has_shingles_though_it_has_no_blanks() -> None:
    text = "市議会は火曜日に古い橋を二年間閉鎖して修理することを決めたと発表した" * 4
    assert nearness(sampled(text[20:]), sampled(text)).is_copy


def test_too_little_text_has_no_shingles_and_is_in_nothing() -> None:
    assert sampled("two words") == sampled("") == b""
    assert not nearness(b"", sampled(story(6, 100))).is_copy


def test_a_sample_is_the_same_on_every_machine_and_in_every_version_of_this_sampling() -> None:
    """Stored samples stand in ledgers: who changes these numbers raises SAMPLING."""
    found = numbers(sampled("The harbour master said on Tuesday that the old bridge would be closed"))
    assert found[:3].tolist() == [12518923771914383622, 8783004791073144116, 2899751997212750652]


def test_a_long_text_asks_for_some_of_its_keys_spread_over_all_of_it() -> None:
    text = story(7, 3_000)
    (all_, _), (some, _) = keys([sampled(text)]), asked([sampled(text)])
    places = [all_.tolist().index(key) for key in some.tolist()]
    step = len(all_) / LOOKED_UP
    assert len(some) == LOOKED_UP < len(all_)
    assert places == [math.ceil(n * step) for n in range(LOOKED_UP)]


def test_keys_of_several_texts_say_whose_they_are() -> None:
    several = samples([story(1, 300), "too short", story(2, 40)])
    shingles, owners = keys(several)
    for number, sample in enumerate(several):
        assert shingles[owners == number].tolist() == keys([sample])[0].tolist()
    assert len(keys([])[0]) == len(asked([b""])[0]) == 0


@given(st.lists(TEXTS, max_size=6))
def test_a_text_has_the_sample_of_its_folded_form_whatever_stands_beside_it(texts: list[str]) -> None:
    assert samples(texts) == [sampled(fold(text)) for text in texts]


def test_texts_are_told_apart_where_they_do_not_fit_one_block() -> None:
    texts = [story(n, 2_000) for n in range(BLOCK // 10_000)]
    assert samples(texts) == [sampled(text) for text in texts]


@given(TEXTS, TEXTS)
def test_samples_fit_sql_and_a_part_keeps_its_samples(a: str, b: str) -> None:
    both = sampled(a + "\n\n" + b)
    assert all(-(2**63) <= one < 2**63 for one in keys([both])[0].tolist())
    assert both.startswith(sampled(a))
    assert both.endswith(sampled(b))
