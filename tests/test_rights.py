"""What a page says of its use by machines."""

from __future__ import annotations

import pytest

from transforms.page.rights import rights

PAGE = b"<html><head><title>Ferry</title>%s</head><body>%s</body></html>"


def of(meta: str = "", *headers: tuple[str, str], body: str = "", agent: str = "newsbeam"):
    return rights(headers, PAGE % (meta.encode(), body.encode()), agent)


OUT = {
    "X-Robots-Tag": of("", ("x-robots-tag", "noai, noimageai")),
    "a second X-Robots-Tag": of("", ("x-robots-tag", "nofollow"), ("x-robots-tag", "NOAI")),
    "X-Robots-Tag for us": of("", ("x-robots-tag", "otherbot: nofollow, newsbeam: noindex")),
    "X-Robots-Tag after a date": of("", ("x-robots-tag", "unavailable_after: 25 Jun 2026 15:00:00 PST, noai")),
    "meta robots": of('<meta name="robots" content="noai, noimageai">'),
    "meta robots the other way round": of("<META content='index,NOAI' NAME=Robots />"),
    "meta without quotes": of("<meta name=robots content=none>"),
    "meta with entities": of('<meta name="robots" content="no&#97;i">'),
    "meta for us": of('<meta name="newsbeam" content="noindex">'),
    "TDM header": of("", ("tdm-reservation", "1")),
    "TDM meta": of('<meta name="tdm-reservation" content="1">'),
    "UTF-16": rights([], b"\xff\xfe" + '<html><head><meta name="robots" content="noai">'.encode("utf-16-le")),
    "behind a long script": of(f'<script>{"x" * 200_000}</script><meta name="robots" content="noai">'),
}
IN = {
    "nothing": of(),
    "the usual": of('<meta name="robots" content="index, follow, max-image-preview:large, max-snippet:-1">'),
    "noarchive": of('<meta name="robots" content="noarchive">'),
    "pictures only": of("", ("x-robots-tag", "noimageai")),
    "another robot's header": of("", ("x-robots-tag", "otherbot: noai, noindex")),
    "another robot's meta": of('<meta name="googlebot-news" content="noindex">'),
    "a comment": of('<!-- <meta name="robots" content="noai"> -->'),
    "a script": of('<script>document.write(\'<meta name="robots" content="noai">\')</script>'),
    "the body": of(body='<meta name="robots" content="noai">'),
    "TDM allowed": of('<meta name="tdm-reservation" content="0">', ("tdm-reservation", "0")),
    "a paywall": of('<script type="application/ld+json">{"isAccessibleForFree": "False"}</script>'),
    "broken": rights([("x-robots-tag", ",,:,")], b'<html><head><meta name=robots content="noai'),
    "empty": rights([], b""),
}


@pytest.mark.parametrize("case", OUT)
def test_these_are_opted_out(case):
    assert OUT[case].opted_out, OUT[case]
    assert OUT[case].reason


@pytest.mark.parametrize("case", IN)
def test_these_are_not(case):
    assert not IN[case].opted_out, IN[case]
    assert IN[case].reason == ""


def test_the_reason_and_the_signals_name_what_was_found():
    found = of(
        '<meta name="robots" content="noarchive, noai"><meta name="tdm-policy" content="https://daily.example/tdm">',
        ("x-robots-tag", "nofollow"),
        ("tdm-reservation", "1"),
    )
    assert found.reason == "meta robots says noai; tdm-reservation is 1 (header)"
    assert found.signals == {
        "x-robots-tag": "nofollow",
        "meta robots": "noarchive, noai",
        "tdm-reservation": "1",
        "tdm-policy": "https://daily.example/tdm",
    }


def test_a_file_of_the_site_counts_where_the_page_itself_says_nothing():
    told = {"tdmrep.json": "/ is reserved"}
    silent, takes_back = rights([], PAGE, site=told), rights([("tdm-reservation", "0")], PAGE, site=told)
    assert (silent.opted_out, silent.reason, silent.signals) == (True, "tdmrep.json: / is reserved", told)
    assert not takes_back.opted_out
    assert not rights([], PAGE % (b'<meta name="tdm-reservation" content="0">', b""), site=told).opted_out
    closed = rights([("tdm-reservation", "0")], PAGE, site={"robots.txt": "closes it to gptbot"})
    assert closed.reason == "robots.txt closes it to gptbot"


@pytest.mark.parametrize(
    "body",
    [
        '<script type="application/ld+json">{"isAccessibleForFree" : false}</script>',
        '<script>"{\\"isAccessibleForFree\\":\\"False\\"}"</script>',
        '<meta itemprop="isAccessibleForFree" content="false">',
    ],
)
def test_a_paywall_is_a_signal(body):
    assert of(body=body).signals == {"paywall": "isAccessibleForFree is false"}
    assert of(body=body.replace("false", "true").replace("False", "True")).signals == {}


def test_hostile_heads_are_read_in_bounded_time():
    for piece in (
        "<!--",
        "<script>",
        "<script></script>",
        "<meta ",
        "<meta name='",
        "<meta a='b' ",
        "<metaname=robots>",
    ):
        found = rights([("x-robots-tag", ":," * 50_000)], (piece * 60_000).encode())
        assert not found.opted_out
