from __future__ import annotations

import pytest

from cellift.storage.api import PIECE
from cellift.storage.errors import NotFoundError, StorageError
from storage.kit import get, keys, put
from storage.subjects import Subject


@pytest.mark.parametrize("content", [b"", b"some bytes", b"z" * (2 * PIECE + 1)], ids=["empty", "small", "pieces"])
def test_a_copy_has_the_same_bytes_and_is_an_object_of_its_own(subject: Subject, bucket: str, content: bytes) -> None:
    store, other = subject.store, f"{bucket}-2"
    store.make_bucket(other)
    put(store, bucket, "from/a.csv", content)
    copied = store.copy(bucket, "from/a.csv", other, "to/new/b.csv")
    assert (copied.key, copied.size) == ("to/new/b.csv", len(content))
    put(store, bucket, "from/a.csv", b"changed")
    assert get(store, other, "to/new/b.csv") == content
    assert store.stat(other, "to/new/b.csv").etag == copied.etag
    assert subject.leftovers(other) == []


def test_a_copy_replaces_what_is_there(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "a", b"new")
    put(subject.store, bucket, "b", b"old, and longer")
    subject.store.copy(bucket, "a", bucket, "b")
    assert get(subject.store, bucket, "b") == b"new"


def test_a_copy_of_what_is_not_there_changes_nothing(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "b", b"kept")
    with pytest.raises(NotFoundError):
        subject.store.copy(bucket, "a", bucket, "b")
    with pytest.raises(NotFoundError):
        subject.store.copy(bucket, "b", "no-such-bucket-here", "b")
    assert get(subject.store, bucket, "b") == b"kept"


def test_a_copy_to_itself_is_refused(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "a", b"kept")
    with pytest.raises(StorageError) as caught:
        subject.store.copy(bucket, "a", bucket, "a")
    assert caught.value.code == "InvalidRequest"
    assert get(subject.store, bucket, "a") == b"kept"


def test_copy_and_remove_is_a_rename(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "old name/ü+%.csv", b"bytes")
    subject.store.copy(bucket, "old name/ü+%.csv", bucket, "new name/ü+%.csv")
    subject.store.remove(bucket, "old name/ü+%.csv")
    assert keys(subject.store, bucket) == ["new name/ü+%.csv"]
    assert get(subject.store, bucket, "new name/ü+%.csv") == b"bytes"
