"""A folder is there as long as something is in it."""

from __future__ import annotations

from storage.kit import pages, put
from storage.subjects import Subject


def test_a_folder_goes_with_the_last_object_in_it(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "red/a/b.csv")
    assert pages(subject.store, bucket, "", 1000, recursive=False)[1] == ["red/"]
    subject.store.remove(bucket, "red/a/b.csv")
    assert pages(subject.store, bucket, "", 1000, recursive=False)[1] == []
