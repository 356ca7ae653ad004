"""A segment without some of its pages: what stays keeps its place and its bytes, what went is nowhere."""

from __future__ import annotations

import zlib
from argparse import Namespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_archive import AT, page
from warcio.checker import Checker

from pipeline.archive import WarcArchive
from pipeline.blank import blank, joined, records, without, write
from schemas.errors import ArchiveError

LEAST = 230  # the smallest page record there is has 331 bytes


@given(st.one_of(st.integers(LEAST, 1_000), st.integers(65_400, 66_200), st.integers(131_000, 132_000)))
def test_a_blank_record_has_any_length_and_is_one_record(length):
    data = joined(blank(length))
    assert len(data) == length
    [record] = records(data)
    content = zlib.decompress(data, wbits=31)
    head, _, block = content.partition(b"\r\n\r\n")
    assert int(record.fields["content-length"]) == len(block) - 4
    assert block.strip(b"\0") == b"\r\n\r\n"
    assert b"WARC-Type: metadata" in head


def test_too_short_a_place_is_an_error():
    with pytest.raises(ValueError, match="too few"):
        blank(150)


@pytest.mark.parametrize("gone", [{0}, {1}, {2}, {0, 2}, {1, 2}])
def test_pages_go_and_the_others_read_as_before(tmp_path, gone):
    archive = WarcArchive(str(tmp_path))
    sent = (("Host", "daily.example"), ("Accept", "*/*"))
    pages = [page(n, body=bytes(f"secret {n} ", "ascii") * 40_000 + bytes(range(256)) * n, sent=sent) for n in range(3)]
    about = [{"entry": f"e{n}"} for n in range(3)]
    segment, raw = archive.write("unit-1", [(one, AT) for one in pages], about)
    file = tmp_path / segment.path
    before = file.read_bytes()
    for _ in range(2):  # a second time changes nothing
        assert archive.remove(segment.path, {raw[n].offset for n in gone}) == 3 - len(gone)
        assert file.stat().st_size == len(before)
        assert Checker(Namespace(inputs=[str(file)], verbose=False)).process_all() == 0
        for n in range(3):
            if n in gone:
                with pytest.raises(ArchiveError, match="holds no page"):
                    archive.read(raw[n])
            else:
                assert archive.read(raw[n]) == pages[n]._replace(sent=())
    data = file.read_bytes()
    whole = b"".join(zlib.decompress(data[record.start : record.end], wbits=31) for record in records(data))
    for n in range(3):
        for word in (f"secret {n} ", f"https://daily.example/{n}", f"entry: e{n}"):
            assert (word.encode() in whole) == (n not in gone)
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_segment_without_pages_goes_whole_and_a_missing_one_is_as_it_should_be(tmp_path):
    archive = WarcArchive(str(tmp_path))
    segment, raw = archive.write("unit-1", [(page(1), AT), (page(2), AT)])
    assert archive.remove(segment.path, {one.offset for one in raw}) == 0
    assert not (tmp_path / segment.path).exists()
    assert archive.remove(segment.path, {0}) == 0


def test_a_damaged_segment_is_left_as_it_is(tmp_path):
    archive = WarcArchive(str(tmp_path))
    segment, [first, _] = archive.write("unit-1", [(page(1), AT), (page(2), AT)])
    file = tmp_path / segment.path
    cut = file.read_bytes()[:-30]
    file.write_bytes(cut)
    with pytest.raises(ArchiveError, match="nothing of it was removed"):
        archive.remove(segment.path, {first.offset})
    assert file.read_bytes() == cut


def test_a_blank_place_takes_no_room_on_a_disk_that_knows_holes(tmp_path):
    file = tmp_path / "blank"
    write(file, blank(4_000_000))
    assert file.stat().st_size == 4_000_000
    if file.stat().st_blocks * 512 >= 4_000_000:
        pytest.skip("this file system keeps no holes")
    assert file.stat().st_blocks * 512 < 1_000_000


def test_offsets_that_are_no_page_remove_nothing(tmp_path):
    segment, _ = WarcArchive(str(tmp_path)).write("unit-1", [(page(1), AT)])
    data = (tmp_path / segment.path).read_bytes()
    pieces, left = without(data, {0, 5})
    assert (joined(pieces), left) == (data, 1)
