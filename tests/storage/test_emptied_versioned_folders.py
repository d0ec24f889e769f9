"""A folder of a bucket that keeps versions, once all in it was removed: servers differ, and it is declared."""

from __future__ import annotations

import pytest

from storage.kit import pages, put
from storage.servers import Server, keep_versions
from storage.subjects import OPENERS, Subject


@pytest.fixture(params=["s3-minio", "s3-versitygw"])
def subject(request: pytest.FixtureRequest) -> Subject:
    """A store that keeps versions."""
    return OPENERS[request.param](request)


def test_a_folder_goes_with_the_last_object_in_it_unless_it_is_declared(
    subject: Subject, bucket: str, server: Server
) -> None:
    keep_versions(server, bucket)
    put(subject.store, bucket, "red/a.csv")
    subject.store.remove(bucket, "red/a.csv")
    stays = "emptied-folder" in subject.differences
    assert pages(subject.store, bucket, "", 1000, recursive=False)[1] == (["red/"] if stays else [])
