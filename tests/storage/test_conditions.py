from __future__ import annotations

import io

import pytest

from cellift.storage.api import Condition, ObjectInfo
from cellift.storage.errors import ChangedError, ConditionError
from storage.kit import get, keys, put
from storage.subjects import Subject


def write(subject: Subject, bucket: str, key: str, content: bytes, condition: Condition) -> ObjectInfo:
    return subject.store.write(bucket, key, io.BytesIO(content), size=len(content), condition=condition)


def test_a_write_that_wants_no_object_there(subject: Subject, bucket: str) -> None:
    write(subject, bucket, "d/a", b"1", Condition(absent=True))
    with pytest.raises(ConditionError):
        write(subject, bucket, "d/a", b"2", Condition(absent=True))
    assert get(subject.store, bucket, "d/a") == b"1"
    assert subject.leftovers(bucket) == []


def test_a_write_that_wants_the_object_as_it_was_seen(subject: Subject, bucket: str) -> None:
    seen = put(subject.store, bucket, "a", b"1")
    second = write(subject, bucket, "a", b"2", Condition(etag=seen.etag))
    with pytest.raises(ConditionError):
        write(subject, bucket, "a", b"3", Condition(etag=seen.etag))
    assert get(subject.store, bucket, "a") == b"2"
    assert write(subject, bucket, "a", b"4", Condition(etag=second.etag)).etag != second.etag
    with pytest.raises(ConditionError):
        write(subject, bucket, "gone", b"5", Condition(etag=seen.etag))
    assert keys(subject.store, bucket) == ["a"]


def test_a_condition_holds_for_a_copy_too(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "a", b"1")
    seen = put(subject.store, bucket, "b", b"2")
    with pytest.raises(ConditionError):
        subject.store.copy(bucket, "a", bucket, "b", condition=Condition(absent=True))
    assert get(subject.store, bucket, "b") == b"2"
    subject.store.copy(bucket, "a", bucket, "b", condition=Condition(etag=seen.etag))
    assert get(subject.store, bucket, "b") == b"1"


def test_a_condition_that_asks_for_nothing_always_holds(subject: Subject, bucket: str) -> None:
    write(subject, bucket, "a", b"1", Condition())
    write(subject, bucket, "a", b"2", Condition())
    assert get(subject.store, bucket, "a") == b"2"


def test_reading_an_object_that_is_another_one_by_now(subject: Subject, bucket: str) -> None:
    seen = put(subject.store, bucket, "a", b"0123456789")
    assert b"".join(subject.store.read(bucket, "a", start=4, etag=seen.etag)) == b"456789"
    put(subject.store, bucket, "a", b"abcdefghij")
    reader = subject.store.read(bucket, "a", start=4, etag=seen.etag)
    with pytest.raises(ChangedError):
        next(reader)
