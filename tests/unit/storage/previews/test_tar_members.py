"""Members of TAR archives, plain and compressed, from few bytes; damaged and hostile ones end in a sentence."""

from __future__ import annotations

import gzip
import io
import tarfile
import time
from pathlib import Path

import pytest

from cellift.storage.previews.api import ROWS
from unit.storage.previews.sampled import Counting, shown


@pytest.fixture
def store(tmp_path: Path) -> Counting:
    return Counting.at(tmp_path)


def packed(*members: tuple[str, int], kind: int = tarfile.GNU_FORMAT) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=kind) as archive:
        for name, size in members:
            info = tarfile.TarInfo(name)
            info.size = size
            archive.addfile(info, io.BytesIO(b"x" * size))
    return file.getvalue()


LONG = "deep/" * 60 + "größe.txt"


@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "no-ending"])
def test_members_in_each_format(store: Counting, kind: int, name: str) -> None:
    long = "deep/" * 30 + "n" if kind == tarfile.USTAR_FORMAT else LONG
    content = packed(("a.csv", 3), (long, 100_000), ("last", 0), kind=kind)
    found = shown(store, name, gzip.compress(content) if name.endswith("gz") else content)
    assert found.rows == [["a.csv", "3"], [long, "100000"], ["last", "0"]] and not found.cut
    assert "3 members." in found.note


def test_folders_and_links(store: Counting) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for kind, name in ((tarfile.DIRTYPE, "d"), (tarfile.SYMTYPE, "l"), (tarfile.LNKTYPE, "h")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "../../etc/passwd"
            archive.addfile(info)
    assert shown(store, "a.tar", file.getvalue()).rows == [
        ["d/", None], ["l -> ../../etc/passwd", None], ["h -> ../../etc/passwd", None],
    ]  # fmt: skip


def test_what_is_in_the_members_is_not_fetched(store: Counting) -> None:
    found = shown(store, "a.tar", packed(("big", 20 << 20), ("small", 5)))
    assert found.rows == [["big", str(20 << 20)], ["small", "5"]] and not found.cut
    assert store.given < 100_000
    found = shown(store, "many.tar", packed(*((str(one), 0) for one in range(ROWS + 1))))
    assert found.rows is not None and len(found.rows) == ROWS and found.cut
    assert found.note == f"An archive. The first {ROWS} members: there are more."
    assert not shown(store, "full.tar", packed(*((str(one), 0) for one in range(ROWS)))).cut


def test_one_that_is_cut_off_shows_its_beginning(store: Counting) -> None:
    content = packed(("a", 3), ("b", 5000))
    for name, data in (("a.tar", content[:2000]), ("a.tgz", gzip.compress(content[:2000]))):
        found = shown(store, name, data)
        assert found.rows == [["a", "3"], ["b", "5000"]] and found.cut and "its end is missing" in found.note
    damaged = shown(store, "a.tgz", gzip.compress(content, 0)[:1800])
    assert damaged.cut and damaged.rows == [["a", "3"], ["b", "5000"]]


def test_a_compressed_one_is_unpacked_no_further_than_it_may(store: Counting) -> None:
    bomb = gzip.compress(packed(("zeros", 80 << 20), ("behind", 1)), 9)
    before = time.monotonic()
    found = shown(store, "bomb.tar.gz", bomb)
    assert found.rows == [["zeros", str(80 << 20)]] and found.cut and "would take too much" in found.note
    assert time.monotonic() - before < 10 and store.given <= len(bomb)


def header(name: bytes, size: bytes, kind: bytes = b"0") -> bytes:
    block = bytearray(512)
    block[: len(name)], block[124 : 124 + len(size)], block[156:157] = name, size, kind
    block[257:263], block[148:156] = b"ustar\0", b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (header(b"a", b"\x80" + b"\xff" * 11), "its end is missing"),
        (header(b"a", b"\xff" * 12), "a size is none"),
        (header(b"a", b"-0000000001"), "a size is none"),
        (header(b"a", b"99999999999"), "a size is none"),
        (header(b"x", b"77777777777", b"x"), "a name is longer than can be"),
        (header(b"x", b"00000000024", b"x") + b"0 path=a\n".ljust(512, b"\0") + header(b"b", b"0"), ""),
        (header(b"x", b"00000000017", b"x") + b"15 size=-99999\n".ljust(512, b"\0") + header(b"b", b"0"), "a size"),
        (header(b"a", b"0") + b"z" * 512, "what follows is damaged"),
        (header(b"a", b"0")[:300] + b"\1" * 300, "what follows is damaged"),
        (b"".join(header(b"L", b"1", b"L") + b"n" * 512 for _ in range(2000)), "would take too much"),
    ],
)
def test_hostile_ones_end_in_a_sentence(store: Counting, content: bytes, said: str) -> None:
    found = shown(store, "a.tar", content)
    assert said in found.note and store.given < 3 << 20
