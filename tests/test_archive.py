"""The archive: what was fetched comes back as it was, and what is missing or damaged says so."""

from __future__ import annotations

import gzip
import pickle
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from warcio.archiveiterator import ArchiveIterator

from pipeline.archive import WarcArchive
from schemas.errors import ArchiveError
from schemas.ports import Response

AT = datetime(2026, 3, 1, 8, 30, 15, 250_000, tzinfo=UTC)


def page(n: int = 1, body: bytes | None = None, **more: object) -> Response:
    url = f"https://daily.example/{n}"
    headers = (
        ("content-type", "text/html; charset=utf-8"),
        ("x-robots-tag", "nofollow"),
        ("x-robots-tag", "noimageai"),
    )
    given = {"final_url": url, "status": 200, "headers": headers, "robots": "allowed"}
    text = f"<p>The {n}. ferry — là-bas — left late.</p>\r\n\r\n<p>It was full.</p>".encode()
    return Response(url, body=text if body is None else body, **(given | more))  # type: ignore[arg-type]


def test_pages_come_back_as_they_were(tmp_path):
    moved = page(
        3, final_url="https://daily.example/new/3", redirects=("https://daily.example/3", "https://x.example/3"),
        permanent=True, robots="no_robots",
    )  # fmt: skip
    odd = page(4, headers=(("x-odd", "caf\udce9 ü"), ("set-cookie", "a=1"), ("set-cookie", "b=2"), ("x-empty", "")))
    pages = [page(1), page(2, b""), moved, odd, page(5, bytes(range(256)) * 40, status=203)]
    segment, raw = WarcArchive(str(tmp_path)).write("unit-1", [(one, AT) for one in pages])
    again = pickle.loads(pickle.dumps(WarcArchive(str(tmp_path))))
    assert [again.read(one) for one in reversed(raw)] == pages[::-1]
    assert (segment.records, segment.bytes) == (5, (tmp_path / segment.path).stat().st_size)
    assert {one.segment for one in raw} == {segment.path}


def test_a_raw_page_says_what_and_where(tmp_path):
    _, [raw] = WarcArchive(str(tmp_path)).write("unit-1", [(page(1), AT)])
    assert raw.segment.startswith("2026-03-01/unit-1-")
    assert raw.fetched_at == "2026-03-01T08:30:15.250000+00:00"
    assert raw.headers == {"content-type": "text/html; charset=utf-8", "x-robots-tag": "nofollow, noimageai"}
    assert (raw.status, raw.robots, raw.url) == (200, "allowed", "https://daily.example/1")
    _, [other] = WarcArchive(str(tmp_path)).write("unit-2", [(page(1), AT)])
    assert other.page_id == raw.page_id


def test_the_body_is_kept_decoded_and_its_headers_say_so(tmp_path):
    sent = page(
        headers=(("content-encoding", "br"), ("content-length", "17"), ("transfer-encoding", "chunked"), ("a", "b"))
    )
    archive = WarcArchive(str(tmp_path))
    _, [raw] = archive.write("unit-1", [(sent, AT)])
    assert archive.read(raw).headers == (("a", "b"), ("content-length", str(len(sent.body))))


def test_other_readers_understand_a_segment(tmp_path):
    segment, raw = WarcArchive(str(tmp_path)).write("unit-1", [(page(n), AT) for n in (1, 2)])
    with (tmp_path / segment.path).open("rb") as file:
        seen = []
        for record in ArchiveIterator(file, check_digests="raise"):
            date = record.rec_headers.get_header("WARC-Date")
            seen.append((record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), date))
            if record.rec_type == "response":
                assert record.http_headers.get_statuscode() == "200"
                assert record.content_stream().read() == page(len(seen) - 1).body
    assert [kind for kind, *_ in seen] == ["warcinfo", "response", "response"]
    assert seen[1][1:] == ("https://daily.example/1", "2026-03-01T08:30:15.250000Z")
    assert (tmp_path / segment.path).read_bytes()[raw[1].offset :][:2] == b"\x1f\x8b"


def test_a_header_cannot_break_the_record(tmp_path):
    evil = page(
        headers=(("x-a", "one\r\nx-b: two\r\n\r\n<p>body"),), final_url="https://daily.example/\r\nWARC-Type: request"
    )
    archive = WarcArchive(str(tmp_path))
    segment, [raw] = archive.write("../../unit\n1", [(evil, AT)])
    assert archive.read(raw).headers == (("x-a", "one x-b: two <p>body"),)
    assert archive.read(raw).body == evil.body
    assert (tmp_path / segment.path).parent == tmp_path / "2026-03-01"
    text = gzip.decompress((tmp_path / segment.path).read_bytes())
    assert b"\nWARC-Type: request" not in text


def test_no_two_segments_share_a_name_and_none_is_half_written(tmp_path):
    archives = [WarcArchive(str(tmp_path)), WarcArchive(str(tmp_path))]
    paths = [archive.write("unit-1", [(page(), AT)])[0].path for archive in archives * 2]
    assert len(set(paths)) == 4
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*z*")) == sorted(paths)
    assert not list(tmp_path.rglob("*.tmp"))


def test_what_is_missing_cut_or_another_page_is_said_in_words(tmp_path):
    archive = WarcArchive(str(tmp_path))
    segment, [first, second] = archive.write("unit-1", [(page(1, b"a" * 9_000), AT), (page(2, b"b" * 9_000), AT)])
    path = tmp_path / segment.path
    replace = msgspec.structs.replace
    with pytest.raises(ArchiveError, match=r"holds another page than https://daily.example/1"):
        archive.read(replace(first, offset=second.offset))
    with pytest.raises(ArchiveError, match="holds no page at byte 0"):
        archive.read(replace(first, offset=0))
    with pytest.raises(ArchiveError, match="cut or damaged at byte 3"):
        archive.read(replace(first, offset=3))
    with pytest.raises(ArchiveError, match="cut or damaged"):
        archive.read(replace(first, offset=10**9))
    path.write_bytes(path.read_bytes()[: second.offset + 40])
    assert archive.read(first).body == b"a" * 9_000
    with pytest.raises(ArchiveError, match="the record has no end"):
        archive.read(second)
    path.unlink()
    with pytest.raises(ArchiveError, match="is missing"):
        archive.read(first)


def test_a_root_that_cannot_be_written_is_an_archive_error(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ArchiveError, match=r"cannot be written: .*(Not a directory|File exists)"):
        WarcArchive(str(tmp_path / "file")).write("unit-1", [(page(), AT)])
    with pytest.raises(ValueError, match="needs a page"):
        WarcArchive(str(tmp_path)).write("unit-1", [])


def test_a_root_with_a_scheme_goes_through_beams_file_systems(tmp_path):
    """Beam has no scheme for local files, so this one is registered here; `gs://` comes in the same door."""
    from apache_beam.io.localfilesystem import LocalFileSystem

    class ShelfFileSystem(LocalFileSystem):
        @classmethod
        def scheme(cls) -> str:
            return "shelf"

        def create(self, path, *args, **more):
            target = Path(path.removeprefix("shelf://"))
            target.parent.mkdir(parents=True, exist_ok=True)
            return super().create(str(target), *args, **more)

        def open(self, path, *args, **more):
            return super().open(path.removeprefix("shelf://"), *args, **more)

    archive = WarcArchive(f"shelf://{tmp_path}")
    segment, raw = archive.write("unit-1", [(page(1), AT), (page(2), AT)])
    assert [archive.read(one) for one in raw] == [page(1), page(2)]
    assert (tmp_path / segment.path).is_file()
    (tmp_path / segment.path).unlink()
    with pytest.raises(ArchiveError):
        archive.read(raw[0])
    assert ShelfFileSystem.scheme() == "shelf"
