from __future__ import annotations

import pytest

from cellift.storage.errors import (
    BadNameError,
    BucketExistsError,
    BucketNotEmptyError,
    NoSuchBucketError,
    StorageError,
)
from storage.kit import get, keys, put
from storage.subjects import Subject


def test_a_bucket_is_listed_from_when_it_is_made_until_it_is_removed(subject: Subject, bucket: str) -> None:
    assert bucket in [one.name for one in subject.store.buckets()]
    subject.store.remove_bucket(bucket)
    assert bucket not in [one.name for one in subject.store.buckets()]


def test_buckets_are_listed_by_name(subject: Subject, bucket: str) -> None:
    dotted = ".a" if "bucket-dots" not in subject.differences else "-a"
    for end in ("-c", dotted, "-b"):
        subject.store.make_bucket(bucket + end)
    names = [one.name for one in subject.store.buckets()]
    assert names == sorted(names) and {bucket, f"{bucket}-b", f"{bucket}-c", bucket + dotted} <= set(names)


def test_a_bucket_is_not_made_twice(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "a", b"kept")
    with pytest.raises(BucketExistsError):
        subject.store.make_bucket(bucket)
    assert get(subject.store, bucket, "a") == b"kept"


def test_only_an_empty_bucket_is_removed(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "deep/down/a")
    with pytest.raises(BucketNotEmptyError):
        subject.store.remove_bucket(bucket)
    assert keys(subject.store, bucket) == ["deep/down/a"]
    subject.store.remove(bucket, "deep/down/a")
    subject.store.remove_bucket(bucket)


def test_objects_of_one_bucket_are_not_in_another(subject: Subject, bucket: str) -> None:
    other = f"{bucket}-2"
    subject.store.make_bucket(other)
    put(subject.store, bucket, "a", b"one")
    put(subject.store, other, "a", b"two")
    assert (get(subject.store, bucket, "a"), get(subject.store, other, "a")) == (b"one", b"two")


@pytest.mark.parametrize(
    "name",
    [
        "", "ab", "a" * 64, "Upper", "under_score", "-start", "end-", ".start", "end.", "two..dots", "192.168.1.1",
        "a/b", "../up", "..", "sp ace", "new\nline", "umlaut-ä", "a\x00b", "xn--a", "sthree-a", "a-s3alias", "a--ol-s3",
    ],
)  # fmt: skip
def test_names_that_s3_refuses_are_refused_with_the_rule(subject: Subject, name: str) -> None:
    before = subject.store.buckets()
    with pytest.raises(BadNameError) as caught:
        subject.store.make_bucket(name)
    assert caught.value.code == "InvalidBucketName"
    assert "\n" not in str(caught.value) and "\x00" not in str(caught.value)
    assert subject.store.buckets() == before


@pytest.mark.parametrize("name", ["abc", "a1-b.c", "1.2.3", "a" * 63])
def test_names_within_the_rules_are_taken(subject: Subject, name: str) -> None:
    if "." in name and "bucket-dots" in subject.differences:
        with pytest.raises(BadNameError):
            subject.store.make_bucket(name)
        return
    subject.store.make_bucket(name)
    put(subject.store, name, "x")
    subject.store.remove(name, "x")
    subject.store.remove_bucket(name)


def test_everything_asked_of_a_bucket_that_is_not_there_says_so(subject: Subject) -> None:
    store, name = subject.store, "not-there-at-all"
    for ask in (
        lambda: store.page(name),
        lambda: store.stat(name, "a"),
        lambda: b"".join(store.read(name, "a")),
        lambda: put(store, name, "a"),
        lambda: store.remove(name, "a"),
        lambda: store.remove_many(name, ["a"]),
        lambda: store.remove_bucket(name),
    ):
        with pytest.raises(StorageError) as caught:
            ask()
        assert isinstance(caught.value, NoSuchBucketError), ask
        assert caught.value.code == "NoSuchBucket"
    assert name not in [one.name for one in store.buckets()]
