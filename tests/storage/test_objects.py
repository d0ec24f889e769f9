from __future__ import annotations

import io
from datetime import datetime, timedelta, timezone

import pytest

from cellift.storage.api import PIECE, Feature
from cellift.storage.errors import NotFoundError, StorageError, TruncatedError, UnsupportedError
from storage.kit import get, keys, put
from storage.subjects import Subject

BIG = bytes(range(256)) * (PIECE // 256) * 2 + b"end"


@pytest.mark.parametrize("content", [b"", b"x", BIG], ids=["empty", "one byte", "several pieces"])
def test_what_is_written_is_read(subject: Subject, bucket: str, content: bytes) -> None:
    written = put(subject.store, bucket, "dir/a", content)
    assert get(subject.store, bucket, "dir/a") == content
    found = subject.store.stat(bucket, "dir/a")
    assert (found.key, found.size, found.etag) == ("dir/a", len(content), written.etag)
    assert written.etag and '"' not in written.etag
    (listed,) = subject.store.page(bucket, "dir/").objects
    assert (listed.key, listed.size, listed.etag) == ("dir/a", len(content), written.etag)


def test_a_source_of_unknown_size_is_written_whole(subject: Subject, bucket: str) -> None:
    assert subject.store.write(bucket, "a", io.BytesIO(BIG)).size == len(BIG)
    assert get(subject.store, bucket, "a") == BIG


def test_a_source_that_gives_less_than_it_is_asked_for_is_written_whole(subject: Subject, bucket: str) -> None:
    class Trickle(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 1, 70_000) if size != -1 else 70_000)

    subject.store.write(bucket, "a", Trickle(BIG), size=len(BIG))
    assert get(subject.store, bucket, "a") == BIG


def test_of_a_longer_source_only_the_size_is_taken(subject: Subject, bucket: str) -> None:
    source = io.BytesIO(b"0123456789")
    subject.store.write(bucket, "a", source, size=4)
    assert get(subject.store, bucket, "a") == b"0123"


def test_times_are_in_utc_and_of_now(subject: Subject, bucket: str) -> None:
    before = datetime.now(timezone.utc) - timedelta(seconds=2)
    put(subject.store, bucket, "a")
    modified = subject.store.stat(bucket, "a").modified
    assert modified is not None and modified.utcoffset() == timedelta(0)
    assert before <= modified <= datetime.now(timezone.utc) + timedelta(seconds=2)


def test_an_overwritten_object_has_another_etag_and_no_trace_of_the_first(subject: Subject, bucket: str) -> None:
    first = put(subject.store, bucket, "a", b"longer than the second")
    second = put(subject.store, bucket, "a", b"second")
    assert first.etag != second.etag
    assert get(subject.store, bucket, "a") == b"second"
    assert keys(subject.store, bucket) == ["a"]


def test_the_same_size_at_once_still_gets_another_etag(subject: Subject, bucket: str) -> None:
    etags = {put(subject.store, bucket, "a", b"%02d" % number).etag for number in range(50)}
    assert len(etags) == 50


@pytest.mark.parametrize(
    ("start", "length"),
    [(0, None), (0, 0), (0, 1), (5, None), (3, 4), (9, 1), (9, 100), (10, None), (10, 5), (11, None), (500, 3)],
)
def test_a_range_is_that_part_of_the_bytes(subject: Subject, bucket: str, start: int, length: int | None) -> None:
    content = b"0123456789"
    put(subject.store, bucket, "a", content)
    end = None if length is None else start + length
    assert b"".join(subject.store.read(bucket, "a", start=start, length=length)) == content[start:end]


def test_ranges_of_an_empty_object_are_empty(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "a", b"")
    assert list(subject.store.read(bucket, "a")) == []
    assert list(subject.store.read(bucket, "a", start=0, length=10)) == []
    assert list(subject.store.read(bucket, "a", start=1)) == []


def test_pieces_are_bounded_and_a_range_may_cross_them(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "a", BIG)
    pieces = list(subject.store.read(bucket, "a"))
    assert max(map(len, pieces)) <= PIECE and len(pieces) >= 3
    crossing = subject.store.read(bucket, "a", start=PIECE - 10, length=20)
    assert b"".join(crossing) == BIG[PIECE - 10 : PIECE + 10]


def test_a_reader_may_stop_early(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "a", BIG)
    reader = subject.store.read(bucket, "a")
    assert BIG.startswith(next(reader))
    reader.close()
    assert list(reader) == []
    assert get(subject.store, bucket, "a") == BIG


def test_what_is_not_there_is_told_when_it_is_asked_for(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "folder/a")
    for key in ("a", "folder", "folder/b", "folder/a/b", "other/a", "other/"):
        with pytest.raises(NotFoundError) as caught:
            subject.store.stat(bucket, key)
        assert caught.value.code == "NoSuchKey"
        reader = subject.store.read(bucket, key)
        with pytest.raises(NotFoundError):
            next(reader)


def test_removing_is_exact_and_what_is_not_there_is_no_error(subject: Subject, bucket: str) -> None:
    for key in ("a/b/c", "a/b.txt", "ab"):
        put(subject.store, bucket, key)
    others = ["a", "a/b", "a/b/c/d", "A", "nothing/at/all", "a/", "nothing/"]
    if "removes-above" in subject.differences:
        others.remove("a/b/c/d")
    if "marker-stays" in subject.differences:
        others.remove("a/")
        with pytest.raises(StorageError, match="not empty"):
            subject.store.remove(bucket, "a/")
    if "above-objects" in subject.differences:
        for key in ("a", "a/b", "a/"):
            others.remove(key)
            with pytest.raises(StorageError):
                subject.store.remove(bucket, key)
    for key in others:
        subject.store.remove(bucket, key)
    assert keys(subject.store, bucket) == ["a/b.txt", "a/b/c", "ab"]
    subject.store.remove(bucket, "a/b/c")
    subject.store.remove(bucket, "a/b/c")
    assert keys(subject.store, bucket) == ["a/b.txt", "ab"]


def test_no_folder_stays_when_its_last_object_is_removed(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "a/b/c/d")
    subject.store.remove(bucket, "a/b/c/d")
    assert subject.store.page(bucket) == ([], [], None)
    put(subject.store, bucket, "a", b"a name that was a folder's")


def test_many_are_removed_at_once(subject: Subject, bucket: str) -> None:
    names = [f"dir/{number}" for number in range(30)]
    for name in names:
        put(subject.store, bucket, name)
    assert subject.store.remove_many(bucket, [*names[:20], "not/there"]) == {}
    assert keys(subject.store, bucket) == sorted(names[20:])


def test_more_than_a_thousand_at_once_are_refused(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "0")
    with pytest.raises(StorageError):
        subject.store.remove_many(bucket, [str(number) for number in range(1001)])
    assert keys(subject.store, bucket) == ["0"]


def test_a_source_that_ends_too_early_leaves_what_was_there(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "a", b"before")
    for key in ("a", "new/b"):
        with pytest.raises(TruncatedError):
            subject.store.write(bucket, key, io.BytesIO(BIG), size=len(BIG) + 1)
    assert keys(subject.store, bucket) == ["a"]
    assert get(subject.store, bucket, "a") == b"before"
    assert subject.leftovers(bucket) == []


def test_the_error_of_a_source_is_told_as_it_is_and_leaves_what_was_there(subject: Subject, bucket: str) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError(5, "the disk of the source is broken")
            return super().read(size)

    put(subject.store, bucket, "a", b"before")
    with pytest.raises(OSError, match="disk of the source"):
        subject.store.write(bucket, "a", Broken(BIG), size=len(BIG))
    assert get(subject.store, bucket, "a") == b"before"
    assert subject.leftovers(bucket) == []


def test_metadata_is_kept_or_refused(subject: Subject, bucket: str) -> None:
    wanted = {"owner": "me"}
    if Feature.METADATA in subject.store.features:
        subject.store.write(bucket, "a", io.BytesIO(b"x"), size=1, metadata=wanted, content_type="text/x-own")
        found = subject.store.stat(bucket, "a")
        assert (dict(found.metadata), found.content_type) == (wanted, "text/x-own")
    else:
        with pytest.raises(UnsupportedError):
            subject.store.write(bucket, "a", io.BytesIO(b"x"), size=1, metadata=wanted)
        assert keys(subject.store, bucket) == []


def test_what_a_store_has_not_it_refuses(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "a")
    if Feature.SHARE not in subject.store.features:
        with pytest.raises(UnsupportedError):
            subject.store.share(bucket, "a", seconds=60)
    if Feature.VERSIONS not in subject.store.features:
        assert subject.store.versions(bucket, "a") == []
        with pytest.raises(UnsupportedError):
            subject.store.stat(bucket, "a", version="1")
        with pytest.raises(UnsupportedError):
            next(subject.store.read(bucket, "a", version="1"))
        with pytest.raises(UnsupportedError):
            subject.store.remove(bucket, "a", version="1")
        assert keys(subject.store, bucket) == ["a"]
