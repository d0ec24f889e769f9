"""A folder is there as long as something is in it."""

from __future__ import annotations

import pytest

from storage.kit import pages, put
from storage.servers import keep_versions
from storage.subjects import Subject


def _prefixes(subject: Subject, bucket: str) -> list[str]:
    return pages(subject.store, bucket, "", 1000, recursive=False)[1]


def test_a_folder_goes_with_the_last_object_in_it(subject: Subject, bucket: str) -> None:
    put(subject.store, bucket, "red/a/b.csv")
    assert _prefixes(subject, bucket) == ["red/"]
    subject.store.remove(bucket, "red/a/b.csv")
    assert _prefixes(subject, bucket) == []


def test_a_folder_goes_with_the_last_object_in_it_where_versions_are_kept(
    subject: Subject, bucket: str, request: pytest.FixtureRequest
) -> None:
    if subject.name not in ("s3-minio", "s3-versitygw"):
        return  # no versions: the test above is all there is to it
    keep_versions(request.getfixturevalue(subject.name.removeprefix("s3-")), bucket)
    put(subject.store, bucket, "red/a.csv")
    subject.store.remove(bucket, "red/a.csv")
    assert _prefixes(subject, bucket) == (["red/"] if "emptied-folder" in subject.differences else [])
