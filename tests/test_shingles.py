"""Copies are known by the shingles they share, whatever their length, case or typography."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.figures import SHARED
from transforms.shingles import containment, sampled

VOCABULARY = [f"word{n}" for n in range(3_000)]


def story(seed: int, words: int) -> str:
    return " ".join(random.Random(seed).choices(VOCABULARY, k=words))


def test_a_cut_copy_with_a_footer_is_contained_in_its_original() -> None:
    original = story(1, 600)
    copy = " ".join(original.split()[:360]) + " " + story(2, 40)
    assert containment(sampled(copy), sampled(original)) > 0.8
    assert containment(sampled(original), sampled(copy)) < 0.75


def test_strangers_share_nothing() -> None:
    assert containment(sampled(story(3, 600)), sampled(story(4, 600))) == 0.0


def test_case_punctuation_and_line_ends_do_not_count() -> None:
    original = "The minister said the plan was late. " * 3 + story(5, 200)
    assert sampled(original.upper().replace(" ", "\n")) == sampled(original)


def test_a_japanese_text_has_shingles_though_it_has_no_blanks() -> None:
    text = "市議会は火曜日に古い橋を二年間閉鎖して修理することを決めたと発表した" * 4
    assert containment(sampled(text[20:]), sampled(text)) > 0.5


def test_too_little_text_has_no_shingles_and_is_in_nothing() -> None:
    assert sampled("two words") == frozenset()
    assert containment(frozenset(), sampled(story(6, 100))) == 0.0


@given(st.text(max_size=500), st.text(max_size=500))
def test_samples_fit_sql_and_a_part_keeps_its_samples(a: str, b: str) -> None:
    both = sampled(a + "\n\n" + b)
    assert all(-(2**63) <= one < 2**63 for one in both)
    assert sampled(a) <= both
    assert sampled(b) <= both


@pytest.mark.skipif(not (SHARED / "pages").is_dir(), reason="the recorded pages are not here")
def test_cut_copies_of_real_texts_are_found_and_strangers_are_not() -> None:
    from benchmarks.copies import COPY, cut, strangers
    from benchmarks.extraction import samples

    texts = [page.text for page in samples("wcxb", "dev", limit=120) if len(page.text.split()) >= 300]
    index = [sampled(text) for text in texts]
    copies = [sampled(cut(text, texts[at - 1])) for at, text in enumerate(texts)]
    assert all(containment(copy, original) >= COPY for copy, original in zip(copies, index, strict=True))
    assert strangers(index) == []
