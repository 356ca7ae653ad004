"""A page's bytes become the text its author wrote, whatever the server says of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.page.charset import codec, decode

SPANISH = "El año pasado, la niña dijo «sí» y se marchó a Cádiz."


def test_a_byte_order_mark_wins_over_what_the_server_says() -> None:
    found = decode(SPANISH.encode("utf-16"), "text/html; charset=iso-8859-1")
    assert (found.text, found.origin) == (SPANISH, "bom")


@pytest.mark.parametrize("label", ["windows-1252", "ISO-8859-1", "latin1"])
def test_the_header_names_the_charset_and_latin_1_means_what_browsers_mean(label: str) -> None:
    found = decode("He said “no” — twice".encode("cp1252"), f'text/html; charset="{label}"')
    assert (found.text, found.charset, found.origin) == ("He said “no” — twice", "cp1252", "header")


def test_the_page_declares_its_charset_where_the_header_is_silent() -> None:
    page = f'<html><head><meta charset="iso-8859-15"></head><p>{SPANISH}'.encode("iso-8859-15")
    assert SPANISH in decode(page, "text/html").text
    xml = '<?xml version="1.0" encoding="windows-1251"?><p>Москва сообщила</p>'.encode("cp1251")
    assert "Москва" in decode(xml).text


def test_a_wrong_header_loses_to_bytes_that_are_utf_8() -> None:
    assert decode(SPANISH.encode(), "text/html; charset=ISO-8859-1").text == SPANISH


def test_escapes_of_iso_2022_are_not_taken_for_utf_8() -> None:
    text = "<meta charset=iso-2022-jp><p>東京で会議</p>"
    assert decode(text.encode("iso2022_jp")).text == text


def test_undeclared_bytes_are_detected() -> None:
    text = "Правительство сообщило, что переговоры начнутся в понедельник и продлятся три дня. " * 5
    found = decode(text.encode("cp1251"))
    assert (found.text, found.origin) == (text, "detected")


def test_one_cut_character_does_not_cost_the_page_its_accents() -> None:
    page = b"<meta charset=utf-8>" + (SPANISH * 60).encode() + b"\xc3"
    assert SPANISH in decode(page).text


@pytest.mark.parametrize("label", ["base64", "rot13", "no-such-thing", "", "idna", "utf-7", "zip", "\x00"])
def test_what_is_no_text_codec_is_no_charset(label: str) -> None:
    assert codec(label) == ""
    assert decode(SPANISH.encode(), f"text/html; charset={label}").text == SPANISH


@given(st.binary(max_size=300), st.text(max_size=60))
def test_no_bytes_and_no_header_raise(body: bytes, header: str) -> None:
    assert isinstance(decode(body, f"text/html; charset={header}").text, str)
