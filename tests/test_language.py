"""The text itself says what language it is in; a tag only tips a close decision."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from transforms.page.language import detect, primary

TEXTS = {
    "en": "The council voted on Tuesday to close the old bridge for two years while it is repaired.",
    "es": "El ayuntamiento decidió el martes cerrar el puente viejo durante dos años mientras se repara.",
    "de": "Der Stadtrat beschloss am Dienstag, die alte Brücke für zwei Jahre zu sperren und zu erneuern.",
    "ja": "市議会は火曜日、古い橋を二年間閉鎖して修理することを決めた。住民は反対している。",
    "ru": "Городской совет во вторник решил закрыть старый мост на два года для ремонта.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_paragraph_is_enough(language: str) -> None:
    assert detect(TEXTS[language]) == language


def test_the_content_overrules_a_wrong_tag() -> None:
    assert detect(TEXTS["es"], hint="en-US") == "es"


@pytest.mark.parametrize(
    "text", ["", "Hanoi", "12 345 678 901 234 567 890 123", "https://example.com/a-long-path-here"]
)
def test_too_little_text_is_no_evidence(text: str) -> None:
    assert detect(text) == ""


def test_only_the_beginning_of_a_long_text_is_read() -> None:
    assert detect(TEXTS["en"] * 100 + TEXTS["de"] * 10_000) == "en"


def test_threads_agree() -> None:
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(detect, [*TEXTS.values()] * 20)) == [*TEXTS] * 20


def test_tags_are_cut_to_their_language() -> None:
    assert [primary(tag) for tag in ("en-GB", "PT_br", "x", "", "english", "zh-Hant-TW")] == [
        "en",
        "pt",
        "",
        "",
        "",
        "zh",
    ]
