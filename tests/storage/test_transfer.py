from __future__ import annotations

import hashlib
import os
import threading
import tracemalloc
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from cellift.storage.api import PIECE
from cellift.storage.errors import (
    CancelledError,
    ChangedError,
    ChecksumError,
    NotFoundError,
    StorageError,
    TruncatedError,
    UnreachableError,
)
from cellift.storage.local.tree import LocalTree
from cellift.storage.place import Place
from cellift.storage.transfer import copy, download, upload
from storage.faulty import Faulty
from storage.kit import get, keys, put
from storage.subjects import Subject

CONTENT = os.urandom(3 * PIECE + 77)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


@pytest.fixture
def other(tmp_path: Path) -> LocalTree:
    """Another store than the one under test."""
    tree = LocalTree(tmp_path / "other")
    tree.make_bucket("other-bucket")
    return tree


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


@pytest.mark.parametrize("content", [b"", b"x", CONTENT], ids=["empty", "one byte", "pieces"])
def test_a_file_goes_up_and_comes_down_the_same(subject: Subject, bucket: str, here: Path, content: bytes) -> None:
    (here / "a").write_bytes(content)
    place = Place(subject.store, "subject", bucket, "dir/a")
    moved: list[int] = []
    upload(here / "a", place, moved=moved.append)
    assert sum(moved) == len(content)
    moved.clear()
    download(place, here / "deep" / "down" / "b", moved=moved.append)
    assert sum(moved) == len(content)
    assert (here / "deep" / "down" / "b").read_bytes() == content
    assert names(here / "deep" / "down") == ["b"]


def test_a_file_gets_the_content_type_that_the_key_tells(subject: Subject, bucket: str, here: Path) -> None:
    (here / "a").write_bytes(b"1,2")
    given: list[str] = []
    store = Faulty(subject.store)
    store.given = given.append
    upload(here / "a", Place(store, "subject", bucket, "a.csv"))
    assert given == ["text/csv"]


@pytest.mark.parametrize("content", [b"", CONTENT], ids=["empty", "pieces"])
def test_an_object_goes_to_another_store_and_back(
    subject: Subject, bucket: str, other: LocalTree, content: bytes
) -> None:
    put(subject.store, bucket, "a", content)
    ours, theirs = Place(subject.store, "subject", bucket, "a"), Place(other, "other", "other-bucket", "x/b")
    moved: list[int] = []
    copy(ours, theirs, moved=moved.append)
    assert sum(moved) == len(content)
    copy(theirs, Place(subject.store, "subject", bucket, "c"))
    assert get(subject.store, bucket, "c") == content


def test_within_one_connection_the_store_itself_copies(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "a", CONTENT)
    store = Faulty(subject.store)
    moved: list[int] = []
    copy(Place(store, "one", bucket, "a"), Place(store, "one", bucket, "b"), moved=moved.append)
    assert (store.reads, sum(moved)) == ([], len(CONTENT))
    assert get(subject.store, bucket, "b") == CONTENT


def test_a_broken_connection_is_taken_up_where_it_broke(subject: Subject, bucket: str, here: Path) -> None:
    put(subject.store, bucket, "a", CONTENT)
    store = Faulty(subject.store)
    store.breaks = [PIECE + 5, 2 * PIECE]
    moved: list[int] = []
    download(Place(store, "subject", bucket, "a"), here / "a", moved=moved.append)
    assert (here / "a").read_bytes() == CONTENT
    assert store.reads == [0, PIECE + 5, 2 * PIECE]
    assert sum(moved) == len(CONTENT)


def test_an_ended_download_goes_on_at_the_next_try(subject: Subject, bucket: str, here: Path) -> None:
    put(subject.store, bucket, "a", CONTENT)
    store = Faulty(subject.store)
    place = Place(store, "subject", bucket, "a")
    store.breaks = [PIECE + 5, PIECE + 5]  # the second time nothing comes
    (here / "a").write_bytes(b"what was there")
    with pytest.raises(UnreachableError):
        download(place, here / "a")
    assert (here / "a").read_bytes() == b"what was there"
    store.reads.clear()
    moved: list[int] = []
    download(place, here / "a", moved=moved.append)
    assert store.reads == [PIECE + 5]
    assert (moved[0], sum(moved)) == (PIECE + 5, len(CONTENT))
    assert (here / "a").read_bytes() == CONTENT
    assert names(here) == ["a"]


def test_a_download_of_what_is_another_object_by_now_begins_anew(subject: Subject, bucket: str, here: Path) -> None:
    put(subject.store, bucket, "a", CONTENT)
    store = Faulty(subject.store)
    place = Place(store, "subject", bucket, "a")
    store.breaks = [PIECE, PIECE]
    with pytest.raises(UnreachableError):
        download(place, here / "a")
    put(subject.store, bucket, "a", CONTENT[::-1])
    store.reads.clear()
    download(place, here / "a")
    assert store.reads == [0]
    assert (here / "a").read_bytes() == CONTENT[::-1]
    assert names(here) == ["a"]


def test_an_object_replaced_during_a_download_is_told_and_leaves_nothing(
    subject: Subject, bucket: str, here: Path
) -> None:
    put(subject.store, bucket, "a", CONTENT)
    store = Faulty(subject.store)
    store.breaks = [PIECE]

    def put_another(_: int) -> None:
        put(subject.store, bucket, "a", CONTENT[::-1])

    with pytest.raises(ChangedError):
        download(Place(store, "subject", bucket, "a"), here / "a", moved=put_another)
    assert names(here) == []


@pytest.mark.parametrize("algorithm", ["crc32", "md5", "sha1", "sha256"])
def test_what_arrives_damaged_is_not_taken(
    subject: Subject, bucket: str, here: Path, other: LocalTree, algorithm: str
) -> None:
    put(subject.store, bucket, "a", CONTENT)
    store = Faulty(subject.store)
    place, to = Place(store, "subject", bucket, "a"), Place(other, "other", "other-bucket", "b")
    right = f"{zlib.crc32(CONTENT):08x}" if algorithm == "crc32" else hashlib.new(algorithm, CONTENT).hexdigest()
    store.checksums = {algorithm: right}
    store.damage = lambda piece: piece[:-1] + bytes([piece[-1] ^ 1])
    with pytest.raises(ChecksumError, match=algorithm):
        download(place, here / "a")
    assert not (here / "a").exists()
    with pytest.raises(ChecksumError, match=algorithm):
        copy(place, to)
    assert keys(other, "other-bucket") == []
    store.damage = lambda piece: piece
    download(place, here / "a")
    copy(place, to)
    assert (here / "a").read_bytes() == get(other, "other-bucket", "b") == CONTENT
    assert names(here) == ["a"]


def test_a_resumed_download_is_checked_as_a_whole_and_taken_when_it_is_right(
    subject: Subject, bucket: str, here: Path
) -> None:
    put(subject.store, bucket, "a", CONTENT)
    store = Faulty(subject.store)
    store.checksums = {"sha256": hashlib.sha256(CONTENT).hexdigest()}
    place = Place(store, "subject", bucket, "a")
    store.breaks = [PIECE, PIECE]
    with pytest.raises(UnreachableError):
        download(place, here / "a")
    store.reads.clear()
    download(place, here / "a")
    assert store.reads == [PIECE]
    assert (here / "a").read_bytes() == CONTENT


def test_a_try_that_brought_nothing_leaves_no_file(subject: Subject, bucket: str, here: Path) -> None:
    put(subject.store, bucket, "a", CONTENT)
    store = Faulty(subject.store)
    store.breaks = [0]
    with pytest.raises(UnreachableError):
        download(Place(store, "subject", bucket, "a"), here / "a")
    assert names(here) == []


def test_a_body_that_ends_too_early_is_not_taken_for_the_whole(
    subject: Subject, bucket: str, here: Path, other: LocalTree
) -> None:
    put(subject.store, bucket, "a", CONTENT)
    store = Faulty(subject.store)
    store.ends = PIECE + 5
    place = Place(store, "subject", bucket, "a")
    with pytest.raises(TruncatedError):
        download(place, here / "a")
    with pytest.raises(TruncatedError):
        copy(place, Place(other, "other", "other-bucket", "a"))
    assert not (here / "a").exists() and keys(other, "other-bucket") == []


def test_a_store_that_has_not_written_all_is_not_believed(
    subject: Subject, bucket: str, here: Path, other: LocalTree
) -> None:
    (here / "a").write_bytes(CONTENT)
    put(other, "other-bucket", "a", CONTENT)
    store = Faulty(subject.store)
    store.wrote = lambda info: replace(info, size=info.size - 1)
    for transfer in (
        lambda to: upload(here / "a", to),
        lambda to: copy(Place(other, "other", "other-bucket", "a"), to),
    ):
        with pytest.raises(TruncatedError):
            transfer(Place(store, "subject", bucket, "b"))


def test_two_stores_with_two_checksums_of_one_object_are_told(subject: Subject, bucket: str, other: LocalTree) -> None:
    put(other, "other-bucket", "a", CONTENT)
    source, target = Faulty(other), Faulty(subject.store)
    right = hashlib.md5(CONTENT).hexdigest()
    source.checksums = {"md5": right}
    place, to = Place(source, "other", "other-bucket", "a"), Place(target, "subject", bucket, "b")
    target.wrote = lambda info: replace(info, checksums={"md5": right})
    copy(place, to)
    target.wrote = lambda info: replace(info, checksums={"md5": "0" * 32})
    with pytest.raises(ChecksumError, match="md5"):
        copy(place, to)


def test_metadata_comes_along_or_its_loss_is_told(subject: Subject, bucket: str, other: LocalTree) -> None:
    put(subject.store, bucket, "a", CONTENT)
    store = Faulty(subject.store)
    place, to = Place(store, "subject", bucket, "a"), Place(other, "other", "other-bucket", "a")
    warnings: list[str] = []
    copy(place, to, warn=warnings.append)
    assert warnings == []
    store.metadata = {"owner": "me", "unit": "mm"}
    copy(place, to, warn=warnings.append)
    assert warnings == [f"subject/{bucket}/a: its metadata (owner, unit) is left out: other keeps none."]


def test_what_an_earlier_try_brought_is_part_of_the_checksum(subject: Subject, bucket: str, here: Path) -> None:
    put(subject.store, bucket, "a", CONTENT)
    store = Faulty(subject.store)
    store.checksums = {"sha256": hashlib.sha256(CONTENT).hexdigest()}
    place = Place(store, "subject", bucket, "a")
    store.breaks = [PIECE, PIECE]
    with pytest.raises(UnreachableError):
        download(place, here / "a")
    (part,) = here.iterdir()
    part.write_bytes(bytes(PIECE))
    with pytest.raises(ChecksumError):
        download(place, here / "a")
    download(place, here / "a")
    assert (here / "a").read_bytes() == CONTENT


def test_a_cancelled_transfer_leaves_nothing(subject: Subject, bucket: str, here: Path, other: LocalTree) -> None:
    put(subject.store, bucket, "a", CONTENT)
    (here / "up").write_bytes(CONTENT)
    place = Place(subject.store, "subject", bucket, "a")

    def cancel(_: int) -> None:
        raise CancelledError("cancelled")

    for transfer in (
        lambda: download(place, here / "down", moved=cancel),
        lambda: upload(here / "up", Place(subject.store, "subject", bucket, "b"), moved=cancel),
        lambda: copy(place, Place(other, "other", "other-bucket", "b"), moved=cancel),
    ):
        with pytest.raises(CancelledError):
            transfer()
    assert names(here) == ["up"]
    assert keys(subject.store, bucket) == ["a"]
    assert keys(other, "other-bucket") == []
    assert subject.leftovers(bucket) == []


def test_a_file_that_changes_while_it_goes_up_makes_no_object(subject: Subject, bucket: str, here: Path) -> None:
    file = here / "a"
    # More than a store reads before it sends: what was read as a whole may change afterwards.
    file.write_bytes(CONTENT + bytes(2 * subject.held))
    os.utime(file, (1_000_000_000, 1_000_000_000))

    def change(_: int) -> None:
        with file.open("r+b") as open_file:
            open_file.write(b"other")

    with pytest.raises(ChangedError):
        upload(file, Place(subject.store, "subject", bucket, "a"), moved=change)
    assert keys(subject.store, bucket) == []


def test_a_pipe_goes_up_to_its_end(subject: Subject, bucket: str, here: Path) -> None:
    os.mkfifo(here / "pipe")
    writer = threading.Thread(target=(here / "pipe").write_bytes, args=(CONTENT,))
    writer.start()
    upload(here / "pipe", Place(subject.store, "subject", bucket, "a"))
    writer.join()
    assert get(subject.store, bucket, "a") == CONTENT


def test_two_downloads_to_one_file_do_not_write_into_each_other(subject: Subject, bucket: str, here: Path) -> None:
    put(subject.store, bucket, "a", CONTENT)
    place = Place(subject.store, "subject", bucket, "a")
    told: list[StorageError] = []

    def second(_: int) -> None:
        if not told:
            with pytest.raises(StorageError, match="Another transfer") as caught:
                download(place, here / "a")
            told.append(caught.value)

    download(place, here / "a", moved=second)
    assert told and (here / "a").read_bytes() == CONTENT


def test_memory_is_bounded_by_a_few_pieces(subject: Subject, bucket: str, here: Path, other: LocalTree) -> None:
    with (here / "big").open("wb") as file:
        file.truncate(2 * subject.held)
    place = Place(subject.store, "subject", bucket, "big")
    for transfer in (
        lambda: upload(here / "big", place),
        lambda: download(place, here / "again"),
        lambda: copy(place, Place(other, "other", "other-bucket", "big")),
    ):
        tracemalloc.start()
        try:
            transfer()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < subject.held


def test_what_cannot_be_moved_is_told_and_leaves_nothing(subject: Subject, bucket: str, here: Path) -> None:
    put(subject.store, bucket, "a", b"x")
    with pytest.raises(NotFoundError):
        download(Place(subject.store, "subject", bucket, "none"), here / "a")
    (here / "folder").mkdir()
    with pytest.raises(IsADirectoryError):
        download(Place(subject.store, "subject", bucket, "a"), here / "folder")
    with pytest.raises(FileNotFoundError):
        upload(here / "none", Place(subject.store, "subject", bucket, "b"))
    assert names(here) == ["folder"]
    assert keys(subject.store, bucket) == ["a"]
